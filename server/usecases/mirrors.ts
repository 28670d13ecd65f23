import type { MirrorView } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { mirrorKept } from '@/server/domain/mirror-kept'
import type { Db } from '@/server/store/database'
import { confirmMirrorRow, listMirrors } from '@/server/store/mirrors'
import { audited, type Who } from './audited'

export const readMirrors = async (db: Db): Promise<MirrorView[]> =>
  (await listMirrors(db)).map(({ location, rootVersion, fingerprint, confirmedBy, kept }) => {
    const { expires, components } = mirrorKept.parse(kept)
    return { location, rootVersion, fingerprint, confirmed: confirmedBy !== '', expires, components }
  })

/** Trusts a mirror whose root's fingerprint was compared. Throws mirror-changed. */
export const confirmMirror = (db: Db, who: Who, ask: { location: string; fingerprint: string }): Promise<void> => {
  const { location, fingerprint } = ask
  const deed = { what: 'confirm-mirror', command: `tiup mirror set ${location}`, targets: [location], detail: { fingerprint } }
  return audited(db, who, deed, async () => {
    if (!(await confirmMirrorRow(db, { ...ask, by: who.email })))
      throw new AppError('usecases.mirror-changed', 409, { params: { location } })
  })
}

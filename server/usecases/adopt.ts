import type { z } from 'zod'
import type { adoptSource } from '@/server/domain/api'
import type { Db } from '@/server/store/database'
import type { ErrandRow } from '@/server/store/errands'
import { askRunner } from './ask-errand'
import type { Who } from './audited'

type Source = z.infer<typeof adoptSource>

/** Looks for clusters in a TiUP storage. */
export const scanTiup = (db: Db, who: Who, ask: Source): Promise<ErrandRow> =>
  askRunner(db, who, { kind: 'scan-tiup', input: ask, deed: { what: 'scan-tiup', command: 'tiup dm list', targets: [nameOf(ask)] } })

const nameOf = ({ path, archive, ssh }: Source): string =>
  path ?? (ssh ? `${ssh.address}:${ssh.port} ${ssh.path ?? '~/.tiup/storage/dm'}` : `archive ${archive ?? ''}`)

/** Takes clusters over, read-only: their topology, their keys, their patched marks. Nothing on their hosts is changed. */
export const adoptClusters = (db: Db, who: Who, ask: Source & { names: readonly string[] }): Promise<ErrandRow> => {
  const deed = { what: 'adopt', command: `dm-panel adopt ${ask.names.join(' ')}`, targets: [...ask.names], detail: { from: nameOf(ask) } }
  return askRunner(db, who, { kind: 'adopt-cluster', input: { ...ask, by: who.email }, deed })
}

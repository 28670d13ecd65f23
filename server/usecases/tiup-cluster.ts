import type { TiupView } from '@/server/domain/api-tiup'
import { AppError } from '@/server/domain/app-error'
import { placeText } from '@/server/domain/tiup-link'
import { findCluster } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import type { ErrandRow } from '@/server/store/errands'
import { forgetCluster as dropCluster, handBack as keepHandedBack, type NotHandedBack } from '@/server/store/manage-cluster'
import { listTiupDeeds, readTiupLink } from '@/server/store/tiup-links'
import { askRunner } from './ask-errand'
import { audited, type Deed, type Who } from './audited'
import { demandCluster } from './read-clusters'
import { unknownCluster } from './unknown-cluster'

/** Where tiup keeps the cluster, and what it did to it. Throws cluster-unknown. */
export const readTiup = async (db: Db, name: string): Promise<TiupView> => {
  await demandCluster(db, name)
  const link = await readTiupLink(db, name)
  return {
    link: link ? { name: link.name, at: link.at, from: link.place ? placeText(link.place) : '' } : null,
    history: await listTiupDeeds(db, name),
  }
}

/** The books against tiup's meta.yaml, or against that of an uploaded archive. Reads only. Throws cluster-unknown. */
export const compareTiup = async (
  db: Db,
  who: Who,
  { name, archive }: { name: string; archive?: string | undefined },
): Promise<ErrandRow> => {
  await demandCluster(db, name)
  return askRunner(db, who, { kind: 'compare-tiup', input: { cluster: name, ...(archive !== undefined && { archive }) } })
}

/** Takes what tiup changed as a new revision of the books. Throws cluster-unknown. */
export const takeTiup = async (db: Db, who: Who, { name, metaSha256 }: { name: string; metaSha256: string }): Promise<ErrandRow> => {
  const deed = { what: 'take-tiup', command: `dm-panel take-tiup ${name}`, cluster: name, detail: { metaSha256 } }
  if (!(await findCluster(db, name))) return refused(db, who, deed, await unknownCluster(db, name))
  return askRunner(db, who, { kind: 'take-tiup', input: { cluster: name, metaSha256, by: who.email }, deed })
}

/** The books as an archive has them, by the typed name. Throws cluster-unknown, name-mismatch. */
export const restoreMeta = async (
  db: Db,
  who: Who,
  { name, archive, metaSha256, confirm }: { name: string; archive: string; metaSha256: string; confirm: string },
): Promise<ErrandRow> => {
  const deed = { what: 'meta-restore', command: `tiup dm meta restore ${name}`, cluster: name, detail: { metaSha256 } }
  if (!(await findCluster(db, name))) return refused(db, who, deed, await unknownCluster(db, name))
  if (confirm !== name) return refused(db, who, deed, new AppError('usecases.name-mismatch', 422, { params: { name } }))
  return askRunner(db, who, { kind: 'take-tiup', input: { cluster: name, archive, metaSha256, by: who.email, restore: true }, deed })
}

const refused = (db: Db, who: Who, deed: Deed, error: AppError): Promise<never> => audited(db, who, deed, () => Promise.reject(error))

/** The cluster is tiup's again: looked at only, until it is managed again. Throws cluster-unknown, cluster-busy, not-handed-back. */
export const handBack = (db: Db, who: Who, name: string, at: Date = new Date()): Promise<void> =>
  audited(db, who, { what: 'hand-back', command: `dm-panel hand-back ${name}`, cluster: name }, async () => {
    await demandCluster(db, name)
    const why = await keepHandedBack(db, name, who.email, at)
    if (why !== undefined) throw refusalOf(name, why, 'hand-back')
  })

/** An adopted cluster leaves the panel by its typed name; nothing on its hosts changes. Throws cluster-unknown, name-mismatch, cluster-busy. */
export const forgetCluster = (
  db: Db,
  who: Who,
  { name, confirm }: { name: string; confirm: string },
  at: Date = new Date(),
): Promise<void> =>
  audited(db, who, { what: 'forget', command: `dm-panel forget ${name}`, cluster: name }, async () => {
    await demandCluster(db, name)
    if (confirm !== name) throw new AppError('usecases.name-mismatch', 422, { params: { name } })
    const why = await dropCluster(db, name, at)
    if (why !== undefined) throw refusalOf(name, why, 'forget')
  })

const refusalOf = (name: string, why: NotHandedBack | 'managed', verb: string): AppError => {
  if (typeof why === 'string') return new AppError(`usecases.${verb}-${why}`, 409, { params: { name } })
  const { id, number, operation } = why.busy
  return new AppError('usecases.cluster-busy', 409, { params: { cluster: name, job: id, number, operation } })
}

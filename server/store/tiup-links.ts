import type { TiupDeed } from '@/server/domain/tiup-audit'
import { type TiupLink, tiupLink } from '@/server/domain/tiup-link'
import type { Db, Tx } from './database'

/** What TiUP knows the cluster by; undefined for one that was never its own. */
export const readTiupLink = async (db: Db | Tx, cluster: string): Promise<TiupLink | undefined> => {
  const row = await db.cluster.findUnique({ where: { name: cluster }, select: { tiup: true } })
  return row?.tiup ? tiupLink.parse(JSON.parse(row.tiup)) : undefined
}

export const keepTiupLink = async (db: Db | Tx, cluster: string, link: TiupLink): Promise<void> => {
  await db.cluster.update({ where: { name: cluster }, data: { tiup: JSON.stringify(link) } })
}

/** TiUP's history of a cluster, the newest first. */
export const listTiupDeeds = async (db: Db, cluster: string): Promise<TiupDeed[]> =>
  (await db.tiupDeed.findMany({ where: { cluster }, orderBy: [{ at: 'desc' }, { id: 'desc' }] })).map(({ id, at, command, exitCode }) => ({
    ...{ id, command, exitCode },
    at: at.toISOString(),
  }))

/** What is known already stays as it is. */
export const keepTiupDeeds = async (db: Db | Tx, cluster: string, deeds: readonly TiupDeed[]): Promise<void> => {
  for (const { id, at, command, exitCode } of deeds) {
    const row = { at: new Date(at), command, exitCode }
    await db.tiupDeed.upsert({ where: { cluster_id: { cluster, id } }, create: { cluster, id, ...row }, update: {} })
  }
}

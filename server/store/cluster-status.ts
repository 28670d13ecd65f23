import type { ClusterStatus } from '@/server/domain/display'
import type { Db } from './database'

export type Watched = { cluster: string; readAt: Date; watchUntil: Date | null }

/** Clusters that can be read, with when they last were and until when somebody looks. */
export const listWatched = async (db: Db): Promise<Watched[]> => {
  const clusters = await db.cluster.findMany({ where: { lifecycle: { not: 'deploying' } }, select: { name: true } })
  const rows = await db.clusterStatus.findMany({ select: { cluster: true, at: true, watchUntil: true } })
  const byName = new Map(rows.map((row) => [row.cluster, row]))
  return clusters.map(({ name }) => {
    const row = byName.get(name)
    return { cluster: name, readAt: row?.at ?? new Date(0), watchUntil: row?.watchUntil ?? null }
  })
}

/** Keeps a cluster's status; nothing for a cluster that was removed meanwhile. */
export const writeStatus = async (db: Db, cluster: string, status: ClusterStatus): Promise<void> => {
  const data = { at: new Date(status.at), status: JSON.stringify(status) }
  if ((await db.cluster.count({ where: { name: cluster } })) === 0) return
  await db.clusterStatus.upsert({ where: { cluster }, create: { cluster, ...data }, update: data })
}

import { type MonitorsView, monitorsView } from '@/server/domain/monitors'
import type { Db } from './database'

/** What the cluster's monitors last said; undefined: they were never asked, or a former release kept it in another form. */
export const readMonitors = async (db: Db, cluster: string): Promise<MonitorsView | undefined> => {
  const row = await db.monitorView.findUnique({ where: { cluster } })
  const read = row && monitorsView.safeParse(JSON.parse(row.view))
  return read?.success ? read.data : undefined
}

/** Nothing for a cluster that was removed meanwhile. */
export const writeMonitors = async (db: Db, cluster: string, view: MonitorsView, at: Date): Promise<void> => {
  if ((await db.cluster.count({ where: { name: cluster } })) === 0) return
  const data = { at, view: JSON.stringify(view) }
  await db.monitorView.upsert({ where: { cluster }, create: { cluster, ...data }, update: data })
}

/** Clusters that somebody looks at and whose monitors were not asked since. */
export const monitorsDue = async (db: Db, at: Date, before: Date): Promise<string[]> => {
  const watched = await db.clusterStatus.findMany({ where: { watchUntil: { gt: at } }, select: { cluster: true } })
  const fresh = await db.monitorView.findMany({ where: { at: { gt: before } }, select: { cluster: true } })
  return watched.map(({ cluster }) => cluster).filter((cluster) => !fresh.some((one) => one.cluster === cluster))
}

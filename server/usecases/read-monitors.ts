import type { MonitorsView } from '@/server/domain/monitors'
import { findCluster } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { readMonitors } from '@/server/store/monitor-views'
import { unknownCluster } from './unknown-cluster'

/** What the cluster's monitors last said; null before they were asked. Throws cluster-unknown. */
export const readMonitorsOf = async (db: Db, name: string): Promise<MonitorsView | null> => {
  if (!(await findCluster(db, name))) throw await unknownCluster(db, name)
  return (await readMonitors(db, name)) ?? null
}

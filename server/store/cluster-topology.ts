import type { Topology } from '@/server/domain/topology/topology'
import type { Db } from './database'

/** The topology of a cluster's current revision; null when the panel has no such cluster. */
export const currentTopology = async (db: Db, cluster: string): Promise<Topology | null> => {
  const row = await db.cluster.findUnique({ where: { name: cluster }, select: { revision: true } })
  if (!row) return null
  const revision = await db.clusterRevision.findUnique({ where: { cluster_revision: { cluster, revision: row.revision } } })
  return revision ? (JSON.parse(revision.topology) as Topology) : null // written by the store from a checked topology
}

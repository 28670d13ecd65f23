import { randomUUID } from 'node:crypto'
import type { Change } from '@/server/domain/step'
import { withPatched } from '@/server/domain/topology/patched'
import type { Topology } from '@/server/domain/topology/topology'
import type { Tx } from './database'
import type { ChangingJob } from './ledger'

/**
 * Sets or takes TiUP's mark in the cluster's topology. All marks of a job are one new revision, so that plans which were made before it
 * are stale.
 */
export const markPatched = async (
  tx: Tx,
  { id, clusterName: cluster, operation, startedBy }: ChangingJob,
  { instance, patched }: Extract<Change, { change: 'patched' }>,
  at: Date,
): Promise<void> => {
  const newest = await tx.clusterRevision.findFirst({ where: { cluster }, orderBy: { revision: 'desc' } })
  if (!newest) return
  const before = JSON.parse(newest.topology) as Topology // written by this store only
  const after = withPatched(before, instance, patched)
  if (after === before) return
  const topology = JSON.stringify(after)
  const reason = `${operation} ${id}`
  if (newest.reason === reason) {
    await tx.clusterRevision.update({ where: { id: newest.id }, data: { topology } })
    return
  }
  const revision = newest.revision + 1
  const { yaml, files } = newest
  const common = { id: randomUUID(), cluster, revision, topology, yaml, files, reason }
  const row = { ...common, kind: operation, jobId: id, createdBy: startedBy, createdAt: at }
  await tx.clusterRevision.create({ data: row })
  await tx.cluster.update({ where: { name: cluster }, data: { revision } })
}

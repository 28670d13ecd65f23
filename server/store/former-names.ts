import { randomUUID } from 'node:crypto'
import type { Db, Tx } from './database'
import type { ChangingJob } from './ledger'
import { demandCluster, nextRevision } from './topology-changes'

/** The cluster that had this name and lives under another one; undefined when there is none. */
export const nowCalled = async (db: Db | Tx, former: string): Promise<string | undefined> =>
  (await db.formerName.findFirst({ where: { former, endedAt: null }, orderBy: { at: 'desc' } }))?.cluster

/** Names that a cluster has had, until when, newest first; also of one that has ended. */
export const formerNames = async (db: Db | Tx, cluster: string): Promise<{ name: string; until: Date }[]> =>
  (await db.formerName.findMany({ where: { cluster }, orderBy: { at: 'desc' } })).map(({ former, at }) => ({ name: former, until: at }))

/** A living cluster's name and its former ones. */
export const namesOf = async (tx: Tx, name: string): Promise<string[]> => [
  name,
  ...(await tx.formerName.findMany({ where: { cluster: name, endedAt: null } })).map(({ former }) => former),
]

/** The cluster has ended: its former names are free. */
export const endFormerNames = async (tx: Tx, cluster: string, at: Date): Promise<void> => {
  await tx.formerName.updateMany({ where: { cluster, endedAt: null }, data: { endedAt: at } })
}

/**
 * All that is kept of a cluster goes by its new name; its secrets stay where they are sealed, and audit records as they were chained.
 * Throws where the name is taken meanwhile.
 */
export const renameCluster = async (
  tx: Tx,
  { id: jobId, clusterName: from, startedBy: by }: ChangingJob,
  to: string,
  at: Date,
): Promise<void> => {
  if (from === to) return
  const { secretsOf, ...cluster } = await demandCluster(tx, from)
  await tx.cluster.update({ where: { name: from }, data: { name: to, secretsOf: secretsOf === to ? '' : secretsOf } })
  const own = { where: { cluster: from }, data: { cluster: to } }
  await tx.ledger.updateMany(own)
  await tx.rolePackage.updateMany(own)
  await tx.clusterUpgrade.updateMany(own)
  await tx.configExport.updateMany(own)
  await tx.unapplied.updateMany(own)
  await tx.tiupDeed.updateMany(own)
  await tx.clusterStatus.deleteMany({ where: { cluster: from } }) // what was seen names the old one; the watcher looks again
  await tx.monitorView.deleteMany({ where: { cluster: from } })
  await tx.healthTold.deleteMany({ where: { cluster: to } })
  await tx.healthTold.updateMany(own)
  await tx.reservation.updateMany({ where: { clusterName: from }, data: { clusterName: to } })
  await tx.job.updateMany({ where: { clusterName: from }, data: { clusterName: to } })
  await tx.plan.updateMany({ where: { clusterName: from, state: 'submitted' }, data: { clusterName: to } })
  await tx.formerName.updateMany({ where: { cluster: from, endedAt: null }, data: { cluster: to } })
  await tx.formerName.deleteMany({ where: { former: to, cluster: to, endedAt: null } })
  await tx.formerName.create({ data: { id: randomUUID(), former: from, cluster: to, at, by, jobId } })
  const { topology, yaml } = cluster
  await nextRevision(tx, { ...cluster, secretsOf, name: to }, { topology, yaml, reason: `renamed from ${from}` })
}

import { randomUUID } from 'node:crypto'
import type { InstanceId, Lifecycle } from '@/server/domain/instance'
import type { Change } from '@/server/domain/step'
import { entriesAs, entryIds, joinEntries, withLifecycle, withoutEntries } from '@/server/domain/topology/entries'
import { joinText, leaveText } from '@/server/domain/topology/entries-text'
import { instancesOf } from '@/server/domain/topology/instances'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import { type ClusterWithTopology, findCluster } from './clusters'
import type { Tx } from './database'
import { type ChangingJob, closeLedger } from './ledger'

/** The cluster's books get the new entries as `joining`, in a new revision. Those that are there already are replaced. */
export const recordJoined = async (
  tx: Tx,
  cluster: string,
  { entries, yaml, files }: Extract<Change, { change: 'topology-joined' }>,
): Promise<void> => {
  const now = await demandCluster(tx, cluster)
  const joining = entriesAs(entries, 'joining')
  const topology = joinEntries(now.topology, joining)
  const text = joinText(now.yaml, now.topology, { entries: joining, text: yaml, after: topology })
  await nextRevision(tx, now, {
    topology,
    yaml: text,
    files: { ...now.files, ...files },
    reason: `joining ${entryIds(joining).join(', ')}`,
  })
}

/** An instance's state in the books; one that is gone leaves them; the ledger says when it went, and its host's exporters with it. */
export const recordLifecycle = async (
  tx: Tx,
  job: ChangingJob,
  { instance, to }: { instance: InstanceId; to: Lifecycle | 'gone' },
  at: Date,
): Promise<void> => {
  const cluster = job.clusterName
  const now = await demandCluster(tx, cluster)
  const known = instancesOf(now.topology).find(({ id }) => id === instance)
  if (!known || known.lifecycle === to) return
  const reason = `${to} ${instance}`
  if (to !== 'gone') return nextRevision(tx, now, { topology: withLifecycle(now.topology, instance, to), yaml: now.yaml, reason })
  const topology = withoutEntries(now.topology, [instance])
  const left = new Set(instancesOf(topology).map(({ id }) => id))
  const gone = instancesOf(now.topology).flatMap(({ id }) => (left.has(id) ? [] : [id]))
  await closeLedger(tx, job, gone, at)
  await tx.unapplied.deleteMany({ where: { cluster, instance: { in: gone } } })
  await nextRevision(tx, now, { topology, yaml: leaveText(now.yaml, now.topology, { instance, after: topology }), reason })
}

export const demandCluster = async (tx: Tx, name: string): Promise<ClusterWithTopology> => {
  const cluster = await findCluster(tx, name)
  if (!cluster) throw new Error(`${name} is not in the books`)
  return cluster
}

/** A new revision of the cluster's topology, by whoever holds it. */
export const nextRevision = async (
  tx: Tx,
  { name, revision, files: before }: ClusterWithTopology,
  { topology, yaml, reason, files = before }: { topology: Topology; yaml: string; reason: string; files?: KeptFiles },
): Promise<void> => {
  const job = await tx.reservation.findUnique({
    where: { clusterName: name },
    include: { job: { select: { startedBy: true, operation: true } } },
  })
  const next = revision + 1
  await tx.cluster.update({ where: { name }, data: { revision: next } })
  await tx.clusterRevision.create({
    data: {
      id: randomUUID(),
      cluster: name,
      revision: next,
      topology: JSON.stringify(topology),
      yaml,
      files: JSON.stringify(files),
      reason,
      kind: job?.job.operation ?? '',
      jobId: job?.jobId ?? null,
      createdBy: job?.job.startedBy ?? '',
    },
  })
}

import { randomUUID } from 'node:crypto'
import type { EndState } from '@/server/domain/journal'
import { runsBeside } from '@/server/domain/plan'
import type { Change } from '@/server/domain/step'
import type { Tx } from './database'
import { forgetDmctlFiles } from './dmctl-files'
import { endFormerKey, noteKeyGone, switchKey } from './former-keys'
import { nowCalled, renameCluster } from './former-names'
import { noteJobEnded } from './happenings'
import { endPushes } from './kept-files'
import { type ChangingJob, keepRolePackage, noteInstalled } from './ledger'
import { manageCluster } from './manage-cluster'
import { markPatched } from './mark-patched'
import { forgetSecretsOf, removeCluster } from './remove-cluster'
import { recordJoined, recordLifecycle } from './topology-changes'
import { noteApplied, noteWritten, settleStarted } from './unapplied'
import { beginRedeploy, beginUpgrade, endRedeploy, endUpgrade, noteLed, noteSeen, reachVersion } from './upgrades'

export type EndedJob = { id: string; clusterName: string; state: EndState; reason: string; at: Date }

/** What becomes true with a job's `ended` entry: the cluster is free, the audit has its outcome, one-time credentials are gone. */
export const endJob = async (tx: Tx, { id, clusterName, state, reason, at }: EndedJob): Promise<void> => {
  await tx.job.updateMany({ where: { id }, data: { endedAt: at, holder: null, leaseUntil: null } })
  await tx.reservation.deleteMany({ where: { jobId: id } })
  await settleCluster(tx, { id, clusterName, state, reason, at })
  await noteJobEnded(tx, { id, clusterName, state, reason, at })
  const intent = await tx.auditRecord.findFirst({ where: { jobId: id, phase: 'intent' }, orderBy: { at: 'asc' } })
  if (!intent) return
  const { act, actor, from, what, command, cluster, planHash, targets } = intent
  await tx.auditRecord.create({
    data: {
      ...{ id: randomUUID(), phase: 'outcome', act, at, actor, from, what, command, cluster, planHash, jobId: id, targets },
      result: state,
      detail: JSON.stringify({ reason }),
    },
  })
}

/** What the end of a job means for its cluster; one that ran beside others held none. */
const settleCluster = async (tx: Tx, { id, clusterName, state, at }: EndedJob): Promise<void> => {
  const { operation, plan } = await tx.job.findUniqueOrThrow({
    where: { id },
    select: { operation: true, plan: { select: { document: true } } },
  })
  if (operation === 'push' && state === 'succeeded') await endPushes(tx, plan.document ?? '', at)
  if (operation === 'dmctl') await forgetDmctlFiles(tx, id)
  if (runsBeside(operation)) return
  await settleStarted(tx, id, clusterName)
  await endFormerKey(tx, clusterName, at)
  await tx.credential.updateMany({ where: { oneTimeFor: clusterName, wipedAt: null }, data: { wipedAt: at, sealed: '' } })
  if (state === 'succeeded') await forgetSecrets(tx, id, clusterName, at)
}

/** A cluster that this job has removed leaves no key and no password; what was typed for its successor meanwhile stays. */
const forgetSecrets = async (tx: Tx, jobId: string, name: string, at: Date): Promise<void> => {
  if ((await tx.cluster.count({ where: { name } })) > 0 || (await nowCalled(tx, name)) !== undefined) return
  const { createdAt } = await tx.job.findUniqueOrThrow({ where: { id: jobId }, select: { createdAt: true } })
  await forgetSecretsOf(tx, name, createdAt, at)
}

/** Makes a `recorded` step true in the panel's own books, in the transaction of its `done` entry. */
export const applyChange = async (tx: Tx, job: ChangingJob, change: Change, at: Date): Promise<void> => {
  const cluster = job.clusterName
  switch (change.change) {
    case 'cluster-deployed':
      await tx.cluster.update({ where: { name: cluster }, data: { lifecycle: 'deployed', version: change.version } })
      break
    case 'cluster-removed':
      await removeCluster(tx, cluster)
      break
    case 'cluster-renamed':
      await renameCluster(tx, job, change.to, at)
      break
    case 'cluster-managed':
      await manageCluster(tx, job, change)
      break
    case 'installed':
      await noteInstalled(tx, job, change, at)
      break
    case 'patched':
      await markPatched(tx, job, change, at)
      break
    case 'role-package':
      await keepRolePackage(tx, job, change, at)
      break
    case 'run-state':
      await tx.cluster.updateMany({ where: { name: cluster }, data: { runState: change.to } })
      break
    case 'upgrade-began':
      await beginUpgrade(tx, job, change, at)
      break
    case 'upgrade-led':
      await noteLed(tx, cluster)
      break
    case 'cluster-version':
      await reachVersion(tx, cluster, change)
      break
    case 'upgrade-seen':
      await noteSeen(tx, cluster, change, at)
      break
    case 'redeploy-began':
      await beginRedeploy(tx, job, change)
      break
    case 'redeployed':
      await endRedeploy(tx, cluster)
      break
    case 'key-switched':
      await switchKey(tx, cluster, change)
      break
    case 'former-key-gone':
      await noteKeyGone(tx, cluster, change)
      break
    case 'upgrade-finalised':
      await endUpgrade(tx, job, 'final', at)
      break
    case 'upgrade-rolled-back':
      await endUpgrade(tx, job, 'rolled-back', at)
      await reachVersion(tx, cluster, change)
      break
    case 'lifecycle':
      await recordLifecycle(tx, job, change, at)
      break
    case 'config-written':
      await noteWritten(tx, cluster, change)
      break
    case 'config-applied':
      await noteApplied(tx, cluster, change)
      break
    case 'topology-joined':
      await recordJoined(tx, cluster, change)
      break
  }
}

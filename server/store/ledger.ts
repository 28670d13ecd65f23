import { randomUUID } from 'node:crypto'
import type { ComponentName } from '@/server/domain/component'
import type { InstanceId } from '@/server/domain/instance'
import { type LedgerEntry, type LedgerKind, ledgerKinds } from '@/server/domain/ledger'
import type { Change } from '@/server/domain/step'
import type { Db, Tx } from './database'

/** The job in whose transaction the books change. */
export type ChangingJob = { id: string; clusterName: string; operation: string; startedBy: string }

/** A cluster's ledger, oldest first. */
export const readLedger = async (db: Db | Tx, cluster: string): Promise<LedgerEntry[]> =>
  (await db.ledger.findMany({ where: { cluster }, orderBy: [{ since: 'asc' }, { id: 'asc' }] })).map(entryOf)

/** The new binary supersedes what lay there. Told twice by the same job, it is noted once. */
export const noteInstalled = async (
  tx: Tx,
  { id: jobId, clusterName: cluster, operation, startedBy }: ChangingJob,
  { instance, packageSha256, entrySha256, ledger }: Extract<Change, { change: 'installed' }>,
  at: Date,
): Promise<void> => {
  const now = await tx.ledger.findFirst({ where: { cluster, instance, supersededAt: null } })
  if (now?.jobId === jobId && now.packageSha256 === packageSha256) return
  await tx.ledger.updateMany({ where: { cluster, instance, supersededAt: null }, data: { supersededAt: at } })
  const { kind, ticket, notes, due, offline } = ledger ?? { kind: ledgerKinds.find((one) => one === operation) ?? 'deploy' }
  await tx.ledger.create({
    data: {
      ...{ id: randomUUID(), cluster, instance, packageSha256, entrySha256, since: at, by: startedBy, jobId, kind },
      ...{ ticket: ticket ?? '', notes: notes ?? '', due: due ?? null, offline: offline ?? false },
    },
  })
}

/** These instances have left the cluster: nothing of this panel's lies there any more. */
export const closeLedger = async (
  tx: Tx,
  { id: leftJobId, clusterName: cluster }: ChangingJob,
  instances: readonly InstanceId[],
  at: Date,
): Promise<void> => {
  await tx.ledger.updateMany({
    where: { cluster, instance: { in: [...instances] }, supersededAt: null },
    data: { supersededAt: at, leftJobId },
  })
}

/** What a person notes with it afterwards. False: no such entry. */
export const annotateLedger = async (
  db: Db,
  cluster: string,
  id: string,
  change: { ticket?: string; notes?: string; due?: string | null },
): Promise<boolean> => (await db.ledger.updateMany({ where: { id, cluster }, data: change })).count === 1

export const dropLedger = async (tx: Tx, cluster: string): Promise<void> => {
  await tx.ledger.deleteMany({ where: { cluster } })
  await tx.rolePackage.deleteMany({ where: { cluster } })
}

/** What later scale-outs of a role get on a platform; nothing: the release's own package. */
export type RolePackage = { component: ComponentName; os: string; arch: string; packageSha256: string; by: string; at: string }

export const rolePackages = async (db: Db | Tx, cluster: string): Promise<RolePackage[]> =>
  (await db.rolePackage.findMany({ where: { cluster }, orderBy: [{ component: 'asc' }, { arch: 'asc' }] })).map((row) => ({
    component: row.component as ComponentName, // written by keepRolePackage only
    ...{ os: row.os, arch: row.arch, packageSha256: row.packageSha256, by: row.by, at: row.at.toISOString() },
  }))

export const keepRolePackage = async (
  tx: Tx,
  { clusterName: cluster, startedBy: by }: ChangingJob,
  { component, os, arch, packageSha256 }: Extract<Change, { change: 'role-package' }>,
  at: Date,
): Promise<void> => {
  const role = { cluster, component, os, arch }
  if (packageSha256 === null) {
    await tx.rolePackage.deleteMany({ where: role })
    return
  }
  const row = { packageSha256, by, at }
  await tx.rolePackage.upsert({ where: { cluster_component_os_arch: role }, create: { ...role, ...row }, update: row })
}

/** Package → clusters whose ledger or roles name it: it may be wanted again, so that it stays in the store. */
export const ledgerUses = async (db: Db): Promise<Map<string, string[]>> => {
  const rows = [
    ...(await db.ledger.findMany({ select: { packageSha256: true, cluster: true }, distinct: ['packageSha256', 'cluster'] })),
    ...(await db.rolePackage.findMany({ select: { packageSha256: true, cluster: true } })),
  ]
  const uses = new Map<string, string[]>()
  for (const { packageSha256, cluster } of rows) {
    const known = uses.get(packageSha256) ?? []
    if (!known.includes(cluster)) uses.set(packageSha256, [...known, cluster])
  }
  return uses
}

const entryOf = (row: Awaited<ReturnType<Db['ledger']['findUniqueOrThrow']>>): LedgerEntry => ({
  ...{ id: row.id, instance: row.instance, packageSha256: row.packageSha256, entrySha256: row.entrySha256 },
  ...{ since: row.since.toISOString(), by: row.by, jobId: row.jobId },
  kind: row.kind as LedgerKind, // written by noteInstalled only
  ...{ ticket: row.ticket, notes: row.notes, due: row.due, offline: row.offline },
  supersededAt: row.supersededAt?.toISOString() ?? null,
  ...(row.leftJobId !== null && { leftBy: row.leftJobId }),
})

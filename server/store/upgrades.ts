import type { Change, KeyFile } from '@/server/domain/step'
import { formerTopology } from '@/server/domain/topology/beside'
import { foldersText } from '@/server/domain/topology/entries-text'
import { hasSecretKey, secretKeyText, withoutSecretKey, withoutSecretKeyText, withSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import type { LeftFolder, MasterSeen, OpenState, OpenUpgrade } from '@/server/domain/upgrade'
import { dropConfigExports } from './config-exports'
import type { Db, Tx } from './database'
import type { ChangingJob } from './ledger'
import { demandCluster, nextRevision } from './topology-changes'

export type UpgradeState = OpenState | 'final' | 'rolled-back'
export type UpgradeRow = Omit<OpenUpgrade, 'state'> & {
  id: string
  cluster: string
  state: UpgradeState
  by: string
  at: string
  endedAt: string | null
}

/** A cluster's upgrades, the latest first. */
export const listUpgrades = async (db: Db | Tx, cluster: string): Promise<UpgradeRow[]> =>
  (await db.clusterUpgrade.findMany({ where: { cluster }, orderBy: { at: 'desc' } })).map(rowOf)

/** The upgrade that can still be gone on with, gone back from, or finalised. */
export const openUpgrade = async (db: Db | Tx, cluster: string): Promise<(UpgradeRow & OpenUpgrade) | undefined> => {
  for (const row of await listUpgrades(db, cluster)) {
    const { state } = row
    if (state === 'open' || state === 'redeploying' || state === 'redeployed') return { ...row, state }
  }
  return undefined
}

const openStates: OpenState[] = ['open', 'redeploying', 'redeployed']

/** A further job to the same version goes on with what is open; one to another version makes what was open final. */
export const beginUpgrade = async (tx: Tx, job: ChangingJob, { from, to }: { from: string; to: string }, at: Date): Promise<void> => {
  const open = await openUpgrade(tx, job.clusterName)
  if (open?.state === 'open' && open.to === to && open.from === from) {
    const jobIds = open.jobIds.includes(job.id) ? open.jobIds : [...open.jobIds, job.id]
    await tx.clusterUpgrade.update({ where: { id: open.id }, data: { jobIds: JSON.stringify(jobIds) } })
    return
  }
  await endUpgrade(tx, job, 'final', at)
  const row = { id: job.id, cluster: job.clusterName, from, to, jobIds: JSON.stringify([job.id]), state: 'open', by: job.startedBy, at }
  await tx.clusterUpgrade.create({ data: row })
  await outdatePlans(tx, job.clusterName, `upgrade to ${to} began`)
}

export const noteLed = async (tx: Tx, cluster: string): Promise<void> => {
  await tx.clusterUpgrade.updateMany({ where: { cluster, state: 'open' }, data: { led: true } })
}

/** What was seen of an upgraded master at the end of its turn; the former notes of others stay. */
export const noteSeen = async (
  tx: Tx,
  cluster: string,
  { instance, seen }: Extract<Change, { change: 'upgrade-seen' }>,
  at: Date,
): Promise<void> => {
  const open = await openUpgrade(tx, cluster)
  if (open?.state !== 'open') return
  const all = { ...open.seen, [instance]: { ...seen, at: at.toISOString() } }
  const led = open.led || (seen.led ?? 0) > 0
  await tx.clusterUpgrade.update({ where: { id: open.id }, data: { seen: JSON.stringify(all), led } })
}

/** Final, or gone back from: by binaries, or by a redeploy whose former folders are given up now. */
export const endUpgrade = async (
  tx: Tx,
  { clusterName: cluster }: ChangingJob,
  state: 'final' | 'rolled-back',
  at: Date,
): Promise<void> => {
  const open = await openUpgrade(tx, cluster)
  const ended = open && open.state !== 'open' ? 'rolled-back' : state
  await tx.clusterUpgrade.updateMany({ where: { cluster, state: { in: openStates } }, data: { state: ended, endedAt: at } })
}

/**
 * The former version is being put beside the new one: from now on the books say its version and its folders, so that every further plan is
 * made for what is coming. Told twice, it is noted once.
 */
export const beginRedeploy = async (
  tx: Tx,
  { clusterName: cluster }: ChangingJob,
  { version, suffix, dropKey, left }: Extract<Change, { change: 'redeploy-began' }>,
): Promise<void> => {
  const open = await openUpgrade(tx, cluster)
  if (open?.state !== 'open') return
  await tx.clusterUpgrade.update({ where: { id: open.id }, data: { state: 'redeploying', led: true, left: JSON.stringify(left) } })
  await tx.cluster.updateMany({ where: { name: cluster }, data: { version, ...(dropKey ? { keyFile: null } : {}) } })
  await tx.rolePackage.deleteMany({ where: { cluster } })
  const now = await demandCluster(tx, cluster)
  const topology = formerTopology(now.topology, { suffix, dropKey })
  const yaml = foldersText(now.yaml, now.topology, { after: topology, dropKey })
  await outdatePlans(tx, cluster, `redeploy of ${version}`, { topology, yaml })
}

export const endRedeploy = async (tx: Tx, cluster: string): Promise<void> => {
  await tx.clusterUpgrade.updateMany({ where: { cluster, state: 'redeploying' }, data: { state: 'redeployed' } })
}

/** The cluster is of this version now; what later scale-outs got of a former one they get no more. */
export const reachVersion = async (
  tx: Tx,
  cluster: string,
  { version, secretKey, keyFile, dropKey }: { version: string; secretKey?: true; keyFile?: KeyFile; dropKey?: true },
): Promise<void> => {
  const key = dropKey ? null : keyFile === 'former' ? keyFile : keyFile?.credentialId
  await tx.cluster.updateMany({ where: { name: cluster }, data: { version, ...(key === undefined ? {} : { keyFile: key }) } })
  await tx.rolePackage.deleteMany({ where: { cluster } })
  const { topology, yaml } = await demandCluster(tx, cluster)
  const keyed = secretKey && !hasSecretKey(topology) ? { topology: withSecretKey(topology), yaml: secretKeyText(yaml) } : {}
  const dropped = dropKey ? { topology: withoutSecretKey(topology), yaml: withoutSecretKeyText(yaml) } : {}
  await outdatePlans(tx, cluster, `version ${version}`, { ...keyed, ...dropped })
}

/** A new revision: what was planned before this is not so any more. */
const outdatePlans = async (
  tx: Tx,
  cluster: string,
  reason: string,
  change: { topology?: Topology; yaml?: string } = {},
): Promise<void> => {
  const now = await demandCluster(tx, cluster)
  await nextRevision(tx, now, { topology: now.topology, yaml: now.yaml, ...change, reason })
}

/** With the cluster go its exports, for they hold passwords. */
export const dropUpgrades = async (tx: Tx, cluster: string): Promise<void> => {
  await dropConfigExports(tx, cluster)
  await tx.clusterUpgrade.deleteMany({ where: { cluster } })
}

const rowOf = (row: Awaited<ReturnType<Db['clusterUpgrade']['findUniqueOrThrow']>>): UpgradeRow => ({
  ...{ id: row.id, cluster: row.cluster, from: row.from, to: row.to, led: row.led, by: row.by, at: row.at.toISOString() },
  jobIds: JSON.parse(row.jobIds) as string[], // written by beginUpgrade only
  state: row.state as UpgradeState, // written by this file only
  seen: JSON.parse(row.seen) as Record<string, MasterSeen>, // written by noteSeen only
  left: JSON.parse(row.left) as LeftFolder[], // written by beginRedeploy only
  endedAt: row.endedAt?.toISOString() ?? null,
})

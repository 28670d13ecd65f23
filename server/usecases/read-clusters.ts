import type { ClusterDetail, ClusterRow } from '@/server/domain/api'
import { isRole } from '@/server/domain/component'
import type { ClusterStatus, DisplayRow, Seen } from '@/server/domain/display'
import type { Instance, Lifecycle } from '@/server/domain/instance'
import type { DisplayHeader } from '@/server/domain/topology/display-text'
import { instancesOf } from '@/server/domain/topology/instances'
import { maskYaml } from '@/server/domain/topology/mask-yaml'
import { hostPort } from '@/server/domain/topology/topology'
import { type ClusterWithTopology, findCluster, holdingJob, listClusters, readStatus } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { listUnapplied } from '@/server/store/unapplied'
import { renewWatch, watchedUntil } from '@/server/store/watching'
import { standingOf } from './standing'
import { unknownCluster } from './unknown-cluster'

export const readClusters = async (db: Db): Promise<ClusterRow[]> =>
  Promise.all((await listClusters(db)).map((cluster) => rowOf(db, cluster)))

/** Throws cluster-unknown, cluster-renamed. */
export const demandCluster = async (db: Db, name: string): Promise<ClusterWithTopology> => {
  const cluster = await findCluster(db, name)
  if (!cluster) throw await unknownCluster(db, name)
  return cluster
}

const rowOf = async (db: Db, cluster: ClusterWithTopology): Promise<ClusterRow> => {
  const [status, job, key] = await Promise.all([
    readStatus(db, cluster.name),
    holdingJob(db, cluster.name),
    findCredential(db, cluster.credentialId),
  ])
  return {
    name: cluster.name,
    user: cluster.deployUser,
    version: cluster.version,
    path: `/api/clusters/${encodeURIComponent(cluster.name)}/export`,
    privateKey: { name: key?.name ?? '', fingerprint: key?.fingerprint ?? '' },
    lifecycle: cluster.lifecycle,
    revision: cluster.revision,
    nodes: countByRole(cluster),
    worst: status?.worst ?? 'unknown',
    leader: status?.leader ?? '',
    runningJob: job ?? null,
    lastChange: cluster.updatedAt,
    statusAt: status?.at ?? null,
    unapplied: (await listUnapplied(db, cluster.name)).map(({ instance, revision, state }) => ({ instance, revision, state })),
  }
}

const countByRole = (cluster: ClusterWithTopology): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { component } of instancesOf(cluster.topology)) {
    if (isRole(component)) counts[component] = (counts[component] ?? 0) + 1
  }
  return counts
}

/** Throws cluster-unknown. */
export const readCluster = async (db: Db, name: string): Promise<ClusterDetail> => {
  const cluster = await demandCluster(db, name)
  const [row, status] = await Promise.all([rowOf(db, cluster), readStatus(db, name)])
  return {
    ...row,
    sshType: cluster.topology.global.ssh_type,
    tls: cluster.topology.global.enable_tls ?? false,
    grafanaUrls: grafanaUrls(cluster),
    adopted: cluster.adopted,
    settings: settingsOf(cluster),
    formerKeyOn: [...(cluster.formerKey?.hosts ?? [])],
    status: status ? { ...status, rows: rowsNow(cluster, status), silent: { ...status.silent } } : null,
    joining: inState(cluster, 'joining'),
    leaving: inState(cluster, 'leaving'),
    standing: await standingOf(db, cluster),
    yaml: maskYaml(cluster.yaml),
  }
}

const settingsOf = ({ connectTimeoutS, waitTimeoutS, concurrency, sshClient, jump }: ClusterWithTopology): ClusterDetail['settings'] => ({
  ...{ connectTimeoutS, waitTimeoutS, concurrency, sshClient, jump },
})

const inState = ({ topology }: ClusterWithTopology, state: Lifecycle): string[] =>
  instancesOf(topology).flatMap(({ id, lifecycle }) => (lifecycle === state ? [id] : []))

const grafanaUrls = ({ topology }: ClusterWithTopology): string[] =>
  topology.grafanas.map(({ host, port }) => `http://${hostPort(host, port)}`)

export type Display = { header: DisplayHeader; rows: readonly DisplayRow[]; at: string | null }

/** Rows of the instances that the cluster has now: one that came after the last look is N/A, one that left since is not shown. */
const rowsNow = ({ topology }: ClusterWithTopology, status: ClusterStatus | undefined): DisplayRow[] => {
  const shown = new Map(instancesOf(topology).flatMap((one) => (isRole(one.component) ? [[one.id, one] as const] : [])))
  const seen = (status?.rows ?? []).filter(({ id }) => shown.has(id))
  for (const { id } of seen) shown.delete(id)
  return [...seen, ...[...shown.values()].map(unseenRow)]
}

/** What `tiup dm display` shows, from the last look. */
export const readDisplay = async (db: Db, name: string): Promise<Display> => {
  const cluster = await demandCluster(db, name)
  const status: ClusterStatus | undefined = await readStatus(db, name)
  const { version, deployUser: user, topology } = cluster
  return {
    header: { name, version, user, sshType: topology.global.ssh_type, grafanaUrls: grafanaUrls(cluster) },
    rows: rowsNow(cluster, status),
    at: status?.at ?? null,
  }
}

const watchMs = 15_000
const staleMs = 10_000
const waitMs = 3000

/**
 * The display for somebody who asks now and perhaps again: the watcher keeps it fresh for a while, and when nobody was watching and it
 * is old, a fresh one is waited for, not for long. Throws cluster-unknown.
 */
export const watchDisplay = async (db: Db, name: string, now: () => number = Date.now): Promise<Display> => {
  const [first, watched] = [await readDisplay(db, name), await watchedUntil(db, name)]
  const begun = now()
  await renewWatch(db, name, new Date(begun + watchMs))
  const old = first.at === null || begun - Date.parse(first.at) > staleMs
  if (!old || (watched !== undefined && watched.getTime() > begun)) return first
  while (now() - begun < waitMs) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const display = await readDisplay(db, name)
    if (display.at !== first.at) return display
  }
  return first
}

const unseenRow = (instance: Instance): DisplayRow => {
  const { id, component: role, patched, host, hostId, dataDir, deployDir, name, unit } = instance
  const machine = { amd64: 'x86_64', arm64: 'aarch64' }[instance.arch] ?? instance.arch
  return {
    ...{ id, role, patched, host, hostId, dataDir, deployDir, name, unit },
    ports: instance.ports.join('/'),
    osArch: `${instance.os}/${machine}`,
    status: unseen('N/A'),
    since: { value: null, source: 'none', at: null },
    source: '',
    version: unseen(''),
    unitState: unseen(''),
    pid: 0,
  }
}

const unseen = (value: string): Seen<string> => ({ value, source: 'none', at: null })

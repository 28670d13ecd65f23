import { componentSpec } from '@/server/domain/component'
import type { ClusterStatus, DisplayRow } from '@/server/domain/display'
import type { UnitFact } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { hopsOf, reachOf } from '@/server/domain/ssh-client'
import type { Topology } from '@/server/domain/topology/topology'
import { askHost, parseHost } from '@/server/probes/batch'
import { healthPath, parseVersion, statusPath } from '@/server/probes/cluster-answers'
import { type HttpRequest, LinkLost, type Target, type Transport } from '@/server/remote/transport'
import { listWatched, writeStatus } from '@/server/store/cluster-status'
import { type ClusterWithTopology, findCluster, readStatus } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { noteHealth } from '@/server/store/happenings'
import { askMembers, get } from './ask-cluster'
import { displayStatus, type Reading, shownInstances } from './display-rows'
import type { Clock } from './engine'
import { type Sightings, startSightings } from './sightings'

export type WatcherOptions = {
  db: Db
  transport: Transport
  clock: Clock
  stopping: AbortSignal
  /** Of clusters that somebody looks at, and of the others. */
  watchedMs?: number
  othersMs?: number
  /** Told of an error that no host can cause; the process should end then. */
  onBug: (error: unknown) => void
}

/** Of clusters that nobody looks at, where something seems to be down. */
const unsureMs = 10_000
const clusterWidth = 4
const hostWidth = 8
const probeDeadlineMs = 10_000

export type Watcher = {
  /** What was seen of the cluster is out of date: it is read again within a second, whoever looks. */
  lookAgain(cluster: string): void
  finished: Promise<void>
}

/** Keeps the status of every cluster fresh until `stopping`. A cluster that takes long delays only itself. */
export const startWatcher = (options: WatcherOptions): Watcher => {
  const { db, clock, stopping, watchedMs = 5000, othersMs = 60_000 } = options
  const reading = new Map<string, Promise<void>>()
  const outdated = new Set<string>()
  const unsure = new Set<string>()
  const loop = async (): Promise<void> => {
    while (!stopping.aborted) {
      const now = clock.now()
      const due = (await listWatched(db)).filter(({ cluster, readAt, watchUntil }) => {
        const every = watchUntil !== null && watchUntil.getTime() > now ? watchedMs : unsure.has(cluster) ? unsureMs : othersMs
        return outdated.has(cluster) || now - readAt.getTime() >= every
      })
      for (const { cluster } of due) {
        if (reading.has(cluster) || reading.size >= clusterWidth) continue
        outdated.delete(cluster)
        const read = refreshStatus(options, cluster)
          .then((mayChange) => void (mayChange ? unsure.add(cluster) : unsure.delete(cluster)))
          .catch(options.onBug)
          .finally(() => reading.delete(cluster))
        reading.set(cluster, read)
      }
      await clock.sleep(Math.min(1000, watchedMs))
    }
    await Promise.all(reading.values())
  }
  return { lookAgain: (cluster) => void outdated.add(cluster), finished: loop().catch(options.onBug) }
}

/** Reads one cluster now, keeps what was seen, and notes what people are to be told of it. True: a change was seen that may be a moment's. */
export const refreshStatus = async (options: Pick<WatcherOptions, 'db' | 'transport' | 'clock'>, name: string): Promise<boolean> => {
  const cluster = await findCluster(options.db, name)
  if (!cluster) return false
  const before = (await readStatus(options.db, name)) ?? undefined
  const sightings = await startSightings(options.db, cluster, options.clock.now())
  const status = await readCluster(options, cluster, before, sightings)
  await writeStatus(options.db, name, status)
  await sightings.keep()
  return cluster.lifecycle === 'deploying' ? false : noteHealth(options.db, name, status)
}

/** Asks all hosts side by side, then the masters for their members. Never throws for a host or instance that is silent. */
export const readCluster = async (
  { transport, clock }: Pick<WatcherOptions, 'transport' | 'clock'>,
  cluster: ClusterWithTopology,
  before: ClusterStatus | undefined,
  sightings?: Sightings,
): Promise<ClusterStatus> => {
  const at = new Date(clock.now()).toISOString()
  const instances = shownInstances(cluster.topology)
  const former = new Map(before?.rows.map((row) => [row.id, row]))
  const targetOf = targets(cluster, instances)
  const http = (host: HostId, request: HttpRequest) => transport.http(targetOf(host), request)
  const hosts = [...new Set(instances.map(({ hostId }) => hostId))]
  const unread = unreadOf(cluster.topology)
  const seen = await inParallel(hosts, hostWidth, (host) =>
    readHost(
      { transport, http, at, target: targetOf(host), former, unread, ...(sightings ? { sightings } : {}) },
      instances.filter(({ hostId }) => hostId === host),
    ),
  )
  const silent = Object.fromEntries(seen.flatMap((one, i) => (typeof one === 'string' ? [[hosts[i] ?? '', one]] : [])))
  const own = seen.flatMap((one) => (typeof one === 'string' ? [] : one))
  const answering = hosts.filter((host) => silent[host] === undefined)
  const masters = instances.filter(({ component, hostId }) => component === 'dm-master' && answering.includes(hostId))
  const leaderFirst = masters.sort((a, b) => Number(b.name === before?.leader) - Number(a.name === before?.leader))
  const { members, membersError = '' } =
    unread.dm === undefined ? await askMembers({ http }, leaderFirst, answering) : { membersError: unread.dm }
  const column = <T>(pick: (one: InstanceReading) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      own.flatMap((one): [string, T][] => {
        const value = pick(one)
        return value === undefined ? [] : [[one.id, value]]
      }),
    )
  const reading: Reading = {
    ...{ at, silent, membersError, unread },
    units: unread.units === undefined ? column(({ unit }) => unit) : {},
    answers: column(({ answers }) => answers),
    versions: column(({ version }) => version),
    since: column(({ since }) => since),
    ...(members ? { members } : {}),
  }
  return displayStatus(cluster.topology, reading, before)
}

type InstanceReading = { id: string; unit?: UnitFact; answers: boolean; version?: string; since?: string }
type HostContext = {
  transport: Transport
  http: (host: HostId, request: HttpRequest) => ReturnType<Transport['http']>
  at: string
  target: Target
  former: ReadonlyMap<string, DisplayRow>
  unread: NonNullable<Reading['unread']>
  sightings?: Sightings
}

/** Adopted clusters may be of kinds that are seen in part only: the panel has no client certificate, and asks the system's units. */
const unreadOf = ({ global }: Topology): NonNullable<Reading['unread']> => ({
  ...(global.enable_tls ? { dm: 'enable_tls' } : {}),
  ...(global.systemd_mode === 'user' ? { units: 'systemd_mode: user' } : {}),
})

/** Everything that one host can say; why not, when it is silent. */
const readHost = async (context: HostContext, instances: readonly Instance[]): Promise<InstanceReading[] | string> => {
  const { target, at, sightings } = context
  const units = instances.map(({ unit }): HostProbe => ({ probe: 'unit', unit, hashExe: false }))
  const probes = [...units, ...(sightings?.questionsFor(target, instances) ?? [])]
  try {
    const result = await context.transport.run(context.target, { argv: askHost(probes), as: 'root', deadlineMs: probeDeadlineMs })
    const facts = parseHost(probes, result.stdout, at)
    sightings?.saw(target, { at, error: '', facts })
    return await Promise.all(instances.map((instance) => readInstance(context, instance, facts.units[instance.unit])))
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error
    sightings?.saw(target, { at, error: error.code })
    return error.code
  }
}

const readInstance = async (context: HostContext, instance: Instance, unit: UnitFact | undefined): Promise<InstanceReading> => {
  const { health } = componentSpec(instance.component)
  if (typeof health === 'string' && context.unread.dm !== undefined) return { id: instance.id, answers: false, ...(unit ? { unit } : {}) }
  const ask = (path: string) => get(context, instance.hostId, instance, path)
  const own = health === 'dm-master' ? await ask(healthPath) : health === 'dm-worker' ? undefined : await ask(health.httpPath)
  // A master that answers at all is up, whatever it thinks of its quorum; a monitor must be well.
  const answers = typeof own === 'object' && (health === 'dm-master' || (own.status >= 200 && own.status < 300))
  const reading = { id: instance.id, answers, ...(unit ? { unit } : {}) }
  if (!unit || unit.mainPid === 0) return reading
  const before = context.former.get(instance.id)
  // A process has one version and one start: asked again only of another process.
  if (before && before.pid === unit.mainPid && before.since.value !== null && (typeof health !== 'string' || before.version.value !== ''))
    return { ...reading, version: before.version.value, ...(before.since.source === 'http' ? { since: before.since.value } : {}) }
  const [version, since] = await Promise.all([typeof health === 'string' ? ask(statusPath) : undefined, ask('/metrics')])
  const parsed = typeof version === 'object' ? parseVersion(version.body) : undefined
  const start = typeof since === 'object' ? startOf(since.body) : undefined
  return { ...reading, ...(parsed ? { version: parsed } : {}), ...(start ? { since: start } : {}) }
}

/** `process_start_time_seconds` of a `/metrics` page, ISO. */
const startOf = (metrics: string): string | undefined => {
  const seconds = Number(/^process_start_time_seconds\s+(\S+)/m.exec(metrics)?.[1])
  return Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined
}

/** How each host of a cluster is reached. */
export const targets = (cluster: ClusterWithTopology, instances: readonly Instance[]) => {
  const ports = new Map(instances.map(({ hostId, sshPort }) => [hostId, sshPort]))
  const login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' as const }
  const { connectTimeoutS, sshClient, jump } = reachOf({}, cluster, cluster.topology.global.ssh_type)
  const reach = {
    ...(connectTimeoutS && { connectTimeoutMs: connectTimeoutS * 1000 }),
    ...(sshClient && { client: sshClient }),
    ...(jump?.length && { jump: hopsOf(jump) }),
  }
  return (host: HostId): Target => ({ host, address: host, port: ports.get(host) ?? 22, login, ...reach })
}

const inParallel = async <T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: [number, R][] = []
  const queue = [...items.entries()]
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results.push([next[0], await work(next[1])])
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results.sort(([a], [b]) => a - b).map(([, result]) => result)
}

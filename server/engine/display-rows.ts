import { componentSpec, isRole } from '@/server/domain/component'
import type { ClusterStatus, DisplayRow, Seen, WorstStatus } from '@/server/domain/display'
import type { MembersFact, UnitFact } from '@/server/domain/facts'
import type { HostId, Instance, InstanceId } from '@/server/domain/instance'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'

/** What one reading of a cluster saw. A host is either in `units` or in `silent`. */
export type Reading = {
  at: string
  units: Readonly<Record<InstanceId, UnitFact | undefined>>
  silent: Readonly<Record<HostId, string>>
  /** Whether the instance's own port answered: a master's /health, a monitor's health path with 2xx. */
  answers: Readonly<Record<InstanceId, boolean>>
  versions: Readonly<Record<InstanceId, string>>
  /** Starts of processes, ISO. */
  since: Readonly<Record<InstanceId, string>>
  members?: MembersFact
  membersError: string
  /** Why DM's own API, or the units, can't be asked in this kind of cluster. */
  unread?: { dm?: string; units?: string }
}

/** The instances that have rows: exporters have none, as in `tiup dm display`. */
export const shownInstances = (topology: Topology): Instance[] => instancesOf(topology).filter(({ component }) => isRole(component))

/** The live page of a cluster. What a silent host can't say is kept as it was last seen, with its own age. */
export const displayStatus = (topology: Topology, reading: Reading, before: ClusterStatus | undefined): ClusterStatus => {
  const former = new Map(before?.rows.map((row) => [row.id, row]))
  const rows = shownInstances(topology)
    .map((instance) => rowOf(instance, { topology, reading, former: former.get(instance.id) }))
    .sort((a, b) => a.role.localeCompare(b.role) || a.host.localeCompare(b.host) || a.ports.localeCompare(b.ports, 'en', { numeric: true }))
  return {
    at: reading.at,
    rows,
    leader: reading.members?.leader?.name ?? '',
    worst: worstOf(rows, reading),
    silent: reading.silent,
    membersError: reading.membersError,
  }
}

type Context = { topology: Topology; reading: Reading; former: DisplayRow | undefined }

const rowOf = (instance: Instance, context: Context): DisplayRow => {
  const { reading, former } = context
  const unit = reading.units[instance.id]
  const silent = reading.silent[instance.hostId]
  const seen = <T>(value: T, source: Seen<T>['source'], kept: Seen<T> | undefined): Seen<T> => {
    if (silent === undefined) return { value, source, at: reading.at }
    return kept ? { ...kept, why: silent } : { value, source: 'none', at: null, why: silent }
  }
  const { dm, units } = reading.unread ?? {}
  const fromDm = <T>(empty: T, one: Seen<T>): Seen<T> => (dm !== undefined && isDm(instance) ? never(empty, dm) : one)
  return {
    ...{ id: instance.id, role: instance.component, patched: instance.patched, host: instance.host, hostId: instance.hostId },
    ports: portsOf(instance, context.topology),
    osArch: `${instance.os || 'linux'}/${{ amd64: 'x86_64', arm64: 'aarch64' }[instance.arch] ?? instance.arch}`,
    status: statusOf(instance, context),
    since: fromDm(null, startOf(instance, unit, context)),
    ...{ dataDir: instance.dataDir, deployDir: instance.deployDir, name: instance.name },
    source: reading.members?.workers.find(({ name }) => instance.component === 'dm-worker' && name === instance.name)?.source ?? '',
    version: fromDm('', seen(reading.versions[instance.id] ?? '', 'http', former?.version)),
    unitState:
      units !== undefined ? never('N/A', units) : seen(unit ? `${unit.activeState} (${unit.subState})` : '', 'systemd', former?.unitState),
    boots: units !== undefined ? never('', units) : seen(unit?.unitFileState ?? '', 'systemd', former?.boots),
    unit: instance.unit,
    pid: silent === undefined ? (unit?.mainPid ?? 0) : (former?.pid ?? 0),
  }
}

/** As in TiUP: when the process says that it started, else when its unit did. */
const startOf = (instance: Instance, unit: UnitFact | undefined, { reading, former }: Context): Seen<string | null> => {
  const why = reading.silent[instance.hostId]
  if (why !== undefined) return former ? { ...former.since, why } : { value: null, source: 'none', at: null, why }
  const own = reading.since[instance.id]
  return own === undefined ? { value: enteredAt(unit), source: 'systemd', at: reading.at } : { value: own, source: 'http', at: reading.at }
}

/** systemd writes `Sat 2026-11-21 08:00:43 UTC`; asked with TZ=UTC. */
const enteredAt = (unit: UnitFact | undefined): string | null => {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(unit?.mainPid ? unit.activeEnterTimestamp : '') ?? []
  return day && time ? `${day}T${time}.000Z` : null
}

const isDm = ({ component }: Instance): boolean => component === 'dm-master' || component === 'dm-worker'

const never = <T>(value: T, why: string): Seen<T> => ({ value, source: 'none', at: null, why })

/** TiUP shows the exporters' ports in the Prometheus row, as `9090/9115/9100`. */
const portsOf = (instance: Instance, { monitored }: Topology): string =>
  instance.component === 'prometheus' && monitored
    ? [...instance.ports, monitored.blackbox_exporter_port, monitored.node_exporter_port].join('/')
    : instance.ports.join('/')

/** The words of `tiup dm display`; the members are the leader's, so that a silent host's members still have a fresh status. */
const statusOf = (instance: Instance, context: Context): Seen<string> => {
  const { dm } = context.reading.unread ?? {}
  if (dm !== undefined && isDm(instance)) return never('N/A', dm)
  switch (componentSpec(instance.component).health) {
    case 'dm-master':
      return masterStatus(instance, context.reading)
    case 'dm-worker':
      return workerStatus(instance, context.reading)
    default:
      return monitorStatus(instance, context)
  }
}

const masterStatus = (instance: Instance, { at, silent, answers, members, membersError }: Reading): Seen<string> => {
  const seen = (value: string, why = ''): Seen<string> => ({ value, source: 'dm-api', at, ...(why ? { why } : {}) })
  const quiet = silent[instance.hostId]
  if (quiet === undefined && !answers[instance.id]) return seen('Down')
  // A master that knows no leader refuses the question, which TiUP shows as Down.
  if (!members) return quiet === undefined ? seen('Down', membersError) : seen('N/A', quiet)
  const listed = members.masters.find(({ name }) => name === instance.name)
  if (!listed) return seen('N/A')
  if (!listed.alive) return quiet === undefined ? seen('Unhealthy') : seen('Down', quiet)
  return seen(members.leader?.name === instance.name ? 'Healthy|L' : 'Healthy')
}

const workerStatus = (instance: Instance, { at, members, membersError }: Reading): Seen<string> => {
  if (!members) return { value: 'N/A', source: 'dm-api', at, why: membersError }
  const stage = members.workers.find(({ name }) => name === instance.name)?.stage
  return { value: stage ? stage.charAt(0).toUpperCase() + stage.slice(1) : 'N/A', source: 'dm-api', at }
}

const monitorStatus = (instance: Instance, { reading, former }: Context): Seen<string> => {
  const quiet = reading.silent[instance.hostId]
  if (quiet === undefined) return { value: reading.answers[instance.id] ? 'Up' : 'Down', source: 'http', at: reading.at }
  return former ? { ...former.status, why: quiet } : { value: 'N/A', source: 'none', at: null, why: quiet }
}

const bad = new Set(['Down', 'Unhealthy', 'Offline'])

const worstOf = (rows: readonly DisplayRow[], { silent, units }: Reading): WorstStatus => {
  const seen = Object.values(units)
  if (Object.keys(silent).length === 0 && seen.length > 0 && seen.every((unit) => unit?.activeState === 'inactive')) return 'stopped'
  const failing = rows.filter(({ status }) => bad.has(status.value))
  if (failing.some(({ role }) => role === 'dm-master' || role === 'dm-worker')) return 'bad'
  if (failing.length > 0) return 'warn'
  return rows.some(({ status }) => status.value === 'N/A') || Object.keys(silent).length > 0 ? 'unknown' : 'ok'
}

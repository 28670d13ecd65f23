import type { MembersFact } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { onlyEntries, withoutEntries } from '@/server/domain/topology/entries'
import { entriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { hostIdOf, type Topology } from '@/server/domain/topology/topology'
import { withSeenPlatforms } from './deploy-packages'
import type { OperationFacts, OperationInput } from './input'
import { isDm } from './leave-steps'
import { clockRows, hostRows, localFileProblems, packageTextRows, type ReachPair, reachPairs, reachRow, rowProblems } from './preflight'
import { byComponent, unitState } from './select'

/** The cluster as it was, and the new instances in a topology of their own. */
export type Growth = {
  /** With the new entries, as joining. */
  topology: Topology
  before: Topology
  /** The new entries alone; exporters only on hosts that are new. */
  view: Topology
  newHosts: readonly HostId[]
}

export const growthOf = (asWritten: Topology, facts: OperationFacts, input: OperationInput): Growth => {
  const topology = withSeenPlatforms(asWritten, facts)
  const ids = input.joining?.ids ?? []
  const before = withoutEntries(topology, ids)
  const known = new Set(hostsOf(before).map(({ hostId }) => hostId))
  const view = withoutExporters(onlyEntries(topology, ids), known)
  return { topology, before, view, newHosts: hostsOf(view).flatMap(({ hostId }) => (known.has(hostId) ? [] : [hostId])) }
}

/** A host that the cluster has already has its exporters. */
const withoutExporters = (topology: Topology, hosts: ReadonlySet<HostId>): Topology => {
  const marked = <T extends { host: string; manage_host?: string }>(entries: readonly T[]) =>
    entries.map((entry) => (hosts.has(hostIdOf(entry)) ? { ...entry, ignore_exporter: true } : entry))
  return {
    ...topology,
    masters: marked(topology.masters),
    workers: marked(topology.workers),
    monitors: marked(topology.monitors),
    grafanas: marked(topology.grafanas),
    alertmanagers: marked(topology.alertmanagers),
  }
}

/** Who of the whole cluster must reach whom, where a new instance is at either end. */
export const newPairs = ({ topology, view }: Growth): ReachPair[] => {
  const hosts = new Set(hostsOf(view).map(({ hostId }) => hostId))
  const targets = new Set(instancesOf(view).flatMap((one) => one.ports.map((port) => `${one.host}:${port}`)))
  return reachPairs(topology).filter((pair) => hosts.has(pair.from) || targets.has(`${pair.address}:${pair.port}`))
}

/** The preflight of the new instances and their hosts, and what DM has to say. */
export const scaleOutProblems = (growth: Growth, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { topology, view, newHosts } = growth
  if (!input.joining?.ids.length) return [{ code: 'scale-out.nothing', severity: 'error', params: {} }]
  const rows = [
    ...hostsOf(view).flatMap(({ hostId }) => hostRows(hostId, view, facts, input)),
    ...clockRows(topology, facts).filter(({ host }) => newHosts.includes(host)),
    ...newPairs(growth).map((pair) => reachRow(pair, facts)),
    ...packageTextRows(view, input),
  ]
  return [
    ...loginProblems(newHosts, input),
    ...rowProblems(rows, facts, input),
    ...localFileProblems(view, input),
    ...memberProblems(growth, facts),
    ...mixedProblems(view, input),
  ]
}

const loginProblems = (newHosts: readonly HostId[], input: OperationInput): Problem[] =>
  newHosts.length > 0 && !input.given
    ? [{ code: 'scale-out.credential', severity: 'error', path: 'credentialId', params: { hosts: newHosts.join(', ') } }]
    : []

const memberProblems = ({ before, view }: Growth, facts: OperationFacts): Problem[] => {
  const joining = instancesOf(view).filter(isDm)
  if (joining.length === 0) return []
  const members = facts.cluster?.members
  if (!members) {
    const down = byComponent(instancesOf(before), 'dm-master').every((one) => unitState(facts, one) === 'down')
    const params = { reason: facts.cluster?.membersError ?? '' }
    return [{ code: down ? 'scale-out.stopped' : 'scale-out.members-unknown', severity: 'error', params }]
  }
  return [...deadMasters(joining, members), ...joining.flatMap((one) => registered(one, members))]
}

/** DM takes no new master while a member is down. One that is to join now, and once began to, may be. */
const deadMasters = (joining: readonly Instance[], members: MembersFact): Problem[] => {
  const masters = byComponent(joining, 'dm-master')
  const dead = members.masters.filter(({ alive, name }) => !alive && !masters.some((one) => one.name === name)).map(({ name }) => name)
  return masters.length > 0 && dead.length > 0
    ? [{ code: 'scale-out.master-down', severity: 'error', params: { names: dead.join(', ') } }]
    : []
}

/** A worker of this name at another address is not let in (recorded b2). */
const registered = (one: Instance, members: MembersFact): Problem[] => {
  const worker = one.component === 'dm-worker' ? members.workers.find(({ name }) => name === one.name) : undefined
  return worker && worker.addr !== one.id
    ? [{ code: 'scale-out.registered', severity: 'error', params: { name: one.name, address: worker.addr } }]
    : []
}

/** What is installed is not the release's own package: a hotfix that the role runs, or one that was chosen. */
const mixedProblems = (view: Topology, input: OperationInput): Problem[] => {
  const components = new Set(entriesOf(view).map(({ component }) => component))
  return (input.joining?.prefer ?? []).flatMap((one): Problem[] =>
    one.origin.from === 'hotfix' && [...components].some((name) => name === one.component)
      ? [{ code: 'scale-out.hotfix', severity: 'info', params: { component: one.component, sha256: one.sha256.slice(0, 12) } }]
      : [],
  )
}

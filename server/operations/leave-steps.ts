import { components } from '@/server/domain/component'
import type { MasterFact, MembersFact } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, unitSubject, waitFor } from './build'
import type { OperationFacts, OperationInput } from './input'
import { evict, transferTimeoutS } from './masters'
import { quorum } from './select'
import { moveSources, sourcesOf } from './sources'

export type LeaveContext = {
  topology: Topology
  facts: OperationFacts
  input: OperationInput
  /** All that leave by this plan. */
  leaving: readonly Instance[]
}

/** Masters must hold what they are for so long before a member goes: DM takes younger ones for unhealthy (recorded b3). */
export const settledS = 6
/** A worker's lease, and with relay (recorded 83; DM's defaults), with some room. Seconds. */
export const leaseS = { plain: 90, relay: 1830 }

/** How a master may go: as documented, `delete-first` where its stop would cost the majority, or not now. `absent`: DM does not list it. */
type MasterWay = 'documented' | 'delete-first' | 'refused' | 'absent'

/** Judged by the members that live, whatever the topology says. */
export const masterWay = (name: string, members: MembersFact): MasterWay => {
  const own = members.masters.find((one) => one.name === name)
  if (!own) return 'absent'
  const total = members.masters.length
  const others = aliveOthers(name, members).length
  if (others >= quorum(total)) return 'documented'
  return own.alive && others >= quorum(total - 1) && others + 1 >= quorum(total) ? 'delete-first' : 'refused'
}

export const aliveOthers = (name: string, members: MembersFact): MasterFact[] =>
  members.masters.filter((one) => one.alive && one.name !== name)

/** A host from which DM is asked when the instance's own is lost: that of a master that stays. */
export const askingHost = ({ topology, facts, leaving }: LeaveContext): HostId =>
  instancesOf(topology).find(
    (one) => one.component === 'dm-master' && facts.hosts[one.hostId]?.system && !leaving.some(({ id }) => id === one.id),
  )?.hostId ?? ''

export const isLost = (one: Instance, facts: OperationFacts): boolean => !facts.hosts[one.hostId]?.system

/** Said right before the first step that can't be taken back. */
const recordLeaving = (one: Instance): Draft => ({
  subject: `leaving-${one.id}`,
  step: { kind: 'recorded', record: { change: 'lifecycle', instance: one.id, to: 'leaving' } },
})

/** Leadership and membership given up, and the process stopped, in the order that DM takes. Empty where nobody of DM can be asked. */
export const masterSteps = (one: Instance, context: LeaveContext): Draft[] => {
  const { facts, input } = context
  const members = facts.cluster?.members
  const lost = isLost(one, facts)
  const host = lost ? askingHost(context) : one.hostId
  const stop = lost ? [] : [stopped(one)]
  const leaving = recordLeaving(one)
  const way = members ? masterWay(one.name, members) : 'absent'
  if (!members || way === 'absent') return [leaving, ...stop]
  const alive = members.masters.some(({ name, alive: up }) => name === one.name && up)
  const dead = members.masters.filter((other) => !other.alive && other.name !== one.name).map(({ name }) => name)
  const total = members.masters.length
  const staying = aliveOthers(one.name, members).map(({ name }) => name)
  const settled = (except: readonly string[]): Draft => ({
    subject: `settled-${one.id}`,
    step: {
      kind: 'awaited',
      host,
      gate: waitFor([{ ask: 'masters-settled', host, names: staying, except }], input.waitTimeoutS ?? 120, settledS * 1000),
    },
  })
  const majority = way === 'documented' ? { masters: total } : { masters: total - 1, leaves: true as const }
  const handOver: Draft[] =
    alive && !lost
      ? [
          { subject: `quorum-${one.id}`, step: { kind: 'guard', host, asks: { guard: 'quorum-without', name: one.name, ...majority } } },
          evict(one),
          {
            subject: `leader-${one.id}`,
            step: { kind: 'awaited', host, gate: waitFor([{ ask: 'leader-elsewhere', host, name: one.name }], transferTimeoutS(input)) },
          },
        ]
      : []
  const absent: Draft = {
    subject: one.name,
    step: { kind: 'member-absent', host, type: 'master', name: one.name, masters: total, ...(lost ? {} : { unit: one.unit }) },
  }
  return way === 'documented'
    ? [...handOver, settled([...dead, one.name]), leaving, ...stop, absent]
    : [...handOver, settled(dead), leaving, absent, ...stop]
}

/** Its source moves where one is free to take it, its process stops, its lease ends, DM forgets it. */
export const workerSteps = (one: Instance, context: LeaveContext): Draft[] => {
  const { facts, input, leaving } = context
  const members = facts.cluster?.members
  const lost = isLost(one, facts)
  const host = lost ? askingHost(context) : one.hostId
  const stop = lost ? [] : [stopped(one)]
  if (!members?.workers.some(({ name }) => name === one.name)) return [recordLeaving(one), ...stop]
  const names = leaving.filter(({ component }) => component === 'dm-worker').map(({ name }) => name)
  const free = freeStaying(context).length > 0
  const rebound = free
    ? sourcesOf(one, facts).map((source) => ({
        subject: `bound-${source}`,
        step: { kind: 'awaited', host, gate: waitFor([{ ask: 'source-bound', host, source }], transferTimeoutS(input)) } as const,
      }))
    : []
  return [
    ...(free && !lost ? moveSources(one, context, names) : []),
    recordLeaving(one),
    ...stop,
    {
      subject: `offline-${one.id}`,
      step: { kind: 'awaited', host, gate: waitFor([{ ask: 'worker-offline', host, name: one.name }], leaseOf(one, context)) },
    },
    ...rebound,
    { subject: one.name, step: { kind: 'member-absent', host, type: 'worker', name: one.name, masters: 0 } },
  ]
}

/** Workers that stay and have no source. */
export const freeStaying = ({ facts, leaving }: LeaveContext): string[] =>
  (facts.cluster?.members?.workers ?? [])
    .filter(({ name, stage }) => stage === 'free' && !leaving.some((one) => one.component === 'dm-worker' && one.name === name))
    .map(({ name }) => name)

/** Seconds after which a worker that was killed counts as offline; the longer ones where relay may be on. */
export const leaseOf = (one: Instance, { facts }: LeaveContext): number => {
  const stage = facts.cluster?.members?.workers.find(({ name }) => name === one.name)?.stage
  const sources = facts.cluster?.sources
  const relay = stage === 'relay' || (sources === undefined ? sourcesOf(one, facts).length > 0 : sources.some((each) => each.relay))
  return relay ? leaseS.relay : leaseS.plain
}

const stopped = (one: Instance): Draft => ({
  subject: unitSubject(one),
  step: { kind: 'unit-stopped', host: one.hostId, unit: one.unit },
})

/** Stops it, and it starts no more; unit, data and programs deleted. What another instance uses stays. */
export const wipeSteps = (one: Instance, topology: Topology, staying: readonly Instance[]): Draft[] => {
  const host = one.hostId
  const unitFile = `/etc/systemd/system/${one.unit}`
  return [
    { subject: one.unit, step: { kind: 'unit-enabled', host, unit: one.unit, enabled: false } },
    { subject: unitFile, step: { kind: 'path-absent', host, path: unitFile, onlyEmpty: false } },
    ...ownDirectories(one, topology, staying).map(
      (path): Draft => ({ subject: path, step: { kind: 'path-absent', host, path, onlyEmpty: false } }),
    ),
  ]
}

/** Data, logs, then the rest; a folder that holds another's, or is shared with one that stays, is not among them. */
export const ownDirectories = (one: Instance, topology: Topology, staying: readonly Instance[]): string[] => {
  const neighbours = staying.filter(({ hostId, id }) => hostId === one.hostId && id !== one.id)
  const taken = [...neighbours.flatMap(directoriesOf), ...sharedDirectories(topology)]
  const own = directoriesOf(one).toReversed()
  return own.filter((dir) => !taken.some((other) => other === dir || other.startsWith(`${dir}/`)))
}

/** The cluster's own, as written. */
const sharedDirectories = ({ global }: Topology): string[] =>
  [global.deploy_dir, global.data_dir, global.log_dir ?? ''].filter((dir) => dir.startsWith('/'))

/** Nothing of DM has to be asked. */
export const monitorSteps = (one: Instance, { facts }: LeaveContext): Draft[] => [
  recordLeaving(one),
  ...(isLost(one, facts) ? [] : [stopped(one)]),
]

export const isDm = ({ component }: Instance): boolean =>
  components[component].health === 'dm-master' || components[component].health === 'dm-worker'

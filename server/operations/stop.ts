import { type ComponentName, componentNames, components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import type { Impact } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { exporterHosts, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, type PhaseDraft, phase, planOf, recordLane, unitSubject } from './build'
import type { Operation, OperationFacts, OperationInput } from './input'
import { cancelEvict, evict } from './masters'
import { byComponent, isExporter, quorum, selectable, selected, selectionFlags, selectionProblems, unitState, unseenHosts } from './select'
import { startNeeds } from './start'

/**
 * Stops the selected instances in the reverse of the start order, exporters last, and those only on hosts where everything stops.
 * When no master stays, all are evicted first and then stopped together: stopping them as they are hangs for a minute.
 */
export const stop: Operation = {
  name: 'stop',
  needs: (topology) => startNeeds(topology),
  validate: (topology, facts, input) => [
    ...selectionProblems(topology, input),
    ...unseenHosts(toStop(topology, input), facts),
    ...outageProblems(topology, facts, input),
  ],
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('stop', topology, input, {
      phases: [
        ...stopPhases(topology, facts, input),
        phase('plan.record', [recordLane(input.clusterName, { change: 'run-state', to: runState(topology, facts, input) })]),
      ],
      problems: stop.validate(topology, facts, input),
      impact: stopImpact(topology, facts, input),
      tiupCommand: `tiup dm stop ${input.clusterName}${selectionFlags(input)}`,
      destructive: false,
    }),
  }),
}

const toStop = (topology: Topology, input: OperationInput): Instance[] => withExporters(topology, selected(topology, input))

/** These, and the exporters of hosts on which nothing else is left of the cluster. */
export const withExporters = (topology: Topology, chosen: readonly Instance[]): Instance[] => {
  const ids = new Set(chosen.map((one) => one.id))
  const emptied = new Set(
    exporterHosts(topology)
      .map((host) => host.hostId)
      .filter((host) => selectable(topology).every((one) => one.hostId !== host || ids.has(one.id))),
  )
  return [...chosen, ...instancesOf(topology).filter((one) => isExporter(one) && emptied.has(one.hostId))]
}

/** The reverse of the start order; masters leave leadership first. */
export const stopPhases = (topology: Topology, facts: OperationFacts, input: OperationInput): PhaseDraft[] => {
  const all = toStop(topology, input)
  const reversed = componentNames.toSorted((a, b) => components[b].startOrder - components[a].startOrder)
  const order = [...reversed.filter((component) => !exporters.includes(component)), ...exporters]
  return order.flatMap((component) => {
    const instances = byComponent(all, component)
    if (component === 'dm-master') return masterPhases(instances, topology, facts)
    return [
      phase(
        `plan.stop-${component}`,
        instances.map((one) => stopLane(one)),
      ),
    ]
  })
}

const exporters: readonly ComponentName[] = ['blackbox_exporter', 'node_exporter']

/** A master that is down needs no evict, and one that was not seen is asked: an answer is not demanded of it. */
const masterPhases = (stopping: readonly Instance[], topology: Topology, facts: OperationFacts): PhaseDraft[] => {
  const staying = byComponent(selectable(topology), 'dm-master').filter((one) => !stopping.some((other) => other.id === one.id))
  const up = stopping.filter((one) => unitState(facts, one) !== 'down')
  if (staying.some((one) => unitState(facts, one) !== 'down'))
    return [
      phase(
        'plan.stop-dm-master',
        stopping.map((one) => (up.includes(one) ? evictedLane(one) : stopLane(one))),
        { width: 1 },
      ),
    ]
  return [
    phase('plan.evict-masters', up.length > 1 ? up.map(evictLane) : [], { tolerance: up.length, uninterruptible: true }),
    phase(
      'plan.stop-dm-master',
      stopping.map((one) => stopLane(one, up.length > 1 && up.includes(one) ? [cancelEvict(one)] : [])),
      { uninterruptible: true },
    ),
  ]
}

const stopLane = (instance: Instance, onLeave: readonly Draft[] = []): LaneDraft => ({
  subject: instance.id,
  login: 'deploy',
  instance: instance.id,
  steps: [{ subject: unitSubject(instance), step: { kind: 'unit-stopped', host: instance.hostId, unit: instance.unit } }],
  ...(onLeave.length > 0 ? { onLeave } : {}),
})

const evictLane = (instance: Instance): LaneDraft => ({ subject: instance.id, login: 'deploy', steps: [evict(instance)] })

/** Evicted whether it leads or not, so that it can't win an election just before its stop. */
const evictedLane = (instance: Instance): LaneDraft => {
  const lane = stopLane(instance, [cancelEvict(instance)])
  return { ...lane, steps: [evict(instance), ...lane.steps] }
}

/** Masters that are up now, and after it. */
const mastersLeft = (topology: Topology, facts: OperationFacts, input: OperationInput): { before: number; after: number } => {
  const chosen = new Set(selected(topology, input).map((one) => one.id))
  const up = byComponent(selectable(topology), 'dm-master').filter((one) => unitState(facts, one) !== 'down')
  return { before: up.length, after: up.filter((one) => !chosen.has(one.id)).length }
}

const losesQuorum = (topology: Topology, facts: OperationFacts, input: OperationInput): boolean => {
  const { before, after } = mastersLeft(topology, facts, input)
  const needed = quorum(topology.masters.length)
  return before >= needed && after < needed
}

/** Sources of the workers that stop; all of them when the masters lose their majority, as workers can't keep their leases then. */
export const stopImpact = (topology: Topology, facts: OperationFacts, input: OperationInput): Impact => {
  const stopping = byComponent(selected(topology, input), 'dm-worker')
  const every = losesQuorum(topology, facts, input)
  const workers = byComponent(selectable(topology), 'dm-worker')
  const sources = (facts.cluster?.members?.workers ?? []).flatMap((seen) => {
    if (seen.source === '') return []
    const worker = (every ? workers : stopping).find((one) => one.name === seen.name)
    return worker ? [{ source: seen.source, worker: worker.id }] : []
  })
  return { sources, masterOutageS: every ? null : 0 }
}

const outageProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { sources } = stopImpact(topology, facts, input)
  const { before, after } = mastersLeft(topology, facts, input)
  const found: Problem[] = []
  if (losesQuorum(topology, facts, input))
    found.push({
      code: after === 0 ? 'stop.no-master-left' : 'stop.quorum-lost',
      severity: 'warning',
      params: { after, masters: topology.masters.length, quorum: quorum(topology.masters.length) },
    })
  if (sources.length > 0)
    found.push({
      code: 'stop.replication-stops',
      severity: 'warning',
      params: { count: sources.length, sources: sources.map((one) => one.source).join(', ') },
    })
  const workersStop = byComponent(selected(topology, input), 'dm-worker').length > 0
  if (workersStop && before > 0 && !facts.cluster?.members)
    found.push({ code: 'stop.bindings-unknown', severity: 'warning', params: { reason: facts.cluster?.membersError ?? '' } })
  return found
}

const runState = (topology: Topology, facts: OperationFacts, input: OperationInput): 'stopped' | 'partly' => {
  const chosen = new Set(selected(topology, input).map((one) => one.id))
  return selectable(topology).every((one) => chosen.has(one.id) || unitState(facts, one) === 'down') ? 'stopped' : 'partly'
}

import { type ComponentName, componentNames, components } from '@/server/domain/component'
import type { HealthQuestion } from '@/server/domain/health'
import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { gateOf, httpQuestion, type LaneDraft, logFiles, type PhaseDraft, phase, planOf, recordLane, unitSubject } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { byComponent, isExporter, quorum, selectable, selected, selectionFlags, selectionProblems, unitState, unseenHosts } from './select'

/**
 * Starts the selected instances in TiUP's order: masters together, workers, monitors, then the exporters of their hosts.
 * A gate per instance asks for real health. A failing monitor or exporter does not fail DM.
 */
export const start: Operation = {
  name: 'start',
  needs: (topology) => startNeeds(topology),
  validate: (topology, facts, input) => [
    ...selectionProblems(topology, input),
    ...unseenHosts(toStart(topology, input), facts),
    ...unknownUnits(topology, facts, input),
    ...quorumProblems(topology, facts, input),
  ],
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('start', topology, input, {
      phases: [
        ...startPhases(topology, facts, input),
        phase('plan.record', [recordLane(input.clusterName, { change: 'run-state', to: runState(topology, facts, input) })]),
      ],
      problems: start.validate(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm start ${input.clusterName}${selectionFlags(input)}`,
      destructive: false,
    }),
  }),
}

/** Units, listeners and DM's own list: what start and stop judge by. */
export const startNeeds = (topology: Topology): Needs => {
  const instances = instancesOf(topology)
  const hosts = [...new Set(instances.map((one) => one.hostId))]
  return {
    host: Object.fromEntries(
      hosts.map((host) => [
        host,
        [
          { probe: 'system' },
          { probe: 'listeners' },
          ...instances.filter((one) => one.hostId === host).map((one) => ({ probe: 'unit', unit: one.unit, hashExe: false }) as const),
        ],
      ]),
    ),
    cluster: [{ probe: 'members' }],
  }
}

const toStart = (topology: Topology, input: OperationInput): Instance[] => {
  const chosen = selected(topology, input)
  const hosts = new Set(chosen.map((one) => one.hostId))
  return [...chosen, ...instancesOf(topology).filter((one) => isExporter(one) && hosts.has(one.hostId))]
}

/** Masters together, workers, monitors, exporters: each component a phase with a gate per instance. */
export const startPhases = (topology: Topology, facts: OperationFacts, input: OperationInput): PhaseDraft[] => {
  const all = toStart(topology, input)
  const running = mastersAfter(topology, facts, input)
  const order = componentNames.toSorted((a, b) => components[a].startOrder - components[b].startOrder)
  return order.map((component) => {
    const lanes = byComponent(all, component).map((one) => startLane(one, question(one, topology, running), input))
    return phase(`plan.start-${component}`, lanes, { tolerance: isSide(component) ? lanes.length : 0 })
  })
}

/** Neither replication nor its management needs it. */
const isSide = (component: ComponentName): boolean => component !== 'dm-master' && component !== 'dm-worker'

const startLane = (instance: Instance, asks: HealthQuestion, input: OperationInput): LaneDraft => ({
  subject: instance.id,
  login: 'deploy',
  instance: instance.id,
  steps: [
    { subject: unitSubject(instance), step: { kind: 'guard', host: instance.hostId, asks: { guard: 'unit-known', unit: instance.unit } } },
    ...instance.ports.map((port) => ({
      subject: `port-${port}`,
      step: { kind: 'guard', host: instance.hostId, asks: { guard: 'port-free-or-ours', port, unit: instance.unit } } as const,
    })),
    {
      subject: unitSubject(instance),
      step: { kind: 'unit-running', host: instance.hostId, unit: instance.unit, started: 'any', logs: logFiles(instance) },
    },
  ],
  gate: gateOf(asks, input),
})

const question = (one: Instance, topology: Topology, running: number): HealthQuestion => {
  const where = { instance: one.id, name: one.name, host: one.hostId, unit: one.unit }
  if (one.component === 'dm-master') return { ask: 'master-ready', ...where, masters: topology.masters.length, running }
  return one.component === 'dm-worker' ? { ask: 'worker-ready', ...where } : httpQuestion(one)
}

/** Masters that run when the masters' phase is through: those selected and those that run already. */
const mastersAfter = (topology: Topology, facts: OperationFacts, input: OperationInput): number => {
  const chosen = new Set(selected(topology, input).map((one) => one.id))
  return byComponent(selectable(topology), 'dm-master').filter((one) => chosen.has(one.id) || unitState(facts, one) === 'up').length
}

const quorumProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const chosen = selected(topology, input)
  if (!chosen.some((one) => one.component === 'dm-master' || one.component === 'dm-worker')) return []
  const masters = topology.masters.length
  const running = mastersAfter(topology, facts, input)
  if (running >= quorum(masters)) return []
  return [{ code: 'start.below-quorum', severity: 'warning', params: { running, masters, quorum: quorum(masters) } }]
}

/** Units that systemd does not know on their hosts. */
export const unknownUnits = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] =>
  toStart(topology, input).flatMap((one): Problem[] =>
    facts.hosts[one.hostId]?.units[one.unit]?.loadState === 'not-found'
      ? [{ code: 'start.unit-missing', severity: 'error', params: { host: one.hostId, unit: one.unit, instance: one.id } }]
      : [],
  )

const runState = (topology: Topology, facts: OperationFacts, input: OperationInput): 'running' | 'partly' => {
  const chosen = new Set(selected(topology, input).map((one) => one.id))
  return selectable(topology).every((one) => chosen.has(one.id) || unitState(facts, one) === 'up') ? 'running' : 'partly'
}

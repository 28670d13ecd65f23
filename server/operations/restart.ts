import type { Impact } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { cachedOn, type PhaseDraft, phase, planOf, recordLane } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { exportersOn, rollingPhases } from './rolling'
import { masterRestartS, rollingImpact, rollingProblems } from './rolling-problems'
import { selectable, selected, selectionFlags, selectionProblems, unitState, unseenHosts } from './select'
import { dmctlHost, whySourcesStay } from './sources'
import { startNeeds, startPhases, unknownUnits } from './start'
import { stop, stopPhases } from './stop'
import type { Turn } from './turn'
import { checkPhase, unchangedProbes } from './unchanged'

/** Restarts the selected instances: one after another behind gates, or all at once as TiUP does. Those that were down are up afterwards. */
export const restart: Operation = {
  name: 'restart',
  needs: (topology, input) => rollingNeeds(topology, input),
  validate: (topology, facts, input) => {
    const first = [
      ...selectionProblems(topology, input),
      ...unseenHosts(selected(topology, input), facts),
      ...unknownUnits(topology, facts, input),
    ]
    return input.atOnce
      ? [...first, ...atOnceProblems(topology, facts, input)]
      : [...first, ...rollingProblems(topology, facts, input, turnsOf(topology, input))]
  },
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('restart', topology, input, {
      phases: [
        ...(input.atOnce
          ? [...stopPhases(topology, facts, input), ...startPhases(topology, facts, input)]
          : rolled(topology, facts, input)),
        phase('plan.record', [recordLane(input.clusterName, { change: 'run-state', to: runState(topology, facts, input) })]),
      ],
      problems: restart.validate(topology, facts, input),
      impact: input.atOnce ? atOnceImpact(topology, facts, input) : rollingImpact(topology, facts, input, turnsOf(topology, input)),
      tiupCommand: `tiup dm restart ${input.clusterName}${selectionFlags(input)}`,
      destructive: false,
    }),
  }),
}

/** What a rolling operation is judged by: units, listeners, members, and the tasks where dmctl is at hand. */
export const rollingNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = startNeeds(topology)
  const instances = instancesOf(topology)
  const asked = Object.entries(host).map(([id, probes]) => {
    const own = instances.filter(({ hostId }) => hostId === id)
    return [id, [...probes, ...unchangedProbes(own)]] as const
  })
  return { host: Object.fromEntries(asked), cluster: input.dmctl ? [...cluster, { probe: 'tasks', dmctl: input.dmctl.sha256 }] : cluster }
}

const turnsOf = (topology: Topology, input: OperationInput): Turn[] => {
  const chosen = selected(topology, input)
  return [...chosen, ...exportersOn(topology, chosen)].map((instance) => ({ instance, activate: [] }))
}

const rolled = (topology: Topology, facts: OperationFacts, input: OperationInput): PhaseDraft[] => [
  checkPhase(turnsOf(topology, input), facts),
  ...dmctlPhase(topology, facts, input),
  ...rollingPhases(topology, facts, input, turnsOf(topology, input)),
]

/** dmctl's package goes to the host that will run it, before anything is stopped; nothing where no source will be moved. */
export const dmctlPhase = (topology: Topology, facts: OperationFacts, input: OperationInput): PhaseDraft[] => {
  if (!input.dmctl || whySourcesStay({ topology, facts, input }) !== undefined) return []
  return [phase('plan.stage', [cachedOn(dmctlHost(topology), [input.dmctl])])]
}

/** What a stop would bring about, but for the masters: this plan starts them again, all together. */
const atOnceImpact = (topology: Topology, facts: OperationFacts, input: OperationInput): Impact => {
  const { impact } = stop.plan(topology, facts, input).plan
  return { ...impact, masterOutageS: impact.masterOutageS === null ? masterRestartS(input) : impact.masterOutageS }
}

const atOnceProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] =>
  stop.validate(topology, facts, input).filter(({ code }) => code.startsWith('stop.'))

const runState = (topology: Topology, facts: OperationFacts, input: OperationInput): 'running' | 'partly' => {
  const chosen = new Set(selected(topology, input).map(({ id }) => id))
  return selectable(topology).every((one) => chosen.has(one.id) || unitState(facts, one) === 'up') ? 'running' : 'partly'
}

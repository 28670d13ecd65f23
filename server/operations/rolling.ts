import { type ComponentName, componentNames, components, isRole } from '@/server/domain/component'
import type { HealthQuestion } from '@/server/domain/health'
import type { Instance } from '@/server/domain/instance'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, gateOf, httpQuestion, type LaneDraft, logFiles, type PhaseDraft, phase, unitSubject } from './build'
import { type OperationFacts, type OperationInput, rollingDefaults } from './input'
import { cancelEvict, leaderMoves } from './masters'
import { byComponent, isExporter, selectable, unitState } from './select'
import { moveSources, sourceQuestions, sourcesOf } from './sources'
import type { Turn } from './turn'
import { unchangedGuards } from './unchanged'

/**
 * One instance after another, in start order: masters (those that are down first, the leader last, each with its leadership given
 * away before), workers (free ones first; the source of a bound one moves to a free one), monitors, exporters. Every lane ends at a gate.
 */
export const rollingPhases = (topology: Topology, facts: OperationFacts, input: OperationInput, turns: readonly Turn[]): PhaseDraft[] => {
  const context: Context = { topology, facts, input }
  const of = (component: ComponentName): Turn[] => turns.filter(({ instance }) => instance.component === component)
  const order = componentNames.toSorted((a, b) => components[a].startOrder - components[b].startOrder)
  const monitors = order.filter((component) => component !== 'dm-master' && component !== 'dm-worker')
  // Of a monitor that is there twice, one stays up; no other needs another one, and neither DM nor replication any of them.
  const isOfMany = (component: ComponentName): boolean => isRole(component) && of(component).length > 1
  return [
    masterPhase('plan.roll-dm-master', of('dm-master'), context),
    workerPhase('plan.roll-dm-worker', of('dm-worker'), context),
    ...monitors.filter(isOfMany).map((component) => monitorPhase(`plan.roll-${component}`, of(component), context, 1)),
    monitorPhase('plan.roll-monitors', monitors.filter((component) => !isOfMany(component)).flatMap(of), context, monitorsAtOnce),
  ]
}

const monitorPhase = (word: string, own: readonly Turn[], context: Context, width: number): PhaseDraft =>
  phase(
    word,
    own.map((turn) => laneOf(turn, context, { questions: [httpQuestion(turn.instance)] })),
    { width: Math.max(1, Math.min(width, own.length)), tolerance: own.length },
  )

const monitorsAtOnce = 16

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput }
type Extra = { before?: readonly Draft[]; onLeave?: readonly Draft[]; questions: readonly HealthQuestion[] }

const laneOf = (turn: Turn, { input, facts }: Context, { before = [], onLeave = [], questions }: Extra): LaneDraft => {
  const { instance, activate, expect, offline } = turn
  const host = instance.hostId
  const lane = { subject: instance.id, login: 'deploy', instance: instance.id } as const
  const leaving = [...onLeave, ...(turn.atEnd ?? [])]
  if (offline) return { ...lane, steps: [...(turn.before ?? []), ...activate] }
  const unit = { host, unit: instance.unit }
  const guards = [
    { subject: unitSubject(instance), step: { kind: 'guard', host, asks: { guard: 'unit-known', unit: instance.unit } } },
    ...instance.ports.map((port) => ({
      subject: `port-${port}`,
      step: { kind: 'guard', host, asks: { guard: 'port-free-or-ours', port, unit: instance.unit } } as const,
    })),
    ...unchangedGuards(turn, facts),
  ] satisfies Draft[]
  const swap: Draft[] =
    activate.length > 0 ? [{ subject: unitSubject(instance), step: { kind: 'unit-stopped', ...unit } }, ...activate] : []
  const program = expect?.exeSha256 === undefined ? {} : { exeSha256: expect.exeSha256 }
  const start: Draft = {
    subject: unitSubject(instance),
    step: { kind: 'unit-running', ...unit, started: 'this-turn', logs: logFiles(instance), ...program },
  }
  return {
    ...lane,
    steps: [...guards, ...before, ...(turn.before ?? []), ...swap, start, ...(turn.after ?? [])],
    gate: gateOf([...questions, ...programQuestions(turn)], input),
    ...(leaving.length > 0 ? { onLeave: leaving } : {}),
  }
}

/** What the process must be after its turn. */
export const programQuestions = ({ instance, expect }: Turn): HealthQuestion[] => {
  const at = { host: instance.hostId, unit: instance.unit }
  return [
    ...(expect?.exeSha256 === undefined ? [] : [{ ask: 'process-is', ...at, sha256: expect.exeSha256 } as const]),
    ...(expect?.version === undefined ? [] : [{ ask: 'version-is', ...at, instance: instance.id, version: expect.version } as const]),
  ]
}

/** Masters that are up now; those not seen count, for a lane must not take a majority away on a guess. */
const mastersUp = ({ topology, facts }: Context): Instance[] =>
  byComponent(selectable(topology), 'dm-master').filter((one) => unitState(facts, one) !== 'down')

/** Whether leadership can be given away: three or more masters, not counting those still joining. With one or two any restart is an outage. */
export const canHandOver = (topology: Topology): boolean => topology.masters.filter(({ lifecycle }) => lifecycle !== 'joining').length >= 3

/** Those that are down first, then in topology order, the leader last: it moves once, and no new version leads before the last turn. */
export const masterOrder = <T extends { instance: Instance }>(turns: readonly T[], facts: OperationFacts): T[] => {
  const leader = facts.cluster?.members?.leader?.name
  const rank = ({ instance }: T): number => (unitState(facts, instance) === 'down' ? 0 : instance.name === leader ? 2 : 1)
  return turns.toSorted((a, b) => rank(a) - rank(b))
}

const masterPhase = (word: string, turns: readonly Turn[], context: Context): PhaseDraft => {
  const { topology, facts, input } = context
  const { canary } = input.rolling ?? rollingDefaults
  const up = mastersUp(context)
  if (up.length === 0) {
    // Nothing leads and nothing can be lost: together, or none of them finds a majority.
    const running = turns.filter(({ offline }) => !offline).length
    const lanes = turns.map((turn) => laneOf(turn, context, { questions: [masterReady(turn.instance, topology, running)] }))
    return phase(word, lanes)
  }
  const ordered = masterOrder(turns, facts)
  const lanes = ordered.map((turn, i) => {
    const running = new Set([...up.map(({ id }) => id), ...ordered.slice(0, i + 1).map(({ instance }) => instance.id)]).size
    const moves = !turn.offline && canHandOver(topology) && up.includes(turn.instance)
    return laneOf(turn, context, {
      questions: [masterReady(turn.instance, topology, running)],
      before: moves ? leaderMoves(turn.instance, topology, input) : [],
      onLeave: moves ? [cancelEvict(turn.instance)] : [],
    })
  })
  const first = canary && lanes.length > 1 ? [1] : []
  const last = input.upgrade?.pauseBeforeLast && lanes.length > 2 ? [lanes.length - 1] : []
  const pauseAfter = canHandOver(topology) ? [...new Set([...first, ...last])] : []
  return phase(word, lanes, { width: 1, ...(pauseAfter.length > 0 ? { pauseAfter } : {}) })
}

const masterReady = (one: Instance, topology: Topology, running: number): HealthQuestion => ({
  ...{ ask: 'master-ready', instance: one.id, name: one.name, host: one.hostId, unit: one.unit },
  ...{ masters: topology.masters.length, running },
})

const workerPhase = (word: string, turns: readonly Turn[], context: Context): PhaseDraft => {
  const { facts, input } = context
  const { batch, canary, tolerance } = input.rolling ?? rollingDefaults
  const bound = (one: Turn): number => (sourcesOf(one.instance, facts).length > 0 ? 1 : 0)
  const ordered = turns.toSorted((a, b) => bound(a) - bound(b))
  const lanes = ordered.map((turn) =>
    laneOf(turn, context, {
      before: turn.offline ? [] : moveSources(turn.instance, context),
      questions: [workerReady(turn.instance), ...sourceQuestions(turn.instance, facts)],
    }),
  )
  const pause = canary && lanes.length > 1 ? { pauseAfter: [1] } : {}
  return phase(word, lanes, { width: Math.max(1, batch), tolerance, ...pause })
}

const workerReady = (one: Instance): HealthQuestion => ({
  ...{ ask: 'worker-ready', instance: one.id, name: one.name, host: one.hostId, unit: one.unit },
})

/** Every exporter on hosts where all else takes its turn. */
export const exportersOn = (topology: Topology, chosen: readonly Instance[]): Instance[] => {
  const hosts = new Set(chosen.map(({ hostId }) => hostId))
  return instancesOf(topology).filter((one) => isExporter(one) && hosts.has(one.hostId))
}

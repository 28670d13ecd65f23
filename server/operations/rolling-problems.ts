import type { SubtaskFact } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import type { Impact } from '@/server/domain/plan'
import { type Problem, waivable } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from './input'
import { canHandOver } from './rolling'
import { byComponent, quorum, selectable, unitState } from './select'
import { sourcesOf, whySourcesStay } from './sources'
import type { Turn } from './turn'

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput }

/** How long a restarted dm-master or dm-worker was away where nothing was measured yet (recorded: 1 to 5 s), in seconds. */
const usualRestartS = 5

/** All that speaks against taking these instances down one after another, or that must be consented to. */
export const rollingProblems = (topology: Topology, facts: OperationFacts, input: OperationInput, turns: readonly Turn[]): Problem[] => {
  const context = { topology, facts, input }
  const moving = turns.filter(({ offline }) => !offline).map(({ instance }) => instance)
  return [...masterProblems(context, moving), ...workerProblems(context, moving)]
}

const upMasters = ({ topology, facts }: Context): Instance[] =>
  byComponent(selectable(topology), 'dm-master').filter((one) => unitState(facts, one) !== 'down')

const masterProblems = (context: Context, moving: readonly Instance[]): Problem[] => {
  const { topology, facts } = context
  const up = upMasters(context)
  const masters = byComponent(moving, 'dm-master').filter((one) => up.includes(one))
  if (masters.length === 0) return []
  if (!canHandOver(topology)) return [outage(context, masters)]
  const alive = votersOf(context, up)
  const comeBack = byComponent(moving, 'dm-master').filter((one) => !up.includes(one) && one.lifecycle !== 'joining').length
  // Whoever is registered counts for the majority that is needed, also a master that never came up.
  const registered = facts.cluster?.members?.masters.length ?? topology.masters.length
  const needed = quorum(registered)
  const found: Problem[] = []
  const goes = masters.some((one) => alive.includes(one)) ? 1 : 0
  if (alive.length + comeBack - goes < needed)
    found.push({ code: 'rolling.no-quorum', severity: 'error', params: { alive: alive.length, masters: registered, quorum: needed } })
  if (!facts.cluster?.members)
    found.push({ code: 'rolling.members-unknown', severity: 'error', params: { reason: facts.cluster?.membersError ?? '' } })
  return found
}

/** Those of the running masters that DM knows as alive: one that is still joining runs, and has no vote. */
const votersOf = ({ facts }: Context, up: readonly Instance[]): Instance[] => {
  const members = facts.cluster?.members?.masters
  return up.filter(({ name, lifecycle }) => (members ? members.some((one) => one.name === name && one.alive) : lifecycle !== 'joining'))
}

const outage = (context: Context, masters: readonly Instance[]): Problem => ({
  code: 'rolling.masters-out',
  severity: 'warning',
  params: { masters: context.topology.masters.length, seconds: outageS(context, masters) },
})

const outageS = ({ input }: Context, masters: readonly Instance[]): number => masters.length * masterRestartS(input)

/** How long a master that is stopped and started again is away: as measured before, else what is usual. Seconds. */
export const masterRestartS = ({ measured }: OperationInput): number => Math.ceil(measured?.masterRestartS ?? usualRestartS)

const workerProblems = (context: Context, moving: readonly Instance[]): Problem[] => {
  const { facts, input } = context
  const workers = byComponent(moving, 'dm-worker')
  if (workers.length === 0 || upMasters(context).length === 0) return []
  if (!facts.cluster?.members)
    return [{ code: 'rolling.bindings-unknown', severity: 'warning', params: { reason: facts.cluster?.membersError ?? '' } }]
  const bound = workers.flatMap((one) => sourcesOf(one, facts))
  const why = whySourcesStay(context)
  const found: Problem[] = []
  if (bound.length > 0 && why !== undefined)
    found.push({
      code: `rolling.sources-pause-${why}`,
      severity: 'warning',
      params: { count: bound.length, sources: bound.join(', '), seconds: Math.ceil(input.measured?.sourcePauseS ?? usualRestartS) },
    })
  return bound.length > 0 ? [...found, ...taskProblems(context, bound)] : found
}

const taskProblems = ({ facts, input }: Context, sources: readonly string[]): Problem[] => {
  const tasks = facts.cluster?.tasks
  if (!tasks) return [{ code: 'rolling.tasks-unknown', severity: 'warning', params: { reason: facts.cluster?.tasksError ?? '' } }]
  const own = tasks.filter(({ source }) => sources.includes(source))
  const loading = own.filter(({ stage, unit }) => stage === 'Running' && (unit === 'Dump' || unit === 'Load'))
  const paused = own.filter(({ stage }) => stage === 'Paused' || stage === 'Stopped')
  const locked = own.filter(({ ddlLock }) => ddlLock !== '')
  return [
    ...said('rolling.loading', 'error', loading).map(({ code, params }) => waivable({ code, params }, input.waivers)),
    ...said('rolling.tasks-paused', 'warning', paused),
    ...said('rolling.ddl-locks', 'warning', locked),
  ]
}

const said = (code: string, severity: Problem['severity'], tasks: readonly SubtaskFact[]): Problem[] => {
  if (tasks.length === 0) return []
  const list = tasks.map(({ task, source, stage, unit }) => `${task} (${source}: ${stage} ${unit})`).join(', ')
  return [{ code, severity, params: { count: tasks.length, tasks: list } }]
}

/** What users of DM will notice: sources that pause because they can't be moved, and seconds without DM-master's API. */
export const rollingImpact = (topology: Topology, facts: OperationFacts, input: OperationInput, turns: readonly Turn[]): Impact => {
  const context = { topology, facts, input }
  const moving = turns.filter(({ offline }) => !offline).map(({ instance }) => instance)
  const masters = byComponent(moving, 'dm-master').filter((one) => upMasters(context).includes(one))
  const stays = whySourcesStay(context) !== undefined
  return {
    sources: byComponent(moving, 'dm-worker').flatMap((one) =>
      stays ? sourcesOf(one, facts).map((source) => ({ source, worker: one.id })) : [],
    ),
    masterOutageS: canHandOver(topology) ? 0 : outageS(context, masters),
  }
}

import type { InstanceId } from './instance'
import type { Entry } from './journal'
import type { Lane, Plan } from './plan'
import type { Step, StepId } from './step'

/** How long something was away, by the panel's clock (ISO). `endedAt` undefined: it still is, as far as was seen. */
export type Outage = {
  of: 'source' | 'master'
  /** The source's name, or the master's instance id. */
  subject: string
  /** The instance whose turn it was. */
  instance: InstanceId
  lane: string
  startedAt: string
  endedAt?: string
}

/** Where a lane's turn takes something away: what is away from its first disruptive step on, and which answer of its gate brings it back. */
type Watched = { lane: Lane; steps: ReadonlySet<StepId>; sources: readonly { source: string; at: number }[]; master: number | undefined }

/** Source and master outages of a job, by lane; begun empty, grown by `addToOutages`. */
export type Outages = { watched: ReadonlyMap<string, Watched>; found: readonly Outage[]; moved: ReadonlySet<string> }

/** Nothing has happened yet. */
export const noOutages = (plan: Plan): Outages => ({
  watched: new Map(plan.phases.flatMap(({ lanes }) => lanes.flatMap((lane) => watchedOf(lane).map((one) => [lane.id, one] as const)))),
  found: [],
  moved: new Set(),
})

const watchedOf = (lane: Lane): Watched[] => {
  const steps = new Set(lane.steps.filter(disrupts).map(({ id }) => id))
  const questions = lane.gate?.questions ?? []
  const sources = questions.flatMap((one, at) => (one.ask === 'source-bound' ? [{ source: one.source, at }] : []))
  const master = questions.findIndex(({ ask }) => ask === 'master-ready')
  if (steps.size === 0 || (sources.length === 0 && master < 0)) return []
  return [{ lane, steps, sources, master: master < 0 ? undefined : master }]
}

/** Takes a process away, or a source from its worker. */
const disrupts = (step: Step): boolean =>
  step.kind === 'source-bound-elsewhere' || step.kind === 'unit-stopped' || (step.kind === 'unit-running' && step.started === 'this-turn')

/**
 * One more entry. A source is away from its lane's disruptive step until the gate sees it bound again; one that was moved before its
 * worker stops is away while it is moved only. A master is away until its gate finds it ready. Pure; other entries change nothing.
 */
export const addToOutages = (outages: Outages, entry: Entry): Outages => {
  const watched = entry.lane === undefined ? undefined : outages.watched.get(entry.lane)
  if (!watched) return outages
  switch (entry.kind) {
    case 'started':
      return entry.step !== undefined && watched.steps.has(entry.step) ? begin(outages, watched, entry.step, entry.at) : outages
    case 'done':
      return moves(watched, entry.step) ? endMove(outages, watched, entry.at) : outages
    case 'gate-waiting':
      return end(outages, watched, entry.at, (at) => entry.answers[at]?.ok === true)
    case 'gate-passed':
      return end(outages, watched, entry.at, () => true)
    default:
      return outages
  }
}

const moves = ({ lane }: Watched, step: StepId | undefined): boolean =>
  lane.steps.some(({ id, kind }) => id === step && kind === 'source-bound-elsewhere')

const begin = (outages: Outages, { lane, sources, master }: Watched, step: StepId, startedAt: string): Outages => {
  const instance = lane.instance ?? lane.subject
  const moving = lane.steps.some(({ id, kind }) => id === step && kind === 'source-bound-elsewhere')
  const open = (of: Outage['of'], subject: string): boolean =>
    outages.found.some((one) => one.of === of && one.subject === subject && one.lane === lane.id && one.endedAt === undefined)
  const wanted: Pick<Outage, 'of' | 'subject'>[] = [
    ...(outages.moved.has(lane.id) ? [] : sources.map(({ source }) => ({ of: 'source', subject: source }) as const)),
    ...(master === undefined || moving ? [] : [{ of: 'master', subject: instance } as const]),
  ]
  const fresh = wanted.filter(({ of, subject }) => !open(of, subject))
  if (fresh.length === 0) return outages
  return { ...outages, found: [...outages.found, ...fresh.map((one) => ({ ...one, instance, lane: lane.id, startedAt }))] }
}

const endMove = (outages: Outages, watched: Watched, at: string): Outages => ({
  ...end(outages, watched, at, () => true),
  moved: new Set([...outages.moved, watched.lane.id]),
})

const end = (outages: Outages, { lane, sources, master }: Watched, endedAt: string, holds: (question: number) => boolean): Outages => {
  const back = (one: Outage): boolean => {
    const question = one.of === 'master' ? master : sources.find(({ source }) => source === one.subject)?.at
    return question !== undefined && holds(question)
  }
  if (!outages.found.some((one) => one.lane === lane.id && one.endedAt === undefined && back(one))) return outages
  return {
    ...outages,
    found: outages.found.map((one) => (one.lane === lane.id && one.endedAt === undefined && back(one) ? { ...one, endedAt } : one)),
  }
}

/** All outages of a journal. */
export const foldOutages = (plan: Plan, entries: readonly Entry[]): readonly Outage[] => entries.reduce(addToOutages, noOutages(plan)).found

/** Every source whose worker a plan takes down, in the plan's order, with that worker. */
export const sourcesAtStake = (plan: Plan): { source: string; worker: InstanceId }[] => [
  ...new Map(
    [...noOutages(plan).watched.values()].flatMap(({ lane, sources }) =>
      sources.map(({ source }) => [source, { source, worker: lane.instance ?? lane.subject }] as const),
    ),
  ).values(),
]

import { foldStep, type StepChange } from './fold-step'
import type { JobView, LaneView, PhaseView, StepView } from './job'
import { hasEnded } from './job'
import type { Entry, EntryOf } from './journal'
import { type Lane, type Phase, type Plan, stepsOf } from './plan'
import type { Step, StepId } from './step'

/** The journal says something that cannot have happened in this order. A bug or a damaged book, never a user's fault. */
export class IllegalEntry extends Error {
  override name = 'IllegalEntry'
  constructor(entry: Entry, why: string) {
    super(`entry ${entry.seq} (${entry.kind}): ${why}`)
  }
}

/** The only answer to "how is this job going?". Pure and total; throws `IllegalEntry` on an order that cannot be. */
export const foldJournal = (plan: Plan, entries: readonly Entry[]): JobView => growingView(plan, entries).view

/**
 * A view that grows with its journal: `add` changes it in place, so that an entry costs the same however long the plan is. What hangs
 * in it (a step, a lane, a question) is replaced, never changed. Same rules as `foldJournal`.
 */
export const growingView = (plan: Plan, entries: readonly Entry[]): { view: JobView; add: (entry: Entry) => void } => {
  const draft = copyOf(emptyJobView(plan))
  const add = (entry: Entry): void => apply(plan, draft, entry)
  entries.forEach(add)
  return { view: draft, add }
}

/** One more entry on a view; the given view is left as it is. Same rules as `foldJournal`. */
export const foldEntry = (plan: Plan, view: JobView, entry: Entry): JobView => {
  const draft: Draft = entry.kind === 'output' ? { ...view, breakIns: [...view.breakIns] } : copyOf(view) // output touches no record
  apply(plan, draft, entry)
  return draft
}

/** A job of which nothing is known yet: queued, everything pending. */
export const emptyJobView = (plan: Plan): JobView => ({
  state: 'queued',
  attempt: 0,
  ownErrors: 0,
  cancelRequested: false,
  pauseRequested: false,
  answers: {},
  waived: {},
  breakIns: [],
  phases: Object.fromEntries(plan.phases.map(({ id }) => [id, { id, state: 'pending' } satisfies PhaseView])),
  lanes: Object.fromEntries(plan.phases.flatMap(({ lanes }) => lanes.map(({ id }) => [id, { id, state: 'pending' } satisfies LaneView]))),
  steps: Object.fromEntries(stepsOf(plan).map(({ id }) => [id, { id, state: 'pending', made: [] } satisfies StepView])),
  lastSeq: 0,
})

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Writable<Omit<JobView, 'answers' | 'waived' | 'breakIns' | 'phases' | 'lanes' | 'steps'>> & {
  answers: Record<string, JobView['answers'][string]>
  waived: Record<string, JobView['waived'][string]>
  breakIns: JobView['breakIns'][number][]
  phases: Record<string, PhaseView>
  lanes: Record<string, LaneView>
  steps: Record<StepId, StepView>
}

const copyOf = (view: JobView): Draft => ({
  ...view,
  answers: { ...view.answers },
  waived: { ...view.waived },
  breakIns: [...view.breakIns],
  phases: { ...view.phases },
  lanes: { ...view.lanes },
  steps: { ...view.steps },
})

const apply = (plan: Plan, draft: Draft, entry: Entry): void => {
  if (entry.seq !== draft.lastSeq + 1) throw new IllegalEntry(entry, `follows ${draft.lastSeq}`)
  if (hasEnded(draft.state)) throw new IllegalEntry(entry, `the job has ended (${draft.state})`)
  if (entry.kind !== 'claimed' && entry.attempt !== draft.attempt)
    throw new IllegalEntry(entry, `attempt ${entry.attempt} during attempt ${draft.attempt}`)
  applyBody(plan, draft, entry)
  if (progress.has(entry.kind)) draft.ownErrors = 0
  draft.lastSeq = entry.seq
}

/** Entries that show that an attempt came further. */
const progress: ReadonlySet<Entry['kind']> = new Set([
  'done',
  'already',
  'skipped',
  'lane-started',
  'lane-ended',
  'phase-started',
  'answered',
  'progress',
])

const applyBody = (plan: Plan, draft: Draft, entry: Entry): void => {
  switch (entry.kind) {
    case 'claimed':
      claimed(draft, entry)
      break
    case 'phase-started':
    case 'phase-ended':
      foldPhase(plan, draft, entry)
      break
    case 'lane-started':
    case 'lane-ended':
      foldLane(plan, draft, entry)
      break
    case 'started':
    case 'done':
    case 'already':
    case 'failed':
    case 'skipped':
    case 'progress':
    case 'waiting':
      step(plan, draft, entry)
      break
    case 'made':
      made(draft, entry)
      break
    case 'gate-waiting':
    case 'gate-passed':
    case 'gate-waived':
      foldGate(plan, draft, entry)
      break
    case 'question':
      question(draft, entry)
      break
    case 'answered':
      answered(draft, entry)
      break
    case 'cancel-requested':
      draft.cancelRequested = true
      break
    case 'pause-requested':
      draft.pauseRequested = true
      break
    case 'waive-requested':
      draft.waived[entry.of] = { reason: entry.reason, by: entry.by }
      break
    case 'break-in-requested': {
      const { breakIn: id, instance, verb, reason, by, at } = entry
      draft.breakIns.push({ id, instance, verb, reason, by, at })
      break
    }
    case 'break-in-ended':
      breakInEnded(draft, entry)
      break
    case 'own-error':
      draft.ownErrors += 1
      break
    case 'output':
      if (draft.state === 'queued') throw new IllegalEntry(entry, 'nobody has claimed the job')
      break
    case 'ended':
      ended(plan, draft, entry)
      break
  }
}

const claimed = (draft: Draft, entry: EntryOf<'claimed'>): void => {
  if (entry.attempt !== draft.attempt + 1) throw new IllegalEntry(entry, `attempt ${entry.attempt} follows attempt ${draft.attempt}`)
  draft.attempt = entry.attempt
  draft.startedAt ??= entry.at
  draft.state = draft.question ? 'waiting' : 'running' // a question outlives the runner that asked it
}

const foldPhase = (plan: Plan, draft: Draft, entry: EntryOf<'phase-started' | 'phase-ended'>): void => {
  const index = plan.phases.findIndex(({ id }) => id === entry.phase)
  const phase = plan.phases[index]
  const view = phase && draft.phases[phase.id]
  if (!phase || !view) throw new IllegalEntry(entry, `no phase ${entry.phase}`)
  if (entry.kind === 'phase-started') {
    if (view.state !== 'pending') throw new IllegalEntry(entry, `phase ${phase.id} is ${view.state}`)
    const before = plan.phases[index - 1]
    if (before && draft.phases[before.id]?.state !== 'done') throw new IllegalEntry(entry, `phase ${before.id} has not ended`)
    draft.phases[phase.id] = { ...view, state: 'running', startedAt: entry.at }
    return
  }
  if (view.state !== 'running') throw new IllegalEntry(entry, `phase ${phase.id} is ${view.state}`)
  const open = phase.lanes.find(({ id }) => !laneEnded(draft.lanes[id]))
  if (open) throw new IllegalEntry(entry, `lane ${open.id} has not ended`)
  draft.phases[phase.id] = { ...view, state: 'done', endedAt: entry.at }
}

const laneEnded = (view: LaneView | undefined): boolean => view !== undefined && view.state !== 'pending' && view.state !== 'running'

const foldLane = (plan: Plan, draft: Draft, entry: EntryOf<'lane-started' | 'lane-ended'>): void => {
  const { lane, phase, view } = laneOf(plan, draft, entry)
  if (entry.kind === 'lane-started') {
    if (view.state !== 'pending') throw new IllegalEntry(entry, `lane ${lane.id} is ${view.state}`)
    if (draft.phases[phase.id]?.state !== 'running') throw new IllegalEntry(entry, `phase ${phase.id} is not running`)
    draft.lanes[lane.id] = { ...view, state: 'running', startedAt: entry.at, incarnation: entry.incarnation }
    return
  }
  if (view.state !== 'running') throw new IllegalEntry(entry, `lane ${lane.id} is ${view.state}`)
  if (entry.outcome === 'done') {
    const open = lane.steps.find(({ id }) => !stepEnded(draft.steps[id]))
    if (open) throw new IllegalEntry(entry, `step ${open.id} has not ended`)
    if (lane.gate && view.gate?.state !== 'passed' && view.gate?.state !== 'waived') throw new IllegalEntry(entry, 'its gate does not hold')
  }
  draft.lanes[lane.id] = { ...view, state: entry.outcome, endedAt: entry.at }
}

const stepEnded = (view: StepView | undefined): boolean => view?.state === 'done' || view?.state === 'already' || view?.state === 'skipped'

const step = (plan: Plan, draft: Draft, entry: StepChange): void => {
  const found = entry.step === undefined ? undefined : indexOf(plan).steps.get(entry.step)
  const view = found && draft.steps[found.step.id]
  const lane = found && draft.lanes[found.lane.id]
  if (!found || !view || !lane) throw new IllegalEntry(entry, `no step ${entry.step}`)
  // A guard is asked again on every resume, also after its lane has ended.
  const asked = found.step.kind === 'guard' && entry.kind !== 'started' && lane.state === 'done'
  if (lane.state !== 'running' && !asked) throw new IllegalEntry(entry, `lane ${lane.id} is ${lane.state}`)
  const next = foldStep(view, entry, lane.state === 'running' && found.lane.onLeave?.includes(found.step))
  if (typeof next === 'string') throw new IllegalEntry(entry, `step ${view.id} ${next}`)
  draft.steps[view.id] = next
}

const made = (draft: Draft, entry: EntryOf<'made'>): void => {
  const view = entry.step === undefined ? undefined : draft.steps[entry.step]
  if (!view) throw new IllegalEntry(entry, `no step ${entry.step}`)
  draft.steps[view.id] = { ...view, made: [...new Set([...view.made, ...entry.made])] }
}

const foldGate = (plan: Plan, draft: Draft, entry: EntryOf<'gate-waiting' | 'gate-passed' | 'gate-waived'>): void => {
  const { lane, view } = laneOf(plan, draft, entry)
  if (!lane.gate) throw new IllegalEntry(entry, `lane ${lane.id} has no gate`)
  if (view.state !== 'running') throw new IllegalEntry(entry, `lane ${lane.id} is ${view.state}`)
  const gate = view.gate
  if (gate?.state === 'passed' || gate?.state === 'waived') throw new IllegalEntry(entry, `the gate is ${gate.state}`)
  if (entry.kind === 'gate-waiting') {
    const until = new Date(entry.untilMs).toISOString()
    const since = gate?.state === 'waiting' ? (gate.since ?? entry.at) : entry.at
    draft.lanes[lane.id] = { ...view, gate: { state: 'waiting', answers: entry.answers, since, until } }
    return
  }
  if (!gate) throw new IllegalEntry(entry, 'the gate was never asked')
  draft.lanes[lane.id] = { ...view, gate: { ...gate, state: entry.kind === 'gate-passed' ? 'passed' : 'waived' } }
}

const question = (draft: Draft, entry: EntryOf<'question'>): void => {
  if (draft.question) throw new IllegalEntry(entry, `question ${draft.question.id} is open`)
  if (draft.state !== 'running') throw new IllegalEntry(entry, `the job is ${draft.state}`)
  if (draft.answers[entry.question.id]) throw new IllegalEntry(entry, `question ${entry.question.id} was answered`)
  const { about, lane } = entry.question
  const view = lane === undefined ? undefined : draft.lanes[lane]
  if (about === 'gate-failed' && view?.gate) draft.lanes[view.id] = { ...view, gate: { ...view.gate, state: 'failed' } }
  if (about === 'pause') draft.pauseRequested = false
  draft.question = entry.question
  draft.state = 'waiting'
}

const answered = (draft: Draft, entry: EntryOf<'answered'>): void => {
  const open = draft.question
  if (open?.id !== entry.question) throw new IllegalEntry(entry, `question ${entry.question} is not open`)
  if (!open.choices.includes(entry.choice)) throw new IllegalEntry(entry, `${entry.choice} was not offered`)
  draft.answers[entry.question] = { choice: entry.choice, reason: entry.reason, by: entry.by }
  const view = open.step === undefined ? undefined : draft.steps[open.step]
  if (entry.choice === 'retry' && view?.state === 'failed') draft.steps[view.id] = { ...view, state: 'pending' }
  delete draft.question
  draft.state = 'running'
}

const breakInEnded = (draft: Draft, entry: EntryOf<'break-in-ended'>): void => {
  const index = draft.breakIns.findIndex(({ id }) => id === entry.breakIn)
  const open = draft.breakIns[index]
  if (!open || open.end) throw new IllegalEntry(entry, `no break-in ${entry.breakIn} is under way`)
  draft.breakIns[index] = { ...open, end: { done: entry.done, seen: entry.seen, at: entry.at } }
}

const ended = (plan: Plan, draft: Draft, entry: EntryOf<'ended'>): void => {
  if (entry.state === 'succeeded') {
    const open = plan.phases.find(({ id }) => draft.phases[id]?.state !== 'done')
    if (open) throw new IllegalEntry(entry, `phase ${open.id} has not ended`)
  }
  delete draft.question
  draft.state = entry.state
  draft.reason = entry.reason
  draft.endedAt = entry.at
}

const laneOf = (plan: Plan, draft: Draft, entry: Entry): { lane: Lane; phase: Phase; view: LaneView } => {
  const found = entry.lane === undefined ? undefined : indexOf(plan).lanes.get(entry.lane)
  const view = found && draft.lanes[found.lane.id]
  if (!found || !view) throw new IllegalEntry(entry, `no lane ${entry.lane}`)
  return { ...found, view }
}

type Index = { lanes: Map<string, { lane: Lane; phase: Phase }>; steps: Map<StepId, { step: Step; lane: Lane }> }

/** A plan is immutable, so that its index is kept as long as the plan is. */
const indexes = new WeakMap<Plan, Index>()

const indexOf = (plan: Plan): Index => {
  const known = indexes.get(plan)
  if (known) return known
  const pairs = plan.phases.flatMap((phase) => phase.lanes.map((lane) => ({ phase, lane })))
  const index: Index = {
    lanes: new Map(pairs.map((pair) => [pair.lane.id, pair])),
    steps: new Map(pairs.flatMap(({ lane }) => [...lane.steps, ...(lane.onLeave ?? [])].map((each) => [each.id, { step: each, lane }]))),
  }
  indexes.set(plan, index)
  return index
}

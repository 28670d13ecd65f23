import { hasEnded, type JobView, type LaneView, type StepState } from '@/server/domain/job'
import type { Lane, Phase, Plan } from '@/server/domain/plan'
import type { Step, StepId } from '@/server/domain/step'

/** What a row shows before a run: will it act, or is it so already? */
export type Forecast = Readonly<Record<StepId, 'will-run' | 'already' | 'unknown'>>

export type RowState = 'will-run' | 'running' | 'waiting' | 'done' | 'already' | 'failed' | 'skipped' | 'cancelled'

export type Count = { total: number; ended: number; already: number; failed: number }

export type PhaseRow = {
  row: 'phase'
  phase: Phase
  number: number
  state: RowState
  count: Count
  open: boolean
  startedAt?: string
  endedAt?: string
}
export type LaneRow = {
  row: 'lane'
  phase: Phase
  lane: Lane
  state: RowState
  count: Count
  open: boolean
  /** The step that runs now. */
  now?: Step
  startedAt?: string
  endedAt?: string
}
export type StepRow = { row: 'step'; lane: Lane; step: Step; state: RowState; startedAt?: string; endedAt?: string; leaving: boolean }
export type GateRow = { row: 'gate'; lane: Lane; state: RowState; view?: LaneView['gate'] }
export type PlanRow = PhaseRow | LaneRow | StepRow | GateRow

export type RowsInput = {
  plan: Plan
  /** Before a run. */
  forecast?: Forecast
  /** In and after a run. */
  job?: JobView
  /** Rows that the reader opened or closed by hand: id → open. */
  toggled: Readonly<Record<string, boolean>>
}

/** The visible rows of a plan, in order. The same for the review, the running job and the finished one. */
export const planRows = (input: RowsInput): PlanRow[] => input.plan.phases.flatMap((phase, index) => phaseRows(phase, index + 1, input))

const phaseRows = (phase: Phase, number: number, input: RowsInput): PlanRow[] => {
  const lanes = phase.lanes.flatMap((lane) => laneRows(phase, lane, input))
  const laneStates = phase.lanes.map((lane) => laneState(lane, input))
  const state = phaseState(phase, laneStates, input)
  const view = input.job?.phases[phase.id]
  const open = input.toggled[phase.id] ?? (state === 'running' || state === 'waiting' || state === 'failed')
  const head: PhaseRow = {
    row: 'phase',
    phase,
    number,
    state,
    open,
    count: phase.lanes.map((lane) => countOf(lane, input)).reduce(sum, nothing),
    ...times(view),
  }
  return open ? [head, ...lanes] : [head]
}

const laneRows = (phase: Phase, lane: Lane, input: RowsInput): PlanRow[] => {
  const state = laneState(lane, input)
  const view = input.job?.lanes[lane.id]
  const open = input.toggled[lane.id] ?? (state === 'waiting' || state === 'failed' || (state === 'running' && fewRun(phase, input)))
  const now = [...lane.steps, ...(lane.onLeave ?? [])].find((step) => stepState(step, input) === 'running')
  const head: LaneRow = { row: 'lane', phase, lane, state, open, count: countOf(lane, input), ...(now ? { now } : {}), ...times(view) }
  if (!open) return [head]
  return [
    head,
    ...lane.steps.map((step) => stepRow(lane, step, input, false)),
    ...(lane.gate ? [gateRow(lane, input)] : []),
    ...(lane.onLeave ?? []).map((step) => stepRow(lane, step, input, true)),
  ]
}

/** Lanes that run open themselves only while they are so few that the reader can follow them. */
const fewRun = (phase: Phase, input: RowsInput): boolean => phase.lanes.filter((lane) => laneState(lane, input) === 'running').length <= 2

const stepRow = (lane: Lane, step: Step, input: RowsInput, leaving: boolean): StepRow => ({
  row: 'step',
  lane,
  step,
  leaving,
  state: stepState(step, input),
  ...times(input.job?.steps[step.id]),
})

const gateRow = (lane: Lane, input: RowsInput): GateRow => {
  const view = input.job?.lanes[lane.id]?.gate
  const state = { none: 'will-run', waiting: 'running', passed: 'done', waived: 'skipped', failed: 'failed' } as const
  const asked = input.job?.question?.about === 'gate-failed' && input.job.question.lane === lane.id
  return { row: 'gate', lane, state: asked ? 'failed' : state[view?.state ?? 'none'], ...(view ? { view } : {}) }
}

/** Nothing of the plan runs any more: what has not begun never will. */
const isOver = (input: RowsInput): boolean => input.job !== undefined && hasEnded(input.job.state)

const shown: Record<StepState, RowState> = {
  pending: 'will-run',
  running: 'running',
  done: 'done',
  already: 'already',
  failed: 'failed',
  skipped: 'skipped',
}

const stepState = (step: Step, input: RowsInput): RowState => {
  const view = input.job?.steps[step.id]
  if (view && view.state !== 'pending') return shown[view.state]
  if (isOver(input)) return 'cancelled'
  return input.job === undefined && input.forecast?.[step.id] === 'already' ? 'already' : 'will-run'
}

const laneState = (lane: Lane, input: RowsInput): RowState => {
  const view = input.job?.lanes[lane.id]
  if (!view || view.state === 'pending') {
    if (isOver(input)) return 'cancelled'
    return lane.steps.every((step) => stepState(step, input) === 'already') ? 'already' : 'will-run'
  }
  if (view.state === 'running') return input.job?.question?.lane === lane.id ? 'failed' : 'running'
  return view.state
}

const phaseState = (phase: Phase, lanes: readonly RowState[], input: RowsInput): RowState => {
  if (input.job?.question?.phase === phase.id) return input.job.question.about === 'pause' ? 'waiting' : 'failed'
  const view = input.job?.phases[phase.id]
  if (lanes.includes('failed')) return 'failed'
  if (view?.state === 'done') return lanes.includes('cancelled') ? 'cancelled' : 'done'
  if (isOver(input) && lanes.includes('cancelled')) return 'cancelled'
  if (view?.state === 'running') return 'running'
  return lanes.every((state) => state === 'already') ? 'already' : 'will-run'
}

const nothing: Count = { total: 0, ended: 0, already: 0, failed: 0 }
const sum = (a: Count, b: Count): Count => ({
  total: a.total + b.total,
  ended: a.ended + b.ended,
  already: a.already + b.already,
  failed: a.failed + b.failed,
})

const countOf = (lane: Lane, input: RowsInput): Count => {
  const states = [...lane.steps, ...(lane.onLeave ?? [])].map((step) => stepState(step, input))
  const among = (...wanted: RowState[]) => states.filter((state) => wanted.includes(state)).length
  return {
    total: states.length,
    ended: among('done', 'already', 'skipped'),
    already: among('already'),
    failed: among('failed'),
  }
}

const times = (view: { startedAt?: string; endedAt?: string } | undefined): { startedAt?: string; endedAt?: string } => ({
  ...(view?.startedAt ? { startedAt: view.startedAt } : {}),
  ...(view?.endedAt ? { endedAt: view.endedAt } : {}),
})

/** Steps, and how many of them have ended, of a whole plan. */
export const progressOf = (plan: Plan, job: JobView | undefined, forecast?: Forecast): Count =>
  plan.phases
    .flatMap((phase) => phase.lanes)
    .map((lane) => countOf(lane, { plan, toggled: {}, ...(job ? { job } : {}), ...(forecast ? { forecast } : {}) }))
    .reduce(sum, nothing)

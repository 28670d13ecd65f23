import type { HealthAnswer } from './health'
import type { InstanceId } from './instance'
import type { BreakInVerb, Choice, EndState, Failure, LaneOutcome, LogTail, Question } from './journal'
import type { StepId } from './step'

export type JobState = 'queued' | 'running' | 'waiting' | EndState

export type StepState = 'pending' | 'running' | 'done' | 'already' | 'failed' | 'skipped'

export type StepView = {
  id: StepId
  state: StepState
  /** Attempt of its last `started`; a running step of a former attempt was interrupted. */
  attempt?: number
  startedAt?: string
  endedAt?: string
  progress?: { doneBytes: number; totalBytes: number }
  /** What it waits for, since when, until when. */
  waiting?: { answers: readonly HealthAnswer[]; since: string; until: string }
  failure?: { expected: string; seen: string; error: Failure; tails: readonly LogTail[] }
  skip?: { reason: string; by: string }
  made: readonly string[]
}

export type LaneView = {
  id: string
  state: 'pending' | 'running' | LaneOutcome
  /** boot id + ActiveEnterTimestampMonotonic taken at the lane's turn. */
  incarnation?: string
  startedAt?: string
  endedAt?: string
  gate?: { state: 'waiting' | 'passed' | 'waived' | 'failed'; answers: readonly HealthAnswer[]; since?: string; until?: string }
}

export type BreakIn = {
  id: string
  instance: InstanceId
  verb: BreakInVerb
  reason: string
  by: string
  at: string
  /** What came of it; undefined while it is under way. */
  end?: { done: boolean; seen: string; at: string }
}

export type PhaseView = { id: string; state: 'pending' | 'running' | 'done'; startedAt?: string; endedAt?: string }

/** The fold of a journal. Total, pure, the same for every viewer. */
export type JobView = {
  state: JobState
  attempt: number
  /** Errors of the runner's own since anything was done or answered. */
  ownErrors: number
  startedAt?: string
  endedAt?: string
  reason?: string
  cancelRequested: boolean
  pauseRequested: boolean
  /** At most one open question. */
  question?: Question
  /** Answers by question id. */
  answers: Readonly<Record<string, { choice: Choice; reason: string; by: string }>>
  /** Waits that somebody said need not end, by step or lane id. */
  waived: Readonly<Record<string, { reason: string; by: string }>>
  breakIns: readonly BreakIn[]
  phases: Readonly<Record<string, PhaseView>>
  lanes: Readonly<Record<string, LaneView>>
  steps: Readonly<Record<StepId, StepView>>
  lastSeq: number
}

/**
 * Steps that acted at some time, whatever came of them, with what they made anew: what an undoing must look at. A step that was begun
 * was not so before, hence what it leaves is this job's.
 */
export const deedsOf = (view: JobView): Record<StepId, readonly string[]> =>
  Object.fromEntries(
    Object.values(view.steps).flatMap((step) => (step.startedAt !== undefined || step.made.length > 0 ? [[step.id, step.made]] : [])),
  )

/** What may be done with a job, and in which states; buttons say why when they can't. */
export const jobCan = {
  cancel: { states: ['queued', 'running', 'waiting'] },
  pause: { states: ['running'] },
  answer: { states: ['waiting'] },
  waive: { states: ['running'] },
  breakIn: { states: ['waiting'] },
} as const satisfies Record<string, { states: readonly JobState[] }>

export const canJob = (act: keyof typeof jobCan, state: JobState): boolean =>
  jobCan[act].states.some((allowed: JobState) => allowed === state)

export const hasEnded = (state: JobState): state is EndState => state === 'succeeded' || state === 'failed' || state === 'cancelled'

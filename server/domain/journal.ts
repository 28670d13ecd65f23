import type { HealthAnswer } from './health'
import type { InstanceId } from './instance'
import type { StepId } from './step'

/** What happened, in order. Append-only; `foldJournal(plan, entries)` is the only answer to "how is it going?". */
export type EntryBody =
  | { kind: 'claimed'; runner: string; resumed: boolean }
  /** An attempt ended by an error that no host can cause. */
  | { kind: 'own-error'; text: string }
  | { kind: 'phase-started' }
  | { kind: 'phase-ended' }
  /** `incarnation`: boot id and ActiveEnterTimestampMonotonic of the lane's unit when its turn began; '' if it has none. */
  | { kind: 'lane-started'; incarnation: string }
  | { kind: 'lane-ended'; outcome: LaneOutcome }
  | { kind: 'started' }
  /** `tries` counts from 1. `made`: what did not exist before and does now (levels of a directory, the user). */
  | { kind: 'done'; made: readonly string[]; durationMs: number }
  | { kind: 'already' }
  /** What a step had made whose `done` entry did not say so: it was interrupted, failed, or was given up. Read back from the host at the job's end. */
  | { kind: 'made'; made: readonly string[] }
  | { kind: 'failed'; expected: string; seen: string; error: Failure; tails: readonly LogTail[] }
  | { kind: 'skipped'; reason: string; by: string }
  | { kind: 'output'; stream: 'stdout' | 'stderr' | 'note'; text: string }
  | { kind: 'progress'; doneBytes: number; totalBytes: number }
  /** Of a step that waits for questions to hold. */
  | { kind: 'waiting'; answers: readonly HealthAnswer[]; untilMs: number }
  | { kind: 'gate-waiting'; answers: readonly HealthAnswer[]; untilMs: number }
  | { kind: 'gate-passed' }
  | { kind: 'gate-waived'; reason: string; by: string }
  | { kind: 'question'; question: Question }
  | { kind: 'answered'; question: string; choice: Choice; reason: string; by: string }
  | { kind: 'pause-requested'; by: string }
  | { kind: 'cancel-requested'; by: string }
  /** What is waited for now need not come: `of` is the waiting step's id, or the lane's whose gate it is. */
  | { kind: 'waive-requested'; of: string; reason: string; by: string }
  /** While the job waits: one instance is started or restarted under its lease. `breakIn` names it. */
  | { kind: 'break-in-requested'; breakIn: string; instance: InstanceId; verb: BreakInVerb; reason: string; by: string }
  | { kind: 'break-in-ended'; breakIn: string; done: boolean; seen: string }
  | { kind: 'ended'; state: EndState; reason: string }

export type Entry = EntryBody & {
  seq: number
  /** ISO, panel's clock. */
  at: string
  attempt: number
  phase?: string
  lane?: string
  step?: StepId
}
export type EntryOf<K extends EntryBody['kind']> = Extract<Entry, { kind: K }>

export type BreakInVerb = 'start' | 'restart'
export type LaneOutcome = 'done' | 'failed' | 'cancelled'
export type EndState = 'succeeded' | 'failed' | 'cancelled'

/** Why a step failed: a command's exit, a lost link, a refused guard. The words are looked up by code. */
export type Failure = { code: string; params: Readonly<Record<string, string | number>> }
export type LogTail = { file: string; lines: readonly string[] }

export type Choice = 'retry' | 'skip' | 'give-up' | 'continue'
export type Question = {
  id: string
  /** `step-failed`, `gate-failed`: of a step or lane; `unknown`: neither observable nor repeatable; `pause`: the operator's turn. */
  about: 'step-failed' | 'gate-failed' | 'unknown' | 'pause'
  phase: string
  lane?: string
  step?: StepId
  choices: readonly Choice[]
}

import type { StepView } from './job'
import type { EntryOf } from './journal'

/** The entries that change one step. */
export type StepChange = EntryOf<'started' | 'done' | 'already' | 'failed' | 'skipped' | 'progress' | 'waiting'>

/**
 * The step after the entry, or why the entry can't be. A step that was made true may be asked and made true again (what a later
 * step relies on, `onLeave` after a retry); a running step of a former attempt was interrupted and may be begun again. `leaving`: of
 * `onLeave`; one that failed is tried again whenever its lane is left once more, without anybody's word.
 */
export const foldStep = (view: StepView, entry: StepChange, leaving = false): StepView | string => {
  if (view.state === 'skipped') return 'was skipped'
  switch (entry.kind) {
    case 'started':
      return started(view, entry, leaving)
    case 'done':
      if (view.state !== 'running') return `is ${view.state}, not running`
      return { ...ended(view, entry.at), state: 'done', made: [...new Set([...view.made, ...entry.made])] }
    case 'already':
      if (view.state === 'running') return 'is running'
      if (view.state === 'failed' && !leaving) return 'failed and nobody asked for a retry'
      return { ...ended(view, entry.at), state: 'already' }
    case 'failed':
      if (view.state === 'failed' && !leaving) return 'failed before'
      return { ...ended(view, entry.at), state: 'failed', failure: failureOf(entry) }
    case 'skipped':
      if (view.state !== 'failed' && view.state !== 'running') return `is ${view.state}: nothing to skip`
      return { ...ended(view, entry.at), state: 'skipped', skip: { reason: entry.reason, by: entry.by } }
    case 'progress':
      if (view.state !== 'running') return `is ${view.state}, not running`
      return { ...view, progress: { doneBytes: entry.doneBytes, totalBytes: entry.totalBytes } }
    case 'waiting': {
      if (view.state !== 'running') return `is ${view.state}, not running`
      const until = new Date(entry.untilMs).toISOString()
      return { ...view, waiting: { answers: entry.answers, since: view.waiting?.since ?? entry.at, until } }
    }
  }
}

const started = (view: StepView, entry: EntryOf<'started'>, leaving: boolean): StepView | string => {
  if (view.state === 'failed' && !leaving) return 'failed and nobody asked for a retry'
  if (view.state === 'running' && view.attempt === entry.attempt) return 'is running already'
  const { endedAt: _endedAt, progress: _progress, failure: _failure, waiting: _waiting, ...rest } = view
  return { ...rest, state: 'running', attempt: entry.attempt, startedAt: entry.at }
}

const ended = (view: StepView, at: string): StepView => {
  const { progress: _progress, failure: _failure, waiting: _waiting, ...rest } = view
  return { ...rest, endedAt: at }
}

const failureOf = ({ expected, seen, error, tails }: EntryOf<'failed'>): NonNullable<StepView['failure']> => ({
  expected,
  seen,
  error,
  tails,
})

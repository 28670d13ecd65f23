import type { JobView } from '@/server/domain/job'
import type { Choice, Question } from '@/server/domain/journal'
import type { StepId } from '@/server/domain/step'
import { breakInAsAsked } from './break-in'
import { demandAlive, type JobRun } from './job-run'

/** Why a lane can't go on by itself. */
export type Trouble = { about: Question['about']; phase: string; lane?: string; step?: StepId }

export type Answer = { choice: Choice; reason: string; by: string }

const choicesOf: Record<Question['about'], readonly Choice[]> = {
  'step-failed': ['retry', 'skip', 'give-up'],
  'gate-failed': ['retry', 'continue', 'give-up'],
  unknown: ['retry', 'skip', 'give-up'],
  pause: ['continue', 'give-up'],
}

const prefixOf = ({ about, lane, step }: Trouble): string => `${about}/${lane ?? ''}/${step ?? ''}/`

const answersTo = (view: JobView, trouble: Trouble): string[] => Object.keys(view.answers).filter((id) => id.startsWith(prefixOf(trouble)))

/** What was last answered to this trouble, if anything was. */
export const lastAnswer = (view: JobView, trouble: Trouble): Answer | undefined => {
  const count = answersTo(view, trouble).length
  return view.answers[`${prefixOf(trouble)}${count}`]
}

/** Asks (or waits on, when it is open already) and resolves with the answer; 'cancelled' and 'stopping' when that comes first. */
export const ask = async (run: JobRun, trouble: Trouble, options: { cancellable: boolean }): Promise<Answer | 'cancelled' | 'stopping'> => {
  const { writer } = run
  const id = `${prefixOf(trouble)}${answersTo(writer.view, trouble).length + 1}`
  if (writer.view.question?.id !== id) {
    const { about, phase, lane, step } = trouble
    const choices = step === undefined ? choicesOf[about].filter((choice) => choice !== 'skip') : choicesOf[about]
    const question = { id, about, phase, choices, ...(lane === undefined ? {} : { lane }), ...(step === undefined ? {} : { step }) }
    await writer.append({
      kind: 'question',
      question,
      phase,
      ...(lane === undefined ? {} : { lane }),
      ...(step === undefined ? {} : { step }),
    })
  }
  return awaitAnswer(run, id, options)
}

/** Waits on a question that is open. */
export const awaitAnswer = async (
  run: JobRun,
  id: string,
  { cancellable }: { cancellable: boolean },
): Promise<Answer | 'cancelled' | 'stopping'> => {
  for (;;) {
    demandAlive(run)
    await run.writer.sync()
    await breakInAsAsked(run)
    const answer = run.writer.view.answers[id]
    if (answer) return answer
    if (cancellable && run.writer.view.cancelRequested) return 'cancelled'
    if (run.engine.stopping.aborted) return 'stopping'
    await run.engine.clock.sleep(Math.min(run.engine.pollMs, 300))
  }
}

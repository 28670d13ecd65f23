import { randomUUID } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import type { BreakInVerb, Choice } from '@/server/domain/journal'
import { runsBeside } from '@/server/domain/plan'
import type { Db } from '@/server/store/database'
import { appendByUser, type UserBody } from '@/server/store/journal'
import { findPlan } from '@/server/store/plans'
import { audited, type Deed, type Who } from './audited'
import { demandSudo, runsAsRoot } from './may-sudo'
import { demandJob } from './read-jobs'

/** Stops before the next step. Throws job-unknown, job-ended. */
export const cancelJob = (db: Db, who: Who, jobId: string): Promise<void> =>
  steer(db, who, { jobId, what: 'cancel', body: { kind: 'cancel-requested', by: who.email } })

/** Asks the operator before the next lane. Throws job-unknown, job-ended. */
export const pauseJob = (db: Db, who: Who, jobId: string): Promise<void> =>
  steer(db, who, { jobId, what: 'pause', body: { kind: 'pause-requested', by: who.email } })

export type Answer = { question: string; choice: Choice; reason: string }

/** Throws job-unknown, job-ended, question-closed, choice-not-offered, reason-missing, sudo-forbidden. */
export const answerQuestion = async (db: Db, who: Who, jobId: string, answer: Answer): Promise<void> => {
  if (needsReason(answer.choice) && answer.reason.trim() === '') {
    throw new AppError('usecases.reason-missing', 422, { params: { choice: answer.choice } })
  }
  const { question, choice, reason } = answer
  if (choice === 'retry') await demandSudoFor(db, who, jobId)
  await steer(db, who, {
    jobId,
    what: 'answer',
    body: { kind: 'answered', question, choice, reason: reason.trim(), by: who.email },
    detail: { question, choice, reason: reason.trim() },
  })
}

/** Ends a wait of a running job: of a step, or of a lane's gate. Throws job-unknown, job-ended, reason-missing. */
export const waiveWait = (db: Db, who: Who, jobId: string, { of, reason }: { of: string; reason: string }): Promise<void> =>
  steer(db, who, { jobId, what: 'waive', body: { kind: 'waive-requested', of, reason, by: who.email }, detail: { of, reason } })

/** Starts or restarts one instance while the job waits. Throws job-unknown, job-ended, question-closed (it does not wait). */
export const breakIn = (db: Db, who: Who, jobId: string, ask: { instance: string; verb: BreakInVerb; reason: string }): Promise<void> =>
  steer(db, who, {
    jobId,
    what: 'break-in',
    body: { kind: 'break-in-requested', breakIn: randomUUID(), ...ask, by: who.email },
    detail: ask,
  })

/** To run a command once more wants the same permission as to run it. */
const demandSudoFor = async (db: Db, who: Who, jobId: string): Promise<void> => {
  const job = await demandJob(db, jobId)
  const plan = runsBeside(job.operation) ? await findPlan(db, job.planId) : undefined
  demandSudo(who, plan?.document ? runsAsRoot(plan.document) : false)
}

/** Something that failed is left behind: the record must say why. */
const needsReason = (choice: Choice): boolean => choice === 'skip'

const steer = async (db: Db, who: Who, ask: { jobId: string; what: string; body: UserBody; detail?: Deed['detail'] }): Promise<void> => {
  const job = await demandJob(db, ask.jobId)
  const { id: jobId, number, cluster } = job
  const deed = { what: ask.what, command: `dm-panel ${ask.what} job ${number}`, cluster, jobId, detail: ask.detail }
  await audited(db, who, deed, async () => {
    const said = await appendByUser(db, jobId, ask.body)
    if (said === 'ended') throw new AppError('usecases.job-ended', 409, { params: { number } })
    if (said === 'not-asked') throw new AppError('usecases.question-closed', 409)
    if (said === 'not-offered') throw new AppError('usecases.choice-not-offered', 422)
  })
}

import type { JobRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { foldJournal } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import type { Db } from '@/server/store/database'
import { findJobRow } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { type Forecast, findPlan } from '@/server/store/plans'

export type JobDetail = JobRow & { plan: Plan; planHash: string; forecast: Forecast['steps']; factsAt: string | null; view: JobView }

/** Throws job-unknown. */
export const demandJob = async (db: Db, idOrNumber: string): Promise<JobRow> => {
  const job = await findJobRow(db, idOrNumber)
  if (!job) throw new AppError('usecases.job-unknown', 404)
  return job
}

/** The job with its plan and the fold of its journal, so that a script needs no fold of its own. */
export const readJob = async (db: Db, idOrNumber: string): Promise<JobDetail> => {
  const job = await demandJob(db, idOrNumber)
  const plan = await findPlan(db, job.planId)
  if (!plan?.document) throw new AppError('usecases.plan-unknown', 404)
  const view = foldJournal(plan.document, await readJournal(db, job.id, 0))
  const { document, hash, forecast } = plan
  return { ...job, plan: document, planHash: hash ?? '', forecast: forecast?.steps ?? {}, factsAt: forecast?.factsAt ?? null, view }
}

/** The whole log as text, in portions: time, host or step, and every line that was printed. Nothing is cut. */
export async function* jobLog(db: Db, jobId: string): AsyncGenerator<string> {
  let after = 0
  for (;;) {
    const entries = await readJournal(db, jobId, after, 1000)
    for (const entry of entries) {
      after = entry.seq
      const where = entry.step ?? entry.lane ?? entry.phase ?? 'job'
      yield entry.kind === 'output'
        ? `${entry.at} ${where} ${entry.stream}| ${entry.text.replace(/\n$/, '')}\n`
        : `${entry.at} ${where} ${entry.kind}${rest(entry)}\n`
    }
    if (entries.length < 1000) return
  }
}

const rest = (entry: object): string => {
  const told = new Set(['seq', 'at', 'attempt', 'phase', 'lane', 'step', 'kind', 'change'])
  const more = Object.entries(entry).filter(([key]) => !told.has(key))
  return more.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(more))}`
}

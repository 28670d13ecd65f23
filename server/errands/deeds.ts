import { foldJournal } from '@/server/domain/fold-journal'
import { deedsOf } from '@/server/domain/job'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { OperationInput } from '@/server/operations/input'
import { listJobs } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { findPlan } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'

/**
 * Plans of the cluster's jobs that brought something to its hosts, with what each step made, oldest first. Jobs of a former cluster
 * of this name, which has ended, are not among them.
 */
export const deedsOn = async (run: ErrandRun, cluster: string): Promise<NonNullable<OperationInput['deeds']>> => {
  const jobs = (await listJobs(run.db, { cluster, limit: 1000 })).toSorted((a, b) => a.number - b.number)
  const ended = jobs.findLast(({ operation, state }) => ends.includes(operation) && state === 'succeeded')?.number ?? 0
  const found: { plan: Plan; made: Record<string, readonly string[]> }[] = []
  for (const job of jobs.filter(({ number }) => number > ended)) {
    const plan = (await findPlan(run.db, job.planId))?.document
    if (plan && brings(plan)) found.push({ plan, made: deedsOf(foldJournal(plan, await readJournal(run.db, job.id, 0))) })
  }
  return found
}

const ends: readonly string[] = ['destroy', 'remove-deploy']

const brings = (plan: Plan): boolean =>
  stepsOf(plan).some(({ kind }) => kind === 'user-present' || kind === 'directory' || kind === 'package-cached')

import { addToOutages, noOutages, type Outage } from '@/server/domain/replication-pause'
import type { OperationInput } from '@/server/operations/input'
import { listJobs } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { findPlan } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'

/** So many of the last jobs tell what the next one will cost. */
const jobsToLookAt = 5
const rollingOnes: readonly string[] = ['restart', 'upgrade', 'patch', 'rollback', 'reload']
const ends: readonly string[] = ['succeeded', 'failed', 'cancelled']

/** Medians of what was measured in the cluster's last rolling jobs, in seconds: how long a source was away, and a master. */
export const measuredIn = async (run: ErrandRun, cluster: string): Promise<NonNullable<OperationInput['measured']>> => {
  const jobs = (await listJobs(run.db, { cluster, limit: 100 }))
    .filter(({ operation, state }) => rollingOnes.includes(operation) && ends.includes(state))
    .slice(0, jobsToLookAt)
  const found: Outage[] = []
  for (const { id, planId } of jobs) {
    const plan = (await findPlan(run.db, planId))?.document
    if (!plan) continue
    const entries = await readJournal(run.db, id, 0)
    found.push(...entries.reduce(addToOutages, noOutages(plan)).found)
  }
  const source = median(found.filter((one) => one.of === 'source').flatMap(secondsOf))
  const master = median(found.filter((one) => one.of === 'master').flatMap(secondsOf))
  return { ...(source !== undefined && { sourcePauseS: source }), ...(master !== undefined && { masterRestartS: master }) }
}

const secondsOf = ({ startedAt, endedAt }: Outage): number[] =>
  endedAt === undefined ? [] : [(Date.parse(endedAt) - Date.parse(startedAt)) / 1000]

const median = (values: readonly number[]): number | undefined => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

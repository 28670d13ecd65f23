import { execInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { defaultConcurrency } from '@/server/domain/ssh-client'
import { holdingJob } from '@/server/store/clusters'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/** exec: runs beside the job that holds the cluster, and says so. */
export const prepareExec = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { roles, nodes, command, sudo, timeoutS, atOnce = cluster.concurrency ?? defaultConcurrency } = execInput.parse(row.input)
  const held = await holdingJob(run.db, cluster.name)
  const beside: Problem[] = held
    ? [{ code: 'exec.beside-job', severity: 'warning', params: { number: held.number, operation: held.operation } }]
    : []
  const unfinished: Problem[] =
    cluster.lifecycle === 'deploying' ? [{ code: 'exec.unfinished', severity: 'error', params: { cluster: cluster.name } }] : []
  return {
    topology: cluster.topology,
    input: { ...input, roles, nodes, exec: { command, sudo, timeoutS, atOnce } },
    problems: [...unfinished, ...beside],
  }
}

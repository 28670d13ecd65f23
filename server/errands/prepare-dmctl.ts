import { keptDmctlInput } from '@/server/domain/dmctl/input'
import type { Problem } from '@/server/domain/problem'
import { normalVersion } from '@/server/domain/topology/names'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import { holdingJob } from '@/server/store/clusters'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/** dmctl: runs beside the job that holds the cluster, and says so. */
export const prepareDmctl = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = keptDmctlInput.parse(row.input)
  const version = asked.version === '' ? cluster.version : normalVersion(asked.version)
  const dmctl = dmctlFor(cluster, await listPackages(run.db), version)
  const held = await holdingJob(run.db, cluster.name)
  const beside: Problem[] = held
    ? [{ code: 'dmctl.beside-job', severity: 'warning', params: { number: held.number, operation: held.operation } }]
    : []
  const unfinished: Problem[] =
    cluster.lifecycle === 'deploying' ? [{ code: 'exec.unfinished', severity: 'error', params: { cluster: cluster.name } }] : []
  const { line, host, files, timeoutS: seconds } = asked
  return {
    topology: cluster.topology,
    input: { ...input, ...(dmctl && { dmctl }), typed: { line, host, files, seconds, version, run: asked.run } },
    problems: [...unfinished, ...beside],
  }
}

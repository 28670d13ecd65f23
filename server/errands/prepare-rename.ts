import { renameInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import { nowCalled } from '@/server/store/former-names'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { openUpgrade } from '@/server/store/upgrades'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

export const prepareRename = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { name } = renameInput.parse(row.input)
  return {
    topology: cluster.topology,
    input: {
      ...input,
      renameTo: name,
      packages: await listPackages(run.db),
      grafanaSecrets: await grafanaSecretsOf(run.db, cluster),
    },
    problems: await against(run, cluster, name),
  }
}

const against = async (run: ErrandRun, cluster: ClusterWithTopology, name: string): Promise<Problem[]> => {
  const taken = (why: string): Problem => ({ code: 'rename.taken', severity: 'error', path: 'name', params: { name, why } })
  const other = name === cluster.name ? undefined : await findCluster(run.db, name)
  const heir = await nowCalled(run.db, name)
  return [
    ...(other ? [taken(other.name)] : []),
    ...(heir !== undefined && heir !== cluster.name ? [taken(`${name} → ${heir}`)] : []),
    ...((await openUpgrade(run.db, cluster.name)) ? [{ code: 'rename.upgrade-open', severity: 'error', params: {} } as const] : []),
  ]
}

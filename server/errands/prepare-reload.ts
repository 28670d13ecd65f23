import { reloadInput } from '@/server/domain/plan-inputs'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { listUnapplied } from '@/server/store/unapplied'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { existingCluster, rollingPart } from './prepare-existing'
import type { Prepared } from './prepared'

/** All that files are rendered from, and which instances are behind. */
export const prepareReload = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = reloadInput.parse(row.input)
  const { roles, nodes, restart } = asked
  const behind = await listUnapplied(run.db, cluster.name)
  return {
    topology: cluster.topology,
    input: {
      ...{ ...input, roles, nodes, ...(await rollingPart(run, cluster, asked)) },
      packages: await listPackages(run.db),
      grafanaSecrets: await grafanaSecretsOf(run.db, cluster),
      reload: { restart },
      unapplied: Object.fromEntries(behind.map(({ instance, state }) => [instance, state])),
    },
    problems: [],
  }
}

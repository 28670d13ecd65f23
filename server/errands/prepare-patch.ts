import { patchInput } from '@/server/domain/plan-inputs'
import { readLedger } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { existingCluster, rollingPart } from './prepare-existing'
import type { Prepared } from './prepared'

/** The whole store goes to the planner: what a former binary is, and what its release's own is, are found there. */
export const preparePatch = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = patchInput.parse(row.input)
  const { roles, nodes, packages, to, overwrite, offline, ticket, notes, due } = asked
  return {
    topology: cluster.topology,
    input: {
      ...{ ...input, roles, nodes, ...(await rollingPart(run, cluster, asked)) },
      packages: await listPackages(run.db),
      ledger: await readLedger(run.db, cluster.name),
      patch: { packages, to, overwrite, offline, ticket, notes, due },
    },
    problems: [],
  }
}

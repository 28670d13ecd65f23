import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

const plain = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  return { topology: cluster.topology, input, problems: [] }
}

export const prepareScaleOut = plain
export const prepareScaleIn = plain
export const preparePrune = plain

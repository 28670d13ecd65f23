import { hostsOf } from '@/server/domain/topology/instances'
import type { OperationInput } from '@/server/operations/input'
import { listClusters } from '@/server/store/clusters'
import { ledgerUses } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'

/** What an operation that leaves hosts must know of the packages in their caches: which others want, and which a review brought. */
export const cachedPackagesOf = async (run: ErrandRun, cluster: string): Promise<Pick<OperationInput, 'keepPackages' | 'borrowed'>> => ({
  keepPackages: await packagesOfOthers(run, cluster),
  borrowed: await borrowedOf(run, cluster),
})

/** Packages that other clusters name, for they may have a host in common. */
const packagesOfOthers = async (run: ErrandRun, cluster: string): Promise<string[]> =>
  [...(await ledgerUses(run.db))].flatMap(([sha256, clusters]) => (clusters.some((name) => name !== cluster) ? [sha256] : []))

/** A review that needs dmctl brings it to a host, and no job's journal says so. */
const borrowedOf = async (run: ErrandRun, cluster: string): Promise<NonNullable<OperationInput['borrowed']>> => {
  const others = (await listClusters(run.db)).filter(({ name }) => name !== cluster)
  const packages = (await listPackages(run.db)).filter(({ component }) => component === 'dmctl').map(({ sha256 }) => sha256)
  return { packages, sharedHosts: others.flatMap(({ topology }) => hostsOf(topology).map(({ hostId }) => hostId)) }
}

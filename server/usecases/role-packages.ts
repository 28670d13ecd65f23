import { currentOf } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import type { ClusterWithTopology } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { readLedger, rolePackages } from '@/server/store/ledger'

/**
 * What a role's new instances get when nothing was chosen: what was patched with --overwrite, else what all of the role run now on a
 * platform. Where they run different packages there is no such thing, and the release's own is taken.
 */
export const roleDefaults = async (db: Db, cluster: ClusterWithTopology, packages: readonly PackageInfo[]): Promise<PackageInfo[]> => {
  const byHash = (sha256: string | undefined): PackageInfo[] => packages.filter((one) => one.sha256 === sha256)
  const overwritten = (await rolePackages(db, cluster.name)).flatMap(({ packageSha256 }) => byHash(packageSha256))
  const ledger = await readLedger(db, cluster.name)
  const now = instancesOf(cluster.topology).flatMap(({ id }) => byHash(currentOf(ledger, id)?.packageSha256))
  const alone = now.filter((one) =>
    now.every(
      (other) => other.component !== one.component || other.os !== one.os || other.arch !== one.arch || other.sha256 === one.sha256,
    ),
  )
  return [...new Map([...overwritten, ...alone].map((one) => [one.sha256, one])).values()]
}

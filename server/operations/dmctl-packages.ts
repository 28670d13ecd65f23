import semver from 'semver'
import type { PackageInfo } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'

type Versioned = { version: string; topology: Topology }

/** dmctl of the cluster's version for the platform of the master that it runs on; undefined when the store has none. */
export const dmctlFor = (cluster: Versioned, packages: readonly PackageInfo[], version = cluster.version): PackageInfo | undefined => {
  const master = instancesOf(cluster.topology).find(({ component }) => component === 'dm-master')
  return packages.find(
    (one) =>
      one.component === 'dmctl' &&
      one.version === version &&
      (master?.arch === '' || one.arch === master?.arch) &&
      one.os === (master?.os || 'linux'),
  )
}

/**
 * dmctl that exports: the cluster's own version, else the nearest that may: v2.0.5 or later, and before v8.0.0 for clusters before
 * v2.0.5 (maintain-dm-using-tiup, rolling upgrade).
 */
export const dmctlToExport = (cluster: Versioned, packages: readonly PackageInfo[]): PackageInfo | undefined => {
  const old = semver.lt(semver.parse(cluster.version) ?? '99.0.0', '2.0.5')
  const own = old ? undefined : dmctlFor(cluster, packages)
  if (own) return own
  const may = (version: string): boolean =>
    semver.parse(version) !== null && semver.gte(version, '2.0.5') && (!old || semver.lt(version, '8.0.0-0'))
  const versions = [
    ...new Set(packages.filter(({ component, version }) => component === 'dmctl' && may(version)).map((one) => one.version)),
  ]
  for (const version of nearestFirst(versions, cluster.version)) {
    const found = dmctlFor(cluster, packages, version)
    if (found) return found
  }
  return undefined
}

/** Older ones before newer ones, each the nearest first. */
const nearestFirst = (versions: readonly string[], to: string): string[] => {
  const sorted = versions.toSorted(semver.compare)
  if (semver.parse(to) === null) return sorted.toReversed()
  return [...sorted.filter((one) => semver.lte(one, to)).toReversed(), ...sorted.filter((one) => semver.gt(one, to))]
}

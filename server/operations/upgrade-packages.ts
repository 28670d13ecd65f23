import semver from 'semver'
import { componentSpec } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import { currentOf } from '@/server/domain/ledger'
import { type PackageInfo, packageFileName } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { isFromSource, sourceOf, wantedVersion } from './deploy-packages'
import type { OperationInput, UpgradeWish } from './input'
import type { Staged } from './staging'

/** Packages of an instance's component, version and platform, the wished ones first; hotfixes are no release. */
const fitting = (instance: Instance, topology: Topology, { packages = [] }: OperationInput, wish: UpgradeWish): PackageInfo[] => {
  const version = wantedVersion(instance.component, topology, wish.to)
  const fits = packages.filter(
    (one) =>
      one.component === instance.component &&
      one.origin.from !== 'hotfix' &&
      one.os === (instance.os || 'linux') &&
      one.arch === instance.arch &&
      (version === '' || one.version === version) &&
      isFromSource(one, instance, topology),
  )
  const rank = (one: PackageInfo): number => (wish.prefer.includes(one.sha256) ? 0 : 1)
  return fits.toSorted((a, b) => rank(a) - rank(b) || newerFirst(a.version, b.version))
}

const newerFirst = (a: string, b: string): number => {
  const [x, y] = [semver.parse(a), semver.parse(b)]
  if (!x || !y) return 0
  return semver.rcompare(x, y)
}

/** Whether a component goes with the cluster's version; the others get the newest package in the store, or stay as they are. */
const isOfCluster = (instance: Instance): boolean => componentSpec(instance.component).version === 'cluster'

/**
 * What each instance gets. An Alertmanager or exporter for which the store has nothing newer is left out. In a cluster that is on its
 * way already, those are left out too whose ledger says that this very upgrade has put the package there.
 */
export const upgradePackages = (topology: Topology, input: OperationInput, wish: UpgradeWish): Staged[] =>
  instancesOf(topology).flatMap((instance): Staged[] => {
    const [found] = fitting(instance, topology, input, wish)
    if (!found) return []
    const now = currentOf(input.ledger ?? [], instance.id)
    if (!isOfCluster(instance) && now && !isNewer(found, now.packageSha256, input)) return []
    return [{ instance, package: found }]
  })

const isNewer = (found: PackageInfo, current: string, { packages = [] }: OperationInput): boolean => {
  if (found.sha256 === current) return false
  const now = packages.find(({ sha256 }) => sha256 === current)
  const [a, b] = [semver.parse(found.version), semver.parse(now?.version ?? '')]
  return !a || !b || semver.gt(a, b)
}

/** Packages of the target that the store lacks, each once, with the hosts that need it. */
export const missingPackages = (topology: Topology, input: OperationInput, wish: UpgradeWish): { name: string; hosts: string[] }[] => {
  const missing = new Map<string, string[]>()
  for (const instance of instancesOf(topology)) {
    if (!isOfCluster(instance) || fitting(instance, topology, input, wish).length > 0) continue
    const { component, os, arch, hostId } = instance
    const name = packageFileName({
      component: sourceOf(instance, topology) || component,
      version: wish.to,
      os: os || 'linux',
      arch: arch || '?',
    })
    missing.set(name, [...new Set([...(missing.get(name) ?? []), hostId])])
  }
  return [...missing].map(([name, hosts]) => ({ name, hosts }))
}

import { type ComponentName, components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import type { PackageInfo } from '@/server/domain/package'
import { entryId } from '@/server/domain/topology/entries'
import { fillPlatforms, type Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from './input'

/** The topology with os and arch of every entry, as seen on the hosts where the user wrote none. */
export const withSeenPlatforms = (topology: Topology, facts: OperationFacts): Topology =>
  fillPlatforms(
    topology,
    Object.fromEntries(
      Object.entries(facts.hosts).flatMap(([host, seen]) => (seen.system ? [[host, { os: seen.system.os, arch: seen.system.arch }]] : [])),
    ),
  )

/** The version that a component's package must have: the cluster's, one that the topology names, or '' for any. */
export const wantedVersion = (component: ComponentName, topology: Topology, version: string): string => {
  if (components[component].version === 'cluster') return version
  if (component === 'node_exporter') return topology.monitored?.node_exporter_version ?? ''
  return component === 'blackbox_exporter' ? (topology.monitored?.blackbox_exporter_version ?? '') : ''
}

/** The name under which an instance's package is published: its own `source`, its role's of `component_sources`, or '' for the usual. */
export const sourceOf = (instance: Pick<Instance, 'component' | 'id'>, topology: Topology): string => {
  const { component } = instance
  if (component !== 'dm-master' && component !== 'dm-worker') return ''
  const entries = component === 'dm-master' ? topology.masters : topology.workers
  const own = entries.find((entry) => entryId(entry) === instance.id)?.source
  const name = own || topology.componentSources?.[component === 'dm-master' ? 'master' : 'worker'] || ''
  return name === component ? '' : name
}

/** Whether a package is published under the name that the instance's must have. */
export const isFromSource = (one: PackageInfo, instance: Instance, topology: Topology): boolean =>
  (one.source ?? '') === sourceOf(instance, topology)

/** The package that an instance gets; undefined when none fits or its platform is not known. */
export const packageFor = (instance: Instance, topology: Topology, input: OperationInput): PackageInfo | undefined => {
  const version = wantedVersion(instance.component, topology, input.version)
  const fits = (one: PackageInfo): boolean => one.component === instance.component && one.os === instance.os && one.arch === instance.arch
  const first = input.joining?.prefer.find(fits)
  if (first) return first
  return (input.packages ?? []).find(
    (one) =>
      fits(one) && one.origin.from !== 'hotfix' && (version === '' || one.version === version) && isFromSource(one, instance, topology),
  )
}

/** Texts of the dm-master package of the cluster's version; they are the same on every platform. */
export const masterTexts = (input: OperationInput): Readonly<Record<string, string>> =>
  (input.packages ?? []).find((one) => one.component === 'dm-master' && one.origin.from !== 'hotfix' && one.version === input.version)
    ?.texts ?? {}

/** Packages of these instances, each once. */
export const packagesOf = (instances: readonly Instance[], topology: Topology, input: OperationInput): PackageInfo[] => {
  const found = instances.flatMap((one) => packageFor(one, topology, input) ?? [])
  return [...new Map(found.map((one) => [one.sha256, one])).values()]
}

/** Room on a host for each package beside its unpacked content, and 1 GiB to live in. */
export const wantedBytes = (instances: readonly Instance[], topology: Topology, input: OperationInput): number =>
  2 * packagesOf(instances, topology, input).reduce((sum, one) => sum + one.sizeBytes, 0) + 2 ** 30

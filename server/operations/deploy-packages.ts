import { type ComponentName, components } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import type { PackageInfo } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
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

/** The package that an instance gets; undefined when none fits or its platform is not known. */
export const packageFor = (instance: Instance, topology: Topology, input: OperationInput): PackageInfo | undefined => {
  const version = wantedVersion(instance.component, topology, input.version)
  return (input.packages ?? []).find(
    (one) =>
      one.component === instance.component &&
      one.origin.from !== 'hotfix' &&
      one.os === instance.os &&
      one.arch === instance.arch &&
      (version === '' || one.version === version),
  )
}

/** Texts of the dm-master package of the cluster's version; they are the same on every platform. */
export const masterTexts = (input: OperationInput): Readonly<Record<string, string>> =>
  (input.packages ?? []).find((one) => one.component === 'dm-master' && one.origin.from !== 'hotfix' && one.version === input.version)
    ?.texts ?? {}

/** Packages of a host, each once. */
export const packagesOn = (host: HostId, topology: Topology, input: OperationInput): PackageInfo[] => {
  const found = instancesOf(topology).flatMap((one) => (one.hostId === host ? (packageFor(one, topology, input) ?? []) : []))
  return [...new Map(found.map((one) => [one.sha256, one])).values()]
}

/** Room for each package beside its unpacked content, and 1 GiB to live in. */
export const wantedBytes = (host: HostId, topology: Topology, input: OperationInput): number =>
  2 * packagesOn(host, topology, input).reduce((sum, one) => sum + one.sizeBytes, 0) + 2 ** 30

import { type FolderPart, usageKey } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Deletion } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { Draft } from './build'
import { instanceDirectories } from './deploy-paths'
import type { OperationFacts, OperationInput } from './input'
import { isExporter } from './select'

/** A folder that an operation takes away: with itself, only what is in it, or only when nothing is left in it. */
export type Removal = { instance: Instance; path: string; how: 'whole' | 'contents' | 'if-empty' }

export type RemovalContext = { topology: Topology; facts: OperationFacts; input: OperationInput }

/** Sizes of all folders that instances own. */
export const folderProbes = (instances: readonly Instance[], only: FolderPart = 'all'): HostProbe[] =>
  instances.flatMap((one) =>
    directoriesOf(one).flatMap((path): HostProbe[] => [
      { probe: 'usage', path, only, size: true },
      { probe: 'path', path, hash: false },
    ]),
  )

/** TiUP's `--retain-node-data` (host or host:port) and `--retain-role-data`. */
export const isRetained = (one: Instance, { retain }: OperationInput): boolean =>
  retain !== undefined &&
  !isExporter(one) &&
  (retain.roles.includes(one.component) || retain.nodes.includes(one.id) || retain.nodes.includes(one.host))

/** Where an instance keeps its data; Grafana's lies in its deploy folder. '' when it has none. */
export const dataOf = (one: Instance): string => one.dataDir || (one.component === 'grafana' ? `${one.deployDir}/data` : '')

/** The folder's path is not where it lies: nothing is deleted through links. */
export const linkedTo = (host: HostId, path: string, { hosts }: OperationFacts): string | undefined => {
  const seen = hosts[host]
  const real = seen?.usage[usageKey(path, 'all')]?.real ?? seen?.usage[usageKey(path, 'logs')]?.real
  if (real === undefined || real === '' || real === path) return undefined
  return real
}

/** Folders of a host's instances, data first. What is retained stays, and so does what it lies in, but for programs and configuration. */
export const removalsOn = (host: HostId, context: RemovalContext): Removal[] => {
  const { topology, facts, input } = context
  const instances = instancesOf(topology).filter((one) => one.hostId === host)
  const kept = keptOn(host, context)
  const all = instances.flatMap((instance) =>
    directoriesOf(instance)
      .toReversed()
      .filter((path) => !kept.includes(path) && linkedTo(host, path, facts) === undefined)
      .flatMap((path): Removal[] => removalsOf(instance, path, { kept, whole: mayGoWhole(host, path, context) })),
  )
  const once = new Map(all.map((one) => [`${one.how} ${one.path}`, one]))
  return input.force && !facts.hosts[host]?.system ? [] : [...once.values()]
}

/** Data folders of a host that stay. */
export const keptOn = (host: HostId, { topology, input }: RemovalContext): string[] =>
  instancesOf(topology).flatMap((one) => (one.hostId === host && isRetained(one, input) && dataOf(one) !== '' ? [dataOf(one)] : []))

const removalsOf = (instance: Instance, path: string, { kept, whole }: { kept: readonly string[]; whole: boolean }): Removal[] => {
  if (kept.some((one) => one.startsWith(`${path}/`))) {
    const own = [...instanceDirectories(instance), `${path}/provisioning`, `${path}/tls`, `${path}/log`]
    const inside = own.filter((one) => one.startsWith(`${path}/`) && !kept.some((data) => data === one || data.startsWith(`${one}/`)))
    const tops = inside.filter((one) => !inside.some((other) => one.startsWith(`${other}/`)))
    return [...[...new Set(tops)].map((one): Removal => ({ instance, path: one, how: 'whole' })), { instance, path, how: 'if-empty' }]
  }
  return [{ instance, path, how: whole ? 'whole' : 'contents' }]
}

/**
 * A folder that was there before the cluster, a mount point, or one right below the root is emptied and stays. Where no job of the panel
 * made anything (an adopted cluster), an instance's folders go whole, as with TiUP.
 */
const mayGoWhole = (host: HostId, path: string, { facts, input }: RemovalContext): boolean => {
  const fact = facts.hosts[host]?.paths[path]
  if (path.split('/').length <= 2 || (fact?.exists && fact.mountPoint)) return false
  const made = madeOn(host, input)
  return made.size === 0 || made.has(path)
}

/** Paths that the panel's jobs made on a host. */
export const madeOn = (host: HostId, { deeds }: OperationInput): ReadonlySet<string> =>
  new Set(
    (deeds ?? []).flatMap(({ plan, made }) =>
      plan.phases.flatMap(({ lanes }) =>
        lanes.flatMap(({ steps }) =>
          steps.flatMap((step) =>
            'host' in step && step.host === host ? (made[step.id] ?? []).filter((what) => what.startsWith('/')) : [],
          ),
        ),
      ),
    ),
  )

export const removalStep = (host: HostId, { path, how }: Removal): Draft =>
  how === 'contents'
    ? { subject: path, step: { kind: 'contents-absent', host, path, only: 'all' } }
    : { subject: path, step: { kind: 'path-absent', host, path, onlyEmpty: how === 'if-empty' } }

/** A folder for the review; size as seen. */
export const deletionOf = (one: Instance, path: string, { facts, only }: { facts: OperationFacts; only: FolderPart }): Deletion => ({
  host: one.hostId,
  instance: one.id,
  path,
  only,
  bytes: facts.hosts[one.hostId]?.usage[usageKey(path, only)]?.bytes ?? null,
})

/** Of folders that lie in one another the outer one counts. `unknown`: how many could not be counted. */
export const totalOf = (deletions: readonly Deletion[]): { bytes: number; unknown: number } => {
  const outer = deletions.filter(
    (one) =>
      one.kept === undefined &&
      !deletions.some((other) => other.host === one.host && other.only === 'all' && one.path.startsWith(`${other.path}/`)),
  )
  return {
    bytes: outer.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    unknown: outer.filter(({ bytes }) => bytes === null).length,
  }
}

/** `1.2 GiB`; what could not be counted is said. */
export const sizeText = ({ bytes, unknown }: { bytes: number; unknown: number }): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const rank = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const size = bytes / 1024 ** rank
  return `${unknown > 0 ? '≥ ' : ''}${size.toFixed(rank > 0 && size < 10 ? 1 : 0)} ${units[rank] ?? 'B'}`
}

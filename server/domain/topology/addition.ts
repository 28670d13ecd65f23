import { isError, type Problem } from '../problem'
import { directoryUses, portsOf, topologyProblems } from './check'
import { type Entries, entriesOnly, entryId, entryIds, joinEntries, listNames, sectionOf, withoutEntries } from './entries'
import { entriesOf } from './instances'
import { readTopologyFile } from './parse'
import { fillPlatforms, hostIdOf, type Topology, withDefaults } from './topology'

type Addition = {
  /** The new entries alone, every default resolved. */
  added: Entries
  /** The cluster with them. */
  merged: Topology
}

/** Of the whole cluster; TiUP ignores them in a scale-out's file too. */
const sharedSections = ['global', 'monitored', 'component_sources', 'server_configs'] as const

/**
 * Reads a topology of new instances only, as `tiup dm scale-out` takes it, into an existing cluster: global settings are inherited, and
 * what conflicts with the cluster is a problem with its line. Instances that are still joining may be named again. There is an addition
 * exactly when no problem is an error. Never throws.
 */
export const parseAddition = (yamlText: string, cluster: Topology): { addition?: Addition; problems: Problem[] } => {
  const read = readTopologyFile(yamlText)
  if ('problems' in read) return read
  const ignored = sharedSections.flatMap((section): Problem[] =>
    read.file[section] === undefined
      ? []
      : [{ code: 'scale-out.section-ignored', severity: 'warning', path: section, params: { section } }],
  )
  const { master_servers, worker_servers, monitoring_servers, grafana_servers, alertmanager_servers } = read.file
  const given = withDefaults({
    global: cluster.global,
    ...(cluster.monitored && { monitored: cluster.monitored }),
    ...(cluster.serverConfigs && { server_configs: cluster.serverConfigs }),
    ...(master_servers && { master_servers }),
    ...(worker_servers && { worker_servers }),
    ...(monitoring_servers && { monitoring_servers }),
    ...(grafana_servers && { grafana_servers }),
    ...(alertmanager_servers && { alertmanager_servers }),
  })
  const added = entriesOnly(fillPlatforms(given, platformsOf(cluster)))
  if (entryIds(added).length === 0) return { problems: [...ignored, nothing].map(read.where) }
  const problems = [...ignored, ...problemsOfMerge(cluster, added)].map(read.where)
  return problems.some(isError) ? { problems } : { addition: { added, merged: joinEntries(cluster, added) }, problems }
}

/** What the cluster knows of its hosts; an instance that is added to one of them need not say it again. */
const platformsOf = (cluster: Topology): Readonly<Record<string, { os: string; arch: string }>> =>
  Object.fromEntries(
    entriesOf(cluster).flatMap(({ entry }) =>
      entry.os && entry.arch ? [[hostIdOf(entry), { os: entry.os, arch: entry.arch }] as const] : [],
    ),
  )

const nothing: Problem = { code: 'scale-out.nothing', severity: 'error', params: {} }

/** What is wrong with the merged cluster and was not before; paths are those of the addition, or none. */
const problemsOfMerge = (cluster: Topology, added: Entries): Problem[] => {
  const repeated = listNames.flatMap((list) =>
    cluster[list].filter((one) => one.lifecycle === 'joining' && added[list].some((other) => entryId(other) === entryId(one))).map(entryId),
  )
  const base = withoutEntries(cluster, repeated)
  // Appended, not joined: an instance that the cluster has already must be seen twice to be refused.
  const both: Topology = {
    ...base,
    masters: [...base.masters, ...added.masters],
    workers: [...base.workers, ...added.workers],
    monitors: [...base.monitors, ...added.monitors],
    grafanas: [...base.grafanas, ...added.grafanas],
    alertmanagers: [...base.alertmanagers, ...added.alertmanagers],
  }
  const before = new Set(topologyProblems(base).map(keyOf))
  const paths = pathsByOwner({ ...base, ...added })
  return topologyProblems(both)
    .filter((problem) => !before.has(keyOf(problem)))
    .map((problem) => relocated(problem, base, paths))
}

const keyOf = ({ code, path, params }: Problem): string => JSON.stringify([code, path, params])

/** Where each port and directory of the addition is written, by what a conflict calls it. */
const pathsByOwner = (added: Topology): ReadonlyMap<string, string> =>
  new Map([...portsOf(added), ...directoryUses(added)].map(({ owner, path }) => [owner, path]))

const relocated = (problem: Problem, base: Topology, paths: ReadonlyMap<string, string>): Problem => {
  const { path, ...rest } = problem
  const [section = '', index, ...field] = (path ?? '').split('.')
  const list = listNames.find((name) => sectionOf[name] === section)
  if (!list || index === undefined) return path === undefined ? rest : problem
  const at = Number(index) - base[list].length
  if (at >= 0) return { ...rest, path: [section, at, ...field].join('.') }
  // The cluster's own entry comes second in the check's order; the first one is ours.
  const ours = paths.get(String(problem.params.first ?? ''))
  return ours === undefined ? rest : { ...rest, path: ours }
}

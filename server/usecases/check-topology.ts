import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { parseAddition } from '@/server/domain/topology/addition'
import { topologyProblems } from '@/server/domain/topology/check'
import { crossClusterProblems } from '@/server/domain/topology/cross-cluster'
import { entryIds } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import { clusterNameProblem } from '@/server/domain/topology/names'
import { type NamedPath, namedPaths, ownFileProblems } from '@/server/domain/topology/own-files'
import { located, parseTopology } from '@/server/domain/topology/parse'
import { type ClusterWithTopology, listClusters } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { secretProblems } from './seal-topology'

/** `files`: what the topology names of the user's own files, and which of the given ones fit. */
export type TopologyCheck = { problems: Problem[]; instances: Instance[]; files: NamedPath[] }

/** Everything that is wrong with a text that may become a cluster, without reaching a host. */
export const checkTopology = async (db: Db, ask: { yaml: string; cluster: string; files: readonly string[] }): Promise<TopologyCheck> => {
  const nameProblem = ask.cluster === '' ? undefined : clusterNameProblem(ask.cluster)
  const { topology, problems } = parseTopology(ask.yaml)
  if (!topology) return { problems: [...(nameProblem ? [nameProblem] : []), ...problems], instances: [], files: [] }
  const others = (await listClusters(db)).filter(({ name }) => name !== ask.cluster)
  const own = located(ask.yaml, ownFileProblems(topology, ask.files))
  const all = [
    ...[...problems, ...topologyProblems(topology), ...crossClusterProblems(topology, others), ...own],
    ...(await secretProblems(db, ask)),
  ]
  // The parser may have said some already; the first one has line and column.
  const seen = new Set<string>()
  const distinct = all.filter((problem) => {
    const key = JSON.stringify([problem.code, problem.path, problem.params])
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
  return {
    problems: [...(nameProblem ? [nameProblem] : []), ...distinct],
    instances: instancesOf(topology),
    files: namedPaths(topology, ask.files),
  }
}

/**
 * Everything that is wrong with a text of new instances for a cluster, without reaching a host; `instances`: the new ones alone. `files`:
 * paths of the user's own files that come with it; those that the cluster has are there already.
 */
export const checkAddition = async (
  db: Db,
  { yaml, cluster, files = [] }: { yaml: string; cluster: ClusterWithTopology; files?: readonly string[] },
): Promise<TopologyCheck> => {
  const { addition, problems } = parseAddition(yaml, cluster.topology)
  const secrets = await secretProblems(db, { yaml, cluster: cluster.name })
  if (!addition) return { problems: [...problems, ...secrets], instances: [], files: [] }
  const alone = { ...cluster.topology, ...addition.added }
  const there = [...Object.keys(cluster.files), ...files]
  const others = (await listClusters(db)).filter(({ name }) => name !== cluster.name)
  const shared = located(yaml, crossClusterProblems(alone, others))
  const ids = new Set(entryIds(addition.added))
  return {
    problems: [...problems, ...shared, ...secrets, ...located(yaml, ownFileProblems(alone, there))],
    instances: instancesOf(alone).filter(({ id }) => ids.has(id)),
    files: namedPaths(alone, there),
  }
}

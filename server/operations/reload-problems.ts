import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { entryId, withoutEntries } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { Draft } from './build'
import type { OperationFacts, OperationInput } from './input'
import { exportersOn } from './rolling'
import { rollingProblems } from './rolling-problems'
import { selected, selectionProblems, unseenHosts } from './select'
import { unknownUnits } from './start'

/** What is to be done for an instance. */
export type Work = {
  instance: Instance
  /** Files that differ from what lies there. */
  files: readonly Draft[]
  /** It is down on purpose, and stays so; or nothing is to be restarted. */
  still: boolean
  /** It runs nothing older once its files are there. */
  stopped: boolean
  /** Of a master: others have data already. */
  founded: boolean
}

/** Whether how it is started changes. */
export const hasScript = (files: readonly Draft[]): boolean => files.some(({ subject }) => subject.includes('/scripts/'))

/** Where etcd keeps what a master is a member of. */
export const memberPath = ({ dataDir }: Instance): string => `${dataDir}/member`

/** Without masters that a scale-out has not joined: DM does not list them, and no majority needs them. Who is listed counts, in whatever state. */
export const votingTopology = (topology: Topology, facts: OperationFacts): Topology => {
  const listed = facts.cluster?.members?.masters
  const unlisted = topology.masters.filter(
    ({ lifecycle, name }) => lifecycle === 'joining' && listed && !listed.some((one) => one.name === name),
  )
  return unlisted.length === 0 ? topology : withoutEntries(topology, unlisted.map(entryId))
}

/** All that speaks against bringing these files to these instances, and what the operator must know. */
export const reloadProblems = (topology: Topology, facts: OperationFacts, input: OperationInput, works: readonly Work[]): Problem[] => {
  const turns = works.map(({ instance, still }) => ({ instance, activate: [], ...(still ? { offline: true } : {}) }))
  const first = [
    ...selectionProblems(topology, input),
    ...unseenHosts(selected(topology, input), facts),
    ...unknownUnits(topology, facts, input),
  ]
  return [
    ...first,
    ...(works.length === 0 && first.length === 0 ? [nothing] : []),
    ...works.flatMap((work) => emptyMaster(work, facts)),
    ...rollingProblems(votingTopology(topology, facts), facts, input, turns),
    ...leftOut(topology, input),
    ...named(
      'reload.stopped',
      works.flatMap(({ instance, stopped }) => (stopped ? [instance.id] : [])),
    ),
    ...named(
      'reload.not-restarted',
      works.flatMap(({ instance, still, stopped }) => (still && !stopped ? [instance.id] : [])),
    ),
    ...named('reload.others-lag', lagging(topology, input, works)),
  ]
}

const nothing: Problem = { code: 'reload.nothing', severity: 'error', params: {} }

/** Its new script would name all masters while its folder is empty: it would neither join them nor found anything, and spoil the folder. */
const emptyMaster = ({ instance, files, founded }: Work, facts: OperationFacts): Problem[] => {
  const path = memberPath(instance)
  const seen = facts.hosts[instance.hostId]?.paths[path]
  if (instance.component !== 'dm-master' || !founded || !hasScript(files) || seen?.exists !== false) return []
  return [{ code: 'reload.master-empty', severity: 'error', params: { instance: instance.id, path } }]
}

const leftOut = (topology: Topology, input: OperationInput): Problem[] =>
  selected(topology, input).flatMap(({ id, lifecycle }): Problem[] =>
    lifecycle === 'active' ? [] : [{ code: `reload.${lifecycle}`, severity: 'info', params: { instance: id } }],
  )

const named = (code: string, ids: readonly string[]): Problem[] =>
  ids.length === 0 ? [] : [{ code, severity: 'info', params: { count: ids.length, instances: ids.join(', ') } }]

/** They run an older configuration, and go on with it. */
const lagging = (topology: Topology, input: OperationInput, works: readonly Work[]): string[] => {
  const chosen = selected(topology, input)
  const reached = new Set([...chosen, ...exportersOn(topology, chosen), ...works.map(({ instance }) => instance)].map(({ id }) => id))
  return instancesOf(topology).flatMap(({ id }) => (input.unapplied?.[id] !== undefined && !reached.has(id) ? [id] : []))
}

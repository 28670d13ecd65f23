import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { clusterNameProblem } from '@/server/domain/topology/names'
import type { Topology } from '@/server/domain/topology/topology'
import { phase, planOf, recordLane } from './build'
import { masterTexts } from './deploy-packages'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { refreshed, refreshPhases } from './refresh'
import { selectionProblems, unitState, unseenHosts } from './select'
import { startNeeds } from './start'

/**
 * Another name for a cluster: in the panel, and on hosts where its name is written: labels of Prometheus, rules, dashboards and data
 * source of Grafana (TiUP 842f05c: rename, then reload of prometheus and grafana). DM itself knows no name.
 */
export const rename: Operation = {
  name: 'rename',
  needs: (topology) => renameNeeds(topology),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const blobs = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      blobs.set(blob.sha256, blob)
      return blob
    }
    const to = input.renameTo ?? input.clusterName
    const plan = planOf('rename', topology, input, {
      phases: [
        ...refreshPhases({ before: topology, after: topology, facts, input, keep, renameTo: to }),
        phase('plan.record', [recordLane(input.clusterName, { change: 'cluster-renamed', to })]),
      ],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `dm-panel rename ${input.clusterName} ${to}`,
      destructive: false,
    })
    return { plan, blobs: [...blobs.values()] }
  },
}

/** Hosts of the instances that carry the name, and the group of their files. */
const renameNeeds = (topology: Topology): Needs => {
  const { host } = startNeeds(topology)
  const user = { probe: 'user', user: topology.global.user } as const
  return { cluster: [], host: Object.fromEntries(Object.entries(host).map(([id, probes]) => [id, [...probes, user]])) }
}

/** Instances whose files carry the name. */
const carriers = (topology: Topology, facts: OperationFacts, input: OperationInput): Instance[] => {
  const to = input.renameTo ?? input.clusterName
  const keep = (blob: PlannedBlob): PlannedBlob => blob
  return refreshed({ before: topology, after: topology, facts, input, keep, renameTo: to })
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const to = input.renameTo ?? input.clusterName
  const badName = clusterNameProblem(to)
  const same: Problem[] = to === input.clusterName ? [{ code: 'rename.same', severity: 'error', params: { name: to } }] : []
  const concerned = carriers(topology, facts, input)
  // Without a monitor no host is touched; some answer is wanted nevertheless, so that the cluster is known to be ours to change.
  const asked = concerned.length > 0 ? concerned : instancesOf(topology)
  const texts: Problem[] =
    topology.monitors.length + topology.grafanas.length > 0 && Object.keys(masterTexts(input)).length === 0
      ? [{ code: 'rename.texts-unknown', severity: 'warning', params: { version: input.version } }]
      : []
  const up = concerned.filter((one) => unitState(facts, one) === 'up')
  return [
    ...selectionProblems(topology, { ...input, roles: [], nodes: [] }),
    ...(badName ? [badName] : []),
    ...same,
    ...texts,
    ...unseenHosts(asked, facts),
    ...(up.length > 0 ? [{ code: 'rename.labels', severity: 'warning', params: { name: to } } as const] : []),
    ...concerned
      .filter((one) => unitState(facts, one) === 'down')
      .map((one): Problem => ({ code: 'rename.monitor-down', severity: 'info', params: { instance: one.id } })),
  ]
}

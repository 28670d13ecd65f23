import { roleNames } from '@/server/domain/component'
import { type FolderPart, usageKey } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Deletion } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import type { Problem } from '@/server/domain/problem'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, phase, planOf, recordLane } from './build'
import { deletionOf, linkedTo, sizeText, totalOf } from './deletions'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { byComponent, isExporter, selectable, selectionProblems, unseenHosts } from './select'
import { startNeeds } from './start'
import { stopImpact, stopPhases } from './stop'

/**
 * Data, log files, or both are deleted; programs and configuration stay. The whole cluster stops first and stays stopped, as with TiUP's
 * `clean` (842f05c; `tiup dm` itself has none).
 */
export const clean: Operation = {
  name: 'clean',
  needs: (topology, input) => cleanNeeds(topology, input),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const everything = { ...input, roles: [], nodes: [] }
    const hosts = hostsOf(topology).map(({ hostId }) => hostId)
    const plan = planOf('clean', topology, input, {
      phases: [
        ...stopPhases(topology, facts, everything),
        phase('plan.record', [recordLane(input.clusterName, { change: 'run-state', to: 'stopped' })]),
        phase(
          'plan.clean',
          hosts.map((host) => ({ subject: host, login: 'deploy', steps: cleanSteps(host, topology, input) })),
        ),
      ],
      problems: problemsOf(topology, facts, input),
      impact: {
        ...stopImpact(topology, facts, everything),
        masterOutageS: null,
        deletes: deletionsOf(topology, facts, input),
      },
      tiupCommand: `dm-panel clean ${input.clusterName}${flags(input)}`,
      destructive: true,
    })
    return { plan, blobs: [] }
  },
}

type Wish = NonNullable<OperationInput['clean']>
const wishOf = ({ clean: wish }: OperationInput): Wish => wish ?? { data: false, logs: false, ignoreNodes: [], ignoreRoles: [] }

const flags = (input: OperationInput): string => {
  const { data, logs, ignoreNodes, ignoreRoles } = wishOf(input)
  return [
    data && logs ? ' --all' : `${data ? ' --data' : ''}${logs ? ' --log' : ''}`,
    ...ignoreNodes.map((node) => ` --ignore-node ${node}`),
    ...ignoreRoles.map((role) => ` --ignore-role ${role}`),
  ].join('')
}

type Part = { instance: Instance; path: string; only: FolderPart }

/** Folders and what of them goes; of exporters the logs. A log folder that lies in a data folder goes with it. */
const partsOf = (topology: Topology, input: OperationInput): Part[] => {
  const { data, logs, ignoreNodes, ignoreRoles } = wishOf(input)
  const chosen = instancesOf(topology).filter(
    (one) => !ignoreRoles.includes(one.component) && !ignoreNodes.includes(one.id) && !ignoreNodes.includes(one.host),
  )
  const all = chosen.flatMap((instance): Part[] => [
    ...(data && instance.dataDir !== '' && !isExporter(instance) ? [{ instance, path: instance.dataDir, only: 'all' } as const] : []),
    ...(logs && instance.logDir !== '' ? [{ instance, path: instance.logDir, only: 'logs' } as const] : []),
  ])
  return [...new Map(all.map((one) => [`${one.instance.hostId} ${one.only} ${one.path}`, one])).values()]
}

const cleanNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = startNeeds(topology)
  const parts = partsOf(topology, input)
  const probes = (id: HostId): HostProbe[] =>
    parts.filter(({ instance }) => instance.hostId === id).map(({ path, only }) => ({ probe: 'usage', path, only, size: true }))
  return { cluster, host: Object.fromEntries(Object.entries(host).map(([id, before]) => [id, [...before, ...probes(id)]])) }
}

const cleanSteps = (host: HostId, topology: Topology, input: OperationInput): Draft[] =>
  partsOf(topology, input)
    .filter(({ instance }) => instance.hostId === host)
    .map(({ path, only }) => ({ subject: `${only}-${path}`, step: { kind: 'contents-absent', host, path, only } }))

const deletionsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Deletion[] =>
  partsOf(topology, input)
    .filter(({ instance, path, only }) => facts.hosts[instance.hostId]?.usage[usageKey(path, only)]?.entries !== 0)
    .map(({ instance, path, only }) => deletionOf(instance, path, { facts, only }))

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const deletions = deletionsOf(topology, facts, input)
  const loss: Problem[] =
    deletions.length === 0
      ? [{ code: 'clean.nothing', severity: 'info', params: {} }]
      : [{ code: 'clean.deletes', severity: 'warning', params: { count: deletions.length, size: sizeText(totalOf(deletions)) } }]
  return [
    ...selectionProblems(topology, { ...input, roles: [], nodes: [] }),
    ...ignoreProblems(topology, input),
    ...unseenHosts(instancesOf(topology), facts),
    ...masterProblems(topology, facts, input),
    ...placeProblems(topology, facts, input),
    ...loss,
    { code: 'clean.stops', severity: 'warning', params: {} },
  ]
}

const ignoreProblems = (topology: Topology, input: OperationInput): Problem[] => {
  const { ignoreNodes, ignoreRoles } = wishOf(input)
  const known = selectable(topology)
  return [
    ...ignoreNodes
      .filter((node) => !known.some((one) => one.id === node || one.host === node))
      .map((node): Problem => ({ code: 'select.unknown-node', severity: 'error', path: 'ignoreNodes', params: { node } })),
    ...ignoreRoles
      .filter((role) => !roleNames.some((name) => name === role))
      .map(
        (role): Problem => ({
          code: 'select.unknown-role',
          severity: 'error',
          path: 'ignoreRoles',
          params: { role, known: roleNames.join(', ') },
        }),
      ),
  ]
}

/** A master whose data is gone can't come back among masters that have theirs (recorded b5): all of them, or none. */
const masterProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const masters = byComponent(selectable(topology), 'dm-master')
  const cleaned = partsOf(topology, input).filter(({ instance, only }) => only === 'all' && instance.component === 'dm-master')
  if (cleaned.length === 0) return []
  if (cleaned.length < masters.length) {
    const left = masters.filter((one) => !cleaned.some(({ instance }) => instance.id === one.id))
    return [{ code: 'clean.some-masters', severity: 'error', params: { left: left.map(({ id }) => id).join(', ') } }]
  }
  const sources = (facts.cluster?.members?.workers ?? []).filter(({ source }) => source !== '').map(({ source }) => source)
  return [{ code: 'clean.metadata', severity: 'warning', params: { sources: sources.join(', ') || '–' } }]
}

/** Only what is the instance's own, and no link to anywhere. */
const placeProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] =>
  partsOf(topology, input).flatMap(({ instance, path, only }): Problem[] => {
    const host = instance.hostId
    const real = linkedTo(host, path, facts)
    if (real !== undefined) return [{ code: 'clean.linked', severity: 'error', params: { host, path, real } }]
    if (only === 'logs') return []
    const inside = instancesOf(topology).flatMap((one) =>
      one.hostId === host ? directoriesOf(one).filter((dir) => dir.startsWith(`${path}/`) || (dir === path && one.id !== instance.id)) : [],
    )
    const [first] = inside.filter((dir) => dir !== instance.logDir)
    return first === undefined ? [] : [{ code: 'clean.holds-others', severity: 'error', params: { host, path, other: first } }]
  })

import type { HostId, Instance } from '@/server/domain/instance'
import { type Deletion, stepsOf } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import { withoutEntries } from '@/server/domain/topology/entries'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, phase, planOf, recordLane } from './build'
import { deletionOf, folderProbes, keptOn, madeOn, type RemovalContext, removalStep, removalsOn } from './deletions'
import { globalDirectories } from './deploy-paths'
import { accountStays, destroyProblems } from './destroy-problems'
import type { Needs, Operation, OperationInput } from './input'
import { absent, accountSteps, cachedPackages } from './release-hosts'
import { startNeeds } from './start'
import { stopImpact, stopPhases } from './stop'

/**
 * The end of a cluster: everything stops, folders, units and links go, and what its jobs had made for it: parent folders that are empty,
 * packages in the hosts' caches, the deploy user. What others use, what was there before and what is retained stays. Its record ends;
 * audit and jobs remain.
 */
export const destroy: Operation = {
  name: 'destroy',
  needs: (topology, input) => destroyNeeds(topology, input),
  validate: (topology, facts, input) => destroyProblems({ topology, facts, input }),
  plan: (topology, facts, input) => {
    const context: RemovalContext = { topology, facts, input }
    const hosts = hostsOf(topology).flatMap(({ hostId }) => (facts.hosts[hostId]?.system ? [hostId] : []))
    const reached = withoutEntries(
      topology,
      instancesOf(topology).flatMap((one) => (hosts.includes(one.hostId) ? [] : [one.id])),
    )
    const everything = { ...input, roles: [], nodes: [] }
    const plan = planOf(
      'destroy',
      topology,
      { ...input, givenHosts: hosts.filter((host) => !accountStays(host, context)) },
      {
        phases: [
          ...stopPhases(reached, facts, everything),
          phase(
            'plan.destroy',
            hosts.map((host) => ({ subject: host, login: 'deploy', steps: hostSteps(host, context) })),
          ),
          phase(
            'plan.release-hosts',
            hosts.map((host) => ({ subject: host, login: loginOf(host, context), steps: releaseSteps(host, context) })),
          ),
          phase('plan.record', [recordLane(input.clusterName, { change: 'cluster-removed' })]),
        ],
        problems: destroyProblems(context),
        impact: { ...stopImpact(topology, facts, everything), masterOutageS: null, deletes: deletionsOf(context, hosts) },
        tiupCommand: `tiup dm destroy ${input.clusterName}${flags(input)}`,
        destructive: true,
      },
    )
    return { plan, blobs: [] }
  },
}

const destroyNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = startNeeds(topology)
  const probes = (id: HostId): HostProbe[] => [
    { probe: 'user-units', user: topology.global.user },
    ...(input.borrowed?.packages ?? []).map((sha256) => ({ probe: 'package', sha256 }) as const),
    ...folderProbes(instancesOf(topology).filter(({ hostId }) => hostId === id)),
    ...keptOn(id, { topology, facts: { hosts: {} }, input }).map((path) => ({ probe: 'usage', path, only: 'all', size: true }) as const),
  ]
  return { cluster, host: Object.fromEntries(Object.entries(host).map(([id, before]) => [id, [...before, ...probes(id)]])) }
}

const flags = ({ retain, force }: OperationInput): string =>
  [
    ...(retain?.nodes ?? []).map((node) => ` --retain-node-data ${node}`),
    ...(retain?.roles ?? []).map((role) => ` --retain-role-data ${role}`),
    ...(force ? [' --force'] : []),
  ].join('')

/** Units first, links before files, so that no link is left dangling; then folders; then what held them and is empty; then packages. */
const hostSteps = (host: HostId, context: RemovalContext): Draft[] => {
  const instances = instancesOf(context.topology).filter((one) => one.hostId === host)
  return [
    ...instances.flatMap((one): Draft[] => [
      { subject: one.unit, step: { kind: 'unit-enabled', host, unit: one.unit, enabled: false } },
      absent(host, `/etc/systemd/system/${one.unit}`, false),
    ]),
    ...removalsOn(host, context).map((one) => removalStep(host, one)),
    ...emptyFolders(host, context).map((path) => absent(host, path, true)),
    ...cachedPackages(host, context.facts, context.input).map((path) => absent(host, path, false)),
  ]
}

/** Folders that the cluster's jobs made and that are nobody's own; without any such record TiUP's rule: the global ones. */
const emptyFolders = (host: HostId, { topology, input }: RemovalContext): string[] => {
  const made = madeOn(host, input)
  const own = instancesOf(topology).flatMap((one) => (one.hostId === host ? directoriesOf(one) : []))
  const isOwn = (path: string): boolean => own.some((dir) => path === dir || path.startsWith(`${dir}/`))
  const directories = new Set(
    (input.deeds ?? []).flatMap(({ plan, made: what }) =>
      stepsOf(plan).flatMap((step) => (step.kind === 'directory' && step.host === host ? (what[step.id] ?? []) : [])),
    ),
  )
  const all = made.size === 0 ? globalDirectories(topology) : [...directories].filter((path) => path.startsWith('/') && !isOwn(path))
  return all.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
}

const loginOf = (host: HostId, context: RemovalContext): 'given' | 'deploy' =>
  context.input.given && !accountStays(host, context) ? 'given' : 'deploy'

/** The key goes always: it is the cluster's own. The account goes only if nothing else runs as it, which is asked once more then. */
const releaseSteps = (host: HostId, context: RemovalContext): Draft[] => {
  const { topology, input } = context
  const { given, ...rest } = input
  if (!given || accountStays(host, context)) return keyStep(host, topology, rest)
  const user = topology.global.user
  const except = instancesOf(topology).flatMap((one) => (one.hostId === host ? [one.unit] : []))
  const steps = accountSteps(host, input)
  const unused: Draft = { subject: user, step: { kind: 'guard', host, asks: { guard: 'user-unused', user, except } } }
  return [unused, ...steps]
}

const keyStep = (host: HostId, topology: Topology, input: OperationInput): Draft[] => {
  const steps = accountSteps(host, input)
  if (steps.length > 0 || !input.publicKey) return steps
  const user = topology.global.user
  return [{ subject: user, step: { kind: 'authorized-key-absent', host, user, key: input.publicKey } }]
}

const deletionsOf = (context: RemovalContext, hosts: readonly HostId[]): Deletion[] => {
  const { topology, facts, input } = context
  const on = (host: HostId): Instance[] => instancesOf(topology).filter((one) => one.hostId === host)
  return hosts.flatMap((host) => {
    const kept = keptOn(host, { topology, facts, input })
    const gone = removalsOn(host, context).filter(({ how }) => how !== 'if-empty')
    return [
      ...gone.map(({ instance, path }) => deletionOf(instance, path, { facts, only: 'all' })),
      ...on(host).flatMap((one) =>
        [...new Set(kept)]
          .filter((path) => [one.dataDir, `${one.deployDir}/data`].includes(path))
          .map((path): Deletion => ({ ...deletionOf(one, path, { facts, only: 'all' }), kept: true })),
      ),
    ]
  })
}

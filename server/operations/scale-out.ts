import { componentSpec } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { entriesAs, entriesOnly, onlyEntries, withLifecycle } from '@/server/domain/topology/entries'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type FreshMasters, freshKeyDrafts, freshKeyProbes, freshKeyProblems } from './across-eight'
import { type Draft, type LaneDraft, type PhaseDraft, phase, planOf } from './build'
import { deployNeeds } from './deploy'
import { groupOn } from './deploy-paths'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { enableStep, installSteps } from './install-steps'
import { instanceFiles } from './instance-files'
import { joinPhases } from './join-steps'
import { type BuildContext, hostGuards, prepareSteps } from './prepare-hosts'
import { refreshPhases, refreshProblems } from './refresh'
import { type Growth, growthOf, newPairs, scaleOutProblems } from './scale-out-problems'
import { byComponent } from './select'
import { startNeeds } from './start'

/**
 * More instances for a cluster that runs. They are in the books as joining before anything is installed for them, so that whatever is
 * left half-done can be finished by the same plan again, or removed by a scale-in.
 */
export const scaleOut: Operation = {
  name: 'scale-out',
  needs: (topology, input) => scaleOutNeeds(topology, input),
  validate: (topology, facts, input) => {
    const growth = growthOf(topology, facts, input)
    return [
      ...scaleOutProblems(growth, facts, input),
      ...freshKeyProblems(newMasters(growth), facts, input),
      ...refreshProblems({ ...refreshOf(growth, facts, input), keep: (blob) => blob }),
    ]
  },
  plan: (asWritten, facts, input) => {
    const growth = growthOf(asWritten, facts, input)
    const blobs = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      blobs.set(blob.sha256, blob)
      return blob
    }
    const login = input.given ? ` -u ${input.given.user}` : ''
    const plan = planOf(
      'scale-out',
      growth.topology,
      { ...input, givenHosts: growth.newHosts },
      {
        phases: phasesOf(growth, facts, input, keep),
        problems: scaleOut.validate(asWritten, facts, input),
        impact: { sources: [], masterOutageS: 0 },
        tiupCommand: `tiup dm scale-out ${input.clusterName} scale.yaml${login}`,
        destructive: false,
      },
    )
    return { plan, blobs: [...blobs.values()] }
  },
}

/** The hosts of new instances as a deploy looks at them, the others' units, and who reaches whom. */
const scaleOutNeeds = (topology: Topology, input: OperationInput): Needs => {
  const growth = growthOf(topology, { hosts: {} }, input)
  const fresh = deployNeeds(growth.view, input).host
  const known = startNeeds(growth.before).host
  const pairs = newPairs(growth)
  const probes = (host: HostId): HostProbe[] => [
    ...(known[host] ?? []),
    ...(known[host] ? [{ probe: 'user', user: topology.global.user } as const] : []),
    ...(fresh[host] ?? []).filter(({ probe }) => !known[host] || (probe !== 'system' && probe !== 'listeners' && probe !== 'user')),
    ...freshKeyProbes(newMasters(growth), host),
    ...pairs.filter((pair) => pair.from === host).map(({ address, port }) => ({ probe: 'reach', address, port }) as const),
  ]
  return {
    host: Object.fromEntries(hostsOf(topology).map(({ hostId }) => [hostId, unique(probes(hostId))])),
    cluster: [{ probe: 'members' }],
  }
}

/** Those that come read the same key as those that are there. */
const newMasters = ({ topology, before, view }: Growth): FreshMasters => ({
  fresh: { topology, masters: byComponent(instancesOf(view), 'dm-master') },
  standing: { topology: before, masters: byComponent(instancesOf(before), 'dm-master') },
})

const unique = (probes: readonly HostProbe[]): HostProbe[] => [...new Map(probes.map((probe) => [JSON.stringify(probe), probe])).values()]

/** Only the new ones become active: what an earlier scale-out left half-joined goes on joining, and its script too. */
const refreshOf = ({ before, topology }: Growth, facts: OperationFacts, input: OperationInput) => ({
  ...{ before, facts, input },
  after: (input.joining?.ids ?? []).reduce((grown, id) => withLifecycle(grown, id, 'active'), topology),
})

type Keep = BuildContext['keep']

const phasesOf = (growth: Growth, facts: OperationFacts, input: OperationInput, keep: Keep): PhaseDraft[] => {
  const { topology, before, view, newHosts } = growth
  const instances = instancesOf(view)
  const context: BuildContext = { topology, facts, input, keep, instances }
  const hosts = hostsOf(view).map(({ hostId }) => hostId)
  const lanes = (on: readonly HostId[], steps: (host: HostId) => Draft[]): LaneDraft[] =>
    on.map((host) => ({ subject: host, login: 'deploy', steps: steps(host) }))
  const given = (lane: LaneDraft): LaneDraft => (input.given && newHosts.includes(lane.subject) ? { ...lane, login: 'given' } : lane)
  const masters = byComponent(instancesOf(before), 'dm-master')
  const joined = facts.cluster?.members?.masters.map(({ name }) => name) ?? masters.map(({ name }) => name)
  return [
    phase('plan.check-hosts', lanes(hosts, (host) => hostGuards(host, context)).map(given)),
    phase('plan.record-joining', [joiningLane(topology, input)]),
    phase('plan.prepare-hosts', lanes(newHosts, (host) => prepareSteps(host, context)).map(given)),
    phase(
      'plan.install',
      lanes(hosts, (host) => [...installSteps(host, context), ...freshKeyDrafts(newMasters(growth), context, host)]),
    ),
    ...joinPhases({ topology, input, instances, masters: joined }),
    phase(
      'plan.settle-masters',
      byComponent(instances, 'dm-master').map((one) => settleLane(one, growth, context)),
    ),
    ...refreshPhases({ ...refreshOf(growth, facts, input), keep }),
    phase(
      'plan.enable',
      lanes(hosts, (host) => instances.filter((one) => one.hostId === host).map(enableStep)),
    ),
  ]
}

const joiningLane = (topology: Topology, input: OperationInput): LaneDraft => {
  const ids = input.joining?.ids ?? []
  const entries = entriesAs(entriesOnly(onlyEntries(topology, ids)), 'joining')
  const files = input.joining?.files ?? {}
  const record = {
    ...({ change: 'topology-joined', entries, yaml: input.joining?.yaml ?? '', instances: ids.join(', ') } as const),
    ...(Object.keys(files).length > 0 && { files }),
  }
  return { subject: input.clusterName, login: 'deploy', steps: [{ subject: 'joining', step: { kind: 'recorded', record } }] }
}

/** Its script names all masters instead of joining them, once its folder holds a member: only then that is harmless (recorded b5). */
const settleLane = (one: Instance, growth: Growth, { facts, input, keep }: BuildContext): LaneDraft => {
  const { after } = refreshOf(growth, facts, input)
  const owner = after.global.user
  const files = instanceFiles(one, { topology: after, input, keep, owner, group: groupOn(after, facts.hosts[one.hostId]) })
  const script = `${one.deployDir}/scripts/${componentSpec(one.component).runScript}`
  const path = `${one.dataDir}/member`
  return {
    subject: one.id,
    login: 'deploy',
    steps: [
      { subject: path, step: { kind: 'guard', host: one.hostId, asks: { guard: 'path-present', path } } },
      ...files.filter(({ subject }) => subject === script),
    ],
  }
}

import type { HostId } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, phase, planOf, recordLane } from './build'
import { withSeenPlatforms } from './deploy-packages'
import { globalDirectories } from './deploy-paths'
import type { Needs, Operation, OperationInput, PlannedBlob } from './input'
import { enableStep, installSteps } from './install-steps'
import { preflightProblems, reachPairs } from './preflight'
import { type BuildContext, hostGuards, prepareSteps } from './prepare-hosts'

/** Makes the hosts ready, installs every instance and its files, enables the units, and writes the cluster into the books. Starts nothing. */
export const deploy: Operation = {
  name: 'deploy',
  needs: (topology, input) => deployNeeds(topology, input),
  validate: (topology, facts, input) => preflightProblems(topology, facts, input),
  plan: (asWritten, facts, input) => {
    const topology = withSeenPlatforms(asWritten, facts)
    const hosts = hostsOf(topology).map((host) => host.hostId)
    const instances = instancesOf(topology)
    const blobs = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      blobs.set(blob.sha256, blob)
      return blob
    }
    const context: BuildContext = { topology, facts, input, keep, instances }
    const lanes = (login: 'given' | 'deploy', stepsOn: (host: HostId) => Draft[]): LaneDraft[] =>
      hosts.map((host) => ({ subject: host, login, steps: stepsOn(host) }))
    const plan = planOf('deploy', topology, input, {
      phases: [
        phase(
          'plan.prepare-hosts',
          lanes(input.given ? 'given' : 'deploy', (host) => [...hostGuards(host, context), ...prepareSteps(host, context)]),
        ),
        phase(
          'plan.install',
          lanes('deploy', (host) => installSteps(host, context)),
        ),
        phase(
          'plan.enable',
          lanes('deploy', (host) => instances.filter((one) => one.hostId === host).map(enableStep)),
        ),
        phase('plan.record', [recordLane(input.clusterName, { change: 'cluster-deployed', version: input.version })]),
      ],
      problems: preflightProblems(asWritten, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm deploy ${input.clusterName} ${input.version} topology.yaml${input.given ? ` -u ${input.given.user}` : ''}`,
      destructive: false,
    })
    return { plan, blobs: [...blobs.values()] }
  },
}

/** What is asked of every host of a topology that is installed as a whole. */
export const deployNeeds = (topology: Topology, input: OperationInput): Needs => {
  const instances = instancesOf(topology)
  const user = topology.global.user
  const pairs = reachPairs(topology)
  const probes = (host: HostId): HostProbe[] => {
    const own = instances.filter((one) => one.hostId === host)
    const paths = [...new Set([...own.flatMap(directoriesOf), ...globalDirectories(topology)])]
    return [
      { probe: 'system' },
      { probe: 'listeners' },
      { probe: 'user', user },
      ...paths.map((path) => ({ probe: 'path', path, hash: false }) as const),
      ...[...new Set(own.map((one) => one.deployDir))].map((path) => ({ probe: 'disk', path }) as const),
      ...[...new Set(own.map((one) => one.unit))].map((unit) => ({ probe: 'unit', unit, hashExe: false }) as const),
      ...(input.packages ?? [])
        .filter((one) => own.some((i) => i.component === one.component))
        .map(({ sha256 }) => ({ probe: 'package', sha256 }) as const),
      ...pairs.filter((pair) => pair.from === host).map(({ address, port }) => ({ probe: 'reach', address, port }) as const),
    ]
  }
  return { host: Object.fromEntries(hostsOf(topology).map(({ hostId }) => [hostId, probes(hostId)])), cluster: [] }
}

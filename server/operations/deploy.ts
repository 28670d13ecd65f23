import { components } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import { packageFileName } from '@/server/domain/package'
import type { HostProbe } from '@/server/domain/probe'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { blobOf, type Draft, type LaneDraft, phase, planOf, recordLane, refOf, unitSubject } from './build'
import { packageFor, packagesOn, wantedBytes, withSeenPlatforms } from './deploy-packages'
import { globalDirectories, groupOn, instanceDirectories } from './deploy-paths'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'
import { preflightProblems, reachPairs } from './preflight'

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
    const lanes = (login: 'given' | 'deploy', stepsOn: (host: HostId) => Draft[]): LaneDraft[] =>
      hosts.map((host) => ({ subject: host, login, steps: stepsOn(host) }))
    const plan = planOf('deploy', topology, input, {
      phases: [
        phase(
          'plan.prepare-hosts',
          lanes(input.given ? 'given' : 'deploy', (host) => prepareSteps(host, { topology, facts, input, keep })),
        ),
        phase(
          'plan.install',
          lanes('deploy', (host) => installSteps(host, { topology, facts, input, keep })),
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

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput; keep: (blob: PlannedBlob) => PlannedBlob }

const deployNeeds = (topology: Topology, input: OperationInput): Needs => {
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

const prepareSteps = (host: HostId, context: Context): Draft[] => {
  const { topology, facts, input } = context
  const user = topology.global.user
  const group = groupOn(topology, facts.hosts[host])
  const instances = instancesOf(topology).filter((one) => one.hostId === host)
  return [
    ...guards(host, instances, context),
    ...accountSteps(host, group, context),
    ...(input.publicKey ? [{ subject: user, step: { kind: 'authorized-key', host, user, key: input.publicKey } as const }] : []),
    ...globalDirectories(topology)
      .filter((path) => mayOwn(path, user, facts, host))
      .map((path) => directoryStep(host, path, user, group)),
  ]
}

/** A folder that exists and is another's is left as it is, as TiUP leaves it; what lies in it is made by root. */
const mayOwn = (path: string, user: string, facts: OperationFacts, host: HostId): boolean => {
  const fact = facts.hosts[host]?.paths[path]
  return !fact?.exists || fact.owner === user
}

const guards = (host: HostId, instances: readonly Instance[], { topology, input }: Context): Draft[] => {
  const [first] = instances
  const platform = first && first.os !== '' && first.arch !== '' ? [{ guard: 'platform', os: first.os, arch: first.arch } as const] : []
  const disk = first ? [{ guard: 'disk-free', path: first.deployDir, bytes: wantedBytes(host, topology, input) } as const] : []
  const ports = instances.flatMap((one) => one.ports.map((port) => ({ guard: 'port-free-or-ours', port, unit: one.unit }) as const))
  return [{ guard: 'root' } as const, { guard: 'systemd' } as const, ...platform, ...disk, ...ports].map((asks) => ({
    subject: 'port' in asks ? `port-${asks.port}` : asks.guard,
    step: { kind: 'guard', host, asks },
  }))
}

/** The login user that is the deploy user exists already; TiUP leaves its sudo alone too, but sudo with a password is of no use to a unit's owner. */
const accountSteps = (host: HostId, group: string, { topology, input, keep }: Context): Draft[] => {
  const user = topology.global.user
  if (user === 'root' || (input.given?.user === user && input.given.sudo !== 'password')) return []
  const sudoers = keep(blobOf([{ text: `${user} ALL=(ALL) NOPASSWD:ALL\n` }]))
  const present: Draft[] = input.given?.user === user ? [] : [{ subject: user, step: { kind: 'user-present', host, user, group } }]
  const path = `/etc/sudoers.d/${user}`
  const check = ['/usr/sbin/visudo', '-cf', '{staged}']
  return [
    ...present,
    { subject: path, step: { kind: 'file', host, path, content: refOf(sudoers), mode: '0440', owner: 'root', group: 'root', check } },
  ]
}

const directoryStep = (host: HostId, path: string, owner: string, group: string): Draft => ({
  subject: path,
  step: { kind: 'directory', host, path, mode: '0755', owner, group },
})

const installSteps = (host: HostId, context: Context): Draft[] => {
  const { topology, input } = context
  const instances = instancesOf(topology).filter((one) => one.hostId === host)
  const cached = packagesOn(host, topology, input).map(
    (one): Draft => ({
      subject: packageFileName(one),
      step: { kind: 'package-cached', host, sha256: one.sha256, sizeBytes: one.sizeBytes, name: packageFileName(one) },
    }),
  )
  const seen = new Set<string>()
  const installed = instances
    .flatMap((one) => instanceSteps(one, context))
    .filter((draft) => {
      // Both exporters of a host share their folders.
      const key = `${draft.step.kind} ${draft.subject}`
      return draft.step.kind !== 'directory' || (!seen.has(key) && seen.add(key) !== undefined)
    })
  return [...cached, ...installed]
}

const instanceSteps = (instance: Instance, context: Context): Draft[] => {
  const { topology, facts, input } = context
  const host = instance.hostId
  const owner = topology.global.user
  const group = groupOn(topology, facts.hosts[host])
  const found = packageFor(instance, topology, input)
  const { entry } = components[instance.component]
  return [
    ...instanceDirectories(instance).map((path) => directoryStep(host, path, owner, group)),
    ...(found
      ? [
          {
            subject: unitSubject(instance),
            step: {
              kind: 'binaries',
              host,
              packageSha256: found.sha256,
              name: packageFileName(found),
              into: `${instance.deployDir}/bin`,
              entry: found.entry || entry,
              entrySha256: found.entrySha256,
              owner,
              group,
            },
          } as const,
        ]
      : []),
    ...instanceFiles(instance, { ...context, owner, group }),
    ...(found
      ? [
          {
            subject: `installed-${unitSubject(instance)}-${host}`,
            step: {
              kind: 'recorded',
              record: { change: 'installed', instance: instance.id, packageSha256: found.sha256, entrySha256: found.entrySha256 },
            },
          } as const,
        ]
      : []),
  ]
}

const enableStep = (instance: Instance): Draft => ({
  subject: unitSubject(instance),
  step: { kind: 'unit-enabled', host: instance.hostId, unit: instance.unit, enabled: true },
})

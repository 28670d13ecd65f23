import { components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import { currentOf } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, phase, planOf, unitSubject } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { type FoundProgram, manageProblems } from './manage-problems'
import { reloadNeeds } from './reload'
import { unitState } from './select'

/**
 * Takes over a cluster that tiup managed: looks whether it can be operated from here, compares what the books say with what its hosts have,
 * and changes the panel's books only. Nothing is written on a host.
 */
export const manage: Operation = {
  name: 'manage',
  needs: (topology, input) => manageNeeds(topology, input),
  validate: (topology, facts, input) => manageProblems(topology, facts, input, { programs: programsOf(topology, facts, input) }),
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('manage', topology, input, {
      phases: [phase('plan.check', checkLanes(topology, facts)), phase('plan.record', [bookLane(topology, facts, input)])],
      problems: manage.validate(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `dm-panel manage ${input.clusterName}`,
      destructive: false,
    }),
  }),
}

/** What a reload would compare, each program's hash, and which version each process of DM says it is. */
const manageNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = reloadNeeds(topology, input)
  const instances = instancesOf(topology)
  const asked = Object.entries(host).map(([id, probes]) => {
    const own = instances.filter(({ hostId }) => hostId === id)
    return [id, [...probes, ...own.map((one) => ({ probe: 'path', path: programPath(one), hash: true }) as const)]] as const
  })
  const dm = instances.filter(({ component }) => component === 'dm-master' || component === 'dm-worker')
  return { host: Object.fromEntries(asked), cluster: [...cluster, ...dm.map(({ id }) => ({ probe: 'version', instance: id }) as const)] }
}

const programPath = ({ component, deployDir }: Instance): string => `${deployDir}/bin/${components[component].entry}`

const programsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): FoundProgram[] =>
  instancesOf(topology).map((instance) => {
    const seen = facts.hosts[instance.hostId]?.paths[programPath(instance)]
    const entrySha256 = seen?.exists ? seen.sha256 : undefined
    const found = entrySha256 === undefined ? undefined : packageWith(instance, entrySha256, input)
    return { instance, ...(entrySha256 === undefined ? {} : { entrySha256 }), ...(found ? { found } : {}) }
  })

/** Of packages with the very same program a patched instance has the hotfix, any other the release. */
const packageWith = (instance: Instance, entrySha256: string, input: OperationInput): PackageInfo | undefined => {
  const same = (input.packages ?? []).filter((one) => one.component === instance.component && one.entrySha256 === entrySha256)
  const meant = instance.patched
    ? same.find(({ origin }) => origin.from === 'hotfix')
    : same.find(({ version, origin }) => origin.from !== 'hotfix' && version === input.version)
  return meant ?? same[0]
}

const checkLanes = (topology: Topology, facts: OperationFacts): LaneDraft[] =>
  hostsOf(topology).map(({ hostId: host }) => ({
    subject: host,
    login: 'deploy',
    steps: [
      { subject: 'systemd', step: { kind: 'guard', host, asks: { guard: 'systemd' } } },
      { subject: 'root', step: { kind: 'guard', host, asks: { guard: 'root' } } },
      ...instancesOf(topology)
        .filter((one) => one.hostId === host && facts.hosts[host]?.units[one.unit]?.loadState !== 'not-found')
        .map((one): Draft => {
          return { subject: unitSubject(one), step: { kind: 'guard', host, asks: { guard: 'unit-known', unit: one.unit } } }
        }),
    ],
  }))

/** The ledger begins with what lies there; then the cluster is the panel's. */
const bookLane = (topology: Topology, facts: OperationFacts, input: OperationInput): LaneDraft => {
  const programs = programsOf(topology, facts, input)
  const installed = programs.flatMap(({ instance, entrySha256, found }): Draft[] => {
    if (!found || entrySha256 === undefined || currentOf(input.ledger ?? [], instance.id)?.entrySha256 === entrySha256) return []
    const kind = instance.patched ? 'patch' : 'deploy'
    const record = { change: 'installed', instance: instance.id, packageSha256: found.sha256, entrySha256, ledger: { kind } } as const
    return [{ subject: `installed-${instance.id}`, step: { kind: 'recorded', record } }]
  })
  const roles = (input.packages ?? [])
    .filter(({ sha256 }) => input.manage?.rolePackages.includes(sha256))
    .flatMap(({ component, os, arch, sha256 }): Draft[] =>
      component === 'dmctl'
        ? []
        : [
            {
              subject: `role-package-${component}-${arch}`,
              step: { kind: 'recorded', record: { change: 'role-package', component, os, arch, packageSha256: sha256 } },
            },
          ],
    )
  const managed: Draft = {
    subject: 'cluster-managed',
    step: { kind: 'recorded', record: { change: 'cluster-managed', runState: runState(topology, facts) } },
  }
  return { subject: input.clusterName, login: 'deploy', steps: [...installed, ...roles, managed] }
}

const runState = (topology: Topology, facts: OperationFacts): 'running' | 'stopped' | 'partly' => {
  const states = instancesOf(topology).map((one) => unitState(facts, one))
  if (states.every((one) => one === 'up')) return 'running'
  return states.every((one) => one === 'down') ? 'stopped' : 'partly'
}

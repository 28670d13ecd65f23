import type { Instance } from '@/server/domain/instance'
import type { PackageInfo } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { normalVersion } from '@/server/domain/topology/names'
import { ownFileProblems } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import { masterTexts } from './deploy-packages'
import type { OperationFacts, OperationInput } from './input'
import { differing } from './reload'
import { selectionProblems, unseenHosts } from './select'

/** What lies on an instance: its program's hash, and the package of the store that has that program. */
export type FoundProgram = { instance: Instance; entrySha256?: string; found?: PackageInfo }

type Context = { programs: readonly FoundProgram[] }

/** What keeps a cluster from being managed from here, and all in which it is not as the panel would have it. */
export const manageProblems = (topology: Topology, facts: OperationFacts, input: OperationInput, { programs }: Context): Problem[] => [
  ...selectionProblems(topology, { ...input, roles: [], nodes: [] }),
  ...unseenHosts(instancesOf(topology), facts),
  ...rootless(topology, facts),
  ...missingUnits(topology, facts),
  ...memberProblems(topology, facts),
  ...versionProblems(topology, facts, input),
  ...programProblems(programs),
  ...ownFiles(topology, input),
  ...fileProblems(topology, facts, input),
]

/** The deploy user must get root without a password, as tiup gives it. */
const rootless = (topology: Topology, facts: OperationFacts): Problem[] =>
  hostsOf(topology).flatMap(({ hostId: host }): Problem[] => {
    const root = facts.hosts[host]?.root
    return root === 'no' ? [{ code: 'manage.no-root', severity: 'error', params: { host, user: topology.global.user } }] : []
  })

const missingUnits = (topology: Topology, facts: OperationFacts): Problem[] =>
  instancesOf(topology).flatMap((one): Problem[] =>
    facts.hosts[one.hostId]?.units[one.unit]?.loadState === 'not-found'
      ? [{ code: 'manage.unit-missing', severity: 'warning', params: { instance: one.id, unit: one.unit, host: one.hostId } }]
      : [],
  )

/** DM's own list against the topology. */
const memberProblems = (topology: Topology, { cluster }: OperationFacts): Problem[] => {
  const members = cluster?.members
  if (!members) return [{ code: 'manage.members-unseen', severity: 'warning', params: { why: cluster?.membersError ?? '' } }]
  const listed = [...members.masters, ...members.workers].map(({ name }) => name)
  const ours = instancesOf(topology).filter(isDm)
  const names = new Set(ours.map(({ name }) => name))
  return [
    ...listed
      .filter((name) => !names.has(name))
      .map((name): Problem => ({ code: 'manage.member-unknown', severity: 'warning', params: { name } })),
    ...ours
      .filter(({ name }) => !listed.includes(name))
      .map((one): Problem => ({ code: 'manage.member-missing', severity: 'warning', params: { instance: one.id, name: one.name } })),
  ]
}

const isDm = ({ component }: Instance): boolean => component === 'dm-master' || component === 'dm-worker'

/** What a patched one says of itself is the hotfix's affair. */
const versionProblems = (topology: Topology, { cluster }: OperationFacts, { version }: OperationInput): Problem[] =>
  instancesOf(topology).flatMap((one): Problem[] => {
    const runs = cluster?.versions[one.id]
    if (!isDm(one) || one.patched || !runs || normalVersion(runs) === version) return []
    return [{ code: 'manage.version-differs', severity: 'warning', params: { instance: one.id, runs, version } }]
  })

const programProblems = (programs: readonly FoundProgram[]): Problem[] => {
  const unknown = programs.filter(({ found }) => !found).map(({ instance }) => instance)
  const patched = unknown.filter((one) => one.patched)
  const plain = unknown.filter((one) => !one.patched)
  return [
    ...patched.map((one): Problem => ({ code: 'manage.patch-unknown', severity: 'warning', params: { instance: one.id } })),
    ...(plain.length > 0
      ? [{ code: 'manage.program-unknown', severity: 'info', params: { instances: plain.map(({ id }) => id).join(', ') } } as const]
      : []),
  ]
}

const ownFiles = (topology: Topology, { localTexts }: OperationInput): Problem[] =>
  ownFileProblems(topology, Object.keys(localTexts ?? {}))
    .filter(({ severity }) => severity === 'error')
    .map(({ path, params }): Problem => {
      return {
        code: 'manage.own-files',
        severity: 'warning',
        ...(path === undefined ? {} : { path }),
        params: { path: String(params.path ?? params.name ?? '') },
      }
    })

/** A reload would write these; without the release's package rules and dashboards can't be compared. */
const fileProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const noTexts = Object.keys(masterTexts(input)).length === 0 && topology.monitors.length + topology.grafanas.length > 0
  const rows = instancesOf(topology).flatMap((instance): Problem[] => {
    const seen = facts.hosts[instance.hostId]
    if (!seen?.system) return []
    const files = differing(instance, { topology, facts, input, keep: (blob) => blob, anew: false })
    if (files.length === 0) return []
    const names = files.map(({ subject }) => subject).join(', ')
    return [{ code: 'manage.files-differ', severity: 'info', params: { instance: instance.id, count: files.length, files: names } }]
  })
  return [...rows, ...(noTexts ? [{ code: 'manage.texts-unknown', severity: 'info', params: { version: input.version } } as const] : [])]
}

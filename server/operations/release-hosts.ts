import type { HostId, Instance } from '@/server/domain/instance'
import { stepsOf } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { type Draft, type PhaseDraft, phase, unitSubject } from './build'
import { madeOn } from './deletions'
import { globalDirectories } from './deploy-paths'
import type { OperationFacts, OperationInput } from './input'
import { isExporter } from './select'

type Release = { before: Topology; after: Topology; facts: OperationFacts; input: OperationInput }

/** Hosts on which nothing of the cluster stays. */
export const emptiedHosts = (before: Topology, after: Topology): HostId[] => {
  const left = new Set(hostsOf(after).map(({ hostId }) => hostId))
  return hostsOf(before).flatMap(({ hostId }) => (left.has(hostId) ? [] : [hostId]))
}

/**
 * What the cluster had on hosts that are empty now: exporters, folders that are empty, packages, and of the deploy user what the panel's
 * own jobs had made. The account itself can go only by another login.
 */
export const releasePhases = (release: Release, hosts: readonly HostId[]): PhaseDraft[] => [
  phase(
    'plan.remove-exporters',
    hosts.map((host) => ({
      subject: host,
      login: 'deploy',
      steps: [...exporterSteps(host, release), ...emptyFolders(host, release), ...packagesGone(host, release)],
    })),
  ),
  phase(
    'plan.release-hosts',
    hosts.map((host) => ({ subject: host, login: release.input.given ? 'given' : 'deploy', steps: accountSteps(host, release.input) })),
  ),
]

/** Steps of former jobs that gave the deploy user its account, its sudo and its key on a host. */
export const accountDeeds = (host: HostId, input: OperationInput): { step: Step; made: readonly string[] }[] =>
  (input.deeds ?? []).flatMap(({ plan, made }) =>
    stepsOf(plan).flatMap((step) => {
      const what = made[step.id]
      return what !== undefined && 'host' in step && step.host === host && isAccount(step) ? [{ step, made: what }] : []
    }),
  )

const isAccount = (step: Step): boolean =>
  step.kind === 'user-present' || step.kind === 'authorized-key' || (step.kind === 'file' && step.path.startsWith('/etc/sudoers.d/'))

const exportersOf = (host: HostId, { before }: Release): Instance[] =>
  instancesOf(before).filter((one) => isExporter(one) && one.hostId === host)

/** Both exporters of a host share their folders: they are deleted when both have stopped. */
const exporterSteps = (host: HostId, release: Release): Draft[] => {
  const exporters = exportersOf(host, release)
  const folders = [...new Set(exporters.flatMap(directoriesOf))].toReversed()
  return [
    ...exporters.map((one): Draft => ({ subject: unitSubject(one), step: { kind: 'unit-stopped', host, unit: one.unit } })),
    ...exporters.map((one): Draft => ({ subject: one.unit, step: { kind: 'unit-enabled', host, unit: one.unit, enabled: false } })),
    ...exporters.map(({ unit }) => absent(host, `/etc/systemd/system/${unit}`, false)),
    ...folders.map((path) => absent(host, path, false)),
  ]
}

const emptyFolders = (host: HostId, { before }: Release): Draft[] =>
  globalDirectories(before)
    .toSorted((a, b) => b.length - a.length)
    .map((path) => absent(host, path, true))

const packagesGone = (host: HostId, { facts, input }: Release): Draft[] =>
  cachedPackages(host, facts, input).map((path) => absent(host, path, false))

/** Paths of packages that the cluster's jobs and reviews brought to a host, but for those that another cluster may want. */
export const cachedPackages = (host: HostId, facts: OperationFacts, input: OperationInput): string[] => {
  const kept = new Set((input.keepPackages ?? []).map(cachedPackagePath))
  const cached = [...madeOn(host, input)].filter((path) => path === cachedPackagePath(/([0-9a-f]{64})\.tar\.gz$/.exec(path)?.[1] ?? ''))
  const { packages = [], sharedHosts = [] } = input.borrowed ?? {}
  const borrowed = sharedHosts.includes(host) ? [] : packages.filter((sha256) => (facts.hosts[host]?.packages[sha256] ?? 0) > 0)
  return [...new Set([...cached, ...borrowed.map(cachedPackagePath)])].filter((path) => !kept.has(path))
}

/** The key, the account and at last its sudo, as far as former jobs made them; without another login only the key. */
export const accountSteps = (host: HostId, input: OperationInput): Draft[] => {
  const deeds = accountDeeds(host, input)
  const userMade = deeds.find(({ step, made }) => step.kind === 'user-present' && made.some((what) => what === `user ${step.user}`))?.step
  const key = deeds.findLast(({ step }) => step.kind === 'authorized-key')?.step
  const keyGone: Draft[] =
    key?.kind === 'authorized-key'
      ? [{ subject: key.user, step: { kind: 'authorized-key-absent', host, user: key.user, key: key.key } }]
      : []
  // Without another login these would saw off the branch: sudo is needed to the end.
  if (!input.given) return keyGone
  const user: Draft[] =
    userMade?.kind === 'user-present'
      ? [{ subject: userMade.user, step: { kind: 'user-absent', host, user: userMade.user, group: userMade.group } }]
      : []
  const sudo = deeds.flatMap(({ step, made }) => (step.kind === 'file' && made.includes(step.path) ? [step.path] : []))
  return [...keyGone, ...user, ...[...new Set(sudo)].map((path) => absent(host, path, false))]
}

export const absent = (host: HostId, path: string, onlyEmpty: boolean): Draft => ({
  subject: path,
  step: { kind: 'path-absent', host, path, onlyEmpty },
})

import semver from 'semver'
import { hotfixesOnInstances } from '@/server/domain/ledger'
import { type Problem, waivable } from '@/server/domain/problem'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { versionProblem } from '@/server/domain/topology/names'
import { hasSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import { crossesEight, isNightly } from './across-eight'
import type { OperationFacts, OperationInput, UpgradeWish } from './input'
import { clockRows } from './preflight'
import { canHandOver } from './rolling'
import { rollingProblems } from './rolling-problems'
import { byComponent, selectionProblems, unitState, unseenHosts } from './select'
import { type Staged, stagingBytes } from './staging'
import { unknownUnits } from './start'
import type { Turn } from './turn'
import { missingPackages } from './upgrade-packages'

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput; wish: UpgradeWish }

/** All that speaks against this upgrade, or that must be consented to. A waived problem is a warning. */
export const upgradeProblems = (context: Context, staged: readonly Staged[], turns: readonly Turn[]): Problem[] => {
  const { topology, facts, input, wish } = context
  const wrong = versionProblem(wish.to)
  if (wrong) return [wrong]
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(instancesOf(topology), facts),
    ...unknownUnits(topology, facts, input),
    ...(wish.open && wish.open.state !== 'open'
      ? [{ code: 'upgrade.redeploy-open', severity: 'error', params: { from: wish.open.from } } as const]
      : []),
    ...directionProblems(context),
    ...packageProblems(context),
    ...hostProblems(context, staged),
    ...stateProblems(context),
    ...secretKeyProblems(context),
    ...backupProblems(context),
    ...replaced(context, staged),
    ...wayBackProblems(context),
    ...(wish.offline ? [] : rollingProblems(topology, facts, input, turns)),
  ]
}

/** TiUP's rule: nightly always goes; else the target is no lower than what is there. Here: than what any process says of itself. */
const directionProblems = ({ facts, input, wish }: Context): Problem[] => {
  if (isNightly(wish.to)) return []
  const target = semver.parse(wish.to)
  const said = Object.entries(facts.cluster?.versions ?? {}).filter(([, version]) => version !== '')
  const higher = [...said, ['', input.version] as const].filter(([, version]) => {
    const now = semver.parse(version)
    return target !== null && now !== null && !isNightly(version) && semver.gt(now, target)
  })
  const [first] = higher
  if (first) {
    const at = higher.map(([instance, version]) => (instance === '' ? version : `${instance}: ${version}`)).join(', ')
    return [{ code: 'upgrade.downgrade', severity: 'error', path: 'version', params: { version: wish.to, at } }]
  }
  return input.version === wish.to ? [{ code: 'upgrade.same-version', severity: 'warning', params: { version: wish.to } }] : []
}

const packageProblems = ({ topology, input, wish }: Context): Problem[] => [
  ...missingPackages(topology, input, wish).map(
    ({ name, hosts }): Problem => ({
      code: 'upgrade.package-missing',
      severity: 'error',
      path: 'version',
      params: { package: name, hosts: hosts.join(', ') },
    }),
  ),
  ...wish.prefer
    .filter((sha256) => !(input.packages ?? []).some((one) => one.sha256 === sha256))
    .map((sha256): Problem => ({ code: 'upgrade.package-unknown', severity: 'error', path: 'packages', params: { sha256 } })),
]

/** Clocks that differ, and room for what is staged. */
const hostProblems = ({ topology, facts, input }: Context, staged: readonly Staged[]): Problem[] => {
  const clocks = clockRows(topology, facts).flatMap(({ state, code, params, host }): Problem[] => {
    if (state === 'ok' || state === 'unknown') return []
    return [state === 'fail' ? waivable({ code, params }, input.waivers, host) : { code, severity: 'warning', params }]
  })
  const room = hostsOf(topology).flatMap(({ hostId }): Problem[] => {
    const own = staged.filter(({ instance }) => instance.hostId === hostId)
    const path = own[0]?.instance.deployDir ?? ''
    const free = facts.hosts[hostId]?.disks[path]?.freeBytes
    const wanted = stagingBytes(own)
    if (own.length === 0 || free === undefined || free >= wanted) return []
    const params = { host: hostId, path, seen: `${Math.floor(free / 2 ** 20)} MiB`, mib: Math.ceil(wanted / 2 ** 20) }
    return [{ code: 'preflight.disk', severity: 'error', params }]
  })
  return [...clocks, ...room]
}

/** Offline while something runs, or rolling while nothing does; members that are not well. */
const stateProblems = ({ topology, facts, input, wish }: Context): Problem[] => {
  const instances = instancesOf(topology)
  const running = instances.filter((one) => unitState(facts, one) === 'up')
  if (wish.offline)
    return running.length === 0
      ? []
      : [{ code: 'upgrade.running', severity: 'error', params: { count: running.length, instances: listed(running.map(({ id }) => id)) } }]
  if (byComponent(running, 'dm-master').length === 0) return [{ code: 'upgrade.stopped', severity: 'error', params: {} }]
  const members = facts.cluster?.members
  if (!members) return []
  const dead = members.masters.filter(({ alive }) => !alive).map(({ name }) => name)
  const offline = members.workers.filter(({ stage }) => stage === 'offline').map(({ name }) => name)
  return [
    ...(dead.length > 0 ? [waivable({ code: 'upgrade.master-down', params: { names: listed(dead) } }, input.waivers)] : []),
    ...(offline.length > 0 ? [{ code: 'upgrade.worker-offline', severity: 'warning', params: { names: listed(offline) } } as const] : []),
  ]
}

const listed = (names: readonly string[]): string => names.join(', ')

/** From v8.0.0 on DM has no fixed key any more: encrypted passwords of sources and tasks need the key by which they were made. */
const secretKeyProblems = ({ topology, facts, input, wish }: Context): Problem[] => {
  if (!crossesEight(input, facts, wish.to)) return []
  if (hasSecretKey(topology)) return []
  const { passwords } = wish
  if (passwords && 'encrypted' in passwords) return encryptedProblems(passwords, wish, input.version)
  if (wish.secretKey || wish.formerKey) return []
  return [waivable({ code: 'upgrade.secret-key', params: { from: input.version, to: wish.to } }, input.waivers)]
}

/** A real export was looked at: with plain passwords nothing is wanted, with encrypted ones a key that opens them all. */
const encryptedProblems = (
  { encrypted, closed }: { encrypted: readonly string[]; closed: readonly string[] },
  { secretKey, formerKey, to }: UpgradeWish,
  from: string,
): Problem[] => {
  if (encrypted.length === 0) return []
  if (secretKey === undefined && !formerKey)
    return [{ code: 'upgrade.passwords-encrypted', severity: 'error', path: 'secretKey', params: { names: listed(encrypted), from, to } }]
  if (closed.length === 0) return []
  const code = formerKey ? 'upgrade.passwords-foreign' : 'upgrade.passwords-closed'
  return [{ code, severity: 'error', path: 'secretKey', params: { names: listed(closed), from, to } }]
}

const backupProblems = ({ input, wish }: Context): Problem[] => {
  if (wish.offline) return [{ code: 'upgrade.no-backup-offline', severity: 'warning', params: {} }]
  if (wish.exportBy) return []
  return [waivable({ code: 'upgrade.no-backup', params: { version: input.version } }, input.waivers)]
}

const replaced = ({ input }: Context, staged: readonly Staged[]): Problem[] =>
  hotfixesOnInstances(
    input.ledger ?? [],
    staged.map(({ instance }) => instance.id),
  ).map(({ packageSha256, instances, tickets }) => ({
    code: 'upgrade.replaces-hotfix',
    severity: 'warning',
    params: { package: packageSha256.slice(0, 12), instances: listed(instances), tickets: listed(tickets) || '-' },
  }))

const wayBackProblems = ({ topology, wish }: Context): Problem[] => [
  ...(canHandOver(topology) || wish.offline
    ? []
    : [{ code: 'upgrade.no-way-back', severity: 'warning', params: { masters: topology.masters.length } } as const]),
  ...(topology.masters.some((one) => one.v1_source_path) ? [{ code: 'upgrade.v1-sources', severity: 'warning', params: {} } as const] : []),
]

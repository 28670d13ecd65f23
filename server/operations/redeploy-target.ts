import semver from 'semver'
import type { Instance } from '@/server/domain/instance'
import { currentOf, formerOf } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { formerTopology } from '@/server/domain/topology/beside'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { LeftFolder } from '@/server/domain/upgrade'
import type { FreshMasters } from './across-eight'
import { packageFor } from './deploy-packages'
import type { OperationFacts, OperationInput, RedeployWish } from './input'
import { isDm } from './leave-steps'
import type { Staged } from './staging'
import { wishOf } from './upgrade'

/** What a redeploy goes to, and from where. */
export type Redeploy = {
  topology: Topology
  facts: OperationFacts
  input: OperationInput
  /** The books say the former version already: this goes on with what was begun. */
  going: boolean
  former: { topology: Topology; version: string; dropKey: boolean }
  /** Masters and workers in their fresh folders, with the package that each gets. */
  staged: Staged[]
  /** Monitors that the upgrade has reached, with what they had. */
  monitors: Staged[]
  missing: Instance[]
  left: LeftFolder[]
}

/** What the runner has made of what was asked for. */
export const backOf = (input: OperationInput): RedeployWish => {
  const { back } = wishOf(input)
  if (!back) throw new Error('a redeploy needs its folders')
  return back
}

export const redeployOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Redeploy => {
  const wish = wishOf(input)
  const version = wish.open?.from ?? input.version
  const going = wish.open?.state !== 'open'
  const dropKey = semver.lt(semver.parse(version) ?? '99.0.0', '8.0.0-0')
  const own = going ? topology : formerTopology(topology, { suffix: backOf(input).suffix, dropKey })
  const wanted = instancesOf(own).filter((one) => isDm(one) || wasReached(one, input))
  const found = wanted.map((instance) => ({ instance, package: packageThen(instance, own, { input, version }) }))
  const staged = found.flatMap(({ instance, package: one }) => (one ? [{ instance, package: one }] : []))
  return {
    ...{ topology, facts, input, going },
    former: { topology: own, version, dropKey },
    staged: staged.filter(({ instance }) => isDm(instance)),
    monitors: staged.filter(({ instance }) => !isDm(instance)),
    missing: found.flatMap(({ instance, package: one }) => (one ? [] : [instance])),
    left: going ? [...(wish.open?.left ?? [])] : leftBy(topology, own),
  }
}

/** Its masters in fresh folders read the key that the present ones have. */
export const freshMasters = ({ topology, former, staged }: Redeploy): FreshMasters => ({
  fresh: { topology: former.topology, masters: staged.map(({ instance }) => instance) },
  standing: { topology, masters: instancesOf(topology) },
})

const wasReached = (instance: Instance, input: OperationInput): boolean => {
  const now = currentOf(input.ledger ?? [], instance.id)
  return now?.kind === 'upgrade' && now.jobId !== null && (wishOf(input).open?.jobIds.includes(now.jobId) ?? false)
}

/** What it had before the upgrade, a hotfix too; of one that has come since, the former release. */
const packageThen = (
  instance: Instance,
  topology: Topology,
  { input, version }: { input: OperationInput; version: string },
): PackageInfo | undefined => {
  const { ledger = [], packages = [] } = input
  const bySha = (sha256: string | undefined) => packages.find((one) => one.sha256 === sha256)
  const to = wishOf(input).open?.to
  const now = bySha(currentOf(ledger, instance.id)?.packageSha256)
  const then = wasReached(instance, input) ? bySha(formerOf(ledger, instance.id)) : now
  return then && then.version !== to ? then : packageFor(instance, topology, { ...input, version })
}

/** Folders that nothing of the cluster uses any more. One that holds a folder of anything else stays. */
const leftBy = (before: Topology, after: Topology): LeftFolder[] => {
  const used = instancesOf(after)
  const holds = (host: string, path: string): boolean =>
    used.some((one) => one.hostId === host && directoriesOf(one).some((dir) => dir === path || dir.startsWith(`${path}/`)))
  const found = instancesOf(before)
    .filter(isDm)
    .flatMap((one) => directoriesOf(one).map((path) => ({ host: one.hostId, path })))
  const whole = found.filter(({ host, path }) => !found.some((other) => other.host === host && path.startsWith(`${other.path}/`)))
  return whole.filter(({ host, path }) => !holds(host, path))
}

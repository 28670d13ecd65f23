import type { Instance } from '@/server/domain/instance'
import { currentOf, formerOf } from '@/server/domain/ledger'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { withoutSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import type { MasterSeen } from '@/server/domain/upgrade'
import { incarnationOf } from '@/server/steps/unit-running'
import { isEight } from './across-eight'
import { phase, planOf, recordLane } from './build'
import { withSeenPlatforms } from './deploy-packages'
import type { Operation, OperationFacts, OperationInput, UpgradeWish } from './input'
import { rollingImpact, rollingProblems } from './rolling-problems'
import { byComponent, selectionProblems, unitState, unseenHosts } from './select'
import { dmctlHost } from './sources'
import { type Staged, stagePhase } from './staging'
import { unknownUnits } from './start'
import { checkPhase } from './unchanged'
import { rolledOrOffline, turnsOf, upgradeNeeds, wishOf } from './upgrade'

/**
 * The way back of an upgrade: every instance that it has reached gets what it had before, in the same order and by the same gates. Only
 * while no master of the new version has led: then DM has changed its own metadata, and the former version can't read it.
 */
export const rollback: Operation = {
  name: 'rollback',
  needs: (topology, input) => upgradeNeeds(topology, input),
  validate: (asWritten, facts, input) => {
    const topology = withSeenPlatforms(asWritten, facts)
    return problemsOf(topology, facts, input)
  },
  plan: (asWritten, facts, input) => {
    const topology = withSeenPlatforms(asWritten, facts)
    const wish = wishOf(input)
    const { staged } = formers(topology, input, wish)
    const { turns, blobs } = turnsOf(asBefore(topology, wish.to), facts, { input, wish, staged })
    const back = turns.map(({ before: _led, atEnd: _seen, ...turn }) => turn)
    const plan = planOf('rollback', topology, input, {
      phases: [
        ...(wish.offline ? [] : [checkPhase(back, facts)]),
        stagePhase({ topology, facts }, staged, input.dmctl ? [{ host: dmctlHost(topology), package: input.dmctl }] : []),
        ...rolledOrOffline(topology, facts, { input, turns: back, offline: wish.offline }),
        phase('plan.record', [
          recordLane(input.clusterName, {
            change: 'upgrade-rolled-back',
            version: wish.to,
            ...(isEight(wish.to) ? {} : { dropKey: true }),
          }),
        ]),
      ],
      problems: problemsOf(topology, facts, input),
      impact: wish.offline ? { sources: [], masterOutageS: 0 } : rollingImpact(topology, facts, input, back),
      tiupCommand: `dm-panel rollback ${input.clusterName} ${wish.to}`,
      destructive: false,
    })
    return { plan, blobs }
  },
}

/** A version before v8.0.0 does not start with the key file that an upgrade which is through has put into the configuration. */
const asBefore = (topology: Topology, to: string): Topology => (isEight(to) ? topology : withoutSecretKey(topology))

/** What each instance had before the upgrade; `lost`: those whose former package nobody has any more. */
const formers = (topology: Topology, { ledger = [], packages = [] }: OperationInput, { open }: UpgradeWish) => {
  const staged: Staged[] = []
  const lost: { instance: Instance; sha256: string }[] = []
  for (const instance of instancesOf(topology)) {
    const now = currentOf(ledger, instance.id)
    if (!open || now?.kind !== 'upgrade' || now.jobId === null || !open.jobIds.includes(now.jobId)) continue
    const former = formerOf(ledger, instance.id)
    if (former === undefined) continue
    const found = packages.find(({ sha256 }) => sha256 === former)
    if (found) staged.push({ instance, package: found })
    else lost.push({ instance, sha256: former })
  }
  return { staged, lost }
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const wish = wishOf(input)
  if (wish.open?.state !== 'open') return [{ code: 'rollback.nothing', severity: 'error', params: {} }]
  const { staged, lost } = formers(topology, input, wish)
  const { turns } = turnsOf(asBefore(topology, wish.to), facts, { input, wish, staged })
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(instancesOf(topology), facts),
    ...unknownUnits(topology, facts, input),
    ...ledProblems(topology, facts, { wish, staged }),
    ...lost.map(
      ({ instance, sha256 }): Problem => ({
        code: 'rollback.package-missing',
        severity: 'error',
        params: { instance: instance.id, package: sha256.slice(0, 12) },
      }),
    ),
    ...(staged.length === 0 && lost.length === 0 ? [{ code: 'rollback.nothing-reached', severity: 'error', params: {} } as const] : []),
    ...offlineProblems(topology, facts, wish),
    ...(wish.offline ? [] : rollingProblems(topology, facts, input, turns)),
  ]
}

const offlineProblems = (topology: Topology, facts: OperationFacts, { offline }: UpgradeWish): Problem[] => {
  const running = instancesOf(topology).filter((one) => unitState(facts, one) === 'up')
  if (!offline || running.length === 0) return []
  const params = { count: running.length, instances: running.map(({ id }) => id).join(', ') }
  return [{ code: 'upgrade.running', severity: 'error', params }]
}

/** Masters of the new version that have led, or of which nobody can say that they have not. */
const ledProblems = (
  topology: Topology,
  facts: OperationFacts,
  { wish, staged }: { wish: UpgradeWish; staged: readonly Staged[] },
): Problem[] => {
  const from = wish.to
  if (wish.open?.led) return [{ code: 'rollback.has-led', severity: 'error', params: { master: '', version: wish.open.to, from } }]
  const reached = byComponent(instancesOf(topology), 'dm-master').filter((one) => staged.some(({ instance }) => instance.id === one.id))
  return reached.flatMap((one): Problem[] => {
    const led = hasLed(one, facts, wish.open?.seen[one.id])
    if (led === 'no') return []
    const code = led === 'yes' ? 'rollback.has-led' : 'rollback.may-have-led'
    return [{ code, severity: 'error', params: { master: one.id, version: wish.open?.to ?? '', from } }]
  })
}

/**
 * What a process counts is forgotten with it, so it proves something only for the very start of the unit that was noted at the end of the
 * master's turn. One that was down then and was not started since has never led. Unknown counts as led.
 */
const hasLed = (master: Instance, facts: OperationFacts, note: MasterSeen | undefined): 'yes' | 'no' | 'unknown' => {
  const { cluster } = facts
  if (cluster?.members?.leader?.name === master.name) return 'yes'
  const count = cluster?.leaderCounts[master.id]
  if ((count ?? 0) > 0 || (note?.led ?? 0) > 0) return 'yes'
  const seen = facts.hosts[master.hostId]
  if (!note || !seen?.system || incarnationOf(seen, master.unit) !== note.incarnation) return 'unknown'
  if (unitState(facts, master) === 'down') return note.led === null ? 'no' : 'unknown'
  return count === undefined || !cluster?.members ? 'unknown' : 'no'
}

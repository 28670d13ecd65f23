import type { Instance } from '@/server/domain/instance'
import { currentOf } from '@/server/domain/ledger'
import { instancesOf } from '@/server/domain/topology/instances'
import { hasSecretKey, withSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import { crossesEight, keyFileStep, passwordsPhase } from './across-eight'
import { exportPhase } from './backup'
import { type Draft, type PhaseDraft, phase, planOf, recordLane } from './build'
import { withSeenPlatforms } from './deploy-packages'
import { groupOn } from './deploy-paths'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob, UpgradeWish } from './input'
import { instanceFiles } from './instance-files'
import { rollingNeeds } from './restart'
import { canHandOver, masterOrder, rollingPhases } from './rolling'
import { rollingImpact } from './rolling-problems'
import { byComponent } from './select'
import { dmctlHost } from './sources'
import { activateTurn, type Staged, stagePhase, stagingProbes } from './staging'
import type { Turn } from './turn'
import { checkPhase } from './unchanged'
import { upgradePackages } from './upgrade-packages'
import { upgradeProblems } from './upgrade-problems'

/**
 * Exports sources and tasks, brings and unpacks everything, then gives each instance the target's binaries and files in its turn: masters
 * (the leader last), workers, monitors, exporters. Offline only the disk, of a cluster that is stopped.
 */
export const upgrade: Operation = {
  name: 'upgrade',
  needs: (topology, input) => upgradeNeeds(topology, input),
  validate: (asWritten, facts, input) => {
    const topology = withSeenPlatforms(asWritten, facts)
    const wish = wishOf(input)
    const staged = stagedFor(topology, input, wish)
    const { turns } = turnsOf(topology, facts, { input, wish, staged })
    return upgradeProblems({ topology, facts, input, wish }, staged, turns)
  },
  plan: (asWritten, facts, input) => {
    const topology = withSeenPlatforms(asWritten, facts)
    const wish = wishOf(input)
    const staged = stagedFor(topology, input, wish)
    const { turns, blobs } = turnsOf(topology, facts, { input, wish, staged })
    const exported = exportPhase(topology, facts, input, wish.offline ? undefined : wish.exportBy)
    const from = wish.open?.to === wish.to ? wish.open.from : input.version
    const plan = planOf('upgrade', topology, input, {
      phases: [
        ...(wish.offline ? [] : [checkPhase(turns, facts)]),
        ...exported.phases,
        stagePhase({ topology, facts }, staged, dmctlToo(topology, input)),
        phase('plan.upgrade-begin', [recordLane(input.clusterName, { change: 'upgrade-began', from, to: wish.to })]),
        ...rolledOrOffline(topology, facts, { input, turns, offline: wish.offline }),
        phase('plan.record', recordLanes(topology, input, wish)),
        ...(isReadAnew(facts, input, wish) ? [passwordsPhase(topology, facts)] : []),
      ],
      problems: upgradeProblems({ topology, facts, input, wish }, staged, turns),
      impact: wish.offline ? { sources: [], masterOutageS: 0 } : rollingImpact(topology, facts, input, turns),
      tiupCommand: `tiup dm upgrade ${input.clusterName} ${wish.to}${wish.offline ? ' --offline' : ''}`,
      destructive: false,
    })
    return { plan, blobs: [...exported.blobs, ...blobs] }
  },
}

/** What the runner made of what was asked for; a planner without it has nothing to plan. */
export const wishOf = ({ upgrade: wish }: OperationInput): UpgradeWish => {
  if (!wish) throw new Error('an upgrade needs a target')
  return wish
}

/** What rolling is judged by, each process' own version and how often it has led, and room for what is staged. */
export const upgradeNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = rollingNeeds(topology, input)
  const instances = instancesOf(topology)
  return {
    host: Object.fromEntries(
      Object.entries(host).map(([id, probes]) => [
        id,
        [
          ...probes,
          ...stagingProbes(
            topology,
            instances.filter(({ hostId }) => hostId === id),
          ),
        ],
      ]),
    ),
    cluster: [
      ...cluster,
      ...instances.filter(isDm).map(({ id }) => ({ probe: 'version', instance: id }) as const),
      ...byComponent(instances, 'dm-master').map(({ id }) => ({ probe: 'leader-count', instance: id }) as const),
    ],
  }
}

export const isDm = ({ component }: Instance): boolean => component === 'dm-master' || component === 'dm-worker'

/** In a cluster that is half-way to the same version, instances that this very upgrade has reached already are left alone. */
const stagedFor = (topology: Topology, input: OperationInput, wish: UpgradeWish): Staged[] =>
  upgradePackages(topology, input, wish).filter(({ instance, package: one }) => {
    const now = currentOf(input.ledger ?? [], instance.id)
    return !(wish.open?.to === wish.to && input.version !== wish.to && now?.kind === 'upgrade' && now.packageSha256 === one.sha256)
  })

/** Each instance's turn; a former hotfix mark goes, and before the last master it is noted that the new version leads. */
export const turnsOf = (
  topology: Topology,
  facts: OperationFacts,
  { input, wish, staged }: { input: OperationInput; wish: UpgradeWish; staged: readonly Staged[] },
): { turns: Turn[]; blobs: PlannedBlob[] } => {
  const blobs = new Map<string, PlannedBlob>()
  const keep = (blob: PlannedBlob): PlannedBlob => {
    blobs.set(blob.sha256, blob)
    return blob
  }
  const leads = whoseTurnMakesItLead(topology, facts, staged)
  const turns = staged.map((one): Turn => {
    const { instance } = one
    const own = { owner: topology.global.user, group: groupOn(topology, facts.hosts[instance.hostId]) }
    const keyed = hasKey(wish) && !hasSecretKey(topology)
    const rendered = keyed ? withSecretKey(topology) : topology
    const files = [
      ...(keyed && instance.component === 'dm-master' ? [keyFileStep(instance, { topology, facts, keep }, wish.secretKey)] : []),
      ...instanceFiles(instance, { topology: rendered, input: { ...input, version: wish.to }, keep, ...own }),
      ...(instance.patched ? [unmark(instance)] : []),
    ]
    const turn = activateTurn({ topology, facts }, one, { files, ...(wish.offline ? { offline: true } : {}) })
    const noted = instance.component === 'dm-master' ? { ...turn, atEnd: [noteSeen(one)] } : turn
    return instance.id === leads?.id && !wish.offline ? { ...noted, before: [noteLed] } : noted
  })
  return { turns, blobs: [...blobs.values()] }
}

/** Whether masters get a key file with this upgrade. */
const hasKey = ({ secretKey, formerKey }: UpgradeWish): boolean => secretKey !== undefined || formerKey === true

/** After v8.0.0 was crossed, unless the export has shown that no password is encrypted; offline nothing runs that could read one. */
const isReadAnew = (facts: OperationFacts, input: OperationInput, { to, offline, passwords }: UpgradeWish): boolean =>
  !offline && crossesEight(input, facts, to) && !(passwords && 'encrypted' in passwords && passwords.encrypted.length === 0)

const unmark = (instance: Instance): Draft => ({
  subject: `patched-${instance.id}`,
  step: { kind: 'recorded', record: { change: 'patched', instance: instance.id, patched: false } },
})

const noteLed: Draft = { subject: 'upgrade-led', step: { kind: 'recorded', record: { change: 'upgrade-led' } } }

/** Whether this master leads by now, or has led: the way back by binaries is judged by it. */
const noteSeen = ({ instance, package: one }: Staged): Draft => {
  const { id, name, unit, hostId: host } = instance
  return { subject: id, step: { kind: 'leadership-noted', host, instance: id, name, unit, exeSha256: one.entrySha256 } }
}

/** With three masters or more the last one's turn leaves only new ones to lead; with fewer the first one's. */
const whoseTurnMakesItLead = (topology: Topology, facts: OperationFacts, staged: readonly Staged[]): Instance | undefined => {
  const masters = masterOrder(
    staged.filter(({ instance }) => instance.component === 'dm-master'),
    facts,
  )
  return (canHandOver(topology) ? masters.at(-1) : masters[0])?.instance
}

/** Offline: host by host at once, for nothing runs. */
export const rolledOrOffline = (
  topology: Topology,
  facts: OperationFacts,
  { input, turns, offline }: { input: OperationInput; turns: readonly Turn[]; offline: boolean },
): PhaseDraft[] => {
  if (!offline) return rollingPhases(topology, facts, input, turns)
  const stopped = (instance: Instance): Draft[] => [
    { subject: instance.unit, step: { kind: 'unit-stopped', host: instance.hostId, unit: instance.unit } },
  ]
  return [
    phase(
      'plan.upgrade-offline',
      turns.map(({ instance, activate, atEnd }) => ({
        subject: instance.id,
        login: 'deploy',
        instance: instance.id,
        steps: [...stopped(instance), ...activate],
        ...(atEnd ? { onLeave: atEnd } : {}),
      })),
    ),
  ]
}

const dmctlToo = (topology: Topology, { dmctl }: OperationInput) => (dmctl ? [{ host: dmctlHost(topology), package: dmctl }] : [])

const recordLanes = (topology: Topology, input: OperationInput, wish: UpgradeWish) => [
  recordLane(input.clusterName, {
    change: 'cluster-version',
    version: wish.to,
    ...(hasKey(wish) ? { secretKey: true } : {}),
    ...(hasKey(wish) && !hasSecretKey(topology)
      ? { keyFile: wish.secretKey === undefined ? 'former' : { credentialId: wish.secretKey } }
      : {}),
  }),
  ...(wish.offline ? [] : [recordLane(input.clusterName, { change: 'run-state', to: 'running' })]),
]

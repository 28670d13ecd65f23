import type { HealthQuestion } from '@/server/domain/health'
import type { Instance } from '@/server/domain/instance'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import { hasSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import { freshKeyDrafts, freshKeyProbes, passwordsPhase } from './across-eight'
import { exportPhase } from './backup'
import {
  blobOf,
  cachedOn,
  type Draft,
  gateOf,
  type LaneDraft,
  type PhaseDraft,
  phase,
  planOf,
  recordLane,
  refOf,
  unitSubject,
} from './build'
import { withSeenPlatforms } from './deploy-packages'
import { groupOn, instanceDirectories } from './deploy-paths'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'
import { directoryStep } from './prepare-hosts'
import { redeployProblems } from './redeploy-problems'
import { backOf, freshMasters, type Redeploy, redeployOf } from './redeploy-target'
import { programQuestions, rollingPhases } from './rolling'
import { masterRestartS } from './rolling-problems'
import { dmctlHost, dmctlRef, sourceQuestions, sourcesOf } from './sources'
import { activateTurn, roomGuards, type Staged, stagePhase, unpacked } from './staging'
import { startPhases } from './start'
import { stopPhases } from './stop'
import { turnsOf, upgradeNeeds, wishOf } from './upgrade'

/**
 * The way back of an upgrade after a master of the new version has led: DM has changed its metadata, so the former version gets folders of
 * its own beside the present ones, starts with nothing, and has its sources and tasks brought back from the backup that the upgrade took
 * (maintain-dm-using-tiup, rolling upgrade). Ports, names and units stay, hence all of DM is stopped for it. Relay is started by hand.
 */
export const redeploy: Operation = {
  name: 'redeploy',
  needs: (topology, input) => redeployNeeds(topology, input),
  validate: (asWritten, facts, input) => redeployProblems(redeployOf(withSeenPlatforms(asWritten, facts), facts, input)),
  plan: (asWritten, facts, input) => {
    const context = redeployOf(withSeenPlatforms(asWritten, facts), facts, input)
    const { topology } = context
    const blobs = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      blobs.set(blob.sha256, blob)
      return blob
    }
    const workers = instancesOf(topology).filter(({ component }) => component === 'dm-worker')
    const plan = planOf('redeploy', topology, input, {
      phases: phasesOf(context, keep),
      problems: redeployProblems(context),
      impact: {
        sources: workers.flatMap((one) => sourcesOf(one, facts).map((source) => ({ source, worker: one.id }))),
        masterOutageS: 2 * masterRestartS(input) + 10,
      },
      tiupCommand: `dm-panel redeploy ${input.clusterName} ${context.former.version} --suffix ${backOf(input).suffix}`,
      destructive: true,
    })
    return { plan, blobs: [...blobs.values()] }
  },
}

/** As an upgrade; and whether the fresh folders are free, and have room. */
const redeployNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = upgradeNeeds(topology, input)
  const context = redeployOf(topology, { hosts: {} }, input)
  const fresh = context.staged.map(({ instance }) => instance)
  const probes = (id: string) =>
    fresh
      .filter(({ hostId }) => hostId === id)
      .flatMap((one) => [
        ...directoriesOf(one).map((path) => ({ probe: 'path', path, hash: false }) as const),
        { probe: 'disk', path: one.deployDir } as const,
      ])
  const keys = (id: string) => freshKeyProbes(freshMasters(context), id)
  return { host: Object.fromEntries(Object.entries(host).map(([id, all]) => [id, [...all, ...probes(id), ...keys(id)]])), cluster }
}

type Keep = (blob: PlannedBlob) => PlannedBlob

const phasesOf = (context: Redeploy, keep: Keep): PhaseDraft[] => {
  const { topology, facts, input, former, going } = context
  const wish = wishOf(input)
  const exported = going ? { phases: [], blobs: [] } : exportPhase(topology, facts, input, wish.exportBy)
  exported.blobs.forEach(keep)
  const only = { ...input, roles: ['dm-master', 'dm-worker'], nodes: [] }
  const { version, suffix, dropKey } = { ...former, ...backOf(input) }
  return [
    ...exported.phases,
    phase('plan.redeploy-install', installLanes(context, keep)),
    ...(going ? [] : dmOnly(stopPhases(topology, facts, only), 'stop')),
    phase('plan.redeploy-begin', [
      recordLane(input.clusterName, { change: 'redeploy-began', version, suffix, dropKey, left: context.left }),
    ]),
    phase(
      'plan.redeploy-units',
      context.staged.map((one) => unitLane(one, context, keep)),
    ),
    ...startAgain(context, only),
    phase('plan.import', importLanes(context, keep)),
    ...monitorPhases(context, keep),
    phase('plan.record', [
      recordLane(input.clusterName, { change: 'redeployed', version }),
      recordLane(input.clusterName, { change: 'run-state', to: 'running' }),
    ]),
    ...(hasSecretKey(former.topology) ? [passwordsPhase(former.topology, facts)] : []),
  ]
}

/** Monitors and exporters go on. */
const dmOnly = (phases: readonly PhaseDraft[], verb: 'start' | 'stop'): PhaseDraft[] => {
  const words = ['plan.evict-masters', `plan.${verb}-dm-master`, `plan.${verb}-dm-worker`]
  return phases.filter(({ title }) => words.includes(title.word))
}

const filesOf = (one: Instance, { former, facts, input }: Redeploy, keep: Keep): Draft[] => {
  const own = { owner: former.topology.global.user, group: groupOn(former.topology, facts.hosts[one.hostId]) }
  return instanceFiles(one, { topology: former.topology, input: { ...input, version: former.version }, keep, ...own })
}

const unitPath = (one: Instance): string => `/etc/systemd/system/${one.unit}`

/** Everything is beside what runs before anything stops: packages, folders, programs, configuration; not the units. */
const installLanes = (context: Redeploy, keep: Keep): LaneDraft[] => {
  const { former, facts, input, staged } = context
  const hosts = [...new Set(staged.map(({ instance }) => instance.hostId))]
  const { importBy } = backOf(input)
  return hosts.map((host) => {
    const own = staged.filter(({ instance }) => instance.hostId === host)
    const dmctl = importBy && host === dmctlHost(former.topology) ? [importBy] : []
    const packages = new Map([...own.map((one) => one.package), ...dmctl].map((one) => [one.sha256, one]))
    const cached = cachedOn(host, [...packages.values()])
    const installed = own.flatMap((one) => installSteps(one))
    const keys = freshKeyDrafts(freshMasters(context), { topology: former.topology, facts, input, keep }, host)
    return { ...cached, steps: [...roomGuards(host, own), ...cached.steps, ...installed, ...keys] }
  })

  function installSteps(one: Staged): Draft[] {
    const { instance } = one
    const { owner, group } = unpacked({ topology: former.topology, facts }, one)
    return [
      ...instanceDirectories(instance).map((path) => directoryStep(instance.hostId, path, owner, group)),
      { subject: unitSubject(instance), step: { kind: 'binaries', ...unpacked({ topology: former.topology, facts }, one) } },
      ...filesOf(instance, context, keep).filter(({ subject }) => subject !== unitPath(instance)),
    ]
  }
}

/** Its unit, stopped, begins to name the fresh folder; the ledger says what lies there. */
const unitLane = (staged: Staged, context: Redeploy, keep: Keep): LaneDraft => {
  const { instance, package: one } = staged
  const { id, hostId: host, unit } = instance
  const installed = { change: 'installed', instance: id, packageSha256: one.sha256, entrySha256: one.entrySha256 } as const
  return {
    subject: id,
    login: 'deploy',
    instance: id,
    steps: [
      { subject: unitSubject(instance), step: { kind: 'unit-stopped', host, unit } },
      ...filesOf(instance, context, keep).filter(({ subject }) => subject === unitPath(instance)),
      {
        subject: `installed-${unitSubject(instance)}-${host}`,
        step: { kind: 'recorded', record: { ...installed, ledger: { kind: 'rollback' } } },
      },
      ...(one.origin.from === 'hotfix'
        ? [{ subject: `patched-${id}`, step: { kind: 'recorded', record: { change: 'patched', instance: id, patched: true } } } as const]
        : []),
    ],
  }
}

/** Masters together, on empty data folders: a new cluster under the old names. Then workers. Each must be the former program. */
const startAgain = ({ former, facts, input, staged }: Redeploy, only: OperationInput): PhaseDraft[] =>
  dmOnly(startPhases(former.topology, facts, only), 'start').map((one) => ({
    ...one,
    lanes: one.lanes.map((lane): LaneDraft => {
      const own = staged.find(({ instance }) => instance.id === lane.subject)
      if (!own) return lane
      const turn = activateTurn({ topology: former.topology, facts }, own)
      const exeSha256 = own.package.entrySha256
      return {
        ...lane,
        steps: lane.steps.map((draft) => (draft.step.kind === 'unit-running' ? { ...draft, step: { ...draft.step, exeSha256 } } : draft)),
        gate: gateOf([...(lane.gate?.questions ?? []), ...programQuestions(turn)], input),
      }
    }),
  }))

/** Prometheus and Grafana go back in place, for they are of the cluster's version too; what they have gathered stays. */
const monitorPhases = ({ former, facts, input, monitors }: Redeploy, keep: Keep): PhaseDraft[] => {
  if (monitors.length === 0) return []
  const { turns, blobs } = turnsOf(former.topology, facts, { input, wish: wishOf(input), staged: monitors })
  blobs.forEach(keep)
  return [stagePhase({ topology: former.topology, facts }, monitors), ...rollingPhases(former.topology, facts, input, turns)]
}

const importLanes = (context: Redeploy, keep: Keep): LaneDraft[] => {
  const { former, input, facts } = context
  const { backup, importBy } = backOf(input)
  const dmctl = importBy && dmctlRef(former.topology, { ...input, dmctl: importBy })
  // dmctl refuses a folder with nothing in it.
  if (!backup || !dmctl || backup.sources.length + backup.tasks.length === 0) return []
  const host = dmctlHost(former.topology)
  const archive = refOf(keep(blobOf([{ secret: backup.secret }])))
  const { sources, tasks } = backup
  const gate = gateOf(backAgain(context, facts), { ...input, waitTimeoutS: input.waitTimeoutS ?? importTimeoutS })
  return [
    {
      subject: input.clusterName,
      login: 'deploy',
      steps: [{ subject: input.clusterName, step: { kind: 'config-imported', host, dmctl, archive, sources, tasks } }],
      ...(gate.questions.length > 0 ? { gate } : {}),
    },
  ]
}

/** Tasks begin at their checkpoints downstream, after checks of their own. */
const importTimeoutS = 300

/** Sources that were bound at review and tasks that ran then, as far as the backup has them. */
const backAgain = ({ former, input }: Redeploy, facts: OperationFacts): HealthQuestion[] => {
  const { sources = [], tasks = [] } = backOf(input).backup ?? {}
  return instancesOf(former.topology)
    .filter(({ component }) => component === 'dm-worker')
    .flatMap((one) => sourceQuestions(one, facts))
    .filter((question) => {
      if (question.ask === 'source-bound') return sources.includes(question.source)
      return question.ask === 'subtask-as-before' && tasks.includes(question.task) && question.stage === 'Running'
    })
    .map((question) => (question.ask === 'subtask-as-before' ? { ...question, lagS: null } : question))
}

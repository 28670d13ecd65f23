import type { Instance } from '@/server/domain/instance'
import type { Change } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { file } from '@/server/steps/file'
import { type Draft, type PhaseDraft, phase, planOf } from './build'
import { groupOn } from './deploy-paths'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'
import { hasScript, memberPath, reloadProblems, votingTopology, type Work } from './reload-problems'
import { dmctlPhase, rollingNeeds } from './restart'
import { exportersOn, rollingPhases } from './rolling'
import { rollingImpact } from './rolling-problems'
import { byComponent, selected, selectionFlags } from './select'
import type { Turn } from './turn'
import { checkPhase } from './unchanged'

/**
 * Brings files on the hosts in step with the topology: only those that differ are written, each instance's in its own turn while it is
 * stopped, and only instances are restarted whose files change or that still run former ones.
 */
export const reload: Operation = {
  name: 'reload',
  needs: (topology, input) => reloadNeeds(topology, input),
  validate: (topology, facts, input) =>
    reloadProblems(
      topology,
      facts,
      input,
      worksOf(topology, facts, input, (blob) => blob),
    ),
  plan: (topology, facts, input) => {
    const blobs = new Map<string, PlannedBlob>()
    const works = worksOf(topology, facts, input, (blob) => {
      blobs.set(blob.sha256, blob)
      return blob
    })
    const turns = works.map((work) => turnOf(work, input))
    const quiet = isQuiet(input)
    const plan = planOf('reload', topology, input, {
      phases: [
        checkPhase(turns, facts),
        ...(turns.some(({ instance, offline }) => instance.component === 'dm-worker' && !offline)
          ? dmctlPhase(topology, facts, input)
          : []),
        ...(quiet ? [writePhase(turns)] : rollingPhases(votingTopology(topology, facts), facts, input, turns)),
      ],
      problems: reload.validate(topology, facts, input),
      impact: quiet ? { sources: [], masterOutageS: 0 } : rollingImpact(votingTopology(topology, facts), facts, input, turns),
      tiupCommand: `tiup dm reload ${input.clusterName}${selectionFlags(input)}${quiet ? ' --skip-restart' : ''}`,
      destructive: false,
    })
    const written = new Set(works.flatMap(({ files }) => files.map(contentOf)))
    return { plan, blobs: [...blobs.values()].filter(({ sha256 }) => written.has(sha256)) }
  },
}

const isQuiet = ({ reload: wish }: OperationInput): boolean => wish?.restart === 'none'

/** What rolling is judged by, every rendered file of every instance, and whether a master has data. */
export const reloadNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = rollingNeeds(topology, input)
  const instances = instancesOf(topology)
  const context = { topology, input, keep: (blob: PlannedBlob) => blob, owner: topology.global.user, group: topology.global.user }
  const asked = Object.entries(host).map(([id, probes]) => {
    const own = instances.filter(({ hostId }) => hostId === id)
    const files = own
      .flatMap((one) => instanceFiles(one, context))
      .flatMap(({ step }) => (step.kind === 'file' ? file.needs({ ...step, id: '' }) : []))
    const members = own
      .filter(({ component }) => component === 'dm-master')
      .map((one) => ({ probe: 'path', path: memberPath(one), hash: false }) as const)
    // A file that both ask for is asked for with its hash.
    const known = new Set(probes.flatMap((probe) => (probe.probe === 'path' ? [probe.path] : [])))
    const more = files.filter((probe) => probe.probe !== 'path' || !known.has(probe.path))
    return [id, [...probes, { probe: 'user', user: topology.global.user } as const, ...more, ...members]] as const
  })
  return { host: Object.fromEntries(asked), cluster }
}

const worksOf = (topology: Topology, facts: OperationFacts, input: OperationInput, keep: (blob: PlannedBlob) => PlannedBlob): Work[] => {
  const chosen = selected(topology, input)
  // What a scale left half-done is finished by the same scale, with the newest configuration.
  const settled = [...chosen, ...exportersOn(topology, chosen)].filter(({ lifecycle }) => lifecycle === 'active')
  return settled.flatMap((instance): Work[] => {
    const lag = input.unapplied?.[instance.id]
    const files = differing(instance, { topology, facts, input, keep, anew: lag === 'files' })
    const stopped = facts.hosts[instance.hostId]?.units[instance.unit]?.activeState === 'inactive'
    const still = stopped || isQuiet(input)
    const lags = lag !== undefined && !(isQuiet(input) && lag === 'restart' && !stopped)
    const restarted = !still && (lags || input.reload?.restart === 'all')
    return files.length > 0 || restarted || (lags && still)
      ? [{ instance, files, still, stopped, founded: othersHaveData(instance, topology, facts) }]
      : []
  })
}

const othersHaveData = (instance: Instance, topology: Topology, facts: OperationFacts): boolean =>
  byComponent(instancesOf(topology), 'dm-master').some(
    (one) => one.id !== instance.id && facts.hosts[one.hostId]?.paths[memberPath(one)]?.exists,
  )

type Context = {
  topology: Topology
  facts: OperationFacts
  input: OperationInput
  keep: (blob: PlannedBlob) => PlannedBlob
  /** Files whose content can't be compared, for it has a secret, are written. */
  anew: boolean
}

/** Files of an instance that are not as rendered. */
export const differing = (instance: Instance, { topology, facts, input, keep, anew }: Context): Draft[] => {
  const seen = facts.hosts[instance.hostId]
  const own = { owner: topology.global.user, group: groupOn(topology, seen) }
  return instanceFiles(instance, { topology, input, keep, ...own }).filter(({ step }) => {
    if (step.kind !== 'file') return false
    const verdict = seen ? file.satisfied({ ...step, id: '' }, seen, { incarnation: '' }) : 'no'
    return verdict === 'no' || (verdict === 'unknown' && (anew || !step.content.secret))
  })
}

const contentOf = ({ step }: Draft): string => (step.kind === 'file' ? step.content.sha256 : '')

/**
 * What has a check is written while the former process still runs, after the files that it names: a refusal then costs nothing. All else
 * changes while the instance is stopped, so that nothing ever starts with half of its files.
 */
const turnOf = (work: Work, input: OperationInput): Turn => {
  const { instance, files, still, stopped } = work
  const checks = files.some(({ step }) => step.kind === 'file' && step.check !== undefined)
  const live = checks ? files.filter(({ subject }) => subject.startsWith(`${instance.deployDir}/conf/`)) : []
  const rest = files.filter((one) => !live.includes(one))
  const written = noted(instance, 'config-written', input)
  const applied = noted(instance, 'config-applied', input)
  if (still) return { instance, before: [...guardsOf(work), ...live], activate: [...rest, stopped ? applied : written], offline: true }
  return {
    instance,
    before: [...guardsOf(work), ...live, ...(rest.length === 0 && live.length > 0 ? [written] : [])],
    activate: rest.length > 0 ? [...rest, written] : [],
    after: [applied],
  }
}

const noted = (instance: Instance, change: 'config-written' | 'config-applied', { revision }: OperationInput): Draft => {
  const record: Change = { change, instance: instance.id, revision }
  return { subject: `${change}-${instance.id}`, step: { kind: 'recorded', record } }
}

/**
 * A script that names all masters founds a cluster of its own where the folder is empty, and spoils it (recorded b5; TiUP does so after a
 * scale-out that failed). Only where other masters have data: before its first start none has.
 */
const guardsOf = ({ instance, files, founded }: Work): Draft[] => {
  if (instance.component !== 'dm-master' || !founded || !hasScript(files)) return []
  const path = memberPath(instance)
  return [{ subject: path, step: { kind: 'guard', host: instance.hostId, asks: { guard: 'path-present', path } } }]
}

/** `--skip-restart`: every instance's files, side by side, and no process is touched. */
const writePhase = (turns: readonly Turn[]): PhaseDraft =>
  phase(
    'plan.write-files',
    turns.map(({ instance, before = [], activate }) => ({
      subject: instance.id,
      login: 'deploy',
      instance: instance.id,
      steps: [...before, ...activate],
    })),
  )

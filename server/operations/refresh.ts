import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, gateOf, httpQuestion, logFiles, type PhaseDraft, phase, unitSubject } from './build'
import { groupOn } from './deploy-paths'
import type { OperationFacts, OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'
import { unitState } from './select'

type Refresh = {
  before: Topology
  after: Topology
  facts: OperationFacts
  input: OperationInput
  keep: (blob: PlannedBlob) => PlannedBlob
  /** The cluster's name afterwards, where that changes. */
  renameTo?: string
}

/**
 * Files of the instances that stay, where the change of the topology changes them: run scripts, Prometheus's targets. Masters and workers
 * read theirs at their next start; Prometheus and Grafana are restarted when they run. Hosts that were not seen are left out.
 */
export const refreshPhases = (refresh: Refresh): PhaseDraft[] => {
  const changed = changedFiles(refresh).filter(({ instance }) => refresh.facts.hosts[instance.hostId]?.system)
  const hosts = [...new Set(changed.map(({ instance }) => instance.hostId))]
  const read = changed.filter(({ instance }) => isRestarted(instance) && unitState(refresh.facts, instance) === 'up')
  return [
    phase(
      refresh.renameTo === undefined ? 'plan.refresh' : 'plan.rename',
      hosts.map((host) => ({
        subject: host,
        login: 'deploy',
        steps: changed.flatMap(({ instance, files }) => (instance.hostId === host ? files : [])),
      })),
    ),
    phase(
      'plan.restart-monitors',
      read.map(({ instance }) => ({
        subject: instance.id,
        login: 'deploy',
        instance: instance.id,
        steps: [
          {
            subject: unitSubject(instance),
            step: { kind: 'unit-running', host: instance.hostId, unit: instance.unit, started: 'this-turn', logs: logFiles(instance) },
          },
        ],
        gate: gateOf(httpQuestion(instance), refresh.input),
      })),
      { width: 1, tolerance: read.length },
    ),
  ]
}

/** Hosts whose files should change and can't be reached; they keep what they have until a reload. */
export const refreshProblems = (refresh: Refresh): Problem[] => {
  const hosts = new Set(changedFiles(refresh).map(({ instance }) => instance.hostId))
  return [...hosts].flatMap((host): Problem[] =>
    refresh.facts.hosts[host]?.system ? [] : [{ code: 'scale.not-refreshed', severity: 'warning', params: { host } }],
  )
}

/** Instances whose files change. */
export const refreshed = (refresh: Refresh): Instance[] => changedFiles(refresh).map(({ instance }) => instance)

const isRestarted = ({ component }: Instance): boolean => component === 'prometheus' || component === 'grafana'

const changedFiles = (refresh: Refresh): { instance: Instance; files: Draft[] }[] => {
  const former = new Set(instancesOf(refresh.before).map(({ id }) => id))
  return instancesOf(refresh.after).flatMap((instance) => {
    if (!former.has(instance.id)) return []
    const before = new Map(filesOf(instance, refresh, 'before').map((draft) => [draft.subject, contentOf(draft)]))
    const files = filesOf(instance, refresh, 'after').filter((draft) => before.get(draft.subject) !== contentOf(draft))
    return files.length > 0 ? [{ instance, files }] : []
  })
}

const filesOf = (
  instance: Instance,
  { facts, input: given, keep, renameTo, ...topologies }: Refresh,
  when: 'before' | 'after',
): Draft[] => {
  const topology = topologies[when]
  const group = groupOn(topology, facts.hosts[instance.hostId])
  // Secrets stay where they are stored, whatever the cluster is called.
  const input =
    when === 'after' && renameTo !== undefined
      ? { ...given, clusterName: renameTo, secretsOf: given.secretsOf ?? given.clusterName }
      : given
  const kept = when === 'after' ? keep : (blob: PlannedBlob) => blob
  return instanceFiles(instance, { topology, input, keep: kept, owner: topology.global.user, group })
}

const contentOf = ({ step }: Draft): string => (step.kind === 'file' ? step.content.sha256 : '')

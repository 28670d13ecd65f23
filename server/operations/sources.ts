import type { SubtaskFact, WorkerFact } from '@/server/domain/facts'
import type { HealthQuestion } from '@/server/domain/health'
import type { Instance } from '@/server/domain/instance'
import type { DmctlRef } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, waitFor } from './build'
import type { OperationFacts, OperationInput } from './input'
import { transferTimeoutS } from './masters'
import { byComponent } from './select'

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput }

const workerFact = (one: Instance, facts: OperationFacts): WorkerFact | undefined =>
  facts.cluster?.members?.workers.find(({ name }) => name === one.name)

/** Sources bound to a worker when last looked; a worker has at most one. */
export const sourcesOf = (one: Instance, facts: OperationFacts): string[] => {
  const source = workerFact(one, facts)?.source ?? ''
  return source === '' ? [] : [source]
}

/** Why sources can't be moved away before a worker stops; undefined when they can. */
export const whySourcesStay = ({ facts, input }: Context): 'unknown' | 'no-free-worker' | 'relay' | 'no-dmctl' | undefined => {
  const members = facts.cluster?.members
  if (!members || !facts.cluster?.sources) return members && !input.dmctl ? 'no-dmctl' : 'unknown'
  if (facts.cluster.sources.some(({ relay }) => relay) || members.workers.some(({ stage }) => stage === 'relay')) return 'relay'
  if (!members.workers.some(({ stage }) => stage === 'free')) return 'no-free-worker'
  return input.dmctl ? undefined : 'no-dmctl'
}

/** dmctl as a step names it. It runs on a master's host, where its package must be cached. */
export const dmctlRef = (topology: Topology, input: OperationInput): DmctlRef | undefined =>
  input.dmctl && {
    packageSha256: input.dmctl.sha256,
    entry: input.dmctl.entry,
    user: topology.global.user,
    masters: byComponent(instancesOf(topology), 'dm-master').map((one) => `${one.host}:${one.ports[0] ?? 0}`),
  }

/** Hosts on which dmctl may run: the masters', each once. */
export const dmctlHosts = (topology: Topology): string[] => [
  ...new Set(byComponent(instancesOf(topology), 'dm-master').map(({ hostId }) => hostId)),
]

/** The host on which dmctl runs: the one that was asked for, if it is a master's; else the first master's. */
export const dmctlHost = (topology: Topology, asked = ''): string => {
  const hosts = dmctlHosts(topology)
  return hosts.find((host) => host === asked) ?? hosts[0] ?? ''
}

/**
 * A worker's source moves to a free one before it stops. Planned for every worker of a rolling phase where any is free at review: at
 * its turn a worker that was free may have taken one. `not`: names of workers that must not take it.
 */
export const moveSources = (one: Instance, context: Context, not: readonly string[] = []): Draft[] => {
  const dmctl = dmctlRef(context.topology, context.input)
  if (whySourcesStay(context) !== undefined || !dmctl) return []
  const host = dmctlHost(context.topology)
  const timeoutS = transferTimeoutS(context.input)
  return [
    {
      subject: one.id,
      step: {
        kind: 'source-bound-elsewhere',
        host,
        instance: one.id,
        name: one.name,
        dmctl,
        timeoutMs: timeoutS * 1000,
        ...(not.length > 0 && { not }),
      },
    },
    {
      subject: `unbound-${one.id}`,
      step: { kind: 'awaited', host, gate: waitFor([{ ask: 'worker-unbound', host, name: one.name }], timeoutS) },
    },
  ]
}

/** Lag may be this much more than at review before a gate takes it for worse: a restart itself costs some. */
const lagSlackS = 30

/** What must hold of a worker's source after its turn: bound to some online worker, its tasks as at review or better. */
export const sourceQuestions = (one: Instance, facts: OperationFacts): HealthQuestion[] =>
  sourcesOf(one, facts).flatMap((source): HealthQuestion[] => [
    { ask: 'source-bound', host: one.hostId, source },
    ...(facts.cluster?.tasks ?? []).filter((task) => task.source === source).map((task) => asBefore(one, task)),
  ])

const asBefore = (one: Instance, { task, source, stage, unit, lagS }: SubtaskFact): HealthQuestion => ({
  ...{ ask: 'subtask-as-before', host: one.hostId, task, source, stage, unit },
  lagS: lagS === undefined ? null : lagS + lagSlackS,
})

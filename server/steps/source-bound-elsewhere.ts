import type { ClusterFacts, WorkerFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { runDmctl } from '@/server/probes/dmctl-script'
import { longMs } from './script'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

type Move = StepOf<'source-bound-elsewhere'>

const sourceOf = (step: Move, cluster: ClusterFacts | undefined): string =>
  cluster?.members?.workers.find(({ name }) => name === step.name)?.source ?? ''

/** The free online worker that takes the source: the first in the member list's order. */
const choose = (step: Move, cluster: ClusterFacts | undefined): WorkerFact | undefined =>
  cluster?.members?.workers.find(({ name, stage }) => name !== step.name && stage === 'free' && !step.not?.includes(name))

/**
 * No source is bound to this worker: dmctl's `transfer-source` takes it to a free one. DM's gateway has no such call while its OpenAPI
 * is off. Refused by DM while a task of it is in a full load.
 */
export const sourceBoundElsewhere: StepKind<Move> = {
  needs: () => [],
  clusterNeeds: () => [{ probe: 'members' }],
  satisfied: (step, _seen, _turn, cluster) => judged(cluster?.members, () => sourceOf(step, cluster) === ''),
  acts(step, cluster) {
    const source = sourceOf(step, cluster)
    const taker = choose(step, cluster)?.name ?? ''
    if (cluster && (source === '' || taker === '')) return [] // then the goal is there already, or can't be reached: `explain` says so
    const command = { do: 'transfer-source', source: source || 'SOURCE', worker: taker || 'FREE-WORKER' } as const
    const argv = runDmctl(step.dmctl, [command], { seconds: Math.round(step.timeoutMs / 1000) })
    return [{ act: 'exec', argv, as: 'root', deadlineMs: longMs + step.timeoutMs }]
  },
  predict: (_step, seen) => seen,
  explain(step, _seen, _turn, cluster) {
    const free = choose(step, cluster)?.name
    return {
      expected: `no source bound to ${step.name}`,
      seen: cluster?.members
        ? `${sourceOf(step, cluster) || 'none'} bound to it, ${free ? `${free} is free` : 'no other worker is free'}`
        : (cluster?.membersError ?? 'member list unknown'),
    }
  },
  afterCrash: 'probe',
}

import type { ClusterFacts, HostFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import type { MasterSeen } from '@/server/domain/upgrade'
import type { StepKind } from './step-kind'
import { incarnationOf } from './unit-running'

type Noted = StepOf<'leadership-noted'>

/**
 * Who leads and how often this master's process has led, into the books, with the very start of its unit that this holds for: what a
 * process counts is forgotten with it. While the former program still runs nothing is noted, for that one may lead as it likes.
 */
export const leadershipNoted: StepKind<Noted> = {
  needs: (step) => [{ probe: 'unit', unit: step.unit, hashExe: true }, { probe: 'system' }],
  clusterNeeds: (step) => [{ probe: 'members' }, { probe: 'leader-count', instance: step.instance }],
  satisfied: () => 'unknown',
  acts: (step, cluster, seen) => {
    const note = seen && noteOf(step, cluster, seen)
    return seen && !note ? [] : [{ act: 'record', change: { change: 'upgrade-seen', instance: step.instance, seen: note ?? nothing } }]
  },
  predict: (_step, seen) => seen,
  explain: (_step, _seen, _turn, cluster) => ({
    expected: 'the leader in the books',
    seen: cluster?.members?.leader?.name ?? cluster?.membersError ?? '',
  }),
  afterCrash: 'repeat',
  silenceIsKnown: true,
}

const nothing: Omit<MasterSeen, 'at'> = { incarnation: '', led: null, leader: '' }

const noteOf = (step: Noted, cluster: ClusterFacts | undefined, seen: HostFacts): Omit<MasterSeen, 'at'> | undefined => {
  const unit = seen.units[step.unit]
  const incarnation = incarnationOf(seen, step.unit)
  const leader = cluster?.members?.leader?.name ?? ''
  if (unit?.activeState !== 'active') return { incarnation, led: null, leader }
  if (unit.exeSha256 !== step.exeSha256) return undefined
  const count = cluster?.leaderCounts[step.instance]
  return { incarnation, led: leader === step.name ? Math.max(1, count ?? 0) : (count ?? null), leader }
}

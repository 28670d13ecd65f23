import type { ClusterFacts, HostFacts } from '@/server/domain/facts'
import type { Gate } from '@/server/domain/health'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import type { Act, Step } from '@/server/domain/step'

/** What the lane knew when its turn began: boot id and ActiveEnterTimestampMonotonic of its unit, joined by a space; '' if none. */
export type Turn = { incarnation: string }

/** `unknown`: the fact is missing, or the goal can't be observed. */
export type Verdict = 'yes' | 'no' | 'unknown'

/** The behaviour of one kind of goal. Pure: no clock, no IO, no dice. */
export type StepKind<S extends Step> = {
  /** What must be seen on its host to judge the goal. */
  needs(step: S): readonly HostProbe[]
  /** What must be seen of the cluster; asked fresh each time, for members and bindings move. */
  clusterNeeds?(step: S): readonly ClusterProbe[]
  /** The goal, as a question. Asked before and after. `cluster`: only when it was asked for. */
  satisfied(step: S, seen: HostFacts, turn: Turn, cluster?: ClusterFacts): Verdict
  /**
   * What is typed, and what the review shows. A choice among what is there, such as a free worker, is made from `cluster` when the
   * turn comes; before that the act shows that it is open. `seen`: of its host, for what is written down as it was seen.
   */
  acts(step: S, cluster?: ClusterFacts, seen?: HostFacts): readonly Act[]
  /** Puts right what a failed act may have broken, before the step counts as failed. */
  amends?(step: S, cluster?: ClusterFacts): readonly Act[]
  /** The step is done when this holds; asked after the acts, without a channel or a deadline of an exec. */
  waits?(step: S): Gate
  /** The goal, as an effect on facts. Property: satisfied(s, predict(s, f)) is yes wherever the goal can be observed. */
  predict(step: S, seen: HostFacts): HostFacts
  /** For a failed step: what was wanted and what is there, as short facts (English technical terms, no sentences). */
  explain(step: S, seen: HostFacts, turn: Turn, cluster?: ClusterFacts): { expected: string; seen: string }
  /** After a crash between `started` and `done`: look again; do it again (idempotent but not observable); or ask a person. */
  afterCrash: 'probe' | 'repeat' | 'ask'
  /** Masters that don't answer are no hindrance, and not waited for. */
  silenceIsKnown?: boolean
  /** A guard is asked every time and never skipped by the journal. */
  volatile?: boolean
  /** A guard's problem code when it does not hold; `engine.guard` by default. */
  failure?(step: S): string
  /** Judges an `http` act's answer; only for kinds that have such acts. 'refused' is a port where nobody listens. */
  answered?(step: S, answer: { status: number; body: string } | 'refused' | 'timeout'): 'ok' | 'failed'
}

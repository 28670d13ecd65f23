import { z } from 'zod'
import type { Act, StepOf } from '@/server/domain/step'
import type { StepKind } from './step-kind'

/** DM's numbers of OperateLeader: 1 evicts, 2 cancels. Done by the very master that is asked, not forwarded. */
const leaderAct = (step: StepOf<'leader-not-here' | 'evict-cancelled'>, op: 1 | 2): Act => ({
  act: 'http',
  from: step.host,
  address: step.address,
  port: step.port,
  method: 'PUT',
  path: `/apis/v1alpha1/leader/${op}`,
  body: '{}',
})

const done = z.object({ result: z.literal(true) })

/** A refusal by DM comes with HTTP 200 and `result: false`. */
const saysDone = (answer: { status: number; body: string }): boolean => {
  if (answer.status !== 200) return false
  try {
    return done.safeParse(JSON.parse(answer.body)).success
  } catch {
    return false
  }
}

const observed = {
  needs: () => [],
  satisfied: () => 'unknown',
  // Where nobody listens no master leads, and one that starts later does not remember an evict.
  answered: (_step, answer) => (answer === 'refused' || (answer !== 'timeout' && saysDone(answer)) ? 'ok' : 'failed'),
  afterCrash: 'repeat',
} as const satisfies Partial<StepKind<StepOf<'leader-not-here' | 'evict-cancelled'>>>

/** This master resigns and does not campaign until that is cancelled or it is restarted. Idempotent, not observable. */
export const leaderNotHere: StepKind<StepOf<'leader-not-here'>> = {
  ...observed,
  acts: (step) => [leaderAct(step, 1)],
  predict: (_step, seen) => seen,
  explain: () => ({ expected: 'result: true', seen: 'another answer' }),
}

/** This master may campaign again. Idempotent, not observable. */
export const evictCancelled: StepKind<StepOf<'evict-cancelled'>> = {
  ...observed,
  acts: (step) => [leaderAct(step, 2)],
  predict: (_step, seen) => seen,
  explain: () => ({ expected: 'result: true', seen: 'another answer' }),
}

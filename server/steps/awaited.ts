import type { StepOf } from '@/server/domain/step'
import type { StepKind } from './step-kind'

/** Waits until questions hold. What it waits for is seen by the wait itself, so the goal is unknown before; asked again after a crash. */
export const awaited: StepKind<StepOf<'awaited'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: () => [],
  waits: (step) => step.gate,
  predict: (_step, seen) => seen,
  explain: () => ({ expected: 'the questions hold', seen: 'they do not' }),
  afterCrash: 'repeat',
}

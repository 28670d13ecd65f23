import type { StepOf } from '@/server/domain/step'
import type { StepKind } from './step-kind'

/** The panel's own books say so. Made true in the transaction of the step's `done` entry, so a repetition is harmless. */
export const recorded: StepKind<StepOf<'recorded'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: (step) => [{ act: 'record', change: step.record }],
  predict: (_step, seen) => seen,
  explain: (step) => ({ expected: step.record.change, seen: 'not recorded' }),
  afterCrash: 'repeat',
}

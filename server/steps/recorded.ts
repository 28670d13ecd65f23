import type { Change, StepOf } from '@/server/domain/step'
import type { Words } from '@/server/domain/words/words'
import type { StepKind } from './step-kind'

const title = (change: Change): Words => {
  switch (change.change) {
    case 'lifecycle':
      return { word: 'step.recorded-lifecycle', params: { instance: change.instance, to: change.to } }
    case 'cluster-deployed':
      return { word: 'step.recorded-cluster-deployed', params: { version: change.version } }
    case 'cluster-removed':
      return { word: 'step.recorded-cluster-removed' }
    case 'installed':
      return { word: 'step.recorded-installed', params: { instance: change.instance } }
    case 'run-state':
      return { word: 'step.recorded-run-state', params: { to: change.to } }
  }
}

/** The panel's own books say so. Made true in the transaction of the step's `done` entry, so a repetition is harmless. */
export const recorded: StepKind<StepOf<'recorded'>> = {
  title: (step) => title(step.record),
  needs: () => [],
  satisfied: () => 'unknown',
  acts: (step) => [{ act: 'record', change: step.record }],
  predict: (_step, seen) => seen,
  explain: (step) => ({ expected: step.record.change, seen: 'not recorded' }),
  afterCrash: 'repeat',
}

import { type Shape, StatusShape } from '@/components/ui/status-shape'
import type { RowState } from './plan-rows'

const shapes: Record<RowState, Shape> = {
  'will-run': 'todo',
  already: 'same',
  running: 'busy',
  waiting: 'wait',
  done: 'done',
  failed: 'bad',
  skipped: 'skip',
  cancelled: 'off',
}

/** The shape of a step's state; a word always stands beside it. */
export const StepShape = ({ state }: { state: RowState }) => <StatusShape shape={shapes[state]} />

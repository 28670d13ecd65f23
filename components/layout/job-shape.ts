import type { Shape } from '@/components/ui/status-shape'
import type { JobState } from '@/server/domain/job'

const shapes: Record<JobState, Shape> = {
  queued: 'todo',
  running: 'busy',
  waiting: 'wait',
  succeeded: 'done',
  failed: 'bad',
  cancelled: 'off',
}

export const jobShape = (state: JobState): Shape => shapes[state]

import type { StepOf } from '@/server/domain/step'
import { runTyped, typedInput } from '@/server/probes/dmctl-script'
import { longMs } from './script'
import type { StepKind } from './step-kind'

/**
 * A user's own line for dmctl, once: neither to be observed nor to be repeated. Its files are staged into the run's own folder, which the
 * script removes, and its lane once more when it is left, also after a crash and before anybody is asked.
 */
export const dmctl: StepKind<StepOf<'dmctl'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ dmctl: ref, words, content, box, seconds }) => [
    ...(content ? [{ act: 'put' as const, content: { blob: content }, path: typedInput(box) }] : []),
    { act: 'dmctl', argv: runTyped(ref, { words, box, input: content !== undefined, seconds }), deadlineMs: longMs + seconds * 1000 },
  ],
  predict: (_step, seen) => seen,
  explain: () => ({ expected: '"result": true', seen: 'no such answer' }),
  afterCrash: 'ask',
}

import type { StepOf } from '@/server/domain/step'
import { runDmctl } from '@/server/probes/dmctl-script'
import { pathAbsentScript } from './path-absent'
import { bash, longMs, shortMs } from './script'
import type { StepKind } from './step-kind'

/**
 * Sources, tasks and the assignment of relay, as dmctl exports them: with passwords in plain text, hence into a folder of root's, from
 * there sealed into the store, and wiped. Whether the store has it is not seen on a host: after a crash it is exported again.
 */
export const configExported: StepKind<StepOf<'config-exported'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ dmctl, kept, version, revision, files }) => [
    {
      act: 'exec',
      argv: runDmctl(dmctl, [{ do: 'config-export', dir: 'out' }], { keep: kept, seconds: 120 }),
      as: 'root',
      deadlineMs: longMs,
    },
    { act: 'keep-export', path: kept, version, revision, files },
    { act: 'exec', argv: bash(pathAbsentScript, kept, 'all'), as: 'root', deadlineMs: shortMs },
  ],
  predict: (_step, seen) => seen,
  explain: () => ({ expected: 'sources and tasks in the store', seen: 'not exported' }),
  afterCrash: 'repeat',
}

import type { StepOf } from '@/server/domain/step'
import { importByDmctl } from '@/server/probes/dmctl-script'
import { pathAbsentScript } from './path-absent'
import { bash, longMs, shortMs } from './script'
import { stagedPath } from './staging'
import type { StepKind } from './step-kind'

/**
 * The export is staged as root's, 0600, for the time of one command, which hands it to dmctl in a folder that only the deploy user enters.
 * What DM has already is not created again, so that an import which was broken off can be repeated.
 */
export const configImported: StepKind<StepOf<'config-imported'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ id, dmctl, archive }) => [
    { act: 'put', content: { blob: archive }, path: stagedPath(id) },
    { act: 'exec', argv: importByDmctl(dmctl, stagedPath(id), { seconds: 300 }), as: 'root', deadlineMs: longMs },
    { act: 'exec', argv: bash(pathAbsentScript, stagedPath(id), 'all'), as: 'root', deadlineMs: shortMs },
  ],
  amends: ({ id }) => [{ act: 'exec', argv: bash(pathAbsentScript, stagedPath(id), 'all'), as: 'root', deadlineMs: shortMs }],
  predict: (_step, seen) => seen,
  explain: ({ sources, tasks }) => ({ expected: `${sources.length} sources, ${tasks.length} tasks`, seen: 'not all imported' }),
  afterCrash: 'repeat',
}

import type { HostFacts } from '@/server/domain/facts'
import type { HostId } from '@/server/domain/instance'
import type { Failure } from '@/server/domain/journal'
import type { Lane } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import type { CommandResult } from '@/server/remote/transport'
import { lockExit } from '@/server/steps/host-lock'
import type { JobRun } from './job-run'
import type { Place } from './place'

/** A step's act on its way, and what came of it. */
export type Doing = { run: JobRun; lane: Lane; step: Step; place: Place; host: HostId }
export type Performed = { failure?: Failure; made: readonly string[]; facts?: HostFacts }

/** Why a command of the panel's own did not do what it should; undefined when it did. */
export const failureOf = (result: CommandResult): Failure | undefined => {
  if (result.timedOut || result.exitCode === 124 || result.exitCode === 137)
    return { code: 'engine.deadline', params: { seconds: Math.round(result.durationMs / 1000) } }
  if (result.exitCode === 0) return undefined
  const said = result.stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
  if (result.exitCode === lockExit.notOurs) return { code: 'engine.fence-refused', params: { said } }
  if (result.exitCode === null) return { code: 'engine.killed', params: { signal: result.signal ?? '' } }
  return { code: 'engine.exit', params: { status: result.exitCode } }
}

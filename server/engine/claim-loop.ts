import { readFileSync } from 'node:fs'
import type { Plan } from '@/server/domain/plan'
import { type Claim, claimJob, type Holder, jobWithPlan } from '@/server/store/jobs'
import { appendEntries } from '@/server/store/journal'
import type { Engine } from './engine'
import { type JobEnd, runJob } from './run-job'

export type ClaimLoop = {
  /** Jobs that run now. */
  running(): readonly Claim[]
  /** Resolves when `engine.stopping` was aborted and every job was given back or has ended. */
  finished: Promise<void>
}

const planFormat = 1

/**
 * Claims whatever job nobody holds, and runs all that it has claimed side by side. `onEnd` is told of every attempt's end, `onBug` of
 * an error that no step can have: the process should end then, so that a fresh one resumes.
 */
export const startClaimLoop = (
  engine: Engine,
  {
    everyMs = 500,
    onEnd,
    onBug,
  }: { everyMs?: number; onEnd: (claim: Claim, end: JobEnd) => void; onBug: (error: unknown, claim?: Claim) => void },
): ClaimLoop => {
  const jobs = new Map<string, { claim: Claim; ended: Promise<void> }>()
  const loop = async (): Promise<void> => {
    while (!engine.stopping.aborted) {
      const claim = await claimNext(engine)
      if (!claim) {
        await engine.clock.sleep(everyMs)
        continue
      }
      const ended = runClaimed(engine, claim)
        .then((end) => onEnd(claim, end))
        .catch((error: unknown) => onBug(error, claim))
        .finally(() => jobs.delete(claim.jobId))
      jobs.set(claim.jobId, { claim, ended })
    }
    await Promise.all([...jobs.values()].map(({ ended }) => ended))
  }
  return { running: () => [...jobs.values()].map(({ claim }) => claim), finished: loop().catch((error: unknown) => onBug(error)) }
}

const claimNext = (engine: Engine): Promise<Claim | null> =>
  claimJob(engine.db, engine.runner, {
    nowMs: engine.clock.now(),
    leaseMs: engine.leaseMs,
    isGone: (holder) => isGone(holder, engine.runner),
  })

const runClaimed = async (engine: Engine, claim: Claim): Promise<JobEnd> => {
  const { document, planHash } = await jobWithPlan(engine.db, claim.jobId)
  const plan = document === null ? null : (JSON.parse(document) as Plan)
  if (plan?.format === planFormat) return runJob(engine, claim, plan)
  const at = new Date(engine.clock.now())
  const reason = `plan-format ${planHash ?? ''}`.trim()
  await appendEntries(engine.db, claim.jobId, { attempt: claim.attempt, at, entries: [{ kind: 'ended', state: 'failed', reason }] })
  return 'failed'
}

/** Whether a holder's process on this very machine has gone: another boot, no such pid, or another process under that pid. */
export const isGone = (holder: Holder, here: Holder): boolean => {
  if (holder.machine !== here.machine) return false
  if (holder.bootId !== here.bootId) return true
  if (holder.pid === here.pid && holder.startTime === here.startTime) return false
  return startTimeOf(holder.pid) !== holder.startTime
}

/** This process on this machine. `machine`: a stable id of the machine or of the data folder's owner. */
export const thisRunner = (machine: string): Holder => ({
  machine,
  bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  pid: process.pid,
  startTime: startTimeOf(process.pid),
})

/** Clock ticks after boot at which a process started; '' when there is none. */
export const startTimeOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return '' // no such process
  }
}

import { setMaxListeners } from 'node:events'
import type { HostId } from '@/server/domain/instance'
import type { EndState } from '@/server/domain/journal'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { createMasker } from '@/server/remote/mask'
import { LinkLost } from '@/server/remote/transport'
import { lockExit } from '@/server/steps/host-lock'
import { idHash, stageClean, stagedPath } from '@/server/steps/staging'
import { type Claim, heartbeat, jobSignals, releaseJob } from '@/server/store/jobs'
import { appendEntries, LeaseLost } from '@/server/store/journal'
import { ask, awaitAnswer } from './ask'
import type { Engine } from './engine'
import { Hosts } from './hosts'
import { demandAlive, type JobRun } from './job-run'
import { JournalWriter } from './journal-writer'
import { leaveLane } from './run-lane'
import { type PhaseEnd, recheckGuards, runPhase } from './run-phase'
import { stagedIdOf } from './staged-id'

export type JobEnd = EndState | 'given-back' | 'lease-lost'

const lockWidth = 8

/** Runs a claimed job from where its journal stands to its end. `given-back`: the runner stops; `lease-lost`: another one has the job. */
export const runJob = async (engine: Engine, claim: Claim, plan: Plan): Promise<JobEnd> => {
  const dead = new AbortController()
  // Every command of every lane listens.
  setMaxListeners(0, dead.signal)
  const writer = await JournalWriter.open(engine, { plan, ...claim, onBroken: (error) => dead.abort(error) })
  const alive = () => {
    if (dead.signal.aborted) throw dead.signal.reason
  }
  const hosts = new Hosts(engine, plan, claim, alive)
  const run: JobRun = { engine, plan, claim, writer, hosts, dead, left: new Set(), locked: new Set() }
  const stopBeating = keepLease(run)
  try {
    return await finish(run, await runPhases(run))
  } catch (error) {
    dead.abort(error)
    if (error instanceof LeaseLost) return 'lease-lost'
    await noteOwnError(run, error)
    throw error
  } finally {
    stopBeating()
    writer.close()
  }
}

/** An error that no host can cause is in the job's log too, as far as the log can still be written: whoever looks at the job must see why. */
const noteOwnError = async ({ engine, claim, hosts }: JobRun, error: unknown): Promise<void> => {
  engine.boundary('before own error') // a process that was killed writes nothing: in tests this is where it ends
  const masker = createMasker(hosts.secrets)
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const said = (masker.push(told) + masker.end()).slice(0, 2000)
  const entry = { kind: 'own-error', text: said } as const
  const at = new Date(engine.clock.now())
  await appendEntries(engine.db, claim.jobId, { attempt: claim.attempt, entries: [entry], at }).catch((again: unknown) => {
    console.error('The job’s log could not be written:', again)
  })
}

/** Ended by errors of the panel's own without coming further, a job waits for a person instead of being taken up without end. */
const ownErrorsBeforeAsking = 3

const askAfterOwnErrors = async (run: JobRun): Promise<PhaseEnd | undefined> => {
  const phase = run.plan.phases.find(({ id }) => run.writer.view.phases[id]?.state !== 'done')
  if (run.writer.view.ownErrors < ownErrorsBeforeAsking || !phase) return undefined
  const answer = await ask(run, { about: 'unknown', phase: phase.id }, { cancellable: true })
  if (answer === 'cancelled') return { end: 'cancelled' }
  if (answer === 'stopping') return { end: 'stopping' }
  return answer.choice === 'give-up' ? { end: 'failed', reason: 'given-up' } : undefined
}

/** Renews the lease and folds what users say, until told to stop. A lost lease ends the attempt at once. */
const keepLease = (run: JobRun): (() => void) => {
  const { engine, claim, writer, dead } = run
  let beatAt = engine.clock.now()
  let busy = false
  const tick = async (): Promise<void> => {
    const now = engine.clock.now()
    const due = now - beatAt >= engine.heartbeatMs
    const state = due
      ? await heartbeat(engine.db, claim.jobId, claim.attempt, now + engine.leaseMs)
      : await jobSignals(engine.db, claim.jobId, claim.attempt)
    if (due) beatAt = now
    if (!state.held) dead.abort(new LeaseLost(claim.jobId))
    else if (state.lastSeq > writer.view.lastSeq) await writer.sync()
  }
  const timer = setInterval(
    () => {
      if (busy || dead.signal.aborted) return
      busy = true
      tick()
        .catch((error: unknown) => dead.abort(error))
        .finally(() => {
          busy = false
        })
    },
    Math.min(engine.pollMs, 500),
  )
  return () => clearInterval(timer)
}

const runPhases = async (run: JobRun): Promise<PhaseEnd> => {
  await run.writer.sync()
  if (run.writer.view.cancelRequested && run.writer.view.attempt === 1) return { end: 'cancelled' } // before anything was begun
  const stopped = (await lockHosts(run)) ?? (await waitForOpenQuestion(run)) ?? (await askAfterOwnErrors(run))
  if (stopped) return stopped
  if (run.claim.attempt > 1) {
    const guards = await recheckGuards(run)
    if (guards) return guards
  }
  for (const phase of run.plan.phases) {
    if (run.writer.view.phases[phase.id]?.state === 'done') continue
    const end = await runPhase(run, phase)
    if (end.end !== 'done') return end
  }
  const lost = run.plan.phases.some(
    ({ failsJob, lanes }) => failsJob && lanes.some(({ id }) => run.writer.view.lanes[id]?.state === 'failed'),
  )
  return lost ? { end: 'failed', reason: 'hosts-failed' } : { end: 'done' }
}

/** A question that a former attempt asked still stands; nothing is done before it is answered. */
const waitForOpenQuestion = async (run: JobRun): Promise<PhaseEnd | undefined> => {
  const open = run.writer.view.question
  if (!open) return undefined
  const cancellable = !run.plan.phases.find(({ id }) => id === open.phase)?.uninterruptible
  const answer = await awaitAnswer(run, open.id, { cancellable })
  if (answer === 'cancelled') return { end: 'cancelled' }
  if (answer === 'stopping') return { end: 'stopping' }
  return answer.choice === 'give-up' ? { end: 'failed', reason: 'given-up' } : undefined
}

/** Takes every host of the plan for this attempt; asks a person about those that can't be had. */
const lockHosts = async (run: JobRun): Promise<PhaseEnd | undefined> => {
  const phase = run.plan.phases[0]
  for (;;) {
    const refused = await onEachHost(run, Object.keys(run.plan.hosts), lockHost)
    if (refused.length === 0 || !phase) return undefined
    if (run.writer.view.question) {
      const waited = await waitForOpenQuestion(run)
      if (waited) return waited
      continue
    }
    for (const why of refused) run.writer.output({}, 'note', `${why}\n`)
    const answer = await ask(run, { about: 'unknown', phase: phase.id }, { cancellable: true })
    if (answer === 'cancelled') return { end: 'cancelled' }
    if (answer === 'stopping') return { end: 'stopping' }
    if (answer.choice === 'give-up') return { end: 'failed', reason: 'given-up' }
  }
}

const lockHost = async (run: JobRun, host: HostId): Promise<string | undefined> => {
  const result = await run.hosts.take(host)
  run.engine.boundary('locked')
  if (result.exitCode === 0) {
    run.locked.add(host)
    return undefined
  }
  if (result.exitCode === lockExit.notOurs) await demandLease(run)
  return `lock ${host}: exit ${result.exitCode}: ${(result.stdout + result.stderr).trim()}`
}

/** A host says that a later attempt has it: then the books must say so too. */
const demandLease = async (run: JobRun): Promise<void> => {
  const state = await jobSignals(run.engine.db, run.claim.jobId, run.claim.attempt)
  if (!state.held) throw new LeaseLost(run.claim.jobId)
}

type OnHost = (run: JobRun, host: HostId) => Promise<string | undefined>

const onEachHost = async (run: JobRun, hosts: readonly HostId[], work: OnHost): Promise<string[]> => {
  const queue = [...hosts]
  const said: string[] = []
  const one = async (): Promise<void> => {
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
      demandAlive(run)
      try {
        const why = await work(run, host)
        if (why !== undefined) said.push(why)
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error
        said.push(error.message)
      }
    }
  }
  await Promise.all(Array.from({ length: lockWidth }, one))
  return said
}

const finish = async (run: JobRun, end: PhaseEnd): Promise<JobEnd> => {
  const { writer, claim, engine } = run
  if (end.end === 'stopping') {
    await writer.flush()
    await releaseJob(engine.db, claim.jobId, claim.attempt)
    return 'given-back'
  }
  const state: EndState = end.end === 'done' ? 'succeeded' : end.end
  if (state !== 'succeeded') await leaveOpenLanes(run, state)
  for (const why of await onEachHost(run, [...run.locked], giveBack)) writer.output({}, 'note', `${why}\n`)
  await writer.append({ kind: 'ended', state, reason: end.end === 'failed' ? end.reason : '' })
  return state
}

/** Every lane that was begun is left properly, whatever comes of the job. */
const leaveOpenLanes = async (run: JobRun, state: 'failed' | 'cancelled'): Promise<void> => {
  for (const phase of run.plan.phases) {
    for (const lane of phase.lanes) {
      if (run.writer.view.lanes[lane.id]?.state !== 'running') continue
      // What could not be put back when the lane stopped is tried once more: a host may be back by now.
      if (lane.onLeave?.some(({ id }) => run.writer.view.steps[id]?.state === 'failed')) run.left.delete(lane.id)
      await leaveLane(run, phase, lane)
      await run.writer.append({ kind: 'lane-ended', outcome: state, phase: phase.id, lane: lane.id })
    }
  }
}

const giveBack = async (run: JobRun, host: HostId): Promise<string | undefined> => {
  const steps = stepsOf(run.plan).filter((step) => 'host' in step && step.host === host)
  await keepMade(run, host, steps)
  const staged = steps.map((step) => stagedPath(stagedIdOf(run.plan, step.id)))
  const cleaned = await run.hosts.clean(host, stageClean(run.claim.jobId, staged))
  const result = await run.hosts.release(host)
  const failed = [cleaned, result].find(({ exitCode }) => exitCode !== 0)
  return failed ? `unlock ${host}: exit ${failed.exitCode}: ${failed.stderr.trim()}` : undefined
}

/** What steps made whose own entries don't say so: the answer was lost, or they failed half-way. An undoing must know. */
const keepMade = async (run: JobRun, host: HostId, steps: readonly Step[]): Promise<void> => {
  const made = await run.hosts.made(host)
  for (const step of steps) {
    const known = run.writer.view.steps[step.id]?.made ?? []
    const more = (made.get(idHash(step.id)) ?? []).filter((what) => !known.includes(what))
    const phase = run.plan.phases.find(({ lanes }) => lanes.some((lane) => lane.steps.includes(step) || lane.onLeave?.includes(step)))
    if (more.length > 0 && phase) await run.writer.append({ kind: 'made', made: more, phase: phase.id, step: step.id })
  }
}

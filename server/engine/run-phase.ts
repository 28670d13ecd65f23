import type { Lane, Phase } from '@/server/domain/plan'
import { kindOf } from '@/server/steps/kinds'
import { ask, type Trouble } from './ask'
import type { JobRun } from './job-run'
import { hostOf } from './perform-act'
import { placeOf } from './place'
import { createRendezvous, type Rendezvous } from './rendezvous'
import { type LaneEnd, lookAt, once, runLane } from './run-lane'

/** `failed` and `cancelled` end the job; `stopping` gives it back. */
export type PhaseEnd = { end: 'done' } | { end: 'failed'; reason: string } | { end: 'cancelled' } | { end: 'stopping' }

/** Runs a phase from where its journal stands: its lanes side by side, what people have to say in between. */
export const runPhase = async (run: JobRun, phase: Phase): Promise<PhaseEnd> => {
  if (run.writer.view.phases[phase.id]?.state === 'pending') {
    const early = stopNow(run, { ...phase, uninterruptible: false }) // nothing of it was begun
    if (early) return early
    await run.writer.append({ kind: 'phase-started', phase: phase.id })
  }
  for (;;) {
    const open = phase.lanes.filter((lane) => !laneEnded(run, lane))
    if (open.length === 0) break
    const troubles = await runLanes(run, phase, open)
    const early = stopNow(run, phase)
    if (early) return early
    const asked = troubles.length > 0 ? await askAbout(run, phase, troubles) : await askPause(run, phase)
    if (asked) return asked
  }
  await run.writer.append({ kind: 'phase-ended', phase: phase.id })
  return { end: 'done' }
}

const laneEnded = (run: JobRun, lane: Lane): boolean => {
  const state = run.writer.view.lanes[lane.id]?.state
  return state !== 'pending' && state !== 'running'
}

const stopNow = (run: JobRun, phase: Phase): PhaseEnd | undefined => {
  if (run.writer.view.cancelRequested && !phase.uninterruptible) return { end: 'cancelled' }
  return run.engine.stopping.aborted ? { end: 'stopping' } : undefined
}

/** Runs what may run now and resolves when nothing runs: with the troubles that a person must decide. */
const runLanes = async (run: JobRun, phase: Phase, open: readonly Lane[]): Promise<Trouble[]> => {
  const troubles: Trouble[] = []
  const first = phase === run.plan.phases[0]
  let failed = phase.lanes.filter(({ id }) => run.writer.view.lanes[id]?.state === 'failed').length
  // Every host's guards are asked first, so that the operator sees all that does not hold.
  const halting = (): boolean => troubles.some((trouble) => !first || !isGuard(phase, trouble))
  const halt = (): boolean => halting() || stopNow(run, phase) !== undefined || run.dead.signal.aborted
  const queue = [...open]
  const meeting = meetingOf(run, phase, open)
  const worker = async (): Promise<void> => {
    for (let lane = queue.shift(); lane && !halt() && mayBegin(run, phase, lane); lane = queue.shift()) {
      const { id } = lane
      const together = meeting && { together: () => meeting.wait(id) }
      const end = await runLane(run, phase, { lane, halt, ...together }).finally(() => meeting?.leave(id))
      const lost = end.end === 'trouble' ? await tolerated(run, phase, lane, end, failed < phase.tolerance) : false
      if (lost) failed += 1
      else if (end.end === 'trouble') troubles.push(...end.troubles)
    }
  }
  const workers = Array.from({ length: Math.max(1, phase.width) }, () =>
    worker().catch((error: unknown) => {
      run.dead.abort(error) // the other lanes must not touch anything any more
      throw error
    }),
  )
  const ends = await Promise.allSettled(workers)
  const broken = ends.find((end) => end.status === 'rejected')
  if (broken) throw run.dead.signal.reason
  return troubles
}

const meetingPatienceMs = 5000

/**
 * Lanes of an uninterruptible phase act at the same moment where its width allows it. Masters that are all to stop must: one that is
 * told to when the others have ended hangs for its lease's minute.
 */
const meetingOf = (run: JobRun, phase: Phase, open: readonly Lane[]): Rendezvous | undefined => {
  if (!phase.uninterruptible || phase.width < open.length) return undefined
  const ids = open.map(({ id }) => id)
  return createRendezvous(ids, () => run.engine.clock.sleep(meetingPatienceMs))
}

/** A lane that fails within the phase's tolerance ends as failed, and nobody is asked. */
const tolerated = async (run: JobRun, phase: Phase, lane: Lane, end: LaneEnd, room: boolean): Promise<boolean> => {
  if (!room || (end.end === 'trouble' && end.troubles.some(({ about }) => about === 'unknown'))) return false
  await run.writer.append({ kind: 'lane-ended', outcome: 'failed', ...placeOf(phase, lane) })
  return true
}

/** A lane that is not begun waits for a pause that somebody asked for, and for the planned ones before it. */
const mayBegin = (run: JobRun, phase: Phase, lane: Lane): boolean => {
  const { view } = run.writer
  if (view.lanes[lane.id]?.state === 'running') return true
  return !view.pauseRequested && pauseBefore(run, phase, lane) === undefined
}

/** The planned pause that a lane must wait for: its number, 1-based, when it was not answered yet. */
const pauseBefore = (run: JobRun, phase: Phase, lane: Lane): number | undefined => {
  const index = phase.lanes.indexOf(lane)
  return phase.pauseAfter?.find((number) => number <= index && run.writer.view.answers[`${pauseOf(phase, number)}1`]?.choice !== 'continue')
}

const pauseOf = (phase: Phase, number: number): string => `pause/${phase.lanes[number - 1]?.id ?? ''}//`

const askPause = async (run: JobRun, phase: Phase): Promise<PhaseEnd | undefined> => {
  const { view } = run.writer
  const next = phase.lanes.find((lane) => view.lanes[lane.id]?.state === 'pending')
  if (!next) return undefined
  const planned = pauseBefore(run, phase, next)
  const after = planned === undefined ? undefined : phase.lanes[planned - 1]
  if (!after && !view.pauseRequested) return undefined
  // A pause that the operator asked for has a question of its own: planned ones are known by their lane.
  const trouble: Trouble = { about: 'pause', phase: phase.id, ...(after ? { lane: after.id } : {}) }
  return settle(run, phase, [trouble])
}

/** Asks about every trouble in turn. A guard of the first phase that does not hold at the first look ends the job: nothing was done. */
const askAbout = async (run: JobRun, phase: Phase, troubles: readonly Trouble[]): Promise<PhaseEnd | undefined> => {
  const guards = troubles.every((trouble) => isGuard(phase, trouble))
  if (phase === run.plan.phases[0] && guards && nothingDone(run)) return { end: 'failed', reason: 'guards' }
  return settle(run, phase, troubles)
}

const settle = async (run: JobRun, phase: Phase, troubles: readonly Trouble[]): Promise<PhaseEnd | undefined> => {
  const cancellable = !phase.uninterruptible
  for (const trouble of troubles) {
    const answer = await ask(run, trouble, { cancellable })
    if (answer === 'cancelled') return { end: 'cancelled' }
    if (answer === 'stopping') return { end: 'stopping' }
    if (answer.choice === 'give-up') return { end: 'failed', reason: 'given-up' }
  }
  return recheckGuards(run)
}

const isGuard = (phase: Phase, trouble: Trouble): boolean => {
  const step = phase.lanes.flatMap(({ steps }) => steps).find(({ id }) => id === trouble.step)
  return step !== undefined && kindOf(step).volatile === true
}

const nothingDone = (run: JobRun): boolean => Object.values(run.writer.view.steps).every(({ state }) => state !== 'done')

/** Asks the guards of the first phase again, after a resume and after every answer; a person decides when one has ceased to hold. */
export const recheckGuards = async (run: JobRun): Promise<PhaseEnd | undefined> => {
  const first = run.plan.phases[0]
  if (!first || run.writer.view.phases[first.id]?.state !== 'done') return undefined
  const lanes = first.lanes.filter((lane) => run.writer.view.lanes[lane.id]?.state === 'done')
  const found = await Promise.all(
    lanes.map(async (lane) => {
      const troubles: Trouble[] = []
      const guards = lane.steps.filter((each) => kindOf(each).volatile)
      const known = await lookAt(run, lane, guards) // guards change nothing: one look is enough for all of them
      for (const step of guards) {
        const trouble = await once(run, first, { lane, step, known: known?.get(hostOf(step) ?? '') })
        if (trouble) troubles.push(trouble)
      }
      return troubles
    }),
  )
  const troubles = found.flat()
  return troubles.length > 0 ? settle(run, first, troubles) : undefined
}

import { type HostFacts, noHostFacts } from '@/server/domain/facts'
import type { HostId } from '@/server/domain/instance'
import type { Lane, Phase } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import type { Step, StepKindName } from '@/server/domain/step'
import { LinkLost } from '@/server/remote/transport'
import { kindOf } from '@/server/steps/kinds'
import { incarnationOf } from '@/server/steps/unit-running'
import { lastAnswer, type Trouble } from './ask'
import type { JobRun } from './job-run'
import { hostOf } from './perform-act'
import { placeOf } from './place'
import { runGate } from './run-gate'
import { fail, rounds, runStep } from './run-step'

export type LaneEnd = { end: 'done' } | { end: 'halted' } | { end: 'trouble'; troubles: readonly Trouble[] }

/** `together`: asked once, before the lane's first act; resolves when the phase's other lanes are about to act as well. */
export type LaneRun = { lane: Lane; halt: () => boolean; together?: () => Promise<void> }

/**
 * Goals of earlier steps of the lane that must still hold right before a step acts; made true again on a resume or retry, and after a
 * link was lost: the host may have been rebooted, and systemd starts what was stopped.
 */
const reliesOn: Partial<Record<StepKindName, readonly StepKindName[]>> = {
  'unit-stopped': ['leader-not-here', 'source-bound-elsewhere', 'awaited'],
  'unit-running': ['leader-not-here', 'source-bound-elsewhere', 'awaited'],
  binaries: ['unit-stopped'],
  file: ['unit-stopped'],
  'path-absent': ['unit-stopped'],
  'member-absent': ['leader-not-here', 'unit-stopped', 'awaited'],
}

/**
 * Runs a lane from where its journal stands to its end, to a trouble, or until `halt` says so before the next step. `onLeave` has
 * run whenever this resolves.
 */
export const runLane = async (run: JobRun, phase: Phase, { lane, halt, together }: LaneRun): Promise<LaneEnd> => {
  const fresh = run.writer.view.lanes[lane.id]?.state === 'pending'
  run.left.delete(lane.id)
  let known: Known | undefined
  if (fresh) {
    const turn = await takeTurn(run, lane)
    if (turn instanceof LinkLost) {
      // Begun without its turn, a restart could take an older start for its own.
      run.writer.output(placeOf(phase, lane), 'note', `${turn.message}\n`)
      return { end: 'trouble', troubles: [{ about: 'unknown', phase: phase.id, lane: lane.id }] }
    }
    known = turn.known
    await run.writer.append({ kind: 'lane-started', incarnation: turn.incarnation, ...placeOf(phase, lane) })
  }
  const end = await runSteps(run, phase, { lane, halt, fresh, ...(known && { known }), ...(together && { together }) })
  const left = await leaveLane(run, phase, lane)
  if (end.end === 'trouble') return { end: 'trouble', troubles: [...end.troubles, ...left] }
  if (left.length > 0) return { end: 'trouble', troubles: left }
  if (end.end === 'done') await run.writer.append({ kind: 'lane-ended', outcome: 'done', ...placeOf(phase, lane) })
  return end
}

/** `onLeave`, once per entering of the lane; goes on to the next when one fails. */
export const leaveLane = async (run: JobRun, phase: Phase, lane: Lane): Promise<Trouble[]> => {
  if (run.left.has(lane.id)) return []
  run.left.add(lane.id)
  const troubles: Trouble[] = []
  for (const step of lane.onLeave ?? []) {
    const trouble = await once(run, phase, { lane, step })
    if (trouble) troubles.push(trouble)
  }
  return troubles
}

/** The incarnation of the lane's unit, taken before anything is done to it, with all else that its steps ask. '' for a lane that has none. */
const takeTurn = async (run: JobRun, lane: Lane): Promise<{ incarnation: string; known?: Known } | LinkLost> => {
  const units = lane.steps.filter((step) => step.kind === 'unit-running' || step.kind === 'unit-stopped')
  const unit = units.find((step) => step.kind === 'unit-running' && step.started === 'this-turn') ?? units[0]
  if (!unit) return { incarnation: '' }
  const own: readonly HostProbe[] = [{ probe: 'system' }, { probe: 'unit', unit: unit.unit, hashExe: false }]
  try {
    const known = await askHosts(run, lane, lane.steps, { [unit.host]: own })
    return { incarnation: incarnationOf(known.get(unit.host) ?? noHostFacts(''), unit.unit), known }
  } catch (error) {
    if (error instanceof LinkLost) return error
    throw error
  }
}

/** Facts by host. */
type Known = ReadonlyMap<string, HostFacts>
type InLane = LaneRun & { fresh: boolean; known?: Known }

/** They act on the cluster: what was seen of the lane's hosts stays true, for a moment at least. */
const actsElsewhere: ReadonlySet<StepKindName> = new Set(['leader-not-here', 'source-bound-elsewhere', 'awaited', 'recorded'])
const freshMs = 5000

const runSteps = async (run: JobRun, phase: Phase, { lane, halt, fresh, together, ...taken }: InLane): Promise<LaneEnd> => {
  const troubles: Trouble[] = []
  const lookedAt = run.engine.clock.now()
  let known = taken.known ?? (await lookAhead(run, lane))
  let moved = false
  let files: Known | undefined
  await together?.()
  const passed = halt() ? [] : await passGuards(run, phase, lane, known)
  for (const [i, step] of lane.steps.entries()) {
    if (halt()) return { end: 'halted' }
    if (passed.includes(step) || (hasSettled(run, step) && !kindOf(step).volatile)) continue
    if (await skippedWithMove(run, phase, lane, step)) continue
    const acted = run.writer.view.lastSeq
    if (moved && run.engine.clock.now() - lookedAt > freshMs) known = undefined
    if (!known && step.kind === 'file') files ??= await lookAt(run, lane, filesFrom(run, lane, i))
    const seen = (known ?? (step.kind === 'file' ? files : undefined))?.get(hostOf(step) ?? '')
    const trouble = await onSureGround(run, phase, { lane, step, known: seen, halt, unsure: !fresh })
    if (trouble) troubles.push(trouble)
    // All guards are asked, so that the operator sees every one that does not hold.
    if (trouble && !(kindOf(step).volatile && kindOf(lane.steps[i + 1] ?? step).volatile)) return { end: 'trouble', troubles }
    if (!trouble && !hasSettled(run, step)) return { end: 'halted' } // a wait was broken off
    const stale = kindOf(step).waits ? await guardsAgain(run, phase, lane, i) : undefined
    if (stale) return { end: 'trouble', troubles: [stale] }
    if (run.writer.view.steps[step.id]?.state !== 'done' || run.writer.view.lastSeq === acted) continue
    moved ||= actsElsewhere.has(step.kind)
    if (!actsElsewhere.has(step.kind)) known = files = undefined
  }
  if (troubles.length > 0) return { end: 'trouble', troubles }
  return endAtGate(run, phase, { lane, halt })
}

/** Guards at the head of a lane that hold by what was seen of its hosts, written down together. The others are asked one by one. */
const passGuards = async (run: JobRun, phase: Phase, lane: Lane, known: Known | undefined): Promise<Step[]> => {
  const next = lane.steps.findIndex((step) => !kindOf(step).volatile)
  const passed = lane.steps.slice(0, next < 0 ? undefined : next).filter((step) => {
    const { state } = run.writer.view.steps[step.id] ?? {}
    const facts = known?.get(hostOf(step) ?? '')
    const { clusterNeeds, satisfied } = kindOf(step)
    if (!facts || state === 'failed' || state === 'skipped' || clusterNeeds?.(step).length) return false
    return satisfied(step, facts, { incarnation: '' }) === 'yes'
  })
  const fresh = passed.filter((step) => !hasSettled(run, step))
  if (fresh.length > 0) await run.writer.append(...fresh.map(({ id }) => ({ kind: 'already', ...placeOf(phase, lane, id) }) as const))
  return passed
}

/** This file and those that directly follow it: one look is enough until one is written. */
const filesFrom = (run: JobRun, lane: Lane, first: number): Step[] => {
  const after = lane.steps.findIndex((step, i) => i > first && step.kind !== 'file')
  return lane.steps.slice(first, after < 0 ? undefined : after).filter((step) => !hasSettled(run, step))
}

const endAtGate = async (run: JobRun, phase: Phase, { lane, halt }: { lane: Lane; halt: () => boolean }): Promise<LaneEnd> => {
  if (!lane.gate) return { end: 'done' }
  const trouble: Trouble = { about: 'gate-failed', phase: phase.id, lane: lane.id }
  const state = run.writer.view.lanes[lane.id]?.gate?.state
  if (state === 'passed' || state === 'waived') return { end: 'done' }
  const answer = state === 'failed' ? lastAnswer(run.writer.view, trouble) : undefined
  if (answer?.choice === 'continue') {
    await run.writer.append({ kind: 'gate-waived', reason: answer.reason, by: answer.by, ...placeOf(phase, lane) })
    return { end: 'done' }
  }
  if (state === 'failed') {
    // Told to try again: a unit that has died meanwhile, or waits for systemd's next try, is started first.
    for (const step of lane.steps.filter(({ kind }) => kind === 'unit-running')) {
      const failed = await onSureGround(run, phase, { lane, step, halt, unsure: true })
      if (failed) return { end: 'trouble', troubles: [failed] }
    }
  }
  const gate = await runGate(run, { phase, lane, gate: lane.gate, halt })
  if (gate.end === 'failed') return { end: 'trouble', troubles: [trouble] }
  if (gate.end === 'halted') return { end: 'halted' }
  const { end: _end, ...waiver } = gate
  await run.writer.append({ ...('by' in waiver ? { kind: 'gate-waived', ...waiver } : { kind: 'gate-passed' }), ...placeOf(phase, lane) })
  return { end: 'done' }
}

type OneStep = { lane: Lane; step: Step; known?: HostFacts | undefined; halt?: () => boolean }

/** Runs one step unless a person has said to skip it. The trouble that it makes, if it does. */
export const once = async (run: JobRun, phase: Phase, one: OneStep): Promise<Trouble | undefined> => {
  const end = await attemptOnce(run, phase, one)
  return end === 'unsure' ? undefined : end
}

const attemptOnce = async (
  run: JobRun,
  phase: Phase,
  { lane, step, known, halt = () => false, sure }: OneStep & { sure?: () => boolean },
): Promise<Trouble | 'unsure' | undefined> => {
  const view = run.writer.view.steps[step.id]
  if (view?.state === 'skipped') return undefined
  const trouble = (about: Trouble['about']): Trouble => ({ about, phase: phase.id, lane: lane.id, step: step.id })
  for (const about of ['step-failed', 'unknown'] as const) {
    const answer = lastAnswer(run.writer.view, trouble(about))
    if ((view?.state === 'failed' || view?.state === 'running') && answer?.choice === 'skip') {
      await run.writer.append({ kind: 'skipped', reason: answer.reason, by: answer.by, ...placeOf(phase, lane, step.id) })
      return undefined
    }
  }
  if (view?.state === 'failed' && !lane.onLeave?.includes(step)) return trouble('step-failed')
  const end = await runStep({ run, phase, lane, step, halt, ...(known ? { known } : {}), ...(sure ? { sure } : {}) })
  if (end === 'failed') return trouble('step-failed')
  if (end === 'unsure') return 'unsure'
  return end === 'unknown' ? trouble('unknown') : undefined
}

/**
 * Runs a step; what it relies on is made true again first where that is not sure (`unsure`, or a link of the lane is lost on the way)
 * and the step has something to do at all. Relied-on steps are themselves run in this way.
 */
const onSureGround = async (
  run: JobRun,
  phase: Phase,
  { lane, step, known, halt, unsure }: OneStep & { halt: () => boolean; unsure: boolean },
): Promise<Trouble | undefined> => {
  const before = lane.steps.slice(0, lane.steps.indexOf(step)).filter(({ kind }) => reliesOn[step.kind]?.includes(kind))
  if (before.length === 0) return once(run, phase, { lane, step, known, halt })
  const hosts = [...new Set(lane.steps.flatMap((each) => hostOf(each) ?? []))]
  let sureAt = unsure ? -1 : run.hosts.losses(hosts)
  const sure = (): boolean => sureAt === run.hosts.losses(hosts)
  let facts = known
  for (let round = 1; round <= rounds; round++) {
    const end = await attemptOnce(run, phase, { lane, step, known: facts, halt, sure })
    if (end !== 'unsure') return end
    sureAt = run.hosts.losses(hosts)
    facts = undefined
    for (const each of before) {
      const trouble = await onSureGround(run, phase, { lane, step: each, halt, unsure: true })
      if (trouble) return trouble
      if (halt()) return undefined
    }
  }
  const host = hostOf(step) ?? lane.subject
  await fail(
    { run, phase, lane, step, halt },
    { host: noHostFacts('') },
    { code: 'remote.dropped', params: { host, detail: `${rounds} times` } },
  )
  return { about: 'step-failed', phase: phase.id, lane: lane.id, step: step.id }
}

/** After a wait the cluster may be another one: the guards before it that ask the cluster, such as for its quorum, must still hold. */
const guardsAgain = async (run: JobRun, phase: Phase, lane: Lane, before: number): Promise<Trouble | undefined> => {
  for (const step of lane.steps.slice(0, before)) {
    const { volatile, clusterNeeds } = kindOf(step)
    if (!volatile || !clusterNeeds?.(step).length) continue
    const trouble = await once(run, phase, { lane, step })
    if (trouble) return trouble
  }
  return undefined
}

/** Who skips the move of a leader or a source does not want to wait for it either. */
const skippedWithMove = async (run: JobRun, phase: Phase, lane: Lane, step: Step): Promise<boolean> => {
  const move = lane.steps[lane.steps.indexOf(step) - 1]
  const skip = step.kind === 'awaited' && move && moves.has(move.kind) ? run.writer.view.steps[move.id]?.skip : undefined
  if (!skip) return false
  const place = placeOf(phase, lane, step.id)
  if (run.writer.view.steps[step.id]?.state !== 'running') await run.writer.append({ kind: 'started', ...place })
  await run.writer.append({ kind: 'skipped', ...skip, ...place })
  return true
}

const moves: ReadonlySet<StepKindName> = new Set(['leader-not-here', 'source-bound-elsewhere'])

const hasSettled = (run: JobRun, step: Step): boolean => {
  const state = run.writer.view.steps[step.id]?.state
  return state === 'done' || state === 'already' || state === 'skipped'
}

/** One batched probe per host for all steps that are to come; good until something acts. undefined when a host is silent. */
const lookAhead = (run: JobRun, lane: Lane): Promise<Known | undefined> =>
  lookAt(
    run,
    lane,
    lane.steps.filter((step) => !hasSettled(run, step) || kindOf(step).volatile),
  )

/** What steps of a lane need to be judged, asked of each host at once. undefined when one is silent. */
export const lookAt = async (run: JobRun, lane: Lane, coming: readonly Step[]): Promise<Known | undefined> => {
  try {
    return await askHosts(run, lane, coming, {})
  } catch (error) {
    if (error instanceof LinkLost) return undefined // the step that needs the host will say so
    throw error
  }
}

/** `also`: what is asked of a host besides. A host of which nothing is asked is left alone. */
const askHosts = async (
  run: JobRun,
  lane: Lane,
  coming: readonly Step[],
  also: Readonly<Record<HostId, readonly HostProbe[]>>,
): Promise<Known> => {
  const hosts = [...new Set(coming.flatMap((step) => hostOf(step) ?? []))]
  const facts = await Promise.all(
    hosts.map(async (host): Promise<[string, HostFacts]> => {
      const needs = coming.filter((step) => hostOf(step) === host).flatMap((step) => kindOf(step).needs(step))
      const asked = [...needs, ...(also[host] ?? [])]
      if (asked.length === 0) return [host, noHostFacts(new Date(run.engine.clock.now()).toISOString())]
      return [host, await run.hosts.probe(host, lane.login, asked)]
    }),
  )
  return new Map(facts)
}

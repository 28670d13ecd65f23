import type { ClusterFacts, HostFacts } from '@/server/domain/facts'
import { noClusterFacts, noHostFacts } from '@/server/domain/facts'
import type { HealthAnswer } from '@/server/domain/health'
import type { Failure } from '@/server/domain/journal'
import type { Lane, Phase } from '@/server/domain/plan'
import type { Change, Step } from '@/server/domain/step'
import { LinkLost } from '@/server/remote/transport'
import { kindOf } from '@/server/steps/kinds'
import type { Turn, Verdict } from '@/server/steps/step-kind'
import { askShared } from './ask-cluster'
import { mayPass } from './hosts'
import { demandAlive, type JobRun } from './job-run'
import { tailsOf } from './log-tails'
import { hostOf, performAct } from './perform-act'
import { type Place, placeOf } from './place'
import { askerOf, runGate } from './run-gate'
import { stagedIdOf } from './staged-id'

/**
 * `halted`: a wait was broken off, for the job is cancelled or given back. `unknown`: interrupted, and neither to be observed nor to be
 * repeated; a person must say. `unsure`: nothing was done, for what the step relies on may hold no longer.
 */
export type StepEnd = 'done' | 'already' | 'skipped' | 'failed' | 'unknown' | 'halted' | 'unsure'

export type StepRun = {
  run: JobRun
  phase: Phase
  lane: Lane
  step: Step
  /** Facts of the lane that are still true: nothing has acted since. */
  known?: HostFacts
  /** Breaks off a wait. */
  halt: () => boolean
  /** Asked before anything is done: whether what the step relies on still holds. Left out: it relies on nothing. */
  sure?: () => boolean
}

/** What a goal is judged by. */
type Seen = { host: HostFacts; cluster?: ClusterFacts }

export const rounds = 3

/** So long a step waits for masters that don't say what it must know: without its leader DM is silent for a minute (recorded 44). */
const clusterPatienceMs = 90_000

/** So long what a guard asks of the cluster is asked again before it fails: a master is not alive, or none leads, for a moment. */
const flickerMs = 15_000

/** Probe, acts, probe. Whatever the journal says of the step before: the caller decides whether to skip it. */
export const runStep = async (at: StepRun): Promise<StepEnd> => {
  const { run, phase, lane, step } = at
  const place = placeOf(phase, lane, step.id)
  const before = run.writer.view.steps[step.id]
  const interrupted = before?.state === 'running'
  try {
    const seen = await observePatiently(at, at.known)
    if (seen === 'halted') return 'halted'
    const verdict = judge(at, seen)
    if (verdict === 'yes') return settleYes(at, interrupted)
    const silent = kindOf(step).silenceIsKnown ? undefined : silenceOf(seen)
    if (verdict === 'unknown' && silent !== undefined) return fail(at, seen, { code: 'engine.cluster-silent', params: { why: silent } })
    if (kindOf(step).volatile) return fail(at, seen, { code: kindOf(step).failure?.(step) ?? 'engine.guard', params: {} })
    if (at.sure && !at.sure()) return 'unsure'
    if (interrupted && kindOf(step).afterCrash === 'ask' && before.attempt !== run.claim.attempt && !wasToldToRetry(at)) return 'unknown'
    if (!interrupted || before.attempt !== run.claim.attempt) await run.writer.append({ kind: 'started', ...place })
    return await act(at, place, seen)
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error
    return fail(at, { host: noHostFacts('') }, { code: `remote.${error.code}`, params: { host: error.host, detail: error.detail } })
  }
}

const settleYes = async ({ run, phase, lane, step }: StepRun, interrupted: boolean): Promise<StepEnd> => {
  const place = placeOf(phase, lane, step.id)
  const state = run.writer.view.steps[step.id]?.state
  // It was this job that made it so, in the attempt that was interrupted.
  if (interrupted) await run.writer.append({ kind: 'done', made: [], durationMs: 0, ...place })
  else if (state !== 'already' && state !== 'done') await run.writer.append({ kind: 'already', ...place })
  return interrupted ? 'done' : 'already'
}

/** All acts of the step; after a lost link it looks again before it acts again. */
const act = async (at: StepRun, place: Place, before: Seen): Promise<StepEnd> => {
  const { cluster } = before
  const { run, step } = at
  const began = run.engine.clock.now()
  for (let round = 1; ; round++) {
    try {
      const { facts, made, failure } = await actOnce(at, place, before)
      const seen = await observe(at, facts)
      const verdict = judge(at, seen)
      run.engine.boundary(`after probe ${step.id}`)
      const gate = failure ? undefined : kindOf(step).waits?.(step)
      const waited = gate && (await runGate(run, { phase: at.phase, lane: at.lane, gate, halt: at.halt, step }))
      if (waited?.end === 'halted') return 'halted'
      if (waited?.end === 'failed') return failWait(at, waited.answers)
      if (waited?.end === 'waived') {
        await run.writer.append({ kind: 'skipped', reason: waited.reason, by: waited.by, ...place })
        return 'skipped'
      }
      if (!failure && (verdict === 'yes' || waited?.end === 'passed' || (verdict === 'unknown' && cannotBeSeen(step)))) {
        const change = changeOf(step, before)
        await run.writer.append({ kind: 'done', made, durationMs: run.engine.clock.now() - began, ...change, ...place })
        return 'done'
      }
      const code = kindOf(step).acts(step, cluster).length === 0 ? 'engine.no-way' : 'engine.not-reached'
      return fail(at, seen, failure ?? { code, params: {} })
    } catch (error) {
      if (!mayPass(error) || round >= rounds) throw error
      // Whether the command ran is not known: look again, and act again only where that is harmless.
      await run.hosts.reach(hostOf(step) ?? '', at.lane.login)
      const again = await observePatiently(at)
      if (again === 'halted') return 'halted'
      if (judge(at, again) === 'yes') return settleYes(at, true)
      if (kindOf(step).afterCrash === 'ask') return 'unknown'
      if (at.sure && !at.sure()) return 'unsure'
    }
  }
}

/** What becomes true in the panel's books with the step's end. */
const changeOf = (step: Step, { cluster, host }: Seen): { change?: Change } => {
  const record = kindOf(step)
    .acts(step, cluster, host)
    .find((one) => one.act === 'record')
  return record ? { change: record.change } : {}
}

const actOnce = async (
  at: StepRun,
  place: Place,
  { cluster, host }: Seen,
): Promise<{ facts?: HostFacts; made: string[]; failure?: Failure }> => {
  const { run, lane, step } = at
  const made: string[] = []
  // Staged names are made of the step's id: another cluster's plan may have the same one on this host.
  const acts = kindOf(step).acts({ ...step, id: stagedIdOf(run.plan, step.id) }, cluster, host)
  let facts: HostFacts | undefined
  for (const [i, each] of acts.entries()) {
    run.engine.boundary(`before act ${each.act} ${step.id}`)
    const needs = i === acts.length - 1 ? kindOf(step).needs(step) : []
    const result = await performAct({ run, lane, step, place, host: hostOf(step) ?? '' }, each, needs)
    run.engine.boundary(`after act ${each.act} ${step.id}`)
    made.push(...result.made)
    facts = result.facts
    if (result.failure) {
      const amends = kindOf(step).amends?.({ ...step, id: stagedIdOf(run.plan, step.id) }, cluster) ?? []
      for (const amend of amends) await performAct({ run, lane, step, place, host: hostOf(step) ?? '' }, amend, [])
      return { made, failure: result.failure, ...(facts && amends.length === 0 ? { facts } : {}) }
    }
  }
  return { made, ...(facts ? { facts } : {}) }
}

const judge = ({ run, lane, step }: StepRun, { host, cluster }: Seen): Verdict =>
  kindOf(step).satisfied(step, host, turnOf(run, lane), cluster)

const turnOf = (run: JobRun, lane: Lane): Turn => ({ incarnation: run.writer.view.lanes[lane.id]?.incarnation ?? '' })

/** Facts for the step's needs; nothing is asked when it needs none. `known`: of the host, and still true. */
const observe = async (at: StepRun, known?: HostFacts): Promise<Seen> => {
  const [host, cluster] = await Promise.all([known ?? observeHost(at), observeCluster(at)])
  return { host, ...(cluster ? { cluster } : {}) }
}

/**
 * As `observe`; waits while no master says what the step must know of the cluster, and a shorter time while a guard that asks the cluster
 * does not hold: both may pass by themselves. What it waits for is said when it changes.
 */
const observePatiently = async (at: StepRun, before?: HostFacts): Promise<Seen | 'halted'> => {
  const { run, phase, lane, step } = at
  const began = run.engine.clock.now()
  let known = before
  let told = ''
  for (;;) {
    const seen = await observe(at, known)
    const wait = waitOf(at, seen)
    if (!wait || run.engine.clock.now() - began >= wait.forMs) return seen
    if (wait.why !== told) run.writer.output(placeOf(phase, lane, step.id), 'note', `${wait.why}\n`)
    told = wait.why
    known = undefined
    await run.engine.clock.sleep(run.engine.pollMs)
    demandAlive(run)
    if (at.halt()) return 'halted'
  }
}

/** Why it is worth asking again, and for how long at most; undefined when what was seen is to be taken. */
const waitOf = (at: StepRun, seen: Seen): { why: string; forMs: number } | undefined => {
  const verdict = judge(at, seen)
  const { volatile, clusterNeeds, explain, silenceIsKnown } = kindOf(at.step)
  const silent = silenceIsKnown ? undefined : silenceOf(seen)
  if (verdict === 'unknown' && silent !== undefined) return { why: silent, forMs: clusterPatienceMs }
  if (verdict !== 'no' || !volatile || !clusterNeeds?.(at.step).length) return undefined
  return { why: explain(at.step, seen.host, turnOf(at.run, at.lane), seen.cluster).seen, forMs: flickerMs }
}

/** Why the masters did not say what was asked; undefined when they did. */
const silenceOf = ({ cluster }: Seen): string | undefined => cluster?.membersError ?? cluster?.tasksError

const observeHost = ({ run, lane, step }: StepRun): Promise<HostFacts> => {
  const host = hostOf(step)
  const needs = kindOf(step).needs(step)
  if (host === undefined || needs.length === 0) return Promise.resolve(noHostFacts(new Date(run.engine.clock.now()).toISOString()))
  return run.hosts.probe(host, lane.login, needs)
}

const observeCluster = async ({ run, lane, step }: StepRun): Promise<ClusterFacts | undefined> => {
  const probes = kindOf(step).clusterNeeds?.(step) ?? []
  const host = hostOf(step)
  if (host === undefined || probes.length === 0) return undefined
  const asker = askerOf(run, lane)
  return { ...noClusterFacts(asker.now()), ...(await askShared(asker, probes, [host])) }
}

/** Its goal can't be observed, so that acts which succeeded are all there is: evict, the books, the content of a secret file. */
const cannotBeSeen = (step: Step): boolean => kindOf(step).afterCrash !== 'probe' || (step.kind === 'file' && step.content.secret)

const wasToldToRetry = ({ run, lane, step }: StepRun): boolean =>
  Object.entries(run.writer.view.answers).some(([id, { choice }]) => id.startsWith(`unknown/${lane.id}/${step.id}/`) && choice === 'retry')

/** What it waited for did not come: said by the questions that don't hold. */
const failWait = async ({ run, phase, lane, step }: StepRun, answers: readonly HealthAnswer[]): Promise<'failed'> => {
  const open = answers.filter(({ ok }) => !ok)
  const expected = open.map((one) => one.expected).join('; ')
  const seen = open.map((one) => one.seen).join('; ')
  const error = { code: 'engine.waited-in-vain', params: {} }
  await run.writer.append({
    kind: 'failed',
    expected,
    seen,
    error,
    tails: await tailsOf(run, lane, step),
    ...placeOf(phase, lane, step.id),
  })
  return 'failed'
}

/** Writes down that the step failed: what was wanted and what is there. */
export const fail = async (at: StepRun, { host, cluster }: Seen, error: Failure): Promise<'failed'> => {
  const { run, phase, lane, step } = at
  const explained = kindOf(step).explain(step, host, turnOf(run, lane), cluster)
  const { status } = error.params
  const seen = step.kind === 'command' && status !== undefined ? `exit status ${status}` : explained.seen
  const tails = await tailsOf(run, lane, step)
  await run.writer.append({ kind: 'failed', ...explained, seen, error, tails, ...placeOf(phase, lane, step.id) })
  return 'failed'
}

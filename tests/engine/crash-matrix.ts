import { expect } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { Entry } from '@/server/domain/journal'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Clock } from '@/server/engine/engine'
import { LinkLost } from '@/server/remote/transport'
import { readJournal } from '@/server/store/journal'
import { attempt, type Ground, startsOf, submitPlan } from './sim-plans'

class Crash extends Error {}

/** Makes the ground, the plan on it, and the same each time. */
export type Scene = () => Promise<{ ground: Ground; plan: Plan }>

export type Ran = { ground: Ground; plan: Plan; jobId: string; entries: Entry[]; passed: string[]; died: string[]; starts: number }

/**
 * Runs a scene with the runner dying wherever `dies` says so, and resumed after each death. Points are: every boundary of the engine,
 * before each command reaches its host, after the host has run it (the answer is lost), and half-way through an upload.
 * What died stays dead: nothing that was still on its way may touch the world. `resume: false`: left as the first death leaves it.
 */
export const runWithDeaths = async (scene: Scene, dies: (point: string) => boolean, { resume = true } = {}): Promise<Ran> => {
  const { ground, plan } = await scene()
  const before = startsOf(ground.world)
  const jobId = await submitPlan(ground, plan)
  const passed: string[] = []
  const died: string[] = []
  let dead = false
  const point = (name: string): void => {
    if (dead) throw new Crash(died.at(-1))
    passed.push(name)
    if (!dies(name)) return
    dead = true
    died.push(name)
    throw new Crash(name)
  }
  ground.transport.hooks = {
    before: (host, what) => point(`sent ${host} ${what}`),
    after: (host, what) => point(`ran ${host} ${what}`),
    midUpload: (host, what) => point(`half of ${host} ${what}`),
  }
  const clock = impatient(ground, jobId)
  for (;;) {
    dead = false
    const end = await attempt(ground, plan, { boundary: point, clock }).catch((error: unknown) => {
      if (error instanceof Crash) return 'died'
      throw error
    })
    if (end !== 'died') expect(end, died.at(-1)).toBe('succeeded')
    if (end !== 'died' || !resume || died.at(-1) === 'after ended') break
  }
  ground.transport.hooks = {}
  return { ground, plan, jobId, entries: await readJournal(ground.db, jobId, 0), passed, died, starts: startsOf(ground.world) - before }
}

/** Nobody answers here: a question that was asked would be waited on for ever. */
const impatient = ({ db, clock }: Ground, jobId: string): Clock => {
  let naps = 0
  return {
    now: clock.now,
    async sleep(ms) {
      await clock.sleep(ms)
      if (++naps % 500 > 0) return
      const asked = (await readJournal(db, jobId, 0)).findLast(({ kind }) => kind === 'question')
      if (asked) throw new Error(`a person was asked: ${JSON.stringify(asked)}`)
    },
  }
}

/** Runs a scene with the link dropped once, at a point. The same attempt goes on to the end. */
export const runWithLostLink = async (scene: Scene, at: string): Promise<Ran> => {
  const { ground, plan } = await scene()
  const before = startsOf(ground.world)
  const jobId = await submitPlan(ground, plan)
  const passed: string[] = []
  let dropped = false
  const point = (host: string, name: string): void => {
    passed.push(name)
    if (dropped || name !== at) return
    dropped = true
    throw new LinkLost('dropped', host, name)
  }
  ground.transport.hooks = {
    before: (host, what) => point(host, `sent ${host} ${what}`),
    after: (host, what) => point(host, `ran ${host} ${what}`),
    midUpload: (host, what) => point(host, `half of ${host} ${what}`),
  }
  expect(await attempt(ground, plan), at).toBe('succeeded')
  expect(dropped, at).toBe(true)
  ground.transport.hooks = {}
  return { ground, plan, jobId, entries: await readJournal(ground.db, jobId, 0), passed, died: [], starts: startsOf(ground.world) - before }
}

/** Whatever happened on the way: every step has ended well and none was skipped. */
export const demandWhole = ({ plan, entries, died }: Pick<Ran, 'plan' | 'entries' | 'died'>): void => {
  const view = foldJournal(plan, entries)
  const title = died.join(', ').slice(0, 300)
  expect(view.state, title).toBe('succeeded')
  const open = stepsOf(plan).filter((step) => !['done', 'already'].includes(view.steps[step.id]?.state ?? ''))
  expect(
    open.map(({ id }) => id),
    title,
  ).toEqual([])
}

/**
 * Kills the runner at every point of a clean run, several times in one job, at least `apart` points from each other, until no point
 * is left that a run reaches. `check` is asked after every job.
 */
export const matrix = async (scene: Scene, { apart, check }: { apart: number; check: (ran: Ran) => Promise<void> | void }) => {
  const clean = await runWithDeaths(scene, () => false)
  await check(clean)
  const todo = new Set(clean.passed)
  const points = todo.size
  let deaths = 0
  let jobs = 0
  for (let before = -1; todo.size !== before && todo.size > 0; jobs++) {
    before = todo.size
    let since = 0
    const ran = await runWithDeaths(scene, (point) => {
      since += 1
      if (since < apart || !todo.delete(point)) return false
      since = 0
      return true
    })
    // What lies behind the last death of a job is reached by the next ones.
    deaths += ran.died.length
    await check(ran)
    if (todo.size === before && apart > 1) {
      apart = Math.max(1, apart >> 1)
      before = -1
    }
  }
  return { points, deaths, jobs, left: [...todo] }
}

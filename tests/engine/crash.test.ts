import { afterAll, beforeAll, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { Entry } from '@/server/domain/journal'
import { readJournal } from '@/server/store/journal'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { engineOf, newWorld, runOnce, shapeOf, submit, wholePlan } from './world'

class Crash extends Error {}

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
})
afterAll(() => database.close())

/** Runs the plan with a crash at the n-th boundary, then again without one. */
const crashAt = async (at: number) => {
  const { db } = database
  const plan = wholePlan()
  const world = newWorld()
  const jobId = await submit(db, plan)
  await db.cluster.update({ where: { name: 'c1' }, data: { runState: 'unknown' } })
  let n = 0
  let where = ''
  const boundary = (name: string) => {
    // What died stays dead: nothing that was still on its way may touch the world.
    if (where !== '') throw new Crash(where)
    if (n++ !== at) return
    where = name
    throw new Crash(name)
  }
  world.hooks.before = (_host, name) => {
    if (where !== '') throw new Crash(where)
    if (name !== 'probe') boundary(`command ${name}`)
    return undefined
  }
  world.hooks.after = (_host, name) => name !== 'probe' && boundary(`ran ${name}`)
  const first = await runOnce(engineOf(db, world, { boundary }), plan).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error
    return 'crashed'
  })
  const crashed = where
  world.hooks = { http: world.hooks.http as NonNullable<typeof world.hooks.http> } // set by newWorld
  if (first === 'crashed' && crashed !== 'after ended') expect(await runOnce(engineOf(db, world), plan)).toBe('succeeded')
  return { first, where: crashed, boundaries: n, world, entries: await readJournal(db, jobId, 0), plan }
}

/** A step that was not interrupted has all its output in the journal, between `started` and `done`. */
const demandOutput = (entries: readonly Entry[], title: string): void => {
  for (const done of entries.filter((entry) => entry.kind === 'done' && entry.step?.endsWith('/start'))) {
    const own = entries.filter((entry) => entry.step === done.step && entry.seq < done.seq)
    const started = own.findLast(({ kind }) => kind === 'started')
    if (started?.attempt !== done.attempt) continue
    const said = own.flatMap((entry) => (entry.kind === 'output' && entry.attempt === done.attempt ? [entry.text] : [])).join('')
    expect(said, title).toBe('started first.service\n')
  }
}

it('resumes to the same end from a crash at every second boundary, starts no unit twice, and loses no output', {
  timeout: 120_000,
}, async () => {
  const clean = await crashAt(-1)
  expect(clean.first).toBe('succeeded')
  const end = shapeOf(clean.world)
  let points = 0
  for (let at = 0; at < clean.boundaries; at += 2) {
    const run = await crashAt(at)
    const title = `boundary ${at}: ${run.where}`
    if (run.first !== 'crashed') continue // the order of lanes side by side differs; fewer points this time
    points += 1
    expect(shapeOf(run.world), title).toBe(end)
    for (const host of run.world.hosts.values()) {
      expect(host.unit('first.service').starts, title).toBe(1)
      expect(host.unit('old.service').starts, title).toBe(2)
    }
    expect((await database.db.cluster.findUnique({ where: { name: 'c1' } }))?.runState, title).toBe('running')
    const view = foldJournal(run.plan, run.entries)
    expect(view.state, title).toBe('succeeded')
    expect(view.attempt, title).toBe(run.where === 'after ended' ? 1 : 2)
    demandOutput(run.entries, title)
    expect(
      Object.values(view.steps).every(({ state }) => state === 'done' || state === 'already'),
      title,
    ).toBe(true)
  }
  console.log(`crash matrix: ${points} boundaries, each resumed to the same end`)
  expect(points).toBeGreaterThan(100)
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Plan } from '@/server/domain/plan'
import { startClaimLoop } from '@/server/engine/claim-loop'
import { readView } from '@/server/engine/journal-writer'
import { FakeHost } from '@/tests/support/fake-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { dir, engineOf, laneOf, newWorld, planOf, submit } from './world'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.close())

const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [dir('a', 'h1', '/a'), dir('b', 'h1', '/b')])] }])

it('runs what is queued, and when it is stopped in mid-job the next runner finishes it', async () => {
  const { db } = database
  const jobId = await submit(db, plan)
  const world = newWorld()
  const stop = new AbortController()
  world.hooks.after = (_host, name) => name === 'directory' && stop.abort()
  const ends: string[] = []
  const bugs: unknown[] = []
  const told = { everyMs: 5, onEnd: (_claim: unknown, end: string) => ends.push(end), onBug: (error: unknown) => bugs.push(error) }
  await startClaimLoop(engineOf(db, world, { stopping: stop.signal }), told).finished
  expect(ends).toEqual(['given-back'])
  const next = new AbortController()
  world.hooks.after = () => {}
  const loop = startClaimLoop(engineOf(db, world, { stopping: next.signal }), told)
  while (ends.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  next.abort()
  await loop.finished
  expect(ends).toEqual(['given-back', 'succeeded'])
  expect(bugs).toEqual([])
  expect((await readView(db, plan, jobId)).attempt).toBe(2)
})

it('does not run a plan of another format', async () => {
  const { db } = database
  const jobId = await submit(db, { ...plan, format: 2 } as unknown as Plan) // what another version of the program may have left
  const stop = new AbortController()
  const world = newWorld()
  world.hosts.set('h1', new FakeHost())
  const loop = startClaimLoop(engineOf(db, world, { stopping: stop.signal }), {
    everyMs: 5,
    onEnd: () => stop.abort(),
    onBug: (error) => {
      throw error
    },
  })
  await loop.finished
  expect(await db.job.findUnique({ where: { id: jobId } })).toMatchObject({ state: 'failed' })
  expect(world.host('h1').typed).toEqual([])
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { readView } from '@/server/engine/journal-writer'
import { appendByUser, readJournal } from '@/server/store/journal'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { engineOf, file, laneOf, newWorld, planOf, running, runOnce, submit, unitGate } from './world'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.close())

const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [file('a', 'h1', '/a')])] }])
const broken = {
  blobs: () => Promise.reject(new Error('the store is on fire')),
}

it('a job that the runner itself can’t do asks a person after a few attempts, and says why; mended, it goes on', async () => {
  const jobId = await submit(database.db, plan)
  const world = newWorld()
  for (let i = 0; i < 3; i++) await expect(runOnce(engineOf(database.db, world, broken), plan)).rejects.toThrow('on fire')
  const entries = await readJournal(database.db, jobId, 0)
  expect(JSON.stringify(entries)).toContain('the store is on fire')
  expect((await readView(database.db, plan, jobId)).ownErrors).toBe(3)
  const end = runOnce(engineOf(database.db, world), plan)
  for (;;) {
    const { question, endedAt } = await readView(database.db, plan, jobId)
    expect(endedAt).toBeUndefined()
    if (question) {
      expect(question).toMatchObject({ about: 'unknown', choices: ['retry', 'give-up'] })
      await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice: 'retry', reason: '', by: 'ann' })
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await end).toBe('succeeded')
})

it('a retry of a gate starts a unit that has died meanwhile', async () => {
  const unit = 'dm-worker-8262.service'
  const gated = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [running('r', 'h1', unit)], { gate: unitGate('h1', unit) })] }])
  const world = newWorld()
  let dies = true
  world.hooks.before = (_host, name) => {
    if (name === 'probe' && dies) world.host('h1').unit(unit).running = false
    return undefined
  }
  const jobId = await submit(database.db, gated)
  const end = runOnce(engineOf(database.db, world), gated)
  for (let asked = false; !asked; ) {
    const { question } = await readView(database.db, gated, jobId)
    if (question) {
      asked = true
      dies = false
      await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice: 'retry', reason: '', by: 'ann' })
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await end).toBe('succeeded')
})

// The ground that most tests of what is done to a running cluster begin on.
import { expect } from 'vitest'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { type Ground, newGround, perform, planNow, threeHosts } from './sim-plans'

export type StartedWith = {
  /** mysql-01 is bound to a worker; its config. */
  source?: string
  /** and replicated by t1, with no lag to speak of. */
  task?: boolean
}

/** A database of its own with `threeHosts` deployed and running. */
export const startedGround = async (more: StartedWith = {}): Promise<{ database: TestDatabase; started: Ground }> => {
  const database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  return { database, started: await startOn(database, more) }
}

/** The same on a database that is there. */
export const startOn = async ({ db }: TestDatabase, { source, task = false }: StartedWith = {}): Promise<Ground> => {
  const ground = newGround(db, threeHosts)
  expect((await perform(ground, await planNow(ground, 'deploy'))).end).toBe('succeeded')
  expect((await perform(ground, await planNow(ground, 'start'))).end).toBe('succeeded')
  const [dm] = ground.world.dm.clusters
  if (!dm) throw new Error('no cluster')
  if (source !== undefined) expect(ground.world.dm.schedule.addSource(dm, { id: 'mysql-01', config: source, relay: false })).toBe('')
  const subtask = { source: 'mysql-01', stage: 'Running', unit: 'Sync', lagS: 1, error: '', ddlLock: '' }
  if (task) dm.tasks.push({ name: 't1', config: 'name: t1\n', subtasks: [subtask] })
  ground.world.dm.settle()
  return ground
}

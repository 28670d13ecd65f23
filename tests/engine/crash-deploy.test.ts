import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran, type Scene } from './crash-matrix'
import { forgetCluster, newGround, perform, planNow, planRemoval, threeHosts, worldShape } from './sim-plans'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  // Thousands of transactions; whether a disk keeps them is not what is tried here.
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF')
})
afterAll(() => database.close())

const deploy: Scene = async () => {
  await forgetCluster(database.db)
  const ground = newGround(database.db, threeHosts)
  return { ground, plan: await planNow(ground, 'deploy') }
}

it('a deploy whose runner dies anywhere ends as one that was not interrupted, and can be undone whole', { timeout: 240_000 }, async () => {
  const fresh = structuredClone(worldShape((await deploy()).ground.world))
  let end: unknown
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    end ??= structuredClone(worldShape(ran.ground.world))
    expect(worldShape(ran.ground.world), ran.died.join(', ')).toEqual(end)
    expect(ran.starts, 'deploy starts nothing').toBe(0)
    const undone = await perform(ran.ground, await planRemoval(ran.ground, ran))
    expect(undone.end).toBe('succeeded')
    expect(worldShape(ran.ground.world), ran.died.join(', ')).toEqual(fresh)
  }
  const { points, deaths, jobs, left } = await matrix(deploy, { apart: 25, check })
  console.log(
    `crash matrix of deploy: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs, each job ended alike and was undone`,
  )
  expect(deaths).toBeGreaterThan(100)
  expect(left).toEqual([])
})

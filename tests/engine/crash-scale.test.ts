import { afterAll, beforeAll, expect, it } from 'vitest'
import { entriesOf } from '@/server/domain/topology/instances'
import { topologyOf } from '@/tests/plans/world'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import { baseYaml, books, freshBooks, members, planScaleIn, planScaleOut, runningGround } from './scale-ground'
import { copyOf, type Ground } from './sim-plans'

/** Without exporters: fewer points to die at. */
const yaml = baseYaml.replace('monitored: {}\n', '')
const topology = topologyOf(yaml)

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  started = (await runningGround(database.db, topology)).ground
}, 60_000)
afterAll(() => database.close())

const scene = (plan: (ground: Ground) => ReturnType<typeof planScaleOut>) => async () => {
  await freshBooks(database.db, topology, yaml)
  const ground = copyOf(started)
  return { ground, plan: await plan(ground) }
}
/** Of the masters that are left. */
const evicted = (ground: Ground) =>
  Object.keys(ground.world.dm.clusters[0]?.evicted ?? {}).filter((name) => members(ground).masters.includes(name))
const lifecycles = async () => entriesOf((await books(database.db)).topology).map(({ entry }) => entry.lifecycle ?? 'active')

it('scale-out: a runner that dies anywhere, resumed, ends with the same members, each started once', { timeout: 480_000 }, async () => {
  const grow = scene((ground) => planScaleOut(ground, 'master_servers: [{host: 10.0.0.4}]\n'))
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    // The new one, and Prometheus, which reads its new targets.
    expect(ran.starts, title).toBe(2)
    expect(members(ran.ground).masters, title).toHaveLength(4)
    expect(members(ran.ground).workers, title).toHaveLength(2)
    expect(await lifecycles(), title).toEqual(Array(7).fill('active'))
  }
  const { points, deaths, jobs, left } = await matrix(grow, { apart: 24, check })
  console.log(`crash matrix of scale-out: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('scale-in: a runner that dies anywhere, resumed, takes away just these', { timeout: 480_000 }, async () => {
  const shrink = scene((ground) => {
    const bound = ground.world.dm.clusters[0]?.workers.find(({ source }) => source !== '')?.addr ?? ''
    return planScaleIn(ground, ['10.0.0.1:8261', bound])
  })
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    expect(members(ran.ground).masters, title).toEqual(['dm-10.0.0.2-8261', 'dm-10.0.0.3-8261'])
    expect(
      ran.ground.world.dm.clusters[0]?.workers.map(({ source }) => source),
      title,
    ).toEqual(['mysql-01'])
    expect(evicted(ran.ground), title).toEqual([])
    expect(await lifecycles(), title).toEqual(Array(4).fill('active'))
  }
  const { points, deaths, jobs, left } = await matrix(shrink, { apart: 24, check })
  console.log(`crash matrix of scale-in: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('the master that is taken out while it runs: a runner that dies anywhere leaves a cluster of one', { timeout: 480_000 }, async () => {
  const shrink = async () => {
    await freshBooks(database.db, topology, yaml)
    const ground = copyOf(started)
    // Two of three: the third was removed by DM's own means.
    const [dm] = ground.world.dm.clusters
    ground.world.host('10.0.0.1')?.systemd.stop('dm-master-8261.service')
    ground.world.dm.settle()
    if (dm) expect(ground.world.dm.removeMember(dm, 'dm-10.0.0.1-8261')).toBe('')
    await ground.clock.sleep(10_000)
    ground.world.dm.settle()
    return { ground, plan: await planScaleIn(ground, ['10.0.0.2:8261']) }
  }
  expect((await shrink()).plan.phases.map(({ title }) => title.word)).toContain('plan.leave-dm-master-delete-first')
  const check = (ran: Ran): void => {
    demandWhole(ran)
    expect(members(ran.ground), ran.died.join(', ')).toMatchObject({ masters: ['dm-10.0.0.3-8261'], leader: 'dm-10.0.0.3-8261' })
  }
  const { points, deaths, jobs, left } = await matrix(shrink, { apart: 24, check })
  console.log(`crash matrix of 2 → 1: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

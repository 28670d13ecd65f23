import { afterAll, beforeAll, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { OperationName } from '@/server/domain/plan'
import { appendByUser, readJournal } from '@/server/store/journal'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran, runWithDeaths, runWithLostLink, type Scene } from './crash-matrix'
import { attempt, copyOf, forgetCluster, type Ground, newGround, perform, planNow, planRemoval, threeHosts, worldShape } from './sim-plans'

let database: TestDatabase
let deployed: Ground
let started: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  deployed = newGround(database.db, threeHosts)
  expect((await perform(deployed, await planNow(deployed, 'deploy'))).end).toBe('succeeded')
  started = copyOf(deployed)
  expect((await perform(started, await planNow(started, 'start'))).end).toBe('succeeded')
}, 60_000)
afterAll(() => database.close())

const from = (ground: () => Ground, operation: OperationName): Scene => {
  return async () => {
    const copy = copyOf(ground())
    return { ground: copy, plan: await planNow(copy, operation) }
  }
}
const start = from(() => deployed, 'start')
const stop = from(() => started, 'stop')

const units = (ground: Ground) =>
  ground.world.state.machines.map(({ units: all }) => Object.entries(all).map(([name, { active, nRestarts }]) => [name, active, nRestarts]))

it('start: a runner that dies anywhere starts each unit once', { timeout: 120_000 }, async () => {
  const check = (ran: Ran): void => {
    demandWhole(ran)
    expect(ran.starts, ran.died.join(', ')).toBe(6)
    expect(units(ran.ground)).toEqual(units(started))
    expect(ran.ground.world.dm.clusters[0]?.leader, ran.died.join(', ')).not.toBe('')
  }
  const { points, deaths, jobs, left } = await matrix(start, { apart: 12, check })
  console.log(`crash matrix of start: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('stop: a runner that dies anywhere stops everything and leaves no master evicted', { timeout: 120_000 }, async () => {
  const check = (ran: Ran): void => {
    demandWhole(ran)
    expect(ran.starts).toBe(0)
    expect(
      units(ran.ground)
        .flat()
        .map(([, active]) => active),
      ran.died.join(', '),
    ).toEqual(Array(6).fill('inactive'))
  }
  const { points, deaths, jobs, left } = await matrix(stop, { apart: 12, check })
  console.log(`crash matrix of stop: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('start and stop: a link that is lost anywhere is taken up again by the same attempt', { timeout: 120_000 }, async () => {
  let dropped = 0
  for (const [scene, starts] of [
    [start, 6],
    [stop, 0],
  ] as const) {
    const clean = await runWithDeaths(scene, () => false)
    // What only looks is repeated at once and holds no surprise; every second one will do.
    const at = [...new Set(clean.passed)].filter(
      (name, i) => /^(sent|ran) \S+ (unit-|PUT|lock|stage|made)/.test(name) || (/^(sent|ran) /.test(name) && i % 2 === 0),
    )
    for (const point of at) {
      const ran = await runWithLostLink(scene, point)
      demandWhole({ ...ran, died: [point] })
      expect(ran.starts, point).toBe(starts)
      dropped += 1
    }
  }
  console.log(`lost links of start and stop: ${dropped}`)
  expect(dropped).toBeGreaterThan(50)
})

it('a deploy that is cancelled after the runner died anywhere is undone to the last path', { timeout: 120_000 }, async () => {
  const deploy: Scene = async () => {
    await forgetCluster(database.db)
    const ground = newGround(database.db, threeHosts)
    return { ground, plan: await planNow(ground, 'deploy') }
  }
  const clean = await runWithDeaths(deploy, () => false)
  const fresh = structuredClone(worldShape((await deploy()).ground.world))
  // Every kind of command, its answer lost, on the first host and on the last; and uploads that stay half.
  const seen = new Map<string, number>()
  const at = [...new Set(clean.passed)].filter((point) => {
    const [verb = '', host = '', ...words] = point.split(' ')
    const kind = `${verb} ${host} ${verb === 'half' ? words[2] : words[0]}`
    if (!/^(ran|half)$/.test(verb) || point.includes('10.0.0.2') || /probe|lock-release|stage-clean|made-read/.test(point)) return false
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return (seen.get(kind) ?? 0) <= 2
  })
  for (const point of at) {
    const ran = await runWithDeaths(deploy, (name) => name === point, { resume: false })
    expect(ran.died).toEqual([point])
    expect(await appendByUser(database.db, ran.jobId, { kind: 'cancel-requested', by: 'ann' })).toBe('appended')
    expect(await attempt(ran.ground, ran.plan), point).toBe('cancelled')
    const entries = await readJournal(database.db, ran.jobId, 0)
    expect(foldJournal(ran.plan, entries).state).toBe('cancelled')
    const undone = await perform(ran.ground, await planRemoval(ran.ground, { plan: ran.plan, entries }))
    expect(undone.end, point).toBe('succeeded')
    expect(worldShape(ran.ground.world), point).toEqual(fresh)
  }
  console.log(`deploys cancelled after a death and undone: ${at.length}`)
  expect(at.length).toBeGreaterThan(15)
})

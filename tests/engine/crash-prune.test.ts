import { afterAll, beforeAll, expect, it } from 'vitest'
import { findCluster } from '@/server/store/clusters'
import { readLedger } from '@/server/store/ledger'
import { listUpgrades, openUpgrade } from '@/server/store/upgrades'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import { copyOf, dmctl, type Ground, nextPackages, packages, perform, planNow, threeHosts } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: '' })
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

it('prune: a runner that dies anywhere takes out the stale members and nobody else', { timeout: 240_000 }, async () => {
  const scene = async () => {
    const ground = copyOf(started)
    const [dm] = ground.world.dm.clusters
    // A worker and a master of hosts that are no more: the topology does not have them.
    dm?.workers.push({ name: 'dm-old', addr: '10.9.9.9:8262', source: '', last: '' })
    dm?.members.push({ name: 'dm-gone', memberId: '7', peerUrl: 'http://10.9.9.9:8291', clientUrl: 'http://10.9.9.9:8261' })
    await ground.clock.sleep(10_000)
    ground.world.dm.settle()
    return { ground, plan: await planNow(ground, 'prune') }
  }
  const check = (ran: Ran): void => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    const [dm] = ran.ground.world.dm.clusters
    expect(dm?.members.map(({ name }) => name).toSorted(), title).toEqual([1, 2, 3].map((host) => `dm-10.0.0.${host}-8261`))
    expect(dm?.workers.map(({ name }) => name).toSorted(), title).toEqual([2, 3].map((host) => `dm-10.0.0.${host}-8262`))
    expect(
      dm?.workers.filter(({ source }) => source === 'mysql-01'),
      title,
    ).toHaveLength(1)
    expect(dm?.leader, title).not.toBe('')
    expect(Object.keys(dm?.barred ?? {}), title).toEqual([])
    expect(ran.starts, title).toBe(0)
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 6, check })
  console.log(`crash matrix of prune: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('finalise: a runner that dies anywhere ends the upgrade once; only packages that nobody has leave the caches', {
  timeout: 240_000,
}, async () => {
  const common = { dmctl, rolling: { batch: 1, canary: false, tolerance: 0 }, packages: [...packages, ...nextPackages, dmctl] }
  const wish = { to: 'v8.5.1', offline: false, pauseBeforeLast: false, prefer: [] }
  const upgraded = copyOf(started)
  const first = await planNow(upgraded, 'upgrade', { ...common, upgrade: { ...wish, exportBy: dmctl } })
  expect((await perform(upgraded, first)).end).toBe('succeeded')
  const open = await openUpgrade(database.db, 'dm1')
  const { version = '', revision = 0, topology = threeHosts } = (await findCluster(database.db, 'dm1')) ?? {}
  const row = await database.db.clusterUpgrade.findFirstOrThrow()
  const caches = ({ world }: Ground): string[] =>
    world.state.machines.flatMap(({ address, nodes }) =>
      Object.keys(nodes).flatMap((path) => (path.includes('/dm-panel/packages/') ? [`${address} ${path}`] : [])),
    )
  const former = packages.filter(({ component }) => nextPackages.some((one) => one.component === component))
  const kept = caches(upgraded).filter((path) => !former.some(({ sha256 }) => path.includes(sha256)))
  expect(kept.length).toBeLessThan(caches(upgraded).length)
  const scene = async () => {
    await database.db.clusterUpgrade.update({ where: { id: row.id }, data: row })
    const ground = copyOf(upgraded)
    const input = { version, revision, ledger: await readLedger(database.db, 'dm1'), upgrade: { ...wish, ...(open && { open }) } }
    return { ground, plan: await planNow({ ...ground, topology }, 'finalise', { ...common, ...input }) }
  }
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    expect(caches(ran.ground), title).toEqual(kept)
    expect(await listUpgrades(database.db, 'dm1'), title).toMatchObject([{ state: 'final' }])
    expect(ran.starts, title).toBe(0)
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 6, check })
  console.log(`crash matrix of finalise: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

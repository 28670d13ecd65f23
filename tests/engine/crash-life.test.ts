import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import { deedsOf } from '@/server/domain/job'
import type { OperationName } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import type { OperationInput } from '@/server/operations/input'
import { SimWorld } from '@/server/sim/world'
import { findCluster } from '@/server/store/clusters'
import { nowCalled } from '@/server/store/former-names'
import { topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran, type Scene } from './crash-matrix'
import { baseYaml, freshBooks } from './scale-ground'
import { copyOf, forgetCluster, type Ground, newGround, perform, planNow, worldShape } from './sim-plans'

/** Without exporters: fewer points to die at. */
const yaml = baseYaml.replace('monitored: {}\n', '')
const topology = topologyOf(yaml)
const rootLogin = { user: 'root', credentialId: 'root', sudo: 'root' } as const

let database: TestDatabase
let started: Ground
let bare: unknown
let deeds: NonNullable<OperationInput['deeds']>
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  const ground = newGround(database.db, topology)
  const world = SimWorld.fresh(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { now: ground.clock.now })
  started = { ...ground, world, transport: new SimTransport(world) }
  bare = structuredClone(worldShape(world))
  const deployed = await perform(started, await planNow(started, 'deploy'))
  expect(deployed.end).toBe('succeeded')
  deeds = [{ plan: deployed.plan, made: deedsOf(foldJournal(deployed.plan, deployed.entries)) }]
  expect((await perform(started, await planNow(started, 'start'))).end).toBe('succeeded')
  const own = { owner: 'tidb', group: 'tidb', mode: '0644' }
  const worker = world.host('10.0.0.2')?.machine
  worker?.writeFile('/dm/data/dm-worker-8262/relay.000001', 'relay', own)
  worker?.writeFile('/dm/deploy/dm-worker-8262/log/dm-worker.log', 'log', own)
  expect(nodesIn(started, '/dm/data/dm-worker-8262')).toEqual(['10.0.0.2 /dm/data/dm-worker-8262/relay.000001'])
}, 60_000)
afterAll(() => database.close())

const scene =
  (operation: OperationName, more: Partial<OperationInput>): Scene =>
  async () => {
    await forgetCluster(database.db)
    await database.db.formerName.deleteMany()
    await freshBooks(database.db, topology, yaml)
    const ground = copyOf(started)
    return { ground, plan: await planNow(ground, operation, more) }
  }
const enabled = (ground: Ground) => ground.world.state.machines.flatMap(({ units }) => Object.values(units).map((one) => one.enabled))
const nodesIn = (ground: Ground, folder: string) =>
  ground.world.state.machines.flatMap(({ address, nodes }) =>
    Object.keys(nodes).flatMap((path) => (path.startsWith(`${folder}/`) ? [`${address} ${path}`] : [])),
  )

describe('a runner that dies anywhere, resumed', () => {
  it('destroy: the hosts are as before the deploy, to the last path', { timeout: 240_000 }, async () => {
    const check = async (ran: Ran): Promise<void> => {
      demandWhole(ran)
      expect(worldShape(ran.ground.world), ran.died.join(', ')).toEqual(bare)
      expect(await findCluster(database.db, 'dm1')).toBeUndefined()
    }
    const { points, deaths, jobs, left } = await matrix(scene('destroy', { deeds, given: rootLogin, givenHosts: [] }), { apart: 24, check })
    console.log(`crash matrix of destroy: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })

  it('clean: data and logs are gone, programs stay, nothing runs', { timeout: 240_000 }, async () => {
    const clean = { data: true, logs: true, ignoreNodes: [], ignoreRoles: [] }
    const check = (ran: Ran): void => {
      demandWhole(ran)
      const title = ran.died.join(', ')
      expect(
        nodesIn(ran.ground, '/dm/data').filter((path) => path.split('/').length > 4),
        title,
      ).toEqual([])
      expect(
        nodesIn(ran.ground, '/dm/deploy').filter((path) => path.endsWith('.log')),
        title,
      ).toEqual([])
      expect(nodesIn(ran.ground, '/dm/deploy/dm-master-8261/bin').length, title).toBeGreaterThan(0)
      expect(ran.starts, title).toBe(0)
    }
    const { points, deaths, jobs, left } = await matrix(scene('clean', { clean }), { apart: 12, check })
    console.log(`crash matrix of clean: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })

  it('rename: the books and Prometheus have the new name, once', { timeout: 240_000 }, async () => {
    const check = async (ran: Ran): Promise<void> => {
      demandWhole(ran)
      const title = ran.died.join(', ')
      expect(ran.starts, title).toBe(1)
      const text = ran.ground.world.host('10.0.0.1')?.machine.text('/dm/deploy/prometheus-9090/conf/prometheus.yml')
      expect(text, title).toContain("cluster: 'orders'")
      expect(await findCluster(database.db, 'dm1'), title).toBeUndefined()
      expect(await findCluster(database.db, 'orders'), title).toMatchObject({ secretsOf: 'dm1', revision: 2 })
      expect(await nowCalled(database.db, 'dm1'), title).toBe('orders')
      expect(await database.db.formerName.count(), title).toBe(1)
      expect(await database.db.job.findUnique({ where: { id: ran.jobId }, select: { clusterName: true } })).toEqual({
        clusterName: 'orders',
      })
    }
    const { points, deaths, jobs, left } = await matrix(scene('rename', { renameTo: 'orders' }), { apart: 8, check })
    console.log(`crash matrix of rename: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })

  it('manage: the books alone change, once, and the ledger has each instance once', { timeout: 240_000 }, async () => {
    const adopted: Scene = async () => {
      await forgetCluster(database.db)
      await database.db.formerName.deleteMany()
      await freshBooks(database.db, topology, yaml)
      await database.db.cluster.update({ where: { name: 'dm1' }, data: { adopted: true, lifecycle: 'adopted' } })
      await database.db.ledger.deleteMany()
      const ground = copyOf(started)
      return { ground, plan: await planNow(ground, 'manage') }
    }
    const before = structuredClone(worldShape(started.world))
    const check = async (ran: Ran): Promise<void> => {
      demandWhole(ran)
      const title = ran.died.join(', ')
      expect(worldShape(ran.ground.world), title).toEqual(before)
      expect(await findCluster(database.db, 'dm1'), title).toMatchObject({
        adopted: false,
        lifecycle: 'deployed',
        runState: 'running',
        revision: 2,
      })
      const ledger = await database.db.ledger.findMany({ where: { cluster: 'dm1', supersededAt: null } })
      expect(ledger.map(({ instance }) => instance).toSorted(), title).toEqual(
        instancesOf(topology)
          .map(({ id }) => id)
          .toSorted(),
      )
      expect(await database.db.ledger.count(), title).toBe(ledger.length)
    }
    const { points, deaths, jobs, left } = await matrix(adopted, { apart: 6, check })
    console.log(`crash matrix of manage: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })

  it('disable: no unit starts at boot, and all of them still run', { timeout: 120_000 }, async () => {
    const check = (ran: Ran): void => {
      demandWhole(ran)
      expect(enabled(ran.ground)).not.toContain(true)
      expect(ran.ground.world.state.machines.flatMap(({ units }) => Object.values(units).map(({ active }) => active))).not.toContain(
        'inactive',
      )
    }
    const { points, deaths, jobs, left } = await matrix(scene('disable', {}), { apart: 8, check })
    console.log(`crash matrix of disable: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })
})

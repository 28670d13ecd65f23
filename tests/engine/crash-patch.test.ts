import { afterAll, beforeAll, expect, it } from 'vitest'
import { currentOf } from '@/server/domain/ledger'
import { instancesOf } from '@/server/domain/topology/instances'
import type { PatchAsked } from '@/server/operations/input'
import { findCluster } from '@/server/store/clusters'
import { readLedger, rolePackages } from '@/server/store/ledger'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import { copyOf, dmctl, forgetCluster, type Ground, hotfixes, packages, perform, planNow, threeHosts } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround()
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

const cluster = 'dm1'
const dmInstances = instancesOf(threeHosts).filter(({ component }) => component.startsWith('dm-'))
const rolling = { batch: 1, canary: false, tolerance: 0 }
const planPatch = async (ground: Ground, asked: Partial<PatchAsked>, more: { nodes?: string[] } = {}) => {
  const topology = (await findCluster(database.db, cluster))?.topology ?? threeHosts
  const patch = { packages: [], overwrite: false, offline: false, ...asked }
  const ledger = await readLedger(database.db, cluster)
  return planNow({ ...ground, topology }, 'patch', { dmctl, rolling, patch, ledger, packages: [...packages, ...hotfixes, dmctl], ...more })
}
const both = { packages: hotfixes.map(({ sha256 }) => sha256) }

const packageOf = (list: typeof packages, component: string) => list.find((one) => one.component === component)
/** Where the disk, the process, the ledger or the mark of an instance is not as this package wants it. */
const otherThan = async (ground: Ground, list: typeof packages, patched: boolean): Promise<string[]> => {
  const entries = await readLedger(database.db, cluster)
  const marks = instancesOf((await findCluster(database.db, cluster))?.topology ?? threeHosts)
  return dmInstances.flatMap(({ id, hostId, unit, deployDir, component }) => {
    const one = packageOf(list, component)
    const machine = ground.world.state.machines.find(({ address }) => address === hostId)
    const disk = machine?.nodes[`${deployDir}/bin/${one?.entry}`]
    const runs = machine?.units[unit]
    const now = currentOf(entries, id)
    return [
      ...(disk && 'sha256' in disk && disk.sha256 === one?.entrySha256 ? [] : [`${id} disk`]),
      ...(runs?.active === 'active' ? [] : [`${id} ${runs?.active}`]),
      ...(now?.packageSha256 === one?.sha256 ? [] : [`${id} ledger`]),
      ...(marks.find((mark) => mark.id === id)?.patched === patched ? [] : [`${id} mark`]),
    ]
  })
}

it('both components in one go, noted in the ledger; and back again, the mark gone', async () => {
  const ground = copyOf(started)
  const there = await perform(ground, await planPatch(ground, { ...both, overwrite: true, ticket: 'DM-7', due: '2026-12-31' }))
  expect(there.end, JSON.stringify(there.entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))).toBe('succeeded')
  expect(await otherThan(ground, hotfixes, true)).toEqual([])
  const entries = await readLedger(database.db, cluster)
  const now = currentOf(entries, '10.0.0.2:8262')
  expect(now).toMatchObject({ kind: 'patch', by: 'ann', jobId: there.jobId, ticket: 'DM-7', due: '2026-12-31', offline: false })
  expect((await rolePackages(database.db, cluster)).map(({ component }) => component)).toEqual(['dm-master', 'dm-worker'])
  expect((await findCluster(database.db, cluster))?.revision).toBe(2)

  const back = await perform(ground, await planPatch(ground, { to: 'former', overwrite: true, ticket: 'DM-8' }))
  expect(back.end).toBe('succeeded')
  expect(await otherThan(ground, packages, false)).toEqual([])
  const after = await readLedger(database.db, cluster)
  expect(
    after.filter(({ instance }) => instance === '10.0.0.2:8262').map(({ kind, supersededAt }) => [kind, supersededAt === null]),
  ).toEqual([
    ['deploy', false],
    ['patch', false],
    ['rollback', true],
  ])
  expect(await rolePackages(database.db, cluster)).toEqual([])
})

it('offline: the disk is another one, every process goes on', async () => {
  const ground = copyOf(started)
  const pids = () => ground.world.state.machines.map(({ nextPid }) => nextPid)
  const before = pids()
  const { end } = await perform(ground, await planPatch(ground, { ...both, offline: true }))
  expect(end).toBe('succeeded')
  expect(pids()).toEqual(before)
  expect(await otherThan(ground, hotfixes, true)).toEqual([])
  expect(currentOf(await readLedger(database.db, cluster), '10.0.0.2:8262')?.offline).toBe(true)
})

it('a runner that dies anywhere restarts each unit once, and notes each binary once', { timeout: 300_000 }, async () => {
  const scene = async () => {
    await forgetCluster(database.db)
    const ground = copyOf(started)
    return { ground, plan: await planPatch(ground, both) }
  }
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    expect(ran.starts, title).toBe(dmInstances.length)
    expect(await otherThan(ran.ground, hotfixes, true), title).toEqual([])
    expect((await readLedger(database.db, cluster)).length, title).toBe(dmInstances.length)
    expect(Object.keys(ran.ground.world.dm.clusters[0]?.evicted ?? {}), title).toEqual([])
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 12, check })
  console.log(`crash matrix of patch: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

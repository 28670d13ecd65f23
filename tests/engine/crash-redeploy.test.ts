import { afterAll, beforeAll, expect, it } from 'vitest'
import { currentOf } from '@/server/domain/ledger'
import type { OperationName, Plan } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import type { RedeployWish, UpgradeWish } from '@/server/operations/input'
import { findCluster } from '@/server/store/clusters'
import { exportSecret, listConfigExports } from '@/server/store/config-exports'
import { readLedger } from '@/server/store/ledger'
import { listUpgrades, openUpgrade } from '@/server/store/upgrades'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran, runWithDeaths } from './crash-matrix'
import { copyOf, dmctl, type Ground, newGround, nextPackages, packages, perform, planNow, threeHosts } from './sim-plans'

// The way back after a master of the new version has led, on simulated hosts.

const cluster = 'dm1'
const suffix = '-v8.5.0'
const password = 'as-given-in-clear'
const rolling = { batch: 1, canary: false, tolerance: 0 }
let database: TestDatabase
let upgraded: Ground
/** The books as they are after the upgrade: tables and their rows. */
let books: Awaited<ReturnType<typeof readBooks>>

beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  upgraded = newGround(database.db, threeHosts)
  for (const operation of ['deploy', 'start'] as const)
    expect((await perform(upgraded, await planNow(upgraded, operation))).end).toBe('succeeded')
  addSource(upgraded, 'mysql-01', 't1')
  expect((await perform(upgraded, await planFor(upgraded, 'upgrade'))).end).toBe('succeeded')
  // After the backup: one more of each.
  addSource(upgraded, 'mysql-02', 't2')
  books = await readBooks()
}, 120_000)
afterAll(() => database.close())

const addSource = ({ world }: Ground, id: string, task: string): void => {
  const [dm] = world.dm.clusters
  if (!dm) throw new Error('no cluster')
  const config = `source-id: ${id}\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: ${password}}\n`
  expect(world.dm.schedule.addSource(dm, { id, config, relay: false })).toBe('')
  const subtasks = [{ source: id, stage: 'Running' as const, unit: 'Sync' as const, lagS: 1, error: '', ddlLock: '' }]
  const sources = `mysql-instances:\n  - source-id: ${id}\n`
  dm.tasks.push({ name: task, config: `name: ${task}\ntask-mode: all\n${sources}`, subtasks })
  world.dm.settle()
}

const readBooks = async () => ({
  upgrades: await database.db.clusterUpgrade.findMany(),
  ledger: await database.db.ledger.findMany(),
  revisions: await database.db.clusterRevision.findMany(),
  cluster: await database.db.cluster.findUniqueOrThrow({ where: { name: cluster } }),
})

const planFor = async (ground: Ground, operation: OperationName, more: Partial<RedeployWish> = {}): Promise<Plan> => {
  const { topology = threeHosts, version = 'v8.5.0', revision = 1 } = (await findCluster(database.db, cluster)) ?? {}
  const open = await openUpgrade(database.db, cluster)
  const kept = (await listConfigExports(database.db, cluster)).find(({ jobId }) => open?.jobIds.includes(jobId))
  const backup: RedeployWish['backup'] = kept && {
    ...{ id: kept.id, at: kept.at, sha256: kept.sha256, sizeBytes: kept.sizeBytes, relay: {}, secret: exportSecret(kept.id) },
    ...{ sources: ['mysql-01'], tasks: ['t1'] },
  }
  const back: RedeployWish = { suffix, importBy: dmctl, ...(backup && { backup }), ...more }
  const upgrade: UpgradeWish = {
    ...{ to: operation === 'upgrade' ? 'v8.5.1' : (open?.from ?? ''), offline: false, pauseBeforeLast: false, prefer: [], exportBy: dmctl },
    ...(open ? { open } : {}),
    back,
  }
  const ledger = await readLedger(database.db, cluster)
  const input = { version, revision, dmctl, rolling, ledger, packages: [...packages, ...nextPackages, dmctl], upgrade }
  return planNow({ ...ground, topology }, operation, input)
}

const machineOf = (ground: Ground, host: string) => ground.world.state.machines.find(({ address }) => address === host)

/** What is not as it has to be when the former version runs again. */
const wrongWith = async (ground: Ground): Promise<string[]> => {
  const now = await findCluster(database.db, cluster)
  const ledger = await readLedger(database.db, cluster)
  const instances = instancesOf(now?.topology ?? threeHosts)
  const wrong = instances.flatMap(({ id, hostId, unit, deployDir, component }) => {
    const wanted = packages.find((one) => one.component === component && one.version === 'v8.5.0')
    const own = machineOf(ground, hostId)
    const { process, loaded = '' } = own?.units[unit] ?? {}
    const dm = component.startsWith('dm-')
    return [
      ...(!dm || deployDir.endsWith(suffix) ? [] : [`${id} folder ${deployDir}`]),
      ...(process?.exeSha256 === wanted?.entrySha256 ? [] : [`${id} process`]),
      ...(process?.version === 'v8.5.0' ? [] : [`${id} version ${process?.version}`]),
      ...(!dm || loaded.includes(`${deployDir}/`) ? [] : [`${id} unit`]),
      ...(currentOf(ledger, id)?.packageSha256 === wanted?.sha256 ? [] : [`${id} ledger`]),
    ]
  })
  const [dm, ...others] = ground.world.dm.clusters
  return [
    ...wrong,
    ...(now?.version === 'v8.5.0' ? [] : [`books say ${now?.version}`]),
    ...(others.length === 0 ? [] : ['more than one cluster']),
    ...(dm?.sources.map(({ id }) => id).join() === 'mysql-01' ? [] : [`sources ${dm?.sources.map(({ id }) => id).join()}`]),
    ...(dm?.tasks.map(({ name }) => name).join() === 't1' ? [] : [`tasks ${dm?.tasks.map(({ name }) => name).join()}`]),
    ...(dm?.sources[0]?.config.includes(password) ? [] : ['the password of the source']),
  ]
}

/** Nothing of the backup may lie on a host. */
const leftovers = (ground: Ground): string[] =>
  ground.world.state.machines.flatMap(({ nodes, address }) =>
    Object.entries(nodes)
      .filter(
        ([path, { type, content = '' }]) =>
          /exports\/.|dm-panel-(staged|new|old)|dmctl\./.test(path) || (type === 'file' && /\/staged\//.test(path) && content !== ''),
      )
      .map(([path]) => `${address} ${path}`),
  )

it('gives the former version fresh folders, brings sources and tasks back, keeps what the new one left until it is final', {
  timeout: 60_000,
}, async () => {
  const ground = copyOf(upgraded)
  const plan = await planFor(ground, 'redeploy')
  expect(plan.destructive).toBe(true)
  const lost = plan.problems.find(({ code }) => code === 'redeploy.lost')
  expect(lost?.params.names).toBe('mysql-02, t2')
  expect(plan.problems.map(({ code }) => code)).toContain('redeploy.downtime')
  const { end, jobId } = await perform(ground, plan)
  expect(end).toBe('succeeded')
  expect(await wrongWith(ground)).toEqual([])
  expect(leftovers(ground)).toEqual([])
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'redeployed', led: true }])
  // What came after the backup is in the export of this very plan.
  const kept = (await listConfigExports(database.db, cluster)).find((one) => one.jobId === jobId)
  expect(kept).toMatchObject({ sources: 2, tasks: 2, version: 'v8.5.1' })
  for (const table of ['JournalEntry', 'AuditRecord', 'Plan', 'Blob']) {
    const text = JSON.stringify(await database.db.$queryRawUnsafe(`SELECT * FROM "${table}"`), (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(text.includes(password), table).toBe(false)
  }

  await expect(planFor(ground, 'redeploy')).rejects.toThrow('redeploy.done')
  await expect(planFor(ground, 'upgrade')).rejects.toThrow('upgrade.redeploy-open')
  await expect(planFor(ground, 'rollback')).rejects.toThrow('rollback.nothing')
  const former = '/dm/deploy/dm-master-8261'
  expect(machineOf(ground, '10.0.0.1')?.nodes[former]).toBeDefined()
  const finalise = await planFor(ground, 'finalise')
  expect(finalise.destructive).toBe(true)
  expect((await perform(ground, finalise)).end).toBe('succeeded')
  expect(machineOf(ground, '10.0.0.1')?.nodes[former]).toBeUndefined()
  expect(await wrongWith(ground)).toEqual([])
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'rolled-back' }])
})

const restore = async (): Promise<void> => {
  await database.db.clusterUpgrade.deleteMany()
  await database.db.clusterUpgrade.createMany({ data: books.upgrades })
  await database.db.ledger.deleteMany()
  await database.db.ledger.createMany({ data: books.ledger })
  await database.db.clusterRevision.deleteMany()
  await database.db.clusterRevision.createMany({ data: books.revisions })
  const { version, revision, runState } = books.cluster
  await database.db.cluster.updateMany({ data: { version, revision, runState } })
}

const scene = async () => {
  await restore()
  const ground = copyOf(upgraded)
  return { ground, plan: await planFor(ground, 'redeploy') }
}

it('a redeploy that died after its books were changed is gone on with by another plan', { timeout: 60_000 }, async () => {
  const ran = await runWithDeaths(scene, (point) => point.startsWith('before act put') && point.includes('config-imported'), {
    resume: false,
  })
  expect(ran.died).toHaveLength(1)
  await database.db.reservation.deleteMany()
  await database.db.job.updateMany({ where: { endedAt: null }, data: { endedAt: new Date(), state: 'failed' } })
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'redeploying' }])
  const again = await planFor(ran.ground, 'redeploy')
  const kinds = again.phases.flatMap((phase) => phase.lanes.flatMap(({ steps }) => steps.map(({ kind }) => kind)))
  expect(kinds).not.toContain('config-exported')
  expect((await perform(ran.ground, again)).end).toBe('succeeded')
  expect(await wrongWith(ran.ground)).toEqual([])
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'redeployed' }])
})

it('redeploy: a runner that dies anywhere ends with the former version, once, without a leftover', { timeout: 600_000 }, async () => {
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ').slice(0, 300)
    expect(await wrongWith(ran.ground), title).toEqual([])
    expect(leftovers(ran.ground), title).toEqual([])
    expect(await listUpgrades(database.db, cluster), title).toMatchObject([{ state: 'redeployed' }])
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 12, check })
  console.log(`crash matrix of redeploy: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

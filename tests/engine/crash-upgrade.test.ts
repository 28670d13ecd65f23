import { afterAll, beforeAll, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { Question } from '@/server/domain/journal'
import { currentOf } from '@/server/domain/ledger'
import type { Plan } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Engine } from '@/server/engine/engine'
import type { UpgradeWish } from '@/server/operations/input'
import { SimWorld } from '@/server/sim/world'
import { findCluster } from '@/server/store/clusters'
import { listConfigExports } from '@/server/store/config-exports'
import { credentialUsers } from '@/server/store/credentials'
import { appendByUser, readJournal } from '@/server/store/journal'
import { readLedger } from '@/server/store/ledger'
import { listUpgrades, openUpgrade } from '@/server/store/upgrades'
import { SimTransport } from '@/tests/support/sim-transport'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import {
  attempt,
  copyOf,
  dmctl,
  forgetCluster,
  type Ground,
  nextPackages,
  packages,
  perform,
  planNow,
  startsOf,
  submitPlan,
  threeHosts,
} from './sim-plans'
import { type StartedWith, startedGround, startOn } from './started-ground'

const cluster = 'dm1'
const instances = instancesOf(threeHosts)
const rolling = { batch: 1, canary: false, tolerance: 0 }
const passwordOfSource = 'as-given-in-clear'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: `source-id: mysql-01\nfrom: {password: ${passwordOfSource}}\n`, task: true })
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

const planFor = async (ground: Ground, operation: 'upgrade' | 'rollback' | 'finalise', wish: Partial<UpgradeWish> = {}): Promise<Plan> => {
  const { topology = threeHosts, version = 'v8.5.0', revision = 1 } = (await findCluster(database.db, cluster)) ?? {}
  const open = await openUpgrade(database.db, cluster)
  const upgrade: UpgradeWish = {
    ...{ to: operation === 'rollback' ? (open?.from ?? '') : 'v8.5.1', offline: false, pauseBeforeLast: false, prefer: [] },
    ...(operation === 'upgrade' ? { exportBy: dmctl } : {}),
    ...(open ? { open } : {}),
    ...wish,
  }
  const ledger = await readLedger(database.db, cluster)
  const input = { version, revision, dmctl, rolling, ledger, packages: [...packages, ...nextPackages, dmctl], upgrade }
  return planNow({ ...ground, topology }, operation, input)
}

/** Instances whose disk, process or ledger is not of these packages. */
const otherThan = async (ground: Ground, list: typeof packages, only = instances): Promise<string[]> => {
  const ledger = await readLedger(database.db, cluster)
  return only.flatMap(({ id, hostId, unit, deployDir, component }) => {
    const wanted = list.find((one) => one.component === component)
    const machine = ground.world.state.machines.find(({ address }) => address === hostId)
    const process = machine?.units[unit]?.process
    return [
      ...(machine?.nodes[`${deployDir}/bin/${wanted?.entry}`]?.sha256 === wanted?.entrySha256 ? [] : [`${id} disk`]),
      ...(process && (process.exeSha256 === undefined || process.exeSha256 === wanted?.entrySha256) ? [] : [`${id} process`]),
      ...(process?.version === wanted?.version ? [] : [`${id} version ${process?.version}`]),
      ...(currentOf(ledger, id)?.packageSha256 === wanted?.sha256 ? [] : [`${id} ledger`]),
    ]
  })
}
const leftovers = (ground: Ground): string[] =>
  ground.world.state.machines.flatMap(({ nodes }) => Object.keys(nodes).filter((path) => /exports\/.|dm-panel-(staged|new|old)/.test(path)))
const said = (entries: readonly { kind: string }[]): string =>
  JSON.stringify(entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))

it('upgrade: binaries, processes, versions, books; the export is kept sealed and nothing of it lies on a host', async () => {
  const ground = copyOf(started)
  const { end, entries, jobId } = await perform(ground, await planFor(ground, 'upgrade'))
  expect(end, said(entries)).toBe('succeeded')
  expect(await otherThan(ground, nextPackages)).toEqual([])
  expect((await findCluster(database.db, cluster))?.version).toBe('v8.5.1')
  expect(await listUpgrades(database.db, cluster)).toMatchObject([
    { from: 'v8.5.0', to: 'v8.5.1', state: 'open', led: true, jobIds: [jobId] },
  ])
  expect(leftovers(ground)).toEqual([])
  const [kept] = await listConfigExports(database.db, cluster)
  expect(kept).toMatchObject({ jobId, sources: 1, tasks: 1, version: 'v8.5.0', by: 'ann' })
  // Nowhere in the panel's books in clear.
  for (const table of ['JournalEntry', 'AuditRecord', 'Credential', 'ConfigExport', 'Plan', 'Blob']) {
    const rows = await database.db.$queryRawUnsafe(`SELECT * FROM "${table}"`)
    const text = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    expect(text.includes(passwordOfSource), table).toBe(false)
    expect(text.includes(Buffer.from(passwordOfSource).toString('base64')), table).toBe(false)
  }
  const audit = await database.db.auditRecord.findMany({ where: { what: 'config-export' } })
  expect(audit.map(({ detail }) => JSON.parse(detail) as unknown)).toMatchObject([{ sha256: kept?.sha256 }])

  // The way back is closed: the new version has led. Finalise takes the former packages away.
  await expect(planFor(ground, 'rollback')).rejects.toThrow('rollback.has-led')
  expect((await perform(ground, await planFor(ground, 'finalise'))).end).toBe('succeeded')
  const cached = ground.world.state.machines.flatMap(({ nodes }) =>
    Object.keys(nodes).filter((path) => path.includes('/dm-panel/packages/')),
  )
  const gone = packages.filter(({ component }) => ['dm-master', 'dm-worker'].includes(component)).map(({ sha256 }) => sha256)
  expect(cached.filter((path) => gone.some((sha256) => path.includes(sha256)))).toEqual([])
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'final' }])
  await forgetCluster(database.db)
  await database.db.clusterUpgrade.deleteMany()
  await database.db.ledger.deleteMany()
})

/** Runs a job beside a user who answers its pauses; `undefined` waits. */
const beside = async (
  ground: Ground,
  plan: Plan,
  answer: (question: Question) => 'continue' | 'cancel' | 'retry',
  more: Partial<Engine> = {},
) => {
  const jobId = await submitPlan(ground, plan)
  const running = attempt(ground, plan, more)
  const asked = new Set<string>()
  for (let i = 0; i < 4000; i++) {
    const { question, endedAt } = foldJournal(plan, await readJournal(database.db, jobId, 0))
    if (endedAt) break
    if (question && !asked.has(question.id)) {
      asked.add(question.id)
      const choice = answer(question)
      if (choice === 'cancel') await appendByUser(database.db, jobId, { kind: 'cancel-requested', by: 'ann' })
      else await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice, reason: '', by: 'ann' })
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { end: await running, asked: [...asked], entries: await readJournal(database.db, jobId, 0) }
}

const fresh = async (more: StartedWith = {}): Promise<Ground> => {
  await forgetCluster(database.db)
  await database.db.clusterUpgrade.deleteMany()
  await database.db.ledger.deleteMany()
  return startOn(database, more)
}

it('broken off before the last master: back to what was, or on to the end', { timeout: 120_000 }, async () => {
  const ground = await fresh()
  const plan = await planFor(ground, 'upgrade', { pauseBeforeLast: true })
  const first = await beside(ground, plan, () => 'cancel')
  expect(first.end).toBe('cancelled')
  expect(first.asked).toHaveLength(1)
  const [leader] = instances.filter(({ name }) => name === ground.world.dm.clusters[0]?.leader)
  expect(await otherThan(ground, packages, leader ? [leader] : [])).toEqual([])
  expect(await openUpgrade(database.db, cluster)).toMatchObject({ led: false, state: 'open' })
  expect((await findCluster(database.db, cluster))?.version).toBe('v8.5.0')

  const back = copyOf(ground)
  const went = await perform(back, await planFor(back, 'rollback'))
  expect(went.end, said(went.entries)).toBe('succeeded')
  expect(await otherThan(back, packages)).toEqual([])
  expect(await listUpgrades(database.db, cluster)).toMatchObject([{ state: 'rolled-back' }])
  expect((await findCluster(database.db, cluster))?.version).toBe('v8.5.0')

  // And once more up, on the hosts as they are now.
  const again = await perform(back, await planFor(back, 'upgrade'))
  expect(again.end, said(again.entries)).toBe('succeeded')
  expect(await otherThan(back, nextPackages)).toEqual([])
})

it('a disk that fills up between review and run: nothing is stopped, nothing of the export lies there, and it can be asked again', {
  timeout: 60_000,
}, async () => {
  const ground = await fresh()
  const plan = await planFor(ground, 'upgrade')
  const faultsOf = (address: string) => (address === '10.0.0.3' ? ['disk-full'] : [])
  const world = new SimWorld(ground.world.state, { now: ground.clock.now, faultsOf })
  const full = { ...ground, world, transport: new SimTransport(world) }
  const before = startsOf(world)
  const questions: Question[] = []
  const { end } = await beside(full, plan, (question) => {
    questions.push(question)
    return 'cancel'
  })
  expect(end).toBe('cancelled')
  expect(questions).toMatchObject([{ about: 'step-failed', phase: plan.phases.find(({ title }) => title.word === 'plan.stage')?.id }])
  expect(startsOf(world)).toBe(before)
  expect(leftovers(full).filter((path) => path.includes('exports'))).toEqual([])
  expect(await openUpgrade(database.db, cluster)).toBeUndefined()
  await expect(planFor(full, 'upgrade')).rejects.toThrow('preflight.disk')
  expect((await perform(ground, await planFor(ground, 'upgrade'))).end).toBe('succeeded')
  expect(await otherThan(ground, nextPackages)).toEqual([])
})

it('with a key: every master has it for the deploy user alone, and the books name it', { timeout: 60_000 }, async () => {
  const ground = await fresh()
  const { end, entries } = await perform(ground, await planFor(ground, 'upgrade', { secretKey: 'credential-key' }))
  expect(end, said(entries)).toBe('succeeded')
  const keys = ground.world.state.machines.map(({ nodes }) => nodes['/dm/deploy/dm-master-8261/conf/dm-secret.key'])
  expect(keys).toMatchObject(Array(3).fill({ mode: '0600', owner: 'tidb' }))
  const content = keys.map((node) => Buffer.from(node?.content ?? '', 'base64').toString())
  expect(content).toEqual(Array(3).fill('s3cret-of-tests'))
  const books = await findCluster(database.db, cluster)
  expect(books?.topology.serverConfigs?.master).toMatchObject({ 'secret-key-path': 'conf/dm-secret.key' })
  expect(books?.keyFile).toEqual({ credentialId: 'credential-key' })
  expect(await credentialUsers(database.db, 'credential-key'), 'so that it stays').toEqual([cluster])
  expect(JSON.stringify(entries)).not.toContain('s3cret-of-tests')
  // The next upgrade keeps it.
  expect(JSON.stringify((await planFor(ground, 'upgrade')).phases)).not.toContain('dm-secret.key')
})

it('across v8.0.0: a task that DM stops for its password fails the last look with a sentence, and goes on once it is entered anew', {
  timeout: 60_000,
}, async () => {
  const ground = await fresh({ source: 'source-id: mysql-01\n', task: true })
  await database.db.cluster.update({ where: { name: cluster }, data: { version: 'v7.5.3' } })
  const plan = await planFor(ground, 'upgrade', { formerKey: true })
  const [subtask] = ground.world.dm.clusters[0]?.tasks[0]?.subtasks ?? []
  if (!subtask) throw new Error('no task')
  const deny = (denied: boolean) =>
    Object.assign(subtask, denied ? { stage: 'Paused', error: 'Error 1045: Access denied' } : { stage: 'Running', error: '' })
  const boundary = (at: string) => at.startsWith('after act record') && at.includes('cluster-version') && deny(true)
  const answer = () => {
    deny(false)
    return 'retry' as const
  }
  const { end, asked, entries } = await beside(ground, plan, answer, { boundary })
  expect(end, said(entries)).toBe('succeeded')
  expect(asked).toHaveLength(1)
  expect(entries.find(({ kind }) => kind === 'failed')).toMatchObject({
    error: { code: 'upgrade.passwords-unread' },
    seen: expect.stringContaining('Paused: Error 1045: Access denied'),
  })
  expect(await findCluster(database.db, cluster)).toMatchObject({ version: 'v8.5.1', keyFile: 'former' })
})

it('offline: a stopped cluster gets the target on its disks, and starts with it', { timeout: 60_000 }, async () => {
  const ground = await fresh()
  await expect(planFor(ground, 'upgrade', { offline: true })).rejects.toThrow('upgrade.running')
  expect((await perform(ground, await planNow(ground, 'stop'))).end).toBe('succeeded')
  await expect(planFor(ground, 'upgrade')).rejects.toThrow('upgrade.stopped')
  const done = await perform(ground, await planFor(ground, 'upgrade', { offline: true }))
  expect(done.end, said(done.entries)).toBe('succeeded')
  expect(ground.world.state.machines.flatMap(({ units }) => Object.values(units)).filter(({ active }) => active === 'active')).toEqual([])
  expect((await perform(ground, await planNow(ground, 'start'))).end).toBe('succeeded')
  expect(await otherThan(ground, nextPackages)).toEqual([])
})

it('upgrade: a runner that dies anywhere upgrades each instance once, without a leftover', { timeout: 600_000 }, async () => {
  const deployed = await fresh()
  const ledger = await database.db.ledger.findMany()
  const scene = async () => {
    // The books as after the deploy; the hosts a copy.
    await database.db.clusterUpgrade.deleteMany()
    await database.db.ledger.deleteMany()
    await database.db.ledger.createMany({ data: ledger })
    await database.db.clusterRevision.deleteMany({ where: { revision: { gt: 1 } } })
    await database.db.cluster.updateMany({ data: { version: 'v8.5.0', revision: 1 } })
    const ground = copyOf(deployed)
    return { ground, plan: await planFor(ground, 'upgrade') }
  }
  const check = async (ran: Ran): Promise<void> => {
    demandWhole(ran)
    const title = ran.died.join(', ').slice(0, 300)
    expect(ran.starts, title).toBe(instances.length)
    expect(await otherThan(ran.ground, nextPackages), title).toEqual([])
    expect(leftovers(ran.ground), title).toEqual([])
    expect(Object.keys(ran.ground.world.dm.clusters[0]?.evicted ?? {}), title).toEqual([])
    expect(await listUpgrades(database.db, cluster), title).toMatchObject([{ state: 'open', led: true }])
    expect((await findCluster(database.db, cluster))?.version, title).toBe('v8.5.1')
    expect(
      (await listConfigExports(database.db, cluster)).filter(({ jobId }) => jobId === ran.jobId),
      title,
    ).toHaveLength(1)
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 12, check })
  console.log(`crash matrix of upgrade: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

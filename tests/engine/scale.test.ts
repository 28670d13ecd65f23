import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { entriesOf } from '@/server/domain/topology/instances'
import { parseTopology } from '@/server/domain/topology/parse'
import { appendByUser } from '@/server/store/journal'
import { readLedger } from '@/server/store/ledger'
import { packageInstances } from '@/server/store/packages'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { base, baseYaml, books, deedsOfJob, freshBooks, members, planScaleIn, planScaleOut, runningGround } from './scale-ground'
import { attempt, copyOf, type Ground, perform, planNow, submitPlan, worldShape } from './sim-plans'

let database: TestDatabase
let started: Ground
let deployed: Awaited<ReturnType<typeof runningGround>>['deployed']
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  ;({ ground: started, deployed } = await runningGround(database.db))
}, 60_000)
beforeEach(() => freshBooks(database.db))
afterAll(() => database.close())

const whole = async (ground: Ground, plan: Parameters<typeof perform>[1]) => {
  const ran = await perform(ground, plan)
  expect(ran.end, JSON.stringify(ran.entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))).toBe('succeeded')
  return ran
}
const lifecycles = async () => entriesOf((await books(database.db)).topology).map(({ entry }) => entry.lifecycle ?? 'active')
const text = (ground: Ground, host: string, path: string) => ground.world.host(host)?.machine.text(path) ?? ''
const script = '/dm/deploy/dm-master-8261/scripts/run_dm-master.sh'

it('a master and a worker join on new hosts: members, books, scripts, comments', async () => {
  const ground = copyOf(started)
  const more = 'master_servers:\n  - host: 10.0.0.4 # new rack\nworker_servers:\n  - host: 10.0.0.5\n'
  await whole(ground, await planScaleOut(ground, more))
  expect(members(ground).masters).toContain('dm-10.0.0.4-8261')
  expect(members(ground).workers).toContain('dm-10.0.0.5-8262')
  expect(await lifecycles()).toEqual(Array(8).fill('active'))
  const { yaml, topology, revision } = await books(database.db)
  expect(yaml).toContain('# ours')
  expect(yaml).toContain('host: 10.0.0.1 # rack 1')
  expect(yaml).toContain('host: 10.0.0.4 # new rack')
  expect(parseTopology(yaml).topology?.masters.map(({ host }) => host)).toEqual(topology.masters.map(({ host }) => host))
  expect(revision).toBe(4)
  for (const host of ['10.0.0.1', '10.0.0.4']) expect(text(ground, host, script)).toContain('dm-10.0.0.4-8261=http://10.0.0.4:8291"')
  expect(text(ground, '10.0.0.4', script)).not.toContain('--join')
  expect(text(ground, '10.0.0.1', '/dm/deploy/prometheus-9090/conf/prometheus.yml')).toContain('10.0.0.5:8262')
})

it('out and in again leaves hosts, members and books as they were', async () => {
  const ground = copyOf(started)
  const bare = worldShape(ground.world)
  const out = await whole(ground, await planScaleOut(ground, 'master_servers: [{host: 10.0.0.4}]\nworker_servers: [{host: 10.0.0.4}]\n'))
  const deeds = [deployed, await deedsOfJob(ground, out)]
  const given = { user: 'root', credentialId: 'root', sudo: 'root' } as const
  const back = await whole(ground, await planScaleIn(ground, ['10.0.0.4:8261', '10.0.0.4:8262'], { deeds, given }))
  // The ledger says when they went and by which job, of their host's exporters too; nothing is said to lie there any more.
  const rows = (await readLedger(database.db, 'dm1')).filter(({ instance }) => instance.startsWith('10.0.0.4:'))
  expect(rows.map(({ instance, supersededAt, leftBy }) => [instance, supersededAt !== null, leftBy]).toSorted()).toEqual(
    ['10.0.0.4:8261', '10.0.0.4:8262', '10.0.0.4:9100', '10.0.0.4:9115'].map((id) => [id, true, back.jobId]),
  )
  for (const { packageSha256 } of rows)
    expect((await packageInstances(database.db, packageSha256)).map(({ instance }) => instance)).not.toContain('10.0.0.4:8261')
  expect(members(ground).masters).toHaveLength(3)
  expect(members(ground).workers).toHaveLength(2)
  const { topology, yaml } = await books(database.db)
  expect(topology.masters.map(({ host }) => host)).toEqual(base.masters.map(({ host }) => host))
  expect(parseTopology(yaml).topology).toEqual(parseTopology(baseYaml).topology)
  const there = (shape: unknown) =>
    JSON.stringify(shape, (key, value: unknown) => (key === '/var/lib/dm-panel' || key === 'nodes' ? undefined : value))
  expect(there(worldShape(ground.world))).toBe(there(bare))
  const left = Object.keys(ground.world.host('10.0.0.4')?.machine.state.nodes ?? {}).filter((path) =>
    /dm\/|tidb|systemd\/system\/|sudoers.d\//.test(path),
  )
  expect(left).toEqual([])
})

it('the leader leaves, and the worker that is bound: the source moves, nobody is without a leader', async () => {
  const ground = copyOf(started)
  const [dm] = ground.world.dm.clusters
  const bound = dm?.workers.find(({ source }) => source !== '')?.addr ?? ''
  const leader = dm?.leader.replace(/^dm-(.*)-(\d+)$/, '$1:$2') ?? ''
  await whole(ground, await planScaleIn(ground, [leader, bound]))
  expect(members(ground).masters).toHaveLength(2)
  expect(members(ground).leader).not.toBe('')
  expect(ground.world.dm.clusters[0]?.workers.map(({ source }) => source)).toEqual(['mysql-01'])
  expect(await lifecycles()).toHaveLength(4)
})

it('three to two to one: the last step takes the member out while it runs', async () => {
  const ground = copyOf(started)
  await whole(ground, await planScaleIn(ground, ['10.0.0.1:8261']))
  const last = await planScaleIn(ground, ['10.0.0.2:8261'])
  expect(last.phases.map(({ title }) => title.word)).toContain('plan.leave-dm-master-delete-first')
  await whole(ground, last)
  expect(members(ground)).toMatchObject({ masters: ['dm-10.0.0.3-8261'], leader: 'dm-10.0.0.3-8261' })
  await expect(planScaleIn(ground, ['10.0.0.3:8261'])).rejects.toThrow('scale-in.last-master')
})

it('the recorded wiped disk: refused without a majority, mended by a start and a scale-in', async () => {
  const ground = copyOf(started)
  const at = (host: string) => ground.world.host(host)
  for (const host of ['10.0.0.1', '10.0.0.2']) at(host)?.systemd.stop('dm-master-8261.service')
  for (const path of ['/dm/data/dm-master-8261', '/dm/deploy/dm-master-8261', '/etc/systemd/system/dm-master-8261.service'])
    at('10.0.0.1')?.machine.remove(path)
  at('10.0.0.1')?.systemd.daemonReload()
  ground.world.dm.settle()
  await expect(planScaleIn(ground, ['10.0.0.1:8261'])).rejects.toThrow('scale-in.members-unknown')
  await whole(ground, await planNow({ ...ground, topology: (await books(database.db)).topology }, 'start', { nodes: ['10.0.0.2:8261'] }))
  await whole(ground, await planScaleIn(ground, ['10.0.0.1:8261']))
  expect(members(ground).masters).toEqual(['dm-10.0.0.2-8261', 'dm-10.0.0.3-8261'])
})

it('a worker that was killed: its lease is waited for', async () => {
  const ground = copyOf(started)
  const free = ground.world.dm.clusters[0]?.workers.find(({ source }) => source === '')?.addr ?? ''
  const host = free.split(':')[0] ?? ''
  ground.world.host(host)?.systemd.exit('dm-worker-8262.service', 9)
  Object.assign(ground.world.host(host)?.machine.unit('dm-worker-8262.service') ?? {}, { active: 'failed', sub: 'failed', retryAtMs: 0 })
  ground.world.dm.settle()
  const before = ground.clock.now()
  await whole(ground, await planScaleIn(ground, [free]))
  expect(ground.clock.now() - before).toBeGreaterThan(30_000)
  expect(members(ground).workers).toHaveLength(1)
})

/** The new master's program can't start; the operator gives up at the question. */
const halfJoined = async (ground: Ground) => {
  const plan = await planScaleOut(ground, 'master_servers: [{host: 10.0.0.4}]\n')
  const jobId = await submitPlan(ground, plan)
  const node = () => ground.world.host('10.0.0.4')?.machine.node('/dm/deploy/dm-master-8261/bin/dm-master/dm-master')
  const spoil = (point: string) => {
    const program = node()
    if (point.includes('awaited') && program) program.mode = '0644'
  }
  const running = attempt(ground, plan, { boundary: spoil })
  await expect
    .poll(async () => (await database.db.job.findUniqueOrThrow({ where: { id: jobId } })).state, { timeout: 20_000 })
    .toBe('waiting')
  const asked = await database.db.journalEntry.findFirstOrThrow({ where: { jobId, kind: 'question' }, orderBy: { seq: 'desc' } })
  const { question } = JSON.parse(asked.data) as { question: { id: string } } // written by the journal
  expect(
    await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice: 'give-up', reason: '', by: 'ann' }),
  ).toBe('appended')
  expect(await running).toBe('failed')
  const program = node()
  if (program) program.mode = '0755'
  ground.world.host('10.0.0.4')?.systemd.stop('dm-master-8261.service')
  return { plan, jobId }
}

it('given up half-way: the instance is joining in the books; the same scale-out again finishes it', async () => {
  const ground = copyOf(started)
  await halfJoined(ground)
  expect((await books(database.db)).topology.masters.map(({ lifecycle }) => lifecycle)).toEqual([
    undefined,
    undefined,
    undefined,
    'joining',
  ])
  expect(text(ground, '10.0.0.4', script)).toContain('--join=')
  await whole(ground, await planScaleOut(ground, 'master_servers: [{host: 10.0.0.4}]\n', { waivers: [] }))
  expect(members(ground).masters).toHaveLength(4)
  expect(await lifecycles()).toEqual(Array(7).fill('active'))
})

it('given up half-way: a scale-in of what joined takes it away again', async () => {
  const ground = copyOf(started)
  const half = await halfJoined(ground)
  await whole(ground, await planScaleIn(ground, ['10.0.0.4:8261'], { deeds: [deployed, await deedsOfJob(ground, half)] }))
  expect(members(ground).masters).toHaveLength(3)
  expect((await books(database.db)).topology).toEqual(base)
  expect(Object.keys(ground.world.host('10.0.0.4')?.machine.state.nodes ?? {}).filter((path) => path.startsWith('/dm/'))).toEqual([])
})

it('a second scale-out while a master is half-joined keeps its script joining', async () => {
  const ground = copyOf(started)
  await halfJoined(ground)
  await whole(ground, await planScaleOut(ground, 'worker_servers: [{host: 10.0.0.5}]\n'))
  expect(text(ground, '10.0.0.4', script)).toContain('--join=')
  expect((await books(database.db)).topology.masters.map(({ lifecycle }) => lifecycle ?? 'active')).toContain('joining')
})

it('a stale registration is pruned', async () => {
  const ground = copyOf(started)
  ground.world.dm.clusters[0]?.workers.push({ name: 'dm-old', addr: '10.9.9.9:8262', source: '', last: '' })
  await whole(ground, await planNow({ ...ground, topology: base }, 'prune'))
  expect(members(ground).workers).not.toContain('dm-old')
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@/server/domain/app-error'
import { foldJournal } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import type { OperationInput } from '@/server/operations/input'
import { SimWorld } from '@/server/sim/world'
import { appendByUser, readJournal } from '@/server/store/journal'
import { keepPackage } from '@/server/store/packages'
import { listRevisions } from '@/server/store/revisions'
import { listUnapplied } from '@/server/store/unapplied'
import { type SaveEdit, saveEdit } from '@/server/usecases/edit-config'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import { base, baseYaml, books, freshBooks, members, planScaleOut, runningGround } from './scale-ground'
import { attempt, copyOf, dmctl, type Ground, packages, perform, planNow, startsOf, submitPlan } from './sim-plans'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  for (const info of packages) await keepPackage(database.db, { info, tree: [] }, 'ann')
  ;({ ground: started } = await runningGround(database.db))
}, 60_000)
beforeEach(async () => {
  await freshBooks(database.db)
  await database.db.cluster.update({ where: { name: 'dm1' }, data: { lifecycle: 'deployed' } })
})
afterAll(() => database.close())

const who = { id: 'u', email: 'ann', from: '192.0.2.1' }
const rolling = { batch: 1, canary: false, tolerance: 0 }
const debug = `${baseYaml}server_configs: {master: {log-level: debug}} # noisy for a day\n`
const save = async (yaml: string, more: Partial<SaveEdit> = {}) =>
  saveEdit(database.db, who, {
    cluster: 'dm1',
    yaml,
    base: (await books(database.db)).revision,
    reason: 'DM-9',
    consent: [],
    files: {},
    ...more,
  })
/** As prepare-reload does. */
const planReload = async (ground: Ground, more: Partial<OperationInput> = {}): Promise<Plan> => {
  const { topology, revision } = await books(database.db)
  const behind = await listUnapplied(database.db, 'dm1')
  const unapplied = Object.fromEntries(behind.map(({ instance, state }) => [instance, state]))
  return planNow({ ...ground, topology }, 'reload', { dmctl, rolling, revision, unapplied, reload: { restart: 'changed' }, ...more })
}
const whole = async (ground: Ground, plan: Plan) => {
  const ran = await perform(ground, plan)
  expect(ran.end, JSON.stringify(ran.entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))).toBe('succeeded')
  return ran
}
const behind = async () =>
  (await listUnapplied(database.db, 'dm1')).map(({ instance, revision, state }) => `${instance} r${revision} ${state}`)
const toml = (ground: Ground, host: string, role = 'master') =>
  ground.world.host(host)?.machine.text(`/dm/deploy/dm-${role}-${role === 'master' ? 8261 : 8262}/conf/dm-${role}.toml`) ?? ''
const masters = ['10.0.0.1', '10.0.0.2', '10.0.0.3']
const filesOf = (plan: Plan) =>
  plan.phases.flatMap(({ lanes }) =>
    lanes.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'file' ? [`${step.host} ${step.path}`] : []))),
  )

describe('an edit', () => {
  it('is a revision with its author and reason; who does not run it yet is known until a reload has reached all', async () => {
    const ground = copyOf(started)
    expect((await save(debug)).revision).toBe(2)
    const { yaml, topology } = await books(database.db)
    expect(yaml).toBe(debug)
    expect(topology.serverConfigs?.master).toEqual({ 'log-level': 'debug' })
    expect(await listRevisions(database.db, 'dm1')).toMatchObject([
      { revision: 2, by: 'ann', kind: 'edit-config', reason: 'DM-9' },
      { revision: 1, kind: 'deploy' },
    ])
    expect(await behind()).toEqual(masters.map((host) => `${host}:8261 r1 files`))
    const before = startsOf(ground.world)
    const plan = await planReload(ground)
    expect(filesOf(plan)).toHaveLength(3)
    await whole(ground, plan)
    expect(startsOf(ground.world) - before).toBe(3)
    expect(masters.map((host) => toml(ground, host).includes('log-level = "debug"'))).toEqual([true, true, true])
    expect(await behind()).toEqual([])
    await expect(planReload(ground)).rejects.toThrow('reload.nothing')
  })

  it('that is taken back before a reload leaves nobody behind', async () => {
    await save(debug)
    expect((await save('', { revert: 1, yaml: undefined })).revision).toBe(3)
    expect((await books(database.db)).yaml).toBe(baseYaml)
    expect((await listRevisions(database.db, 'dm1'))[0]).toMatchObject({ revision: 3, kind: 'revert' })
    expect(await behind()).toEqual([])
  })

  it('of comments only is kept, and there is nothing to apply', async () => {
    await save(`# more words\n${baseYaml}`)
    expect((await books(database.db)).yaml).toContain('# more words')
    expect(await behind()).toEqual([])
  })

  it('is refused where it must be, and then nothing is kept', async () => {
    const refused = async (yaml: string, more: Partial<SaveEdit> = {}) => {
      const error = await save(yaml, more).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      if (!(error instanceof AppError)) throw new Error('not refused')
      return [error.status, error.code, ...error.problems.map(({ code, line }) => `${code}${line === undefined ? '' : ` line ${line}`}`)]
    }
    expect(await refused(baseYaml)).toEqual([422, 'edit.unchanged'])
    expect(await refused(baseYaml.replace('10.0.0.1 # rack', '10.0.0.1 # rack\n    port: 9261 # '))).toEqual([
      ...[422, 'edit.has-errors', 'edit.immutable line 6'],
    ])
    expect(await refused(baseYaml.replace('monitored: {}\n', ''))).toEqual([422, 'edit.has-errors', 'edit.monitored-removed line 2'])
    expect(await refused(`${baseYaml}  bad: [\n`)).toEqual([422, 'edit.has-errors', 'topology.yaml line 13', 'topology.yaml line 14'])
    const odd = `${baseYaml}server_configs: {worker: {keep-alive: 5}}\n`
    expect(await refused(odd)).toEqual([422, 'edit.warnings-unread', 'topology.dm-key-unknown line 13'])
    await save(debug)
    expect(await refused(odd, { base: 1 })).toEqual([409, 'edit.stale', 'edit.changed-since'])
    const job = await submitPlan(started, await planReload(copyOf(started)))
    expect(await refused(odd, { consent: ['topology.dm-key-unknown'] })).toEqual([409, 'usecases.cluster-busy'])
    await database.db.reservation.deleteMany({ where: { jobId: job } })
    await database.db.job.update({ where: { id: job }, data: { endedAt: new Date(0) } })
    expect(await listRevisions(database.db, 'dm1')).toHaveLength(2)
  })
})

describe('a reload', () => {
  it('of some instances names the others; without a restart they have the files, and a restart makes up for it', async () => {
    const ground = copyOf(started)
    await save(debug)
    await whole(ground, await planReload(ground, { nodes: ['10.0.0.1:8261'] }))
    expect(await behind()).toEqual(['10.0.0.2:8261 r1 files', '10.0.0.3:8261 r1 files'])
    const before = startsOf(ground.world)
    await whole(ground, await planReload(ground, { nodes: ['10.0.0.2:8261'], reload: { restart: 'none' } }))
    expect(startsOf(ground.world)).toBe(before)
    expect(await behind()).toEqual(['10.0.0.2:8261 r1 restart', '10.0.0.3:8261 r1 files'])
    await whole(ground, await planNow({ ...ground, topology: base }, 'restart', { dmctl, rolling, roles: ['dm-master'] }))
    expect(await behind()).toEqual(['10.0.0.3:8261 r1 files'])
    await whole(ground, await planReload(ground))
    expect(await behind()).toEqual([])
  })

  it('moves the source away before a worker stops, and no master stays evicted', async () => {
    const ground = copyOf(started)
    await save(`${baseYaml}server_configs: {worker: {keepalive-ttl: 30}, master: {log-level: warn}}\n`)
    await whole(ground, await planReload(ground))
    expect(await behind()).toEqual([])
    expect(ground.world.dm.clusters[0]?.workers.map(({ source }) => source).filter(Boolean)).toEqual(['mysql-01'])
    expect(Object.keys(ground.world.dm.clusters[0]?.evicted ?? {})).toEqual([])
  })

  it('with settings that DM does not know stops at the first node; the former revision brings it back', { timeout: 60_000 }, async () => {
    const ground = copyOf(started)
    await save(`${baseYaml}server_configs: {worker: {no-such-key: 1}}\n`, { consent: ['topology.dm-key-unknown'] })
    const plan = await planReload(ground, { waitTimeoutS: 10 })
    const view = await askedThenGivenUp(ground, plan)
    const [first, second] = plan.phases.find(({ title }) => title.word === 'plan.roll-dm-worker')?.lanes ?? []
    expect(view.question?.lane).toBe(first?.id)
    const other = second?.subject ?? ''
    expect(await behind()).toEqual([`${first?.subject} r1 restart`, `${other} r1 files`].sort())
    expect(toml(ground, other.split(':')[0] ?? '', 'worker')).not.toContain('no-such-key')

    await save('', { revert: 1, yaml: undefined })
    expect(await behind()).toEqual([`${first?.subject} r1 files`])
    const back = await planReload(ground)
    expect(filesOf(back).map((one) => one.split(' ')[1])).toEqual(['/dm/deploy/dm-worker-8262/conf/dm-worker.toml'])
    await whole(ground, back)
    expect(await behind()).toEqual([])
    expect(members(ground).workers).toHaveLength(2)
    expect(ground.world.dm.clusters[0]?.workers.map(({ source }) => source).filter(Boolean)).toEqual(['mysql-01'])
  })

  it('leaves a master that still joins alone: its folder is not spoilt, and the scale-out finishes it', { timeout: 60_000 }, async () => {
    const ground = copyOf(started)
    const more = 'master_servers: [{host: 10.0.0.4}]\n'
    const faultsOf = (address: string) => (address === '10.0.0.4' ? ['fail-start dm-master-8261'] : [])
    const broken = new SimWorld(ground.world.state, { now: ground.clock.now, faultsOf })
    const faulty: Ground = { ...ground, world: broken, transport: new SimTransport(broken) }
    await askedThenGivenUp(faulty, await planScaleOut(faulty, more, { waitTimeoutS: 5 }))
    await save(`${(await books(database.db)).yaml}server_configs: {master: {log-level: debug}}\n`)
    expect(await behind()).toEqual(masters.map((host) => `${host}:8261 r2 files`))
    const plan = await planReload(ground)
    expect(plan.problems.map(({ code }) => code)).toContain('reload.joining')
    await whole(ground, plan)
    const script = () => ground.world.host('10.0.0.4')?.machine.text('/dm/deploy/dm-master-8261/scripts/run_dm-master.sh') ?? ''
    expect(script()).toContain('--join=')
    await whole(ground, await planScaleOut(ground, more))
    expect(members(ground).masters).toHaveLength(4)
    expect(toml(ground, '10.0.0.4')).toContain('debug')
    expect(script()).not.toContain('--join=')
  })

  it('is killed anywhere: each unit is restarted once, no node starts half-configured, and all of it is applied', {
    timeout: 300_000,
  }, async () => {
    const scene = async () => {
      await freshBooks(database.db)
      await database.db.cluster.update({ where: { name: 'dm1' }, data: { lifecycle: 'deployed' } })
      await save(
        `${baseYaml}server_configs: {worker: {keepalive-ttl: 30}, master: {log-level: warn}}\n`.replace(
          'host: 10.0.0.1\n',
          'host: 10.0.0.1\n    scrape_interval: 10s\n',
        ),
      )
      const ground = copyOf(started)
      return { ground, plan: await planReload(ground) }
    }
    const check = async (ran: Ran): Promise<void> => {
      demandWhole(ran)
      const title = ran.died.join(', ')
      expect(ran.starts, title).toBe(6)
      expect(await behind(), title).toEqual([])
      expect(Object.keys(ran.ground.world.dm.clusters[0]?.evicted ?? {}), title).toEqual([])
      expect(ran.ground.world.dm.clusters[0]?.workers.map(({ source }) => source).filter(Boolean), title).toEqual(['mysql-01'])
    }
    const { points, deaths, jobs, left } = await matrix(scene, { apart: 12, check })
    console.log(`crash matrix of reload: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
    expect(left).toEqual([])
  })
})

/** Runs until somebody is asked, and gives up there. */
const askedThenGivenUp = async (ground: Ground, plan: Plan): Promise<JobView> => {
  const jobId = await submitPlan(ground, plan)
  const ended = attempt(ground, plan)
  for (;;) {
    const view = foldJournal(plan, await readJournal(database.db, jobId, 0))
    if (view.endedAt) throw new Error(`nobody was asked: ${view.state}`)
    if (view.question) {
      const said = { kind: 'answered', question: view.question.id, choice: 'give-up', reason: 'no good', by: 'ann' } as const
      expect(await appendByUser(database.db, jobId, said)).toBe('appended')
      expect(await ended).toBe('failed')
      return view
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

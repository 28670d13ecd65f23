import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import { stepsOf } from '@/server/domain/plan'
import { writeTar } from '@/server/sim/tar'
import { SimWorld } from '@/server/sim/world'
import { readJournal } from '@/server/store/journal'
import { topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { answering, dyingAt } from './once-only'
import { attempt, copyOf, dmctl, forgetCluster, type Ground, newGround, perform, planNow, submitPlan } from './sim-plans'

const topology = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
`)
const canary = 'canary-of-a-source-9d'
const sourceFile = `source-id: mysql-01\nfrom: {host: 10.0.0.9, port: 3306, user: root, password: "${canary}"}\n`
const archive = gzipSync(writeTar([{ name: 'source1.yml', content: Buffer.from(sourceFile) }])).toString('base64')

let database: TestDatabase
let deployed: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  const ground = newGround(database.db, topology)
  const world = SimWorld.fresh(['10.0.0.1', '10.0.0.2'], { now: ground.clock.now })
  deployed = { ...ground, world, transport: new SimTransport(world) }
  expect((await perform(deployed, await planNow(deployed, 'deploy'))).end).toBe('succeeded')
  expect((await perform(deployed, await planNow(deployed, 'start'))).end).toBe('succeeded')
}, 60_000)
afterAll(() => database.close())

const secrets = { secret: () => Promise.resolve(archive), masks: () => Promise.resolve([canary]) }

const scene = async (line = 'operate-source create source1.yml', files = ['source1.yml']) => {
  await forgetCluster(database.db)
  const ground = copyOf(deployed)
  const typed = { line, run: 'run-1', version: 'v8.5.0', seconds: 60, files: files.map((name) => ({ name, sizeBytes: 9, about: '' })) }
  const plan = await planNow(ground, 'dmctl', { dmctl, typed })
  return { ground, plan, jobId: await submitPlan(ground, plan) }
}

/** How often dmctl was begun. */
const runs = (ground: Ground): number => ground.transport.typed.filter(({ name }) => name === 'dmctl-typed').length
/** What is left on the host of what was given to dmctl. */
const left = (ground: Ground): string[] =>
  ground.world.state.machines.flatMap(({ nodes }) =>
    Object.entries(nodes).flatMap(([path, node]) => (/\/dmctl\.|\/staged\/|\/incoming\/\w+\//.test(path) ? [`${path} ${node.type}`] : [])),
  )
const sourcesIn = (ground: Ground): string[] => ground.world.dm.clusters.flatMap(({ sources }) => sources.map(({ id }) => id))

describe('dmctl: never twice in silence, and no file stays', () => {
  it('wherever the runner dies: once it may have run a person is asked, and by then the file is gone', { timeout: 120_000 }, async () => {
    const clean = await scene()
    const points = [...new Set(await dyingAt(clean.ground, clean.plan, '', secrets))]
    expect([runs(clean.ground), sourcesIn(clean.ground), left(clean.ground)]).toEqual([1, ['mysql-01'], []])
    expect(points.filter((point) => / dmctl-typed$/.test(point)).length).toBe(2)
    let questions = 0
    for (const at of points) {
      const { ground, plan, jobId } = await scene()
      await dyingAt(ground, plan, at, secrets)
      const before = runs(ground)
      const { end, asked } = await answering(ground, plan, { jobId, choice: 'skip', engine: secrets, look: () => left(ground) })
      questions += asked.length
      expect(end, at).toBe('succeeded')
      expect(asked.flat(), `${at}: when a person is asked`).toEqual([])
      expect(runs(ground), at).toBe(asked.length > 0 ? before : 1)
      expect(left(ground), at).toEqual([])
      expect(JSON.stringify(await readJournal(database.db, jobId, 0)), at).not.toContain(canary)
    }
    expect(questions).toBeGreaterThan(2)
    console.log(`crash matrix of dmctl: ${points.length} points, ${questions} questions`)
  })

  it('runs again where somebody has said so, with its file', async () => {
    const { ground, plan, jobId } = await scene()
    await dyingAt(ground, plan, 'sent 10.0.0.1 dmctl-typed', secrets)
    expect(sourcesIn(ground)).toEqual([])
    const { end, asked } = await answering(ground, plan, { jobId, choice: 'retry', engine: secrets, look: () => left(ground) })
    expect([end, asked.length, sourcesIn(ground), left(ground)]).toEqual(['succeeded', 1, ['mysql-01'], []])
  })
})

describe('what comes of it', () => {
  it('DM’s answer decides, not the exit status; nobody is asked', async () => {
    const { ground, plan, jobId } = await scene('transfer-source mysql-09 dm-10.0.0.2-8262', [])
    expect(await attempt(ground, plan)).toBe('failed')
    const entries = await readJournal(database.db, jobId, 0)
    expect(entries.filter(({ kind }) => kind === 'question')).toEqual([])
    const failed = entries.find(({ kind }) => kind === 'failed')
    expect(failed).toMatchObject({ error: { code: 'engine.dmctl-refused', params: { said: expect.stringContaining('mysql-09') } } })
    expect(entries.some((entry) => entry.kind === 'output' && entry.text.includes('"result": false'))).toBe(true)
    const step = stepsOf(plan).find(({ kind }) => kind === 'dmctl')
    expect(foldJournal(plan, entries).steps[step?.id ?? '']?.state).toBe('failed')
  })

  it('what DM repeats of a file is masked', async () => {
    const { ground, plan, jobId } = await scene()
    expect(await attempt(ground, plan, secrets)).toBe('succeeded')
    expect(JSON.stringify(await readJournal(database.db, jobId, 0))).not.toContain(canary)
    await forgetCluster(database.db)
    const typed = { line: 'get-config source mysql-01', run: 'run-2', version: 'v8.5.0', seconds: 60, files: [] }
    const again = await planNow(ground, 'dmctl', { dmctl, typed })
    const id = await submitPlan(ground, again)
    expect(await attempt(ground, again)).toBe('succeeded')
    const text = JSON.stringify(await readJournal(database.db, id, 0))
    expect(text).toContain('password: ******')
    expect(text).not.toContain(canary)
  })

  it('an export is kept sealed, and is nowhere in the log', async () => {
    const made = await scene()
    expect(await attempt(made.ground, made.plan, secrets)).toBe('succeeded')
    await database.db.job.updateMany({ data: { endedAt: new Date(0) } })
    const typed = { line: 'config export', run: 'run-3', version: 'v8.5.0', seconds: 60, files: [] }
    const plan = await planNow(made.ground, 'dmctl', { dmctl, typed })
    const jobId = await submitPlan(made.ground, plan)
    expect(await attempt(made.ground, plan)).toBe('succeeded')
    expect(await database.db.configExport.count({ where: { jobId, sources: 1 } })).toBe(1)
    expect(JSON.stringify(await readJournal(database.db, jobId, 0))).not.toContain(canary)
    expect(left(made.ground)).toEqual([])
  })
})

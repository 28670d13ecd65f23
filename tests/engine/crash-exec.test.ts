import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandResults, groupResults } from '@/server/domain/command-results'
import { stepsOf } from '@/server/domain/plan'
import { LinkLost } from '@/server/remote/transport'
import { SimWorld } from '@/server/sim/world'
import { readJournal } from '@/server/store/journal'
import { topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { answering, dyingAt } from './once-only'
import { attempt, copyOf, forgetCluster, type Ground, newGround, perform, planNow, submitPlan } from './sim-plans'

const topology = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
`)
const exec = { command: 'echo {{ .Host }}; hostname', sudo: false, timeoutS: 60, atOnce: 5 }

let database: TestDatabase
let deployed: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  const ground = newGround(database.db, topology)
  const world = SimWorld.fresh(['10.0.0.1', '10.0.0.2'], { now: ground.clock.now })
  deployed = { ...ground, world, transport: new SimTransport(world) }
  expect((await perform(deployed, await planNow(deployed, 'deploy'))).end).toBe('succeeded')
}, 60_000)
afterAll(() => database.close())

/** How often the user's text has reached each host. */
const runsOn = (ground: Ground) => {
  const count = (host: string) => ground.transport.typed.filter((one) => one.host === host && one.name === 'command').length
  return { '10.0.0.1': count('10.0.0.1'), '10.0.0.2': count('10.0.0.2') }
}

const look = (question: string): string => question

const scene = async (more: Partial<typeof exec> = {}) => {
  await forgetCluster(database.db)
  const ground = copyOf(deployed)
  const plan = await planNow(ground, 'exec', { exec: { ...exec, ...more } })
  return { ground, plan, jobId: await submitPlan(ground, plan) }
}

describe('exec: the command is never run twice in silence', () => {
  it('wherever the runner dies: a host where it may have run is asked about, every other one has it once', {
    timeout: 120_000,
  }, async () => {
    const clean = await scene()
    const points = [...new Set(await dyingAt(clean.ground, clean.plan, ''))]
    expect(runsOn(clean.ground)).toEqual({ '10.0.0.1': 1, '10.0.0.2': 1 })
    expect(points.filter((point) => / command$/.test(point)).length).toBe(4)
    let questions = 0
    for (const at of points) {
      const { ground, plan, jobId } = await scene()
      await dyingAt(ground, plan, at)
      const before = runsOn(ground)
      const { end, asked } = await answering(ground, plan, { jobId, choice: 'skip', look })
      questions += asked.length
      expect(end, at).toBe('succeeded')
      const after = runsOn(ground)
      for (const step of stepsOf(plan)) {
        const host = 'host' in step && step.host === '10.0.0.1' ? '10.0.0.1' : '10.0.0.2'
        const wasAsked = asked.some((id) => id.includes(step.id))
        // Asked about: left as the death left it. Not asked about: it has run once, before or since.
        expect(after[host], `${at}: ${host}`).toBe(wasAsked ? before[host] : 1)
      }
    }
    expect(questions).toBeGreaterThan(4)
    console.log(`crash matrix of exec: ${points.length} points, ${questions} questions`)
  })

  it('runs again where somebody has said so', async () => {
    const { ground, plan, jobId } = await scene()
    await dyingAt(ground, plan, 'ran 10.0.0.1 command')
    const { end, asked } = await answering(ground, plan, { jobId, choice: 'retry', look })
    expect(end).toBe('succeeded')
    expect(asked.some((id) => id.includes('10.0.0.1'))).toBe(true)
    expect(runsOn(ground)['10.0.0.1']).toBe(2)
  })

  it('a link that is lost under it is asked about too', async () => {
    const { ground, plan, jobId } = await scene()
    let dropped = false
    ground.transport.hooks.after = (host, what) => {
      if (dropped || host !== '10.0.0.2' || !what.startsWith('command ')) return
      dropped = true
      throw new LinkLost('dropped', host, 'gone')
    }
    const { end, asked } = await answering(ground, plan, { jobId, choice: 'skip', look })
    expect([end, asked.length]).toEqual(['succeeded', 1])
    expect(runsOn(ground)).toEqual({ '10.0.0.1': 1, '10.0.0.2': 1 })
  })
})

describe('what comes of it', () => {
  it('a host where it fails keeps it from no other, the job has failed, and nobody is asked', async () => {
    const { ground, plan, jobId } = await scene({ command: 'echo ::made /x; cat /etc/systemd/system/dm-worker-8262.service', atOnce: 1 })
    expect(await attempt(ground, plan)).toBe('failed')
    const entries = await readJournal(database.db, jobId, 0)
    expect(entries.filter(({ kind }) => kind === 'question')).toEqual([])
    const results = commandResults(plan, entries)
    expect(results.map(({ host, state, exitCode }) => [host, state, exitCode])).toEqual([
      ['10.0.0.1', 'failed', 1],
      ['10.0.0.2', 'done', 0],
    ])
    expect(results[0]?.stdout).toBe('::made /x\n') // no mark of the panel's own scripts means anything here
    expect(results[1]?.stdout).toContain('[Service]')
    expect(groupResults(results).map(({ hosts }) => hosts.length)).toEqual([1, 1])
  })

  it('exit statuses are the command’s own, also those that mean something to the panel', async () => {
    const codes: unknown[] = []
    for (const code of [97, 124, 137]) {
      const { ground, plan, jobId } = await scene({ command: `exit ${code}` })
      expect(await attempt(ground, plan)).toBe('failed')
      codes.push(commandResults(plan, await readJournal(database.db, jobId, 0)).map(({ exitCode }) => exitCode))
    }
    expect(codes).toEqual([
      [97, 97],
      [124, 124],
      [137, 137],
    ])
  })

  it('the deploy user’s sudo is out of reach, root is root, and each host has its own values', async () => {
    const outputs = async (more: Partial<typeof exec>) => {
      const { ground, plan, jobId } = await scene(more)
      await attempt(ground, plan)
      return commandResults(plan, await readJournal(database.db, jobId, 0)).map(({ stdout, stderr }) => stdout + stderr)
    }
    expect(await outputs({ command: 'id -un; echo {{ .Port }} {{ .DeployDir }}' })).toEqual([
      'tidb\n8261 /dm/deploy/dm-master-8261\n',
      'tidb\n8262 /dm/deploy/dm-worker-8262\n',
    ])
    expect(await outputs({ command: 'id -un', sudo: true })).toEqual(['root\n', 'root\n'])
    expect((await outputs({ command: 'sudo id -un' }))[0]).toContain('no new privileges')
  })

  it('runs beside a job that holds the cluster, and leaves its reservation and its credentials alone', async () => {
    await forgetCluster(database.db)
    const ground = copyOf(deployed)
    const stop = await submitPlan(ground, await planNow(ground, 'enable'))
    await database.db.job.update({ where: { id: stop }, data: { leaseUntil: new Date(ground.clock.now() + 9e6), holder: '{}' } })
    const plan = await planNow(ground, 'exec', { exec })
    await database.db.credential.create({
      data: { id: 'once', name: 'once', kind: 'password', sealed: 'x', oneTimeFor: plan.cluster, createdBy: 'ann' },
    })
    await database.db.job.update({ where: { id: stop }, data: { endedAt: new Date(0) } })
    expect((await perform(ground, plan)).end).toBe('succeeded')
    expect(await database.db.reservation.count({ where: { jobId: stop } })).toBe(1)
    expect((await database.db.credential.findUniqueOrThrow({ where: { id: 'once' } })).sealed).toBe('x')
  })
})

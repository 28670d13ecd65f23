import { afterAll, beforeAll, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import { appendByUser, readJournal } from '@/server/store/journal'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, type Ran } from './crash-matrix'
import { attempt, copyOf, dmctl, forgetCluster, type Ground, perform, planNow, startsOf, submitPlan } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: '', task: true })
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

const rolling = { batch: 1, canary: false, tolerance: 0 }
const plan = (ground: Ground, more = {}) => planNow(ground, 'restart', { dmctl, rolling, ...more })

const bindings = (ground: Ground) =>
  ground.world.dm.clusters[0]?.workers.map(({ name, source }) => [name, source]).filter(([, s]) => s !== '')
const evicted = (ground: Ground) => Object.entries(ground.world.dm.clusters[0]?.evicted ?? {}).length

it('restart: one after another; the source is never with a worker that goes down', async () => {
  const ground = copyOf(started)
  const moves = JSON.stringify(bindings(ground))
  const { end, entries, plan: asRun } = await perform(ground, await plan(ground))
  expect(end, JSON.stringify(entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))).toBe('succeeded')
  expect(JSON.stringify(bindings(ground))).not.toBe(moves)
  expect(bindings(ground)).toHaveLength(1)
  // Order of the turns: no lane of a phase begins before the former one has ended.
  const turns = entries.flatMap((one) => (one.kind === 'lane-started' || one.kind === 'lane-ended' ? [`${one.kind} ${one.lane}`] : []))
  const lanes = asRun.phases.slice(1).flatMap(({ lanes: all }) => all.map(({ id }) => id))
  expect(turns.slice(2 * (asRun.phases[0]?.lanes.length ?? 0))).toEqual(lanes.flatMap((id) => [`lane-started ${id}`, `lane-ended ${id}`]))
  await forgetCluster(database.db)
})

it('restart: a runner that dies anywhere restarts each unit once, and leaves no master evicted and no source unbound', {
  timeout: 240_000,
}, async () => {
  const units = 6
  const scene = async () => {
    const ground = copyOf(started)
    return { ground, plan: await plan(ground) }
  }
  const check = (ran: Ran): void => {
    demandWhole(ran)
    const title = ran.died.join(', ')
    expect(ran.starts, title).toBe(units)
    expect(evicted(ran.ground), title).toBe(0)
    expect(bindings(ran.ground), title).toHaveLength(1)
    expect(ran.ground.world.dm.clusters[0]?.leader, title).not.toBe('')
  }
  const { points, deaths, jobs, left } = await matrix(scene, { apart: 12, check })
  console.log(`crash matrix of restart: ${points} points, ${deaths} deaths of the runner in ${jobs} jobs`)
  expect(left).toEqual([])
})

it('the operator is asked after the first master and the first worker; cancelled there, the rest runs as before', async () => {
  await forgetCluster(database.db)
  const ground = copyOf(started)
  const asked = await planNow(ground, 'restart', { dmctl })
  const jobId = await submitPlan(ground, asked)
  const running = attempt(ground, asked)
  const pausedAt: (string | undefined)[] = []
  for (let i = 0; i < 2000; i++) {
    const view = foldJournal(asked, await readJournal(database.db, jobId, 0))
    if (view.question && view.question.about === 'pause' && !pausedAt.includes(view.question.lane)) {
      pausedAt.push(view.question.lane)
      const said = { kind: 'answered', question: view.question.id, choice: 'continue', reason: '', by: 'ann' } as const
      if (pausedAt.length === 1) await appendByUser(database.db, jobId, said)
      else await appendByUser(database.db, jobId, { kind: 'cancel-requested', by: 'ann' })
    }
    if (view.endedAt) break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await running).toBe('cancelled')
  expect(pausedAt).toEqual(['3.1', '4.1'])
  expect(evicted(ground)).toBe(0)
})

/** Runs a job beside a user who looks at it again and again and says what is to be said. */
const beside = async (ground: Ground, asRun: Plan, said: (view: JobView, jobId: string) => Promise<void>): Promise<JobView> => {
  await forgetCluster(database.db)
  const jobId = await submitPlan(ground, asRun)
  const running = attempt(ground, asRun)
  for (let i = 0; i < 2000; i++) {
    const view = foldJournal(asRun, await readJournal(database.db, jobId, 0))
    if (view.endedAt) break
    await said(view, jobId)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await running
  return foldJournal(asRun, await readJournal(database.db, jobId, 0))
}

it('while it waits a single instance is started under its lease; elsewhere that is refused', async () => {
  const ground = copyOf(started)
  const asRun = await planNow(ground, 'restart', { dmctl, roles: ['dm-worker'] })
  const before = startsOf(ground.world)
  let asked = 0
  const view = await beside(ground, asRun, async ({ question, breakIns, state }, jobId) => {
    const breakIn = { kind: 'break-in-requested', instance: '10.0.0.2:8262', verb: 'restart', reason: 'stuck', by: 'ann' } as const
    if (state === 'running') expect(await appendByUser(database.db, jobId, { ...breakIn, breakIn: 'early' })).not.toBe('appended')
    if (!question) return
    if (asked++ === 0) {
      await appendByUser(database.db, jobId, { ...breakIn, breakIn: 'one' })
      await appendByUser(database.db, jobId, { ...breakIn, breakIn: 'two', instance: '10.9.9.9:8262' })
    } else if (breakIns.every(({ end }) => end)) {
      await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice: 'continue', reason: '', by: 'ann' })
    }
  })
  expect(view.state).toBe('succeeded')
  expect(view.breakIns.map(({ id, end }) => [id, end?.done, end?.seen])).toEqual([
    ['one', true, 'dm-worker-8262.service: active (running)'],
    ['two', false, 'the cluster has no 10.9.9.9:8262'],
  ])
  expect(startsOf(ground.world) - before).toBe(3)
})

it('a gate that does not hold is waived while it is waited for, and the lane ends', async () => {
  const ground = copyOf(started)
  const [dm] = ground.world.dm.clusters
  const asRun = await planNow(ground, 'restart', { dmctl, rolling, roles: ['dm-worker'], waitTimeoutS: 80_000 })
  for (const { subtasks } of dm?.tasks ?? []) for (const one of subtasks) one.lagS = 10_000 // worse than at review
  const view = await beside(ground, asRun, async ({ lanes }, jobId) => {
    const waiting = Object.values(lanes).find(({ gate }) => gate?.state === 'waiting' && gate.answers.some(({ ok }) => !ok))
    if (waiting) await appendByUser(database.db, jobId, { kind: 'waive-requested', of: waiting.id, reason: 'backlog', by: 'ann' })
  })
  expect(view.state).toBe('succeeded')
  expect(Object.values(view.lanes).map(({ gate }) => gate?.state)).toContain('waived')
})

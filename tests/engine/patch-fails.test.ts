import { afterEach, beforeEach, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import { currentOf } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import type { Plan } from '@/server/domain/plan'
import { ContentGone } from '@/server/engine/content-gone'
import type { Engine } from '@/server/engine/engine'
import type { PatchAsked } from '@/server/operations/input'
import { SimWorld } from '@/server/sim/world'
import { findCluster } from '@/server/store/clusters'
import { appendByUser, readJournal } from '@/server/store/journal'
import { readLedger } from '@/server/store/ledger'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import {
  attempt,
  dmctl,
  engineOn,
  type Ground,
  hotfixes,
  newGround,
  packages,
  perform,
  planNow,
  startsOf,
  submitPlan,
  threeHosts,
} from './sim-plans'

let database: TestDatabase
let ground: Ground
beforeEach(async () => {
  database = await testDatabase()
  ground = newGround(database.db, threeHosts)
  expect((await perform(ground, await planNow(ground, 'deploy'))).end).toBe('succeeded')
  expect((await perform(ground, await planNow(ground, 'start'))).end).toBe('succeeded')
}, 60_000)
afterEach(() => database.close())

const rolling = { batch: 1, canary: false, tolerance: 0 }
const [, worker] = hotfixes
if (!worker) throw new Error('no hotfix of dm-worker')
const store = (one: PackageInfo) => [...packages, one, dmctl]
const planPatch = async (one: PackageInfo, asked: Partial<PatchAsked> = {}, nodes: string[] = []): Promise<Plan> => {
  const topology = (await findCluster(database.db, 'dm1'))?.topology ?? threeHosts
  const patch = { packages: asked.to ? [] : [one.sha256], overwrite: false, offline: false, ...asked }
  const ledger = await readLedger(database.db, 'dm1')
  return planNow({ ...ground, topology }, 'patch', { dmctl, rolling, patch, ledger, nodes, packages: store(one) })
}

/** Runs until somebody is asked, and gives up there; resolves with what was seen when it was asked. */
const askedThenGivenUp = async (plan: Plan, more: Partial<Engine> = {}): Promise<JobView> => {
  const jobId = await submitPlan(ground, plan)
  const ended = attempt(ground, plan, more)
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
const kindsRun = (plan: Plan, view: JobView, lane: string) =>
  plan.phases
    .flatMap(({ lanes }) => lanes)
    .filter(({ id }) => id === lane)
    .flatMap(({ steps }) => steps.filter(({ id }) => view.steps[id]?.state === 'done').map(({ kind }) => kind))

it('a hotfix whose program says another version stops its lane: why, the ways on, the other worker as it was; and it goes back', {
  timeout: 60_000,
}, async () => {
  const says = { release: 'v9.9.9', commit: '', branch: '', built: '', go: '', cluster: '', host: '', user: '', by: '', at: '', text: '' }
  const other = { ...worker, verified: says }
  const plan = await planPatch(other)
  const before = startsOf(ground.world)
  const view = await askedThenGivenUp(plan)
  const [first, second] = plan.phases.find(({ title }) => title.word === 'plan.roll-dm-worker')?.lanes ?? []
  expect(view.question).toMatchObject({ about: 'gate-failed', lane: first?.id })
  expect(view.question?.choices).toEqual(expect.arrayContaining(['retry', 'give-up']))
  expect(JSON.stringify(view.lanes[first?.id ?? ''])).toContain('v9.9.9')
  expect(kindsRun(plan, view, second?.id ?? '')).toEqual([])
  expect(startsOf(ground.world) - before).toBe(1)
  const entries = await readLedger(database.db, 'dm1')
  expect(currentOf(entries, first?.subject ?? '')).toMatchObject({ kind: 'patch', packageSha256: worker.sha256 })
  expect(currentOf(entries, second?.subject ?? '')).toMatchObject({ kind: 'deploy' })
  const back = await perform(ground, await planPatch(other, { to: 'former' }))
  expect(back.end).toBe('succeeded')
  expect(currentOf(await readLedger(database.db, 'dm1'), first?.subject ?? '')).toMatchObject({ kind: 'rollback' })
})

it('a package that is gone from the store stops the job before anything was stopped', { timeout: 60_000 }, async () => {
  const plan = await planPatch(worker)
  const before = startsOf(ground.world)
  const { packages: given } = engineOn(ground)
  const view = await askedThenGivenUp(plan, {
    packages: (sha256) => (sha256 === worker.sha256 ? Promise.reject(new ContentGone(`package ${sha256}`)) : given(sha256)),
  })
  expect(view.question).toMatchObject({ about: 'step-failed', phase: '2' })
  const failed = Object.values(view.steps).find(({ failure }) => failure !== undefined)
  expect(failed?.failure?.error).toMatchObject({ code: 'engine.content-gone' })
  expect(startsOf(ground.world)).toBe(before)
  expect((await readLedger(database.db, 'dm1')).every(({ kind }) => kind === 'deploy')).toBe(true)
})

it('a disk that is full on one host: nothing is stopped anywhere', { timeout: 60_000 }, async () => {
  const plan = await planPatch(worker)
  const before = startsOf(ground.world)
  const faultsOf = (address: string) => (address === '10.0.0.3' ? ['disk-full'] : [])
  const world = new SimWorld(ground.world.state, { now: ground.clock.now, faultsOf })
  ground = { ...ground, world, transport: new SimTransport(world) }
  const view = await askedThenGivenUp(plan)
  expect(view.question).toMatchObject({ about: 'step-failed', phase: '2' })
  expect(startsOf(ground.world)).toBe(before)
})

it('a unit that somebody changed since the review ends the job with nothing changed', { timeout: 60_000 }, async () => {
  const plan = await planPatch(worker)
  const before = startsOf(ground.world)
  const unit = '/etc/systemd/system/dm-worker-8262.service'
  ground.world.host('10.0.0.3')?.machine.writeFile(unit, 'by hand', { owner: 'root', group: 'root', mode: '0644' })
  const { end, entries } = await perform(ground, plan)
  expect(end).toBe('failed')
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', reason: 'guards' })
  expect(startsOf(ground.world)).toBe(before)
  expect((await readLedger(database.db, 'dm1')).every(({ kind }) => kind === 'deploy')).toBe(true)
})

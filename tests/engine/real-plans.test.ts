import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostFacts } from '@/server/domain/facts'
import { foldJournal } from '@/server/domain/fold-journal'
import type { Plan } from '@/server/domain/plan'
import { stepsOf } from '@/server/domain/plan'
import { stagedIdOf } from '@/server/engine/staged-id'
import { askHost, parseHost } from '@/server/probes/batch'
import { kindOf } from '@/server/steps/kinds'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { type Ground, newGround, perform, planNow, planRemoval, startsOf, threeHosts, worldShape } from './sim-plans'

let database: TestDatabase
let ground: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  ground = newGround(database.db, threeHosts)
})
afterAll(() => database.close())

/** What the plan's steps ask of each host, as it is now. */
const look = async (plan: Plan): Promise<Record<string, HostFacts>> => {
  const seen: Record<string, HostFacts> = {}
  for (const host of Object.keys(plan.hosts)) {
    const probes = stepsOf(plan).flatMap((step) => ('host' in step && step.host === host ? kindOf(step).needs(step) : []))
    const login = { user: 'root', credentialId: 'root', sudo: 'root' as const }
    const target = { host, address: host, port: 22, login }
    const ran = await ground.transport.run(target, { argv: askHost(probes), as: 'root', deadlineMs: 1000 })
    seen[host] = parseHost(probes, ran.stdout, '2026-01-01T00:00:00.000Z')
  }
  return seen
}

/** What a forecast can know: no clock, pid, uid, size on disk, or what a later step puts into a directory. */
const essence = (facts: HostFacts): unknown => ({
  users: Object.fromEntries(Object.entries(facts.users).map(([name, one]) => [name, one.exists ? one.primaryGroup : false])),
  paths: Object.fromEntries(
    Object.entries(facts.paths).map(([path, one]) => [
      path,
      one.exists && [one.type, one.mode, one.owner, one.group, one.type === 'file' ? one.sha256 : ''],
    ]),
  ),
  units: Object.fromEntries(Object.entries(facts.units).map(([name, one]) => [name, one.activeState, one.subState])),
  keys: facts.authorizedKeys,
  packages: facts.packages,
})

/** Runs it, and demands that the world is as the folded forecast says, and that nothing was typed that the plan did not show. */
const runAsForecast = async (plan: Plan) => {
  const before = await look(plan)
  const forecast = { ...before }
  for (const step of stepsOf(plan)) {
    const facts = 'host' in step ? forecast[step.host] : undefined
    if ('host' in step && facts) forecast[step.host] = kindOf(step).predict(step, facts)
  }
  ground.transport.typed.length = 0
  const ran = await perform(ground, plan)
  expect(ran.end, JSON.stringify(ran.entries.filter(({ kind }) => kind === 'failed' || kind === 'output').slice(-4))).toBe('succeeded')
  const typed = [...ground.transport.typed]
  const after = await look(plan)
  for (const host of Object.keys(plan.hosts)) expect(essence(after[host] as HostFacts), host).toEqual(essence(forecast[host] as HostFacts)) // both were made for these hosts
  const shown = new Set(
    stepsOf(plan).flatMap((step) =>
      kindOf(step)
        .acts({ ...step, id: stagedIdOf(plan, step.id) })
        .flatMap((act) => (act.act === 'exec' ? [JSON.stringify(act.argv)] : [])),
    ),
  )
  const own = ['probe', 'lock-take', 'lock-release', 'stage-prepare', 'stage-take', 'stage-write', 'stage-clean', 'made-read', 'true']
  const hidden = typed.filter(
    ({ name, argv }) => !own.includes(name) && ![...shown].some((text) => JSON.stringify(argv).includes(text.slice(1, -1))),
  )
  expect(hidden.map(({ name }) => name)).toEqual([])
  return ran
}

describe('real plans on simulated hosts', () => {
  let fresh: unknown
  let deployed: Awaited<ReturnType<typeof runAsForecast>>

  it('deploy ends as forecast, by commands that its plan shows', async () => {
    fresh = structuredClone(worldShape(ground.world))
    deployed = await runAsForecast(await planNow(ground, 'deploy'))
  })

  it('the same deploy once more finds everything as it should be', async () => {
    const again = await planNow(ground, 'deploy')
    const ran = await perform(ground, again)
    expect(ran.end).toBe('succeeded')
    const view = foldJournal(again, ran.entries)
    const acted = stepsOf(again).filter((step) => view.steps[step.id]?.state !== 'already' && step.kind !== 'recorded')
    expect(acted.map(({ id }) => id)).toEqual([])
  })

  it('start and stop end as forecast', async () => {
    await runAsForecast(await planNow(ground, 'start'))
    const leader = ground.world.dm.clusters[0]?.leader
    expect(leader).toMatch(/^dm-10\.0\.0\.\d-8261$/)
    expect(ground.world.dm.clusters[0]?.workers.map((one) => ground.world.dm.isWorkerUp(one))).toEqual([true, true])
    await runAsForecast(await planNow(ground, 'stop'))
  })

  it('start leaves a unit alone that came up by itself between review and run', async () => {
    const plan = await planNow(ground, 'start')
    const unit = 'dm-master-8261.service'
    for (const { host } of threeHosts.masters) ground.world.host(host)?.systemd.start(unit)
    const since = ground.world.host('10.0.0.1')?.machine.unit(unit)?.enteredUs
    const before = startsOf(ground.world)
    const ran = await perform(ground, plan)
    expect(ran.end).toBe('succeeded')
    expect(startsOf(ground.world) - before, 'two workers and Prometheus').toBe(3)
    expect(ground.world.host('10.0.0.1')?.machine.unit(unit)?.enteredUs).toBe(since)
    expect((await perform(ground, await planNow(ground, 'stop'))).end).toBe('succeeded')
  })

  it('a restart is done in its turn, though the unit restarted by itself since the review', async () => {
    const started = await perform(ground, await planNow(ground, 'start'))
    const plan: Plan = JSON.parse(JSON.stringify(started.plan).replaceAll('"started":"any"', '"started":"this-turn"'))
    const worker = { host: '10.0.0.2', unit: 'dm-worker-8262.service' }
    ground.world.kill(worker.host, worker.unit, 2)
    await ground.clock.sleep(16_000) // systemd starts it again
    ground.world.dm.settle()
    const itself = ground.world.host(worker.host)?.machine.unit(worker.unit)
    expect([itself?.active, itself?.nRestarts]).toEqual(['active', 1])
    const before = startsOf(ground.world)
    expect((await perform(ground, plan)).end).toBe('succeeded')
    expect(startsOf(ground.world) - before, 'every unit once, also the one that had just restarted').toBe(6)
    expect((await perform(ground, await planNow(ground, 'stop'))).end).toBe('succeeded')
  })

  it('remove-deploy leaves the hosts as they were before the deploy', async () => {
    const ran = await perform(ground, await planRemoval(ground, deployed))
    expect(ran.end).toBe('succeeded')
    expect(worldShape(ground.world)).toEqual(fresh)
  })
})

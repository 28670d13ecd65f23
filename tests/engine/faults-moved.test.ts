import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import type { Choice } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import { engineProblems } from '@/server/domain/words/engine'
import { remoteProblems } from '@/server/domain/words/remote'
import { appendByUser, readJournal } from '@/server/store/journal'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole } from './crash-matrix'
import { attempt, copyOf, dmctl, forgetCluster, type Ground, perform, planNow, startsOf, submitPlan } from './sim-plans'
import { startedGround } from './started-ground'

// Between review and run, or between two turns, the world has moved.
let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: '' })
  database = made.database
  started = made.started
}, 60_000)
beforeEach(() => forgetCluster(database.db))
afterAll(() => database.close())

const rolling = { batch: 1, canary: false, tolerance: 0 }
const restartOf = (ground: Ground, more = {}) => planNow(ground, 'restart', { dmctl, rolling, ...more })
const dmOf = (ground: Ground) => {
  const [dm] = ground.world.dm.clusters
  if (!dm) throw new Error('no cluster')
  return dm
}
const holders = (ground: Ground) => dmOf(ground).workers.filter(({ source }) => source !== '')
const problems: Record<string, { message: readonly string[]; hint: readonly string[] }> = { ...engineProblems, ...remoteProblems }

/** Runs; whatever is asked is told to `asked`, which says what to answer. The job as it ended. */
const runAsked = async (ground: Ground, plan: Plan, asked: (view: JobView) => Choice): Promise<JobView> => {
  const jobId = await submitPlan(ground, plan)
  const running = attempt(ground, plan)
  for (let i = 0; i < 4000; i++) {
    const view = foldJournal(plan, await readJournal(database.db, jobId, 0))
    if (view.endedAt) break
    const { question } = view
    if (question) {
      const choice = asked(view)
      expect(await appendByUser(database.db, jobId, { kind: 'answered', question: question.id, choice, reason: 'so', by: 'ann' })).toBe(
        'appended',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await running
  return foldJournal(plan, await readJournal(database.db, jobId, 0))
}
const failureAt = (view: JobView) => view.steps[view.question?.step ?? '']?.failure
/** A failure that a person reads: a sentence with a next step. */
const demandSentence = (code: string | undefined): void => {
  expect(problems[code ?? '']?.message[0]).toMatch(/\.$|:/)
  expect(problems[code ?? '']?.hint[0]).toMatch(/retry|check|look|let|see/i)
}

it('another master leads than at review: leadership is given away wherever it is, and every master is restarted once', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  const before = startsOf(ground.world)
  const { leader } = dmOf(ground)
  ground.world.dm.evict(dmOf(ground), leader, true)
  ground.world.dm.evict(dmOf(ground), leader, false)
  expect(dmOf(ground).leader).not.toBe(leader)
  const led: string[] = []
  ground.transport.hooks = {
    before: (host, what) => {
      if (what.startsWith('unit-running dm-master') && dmOf(ground).leader.includes(host)) led.push(host)
    },
  }
  const { end, entries } = await perform(ground, plan)
  expect(end).toBe('succeeded')
  expect(led).toEqual([]) // none was restarted while it led
  expect(startsOf(ground.world) - before).toBe(3)
  expect(Object.keys(dmOf(ground).evicted)).toEqual([])
  demandWhole({ plan, entries, died: [] })
})

it('a source has moved to the worker that was free at review: it moves on at that turn, and is bound in the end', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-worker'] })
  const [holder] = holders(ground)
  const free = dmOf(ground).workers.find(({ source }) => source === '')
  expect(ground.world.dm.schedule.transfer(dmOf(ground), 'mysql-01', free?.name ?? '')).toBe('')
  expect(holders(ground)[0]?.name).not.toBe(holder?.name)
  const bound: string[] = []
  ground.transport.hooks = {
    before: (host, what) => {
      if (what.startsWith('unit-running dm-worker') && holders(ground).some(({ name }) => name.includes(host))) bound.push(host)
    },
  }
  expect((await perform(ground, plan)).end).toBe('succeeded')
  expect(bound).toEqual([])
  expect(holders(ground).map(({ source }) => source)).toEqual(['mysql-01'])
})

it('no worker is free any more at a worker’s turn: it is said, nothing is stopped; a retry goes on when one is', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-worker'] })
  const before = startsOf(ground.world)
  expect(ground.world.dm.schedule.addSource(dmOf(ground), { id: 'mysql-02', config: '', relay: false })).toBe('')
  expect(holders(ground)).toHaveLength(2)
  const seen: unknown[] = []
  const view = await runAsked(ground, plan, (asked) => {
    const failure = failureAt(asked)
    expect(failure?.error.code).toBe('engine.no-way')
    expect(failure?.seen).toContain('no other worker is free')
    demandSentence(failure?.error.code)
    seen.push(startsOf(ground.world) - before)
    expect(ground.world.dm.schedule.removeSource(dmOf(ground), 'mysql-02')).toBe('')
    return 'retry'
  })
  expect(view.state).toBe('succeeded')
  expect(seen).toEqual([0])
  expect(holders(ground).map(({ source }) => source)).toEqual(['mysql-01'])
})

it('the move of a source is skipped: nobody waits for it either, and the source pauses for its worker’s restart only', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-worker'] })
  expect(ground.world.dm.schedule.addSource(dmOf(ground), { id: 'mysql-02', config: '', relay: false })).toBe('')
  const asked: string[] = []
  const view = await runAsked(ground, plan, ({ question }) => {
    asked.push(question?.step ?? '')
    return 'skip'
  })
  expect(view.state).toBe('succeeded')
  expect(asked.every((step) => step.includes('source-bound-elsewhere'))).toBe(true)
  const waits = Object.values(view.steps).filter(({ id, state }) => id.includes('/awaited/') && state === 'skipped')
  expect(waits).toHaveLength(asked.length)
  expect(
    holders(ground)
      .map(({ source }) => source)
      .toSorted(),
  ).toEqual(['mysql-01', 'mysql-02'])
})

it('sudo is withdrawn on a host: it is said before its node is touched; given back, a retry goes on', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  const machine = ground.world.host('10.0.0.3')?.machine
  const sudoers = machine?.node('/etc/sudoers.d/tidb')
  if (!machine || !sudoers) throw new Error('no sudoers')
  ground.transport.hooks = {
    after: (_host, what) => {
      if (what.startsWith('unit-running dm-master')) machine.remove('/etc/sudoers.d/tidb')
    },
  }
  const startedBefore = machine.unit('dm-master-8261.service')?.pid
  const seen: unknown[] = []
  const view = await runAsked(ground, plan, () => {
    seen.push(machine.unit('dm-master-8261.service')?.pid)
    machine.state.nodes['/etc/sudoers.d/tidb'] = sudoers
    ground.transport.hooks = {}
    return 'retry'
  })
  expect(view.state).toBe('succeeded')
  expect(seen[0]).toBe(startedBefore)
  demandSentence('remote.sudo-refused')
  expect(Object.keys(dmOf(ground).evicted)).toEqual([])
})

it('a unit has restarted by itself between review and run: it is restarted in its turn all the same', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  ground.world.host('10.0.0.2')?.systemd.restart('dm-master-8261.service')
  ground.world.dm.settle()
  const before = startsOf(ground.world)
  expect((await perform(ground, plan)).end).toBe('succeeded')
  expect(startsOf(ground.world) - before).toBe(3)
})

it('an evict that could not be cancelled, for its host was silent, is cancelled when the job is given up', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  const lane = plan.phases.flatMap(({ lanes }) => lanes).find(({ instance }) => instance?.endsWith(':8261'))
  const host = lane?.instance?.split(':')[0] ?? ''
  const deployKeys = ground.world.host(host)?.machine
  const file = deployKeys?.keysFile('tidb') ?? ''
  const keys = deployKeys?.node(file)
  if (!deployKeys || !keys) throw new Error('no keys')
  ground.transport.hooks = {
    after: (at, what) => {
      if (at === host && what.includes('/leader/1')) deployKeys.remove(file)
    },
  }
  const evictedThen: string[] = []
  const view = await runAsked(ground, plan, () => {
    evictedThen.push(...Object.keys(dmOf(ground).evicted))
    deployKeys.state.nodes[file] = keys
    ground.transport.hooks = {}
    return 'give-up'
  })
  expect(view.state).toBe('failed')
  expect(evictedThen).toHaveLength(1)
  expect(Object.keys(dmOf(ground).evicted)).toEqual([])
})

it('another master dies while leadership is on its way: the quorum is asked for once more before the stop', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  const unit = 'dm-master-8261.service'
  const lane = plan.phases.flatMap(({ lanes }) => lanes).find(({ instance }) => instance?.endsWith(':8261'))
  const own = lane?.instance?.split(':')[0] ?? ''
  const other = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].find((host) => host !== own && !dmOf(ground).leader.includes(host)) ?? ''
  const before = startsOf(ground.world)
  ground.transport.hooks = {
    after: (_host, what) => {
      if (what.includes('/leader/1')) ground.world.host(other)?.systemd.stop(unit)
    },
  }
  const seen: unknown[] = []
  const view = await runAsked(ground, plan, (asked) => {
    expect(asked.question?.step).toContain('/guard/quorum-')
    demandSentence(failureAt(asked)?.error.code)
    seen.push(startsOf(ground.world) - before)
    ground.transport.hooks = {}
    ground.world.host(other)?.systemd.start(unit)
    return 'retry'
  })
  expect(view.state).toBe('succeeded')
  expect(seen).toEqual([0])
})

/** Another master than the lane's own and the leader stops while leadership is on its way, and is back so much later. What was asked. */
const masterAwayFor = async (awayMs: number): Promise<{ view: JobView; asked: string[]; notes: string[] }> => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  const unit = 'dm-master-8261.service'
  const own = plan.phases.flatMap(({ lanes }) => lanes).find(({ instance }) => instance?.endsWith(':8261'))?.instance ?? ''
  const other = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].find((host) => !own.startsWith(`${host}:`) && !dmOf(ground).leader.includes(host))
  let backAtMs = Number.NaN
  ground.transport.hooks = {
    before: () => {
      if (ground.clock.now() < backAtMs || Number.isNaN(backAtMs)) return
      ground.world.host(other ?? '')?.systemd.start(unit)
      ground.transport.hooks = {}
    },
    after: (_host, what) => {
      if (!what.includes('/leader/1') || !Number.isNaN(backAtMs)) return
      ground.world.host(other ?? '')?.systemd.stop(unit)
      backAtMs = ground.clock.now() + awayMs
    },
  }
  const asked: string[] = []
  const view = await runAsked(ground, plan, ({ question }) => {
    asked.push(question?.step ?? '')
    return 'retry'
  })
  const jobs = await database.db.job.findMany({ orderBy: { number: 'desc' }, take: 1 })
  const entries = await readJournal(database.db, jobs[0]?.id ?? '', 0)
  const notes = entries.flatMap((one) => (one.kind === 'output' && one.step?.includes('/guard/quorum-') ? [one.text.trim()] : []))
  return { view, asked, notes }
}

it('a master that is not alive for some seconds is waited for, and nobody is asked; one that stays away longer is asked about', async () => {
  const short = await masterAwayFor(6_000)
  expect(short.view.state).toBe('succeeded')
  expect(short.asked).toEqual([])
  expect(short.notes).toEqual(['1 alive']) // said once
  await forgetCluster(database.db)
  const long = await masterAwayFor(17_000)
  expect(long.view.state).toBe('succeeded')
  expect(long.asked.map((step) => step.includes('/guard/quorum-'))).toEqual([true])
})

it('a guard that asks a host is not asked again: what does not hold is said at once', async () => {
  const ground = copyOf(started)
  const plan = await restartOf(ground, { roles: ['dm-master'] })
  ground.world.host('10.0.0.2')?.machine.remove('/etc/systemd/system/dm-master-8261.service')
  const before = ground.clock.now()
  const { end } = await perform(ground, plan)
  expect(end).toBe('failed')
  expect(ground.clock.now()).toBe(before)
})

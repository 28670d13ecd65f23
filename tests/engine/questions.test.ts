import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobView } from '@/server/domain/job'
import type { Choice } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import type { Engine } from '@/server/engine/engine'
import { readView } from '@/server/engine/journal-writer'
import { LinkLost } from '@/server/remote/transport'
import { createJob } from '@/server/store/jobs'
import { appendByUser } from '@/server/store/journal'
import type { FakeTransport } from '@/tests/support/fake-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { cancelEvict, dir, engineOf, evict, file, guard, laneOf, newWorld, planOf, running, runOnce, submit, unitGate } from './world'

let database: TestDatabase
let world: FakeTransport
beforeEach(async () => {
  database = await testDatabase()
  world = newWorld()
})
afterEach(() => database.close())

const failing = (script: string, times: number) => {
  world.hooks.before = (_host, name) =>
    name === script && times-- > 0 ? { exitCode: 7, stdout: '', stderr: 'no space left\n' } : undefined
}
const until = async (plan: Plan, jobId: string, holds: (view: JobView) => boolean): Promise<JobView> => {
  for (;;) {
    const view = await readView(database.db, plan, jobId)
    if (holds(view)) return view
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
const begin = async (plan: Plan, more: Partial<Engine> = {}) => {
  const jobId = await submit(database.db, plan)
  return { jobId, end: runOnce(engineOf(database.db, world, more), plan) }
}
const answer = async (plan: Plan, jobId: string, choice: Choice) => {
  const view = await until(plan, jobId, ({ question }) => question !== undefined)
  const question = view.question?.id ?? ''
  expect(await appendByUser(database.db, jobId, { kind: 'answered', question, choice, reason: 'because', by: 'ann' })).toBe('appended')
  return view
}
const oneDir = () => planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [dir('a', 'h1', '/a'), dir('b', 'h1', '/b')])] }])
const made = (host = 'h1') => [...world.host(host).nodes.keys()].filter((path) => /^\/[a-z]$/.test(path))

describe('a failed step', () => {
  it('is retried when somebody says so', async () => {
    const plan = oneDir()
    failing('directory', 1)
    const { jobId, end } = await begin(plan)
    const asked = await answer(plan, jobId, 'retry')
    expect(asked.steps.a?.failure).toMatchObject({ seen: 'absent', error: { code: 'engine.exit', params: { status: 7 } } })
    expect(await end).toBe('succeeded')
    expect(made()).toEqual(['/a', '/b'])
    expect((await readView(database.db, plan, jobId)).steps.a?.made).toEqual(['/a'])
  })

  it('is skipped with a reason, and the lane goes on', async () => {
    const plan = oneDir()
    failing('directory', 1)
    const { jobId, end } = await begin(plan)
    await answer(plan, jobId, 'skip')
    expect(await end).toBe('succeeded')
    expect(made()).toEqual(['/b'])
    expect((await readView(database.db, plan, jobId)).steps.a).toMatchObject({ state: 'skipped', skip: { reason: 'because', by: 'ann' } })
  })

  it('ends the job when somebody gives up: hosts unlocked, cluster free', async () => {
    const plan = oneDir()
    failing('directory', 1)
    const { jobId, end } = await begin(plan)
    await answer(plan, jobId, 'give-up')
    expect(await end).toBe('failed')
    expect(await readView(database.db, plan, jobId)).toMatchObject({
      state: 'failed',
      reason: 'given-up',
      lanes: { '0.1': { state: 'failed' } },
    })
    expect(world.host('h1').lock).toBe('')
    expect(await database.db.reservation.count()).toBe(0)
  })

  it('stops the other lanes before their next step, and runs onLeave before anyone is asked', async () => {
    const lanes = [
      laneOf('0.1', 'h1', [dir('a', 'h1', '/a')], { onLeave: [cancelEvict('c', 'h1')] }),
      laneOf('0.2', 'h2', [dir('b', 'h2', '/b')]),
    ]
    const plan = planOf(['h1', 'h2'], [{ lanes, width: 1 }])
    failing('directory', 1)
    const { jobId, end } = await begin(plan)
    const asked = await until(plan, jobId, ({ state }) => state === 'waiting')
    expect(asked.lanes['0.2']?.state).toBe('pending')
    expect(asked.steps.c?.state).toBe('done')
    await answer(plan, jobId, 'retry')
    expect(await end).toBe('succeeded')
  })

  it("is nobody's trouble within the tolerance", async () => {
    const lanes = ['h1', 'h2'].map((h, i) => laneOf(`0.${i}`, h, [dir(`d${i}`, h, '/a')]))
    const plan = planOf(['h1', 'h2'], [{ lanes, width: 1, tolerance: 1 }])
    failing('directory', 1)
    const { jobId, end } = await begin(plan)
    expect(await end).toBe('succeeded')
    expect((await readView(database.db, plan, jobId)).lanes).toMatchObject({ '0.0': { state: 'failed' }, '0.1': { state: 'done' } })
  })

  it('shows the tails of a unit that did not start', async () => {
    const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [running('u', 'h1', 'x.service')])] }])
    failing('unit-running', 1)
    const { jobId, end } = await begin(plan)
    const asked = await answer(plan, jobId, 'give-up')
    expect(asked.steps.u?.failure?.tails[0]).toEqual({ file: 'journalctl -u x.service', lines: ['said before it failed'] })
    await end
  })
})

describe('guards', () => {
  const plan = () =>
    planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [guard('g', 'h1')])] }, { lanes: [laneOf('1.1', 'h1', [dir('a', 'h1', '/a')])] }])
  const noSystemd = (when: () => boolean) => {
    const before = world.hooks.before
    world.hooks.before = (host, name, args) =>
      name === 'probe' && args.length > 10 && when()
        ? { exitCode: 0, stdout: '::probe probe_system\nbootId=b\narch=x86_64\nos=linux\ninit=init\n::probed\n', stderr: '' }
        : before?.(host, name, args)
  }

  it('of the first phase end the job when they do not hold: nothing was done', async () => {
    noSystemd(() => true)
    const { jobId, end } = await begin(plan())
    expect(await end).toBe('failed')
    expect((await readView(database.db, plan(), jobId)).reason).toBe('guards')
    expect(made()).toEqual([])
  })

  it('are asked again after an answer', async () => {
    failing('directory', 1)
    let gone = false
    noSystemd(() => gone)
    const { jobId, end } = await begin(plan())
    await until(plan(), jobId, ({ question }) => question?.step === 'a')
    gone = true
    await answer(plan(), jobId, 'retry')
    const asked = await until(plan(), jobId, ({ question }) => question?.step === 'g')
    expect(asked.steps.g?.failure?.seen).toBe('PID 1: init')
    gone = false
    await answer(plan(), jobId, 'retry')
    expect(await end).toBe('succeeded')
  })
})

describe('a gate', () => {
  const plan = () => planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [dir('a', 'h1', '/a')], { gate: unitGate('h1', 'never.service') })] }])

  it('that fails is waived with a reason', async () => {
    const { jobId, end } = await begin(plan())
    const asked = await answer(plan(), jobId, 'continue')
    expect(asked.question).toMatchObject({ about: 'gate-failed', choices: ['retry', 'continue', 'give-up'] })
    expect(asked.lanes['0.1']?.gate?.answers[0]).toMatchObject({ ok: false, hopeless: true })
    expect(await end).toBe('succeeded')
    expect((await readView(database.db, plan(), jobId)).lanes['0.1']?.gate?.state).toBe('waived')
  })

  it('is asked again on retry', async () => {
    const { jobId, end } = await begin(plan())
    await until(plan(), jobId, ({ question }) => question !== undefined)
    world.host('h1').start('never.service')
    await answer(plan(), jobId, 'retry')
    expect(await end).toBe('succeeded')
    expect((await readView(database.db, plan(), jobId)).lanes['0.1']?.gate?.state).toBe('passed')
  })
})

describe('cancel and pause', () => {
  const three = () => planOf(['h1'], [{ lanes: ['a', 'b', 'c'].map((n, i) => laneOf(`0.${i}`, 'h1', [dir(n, 'h1', `/${n}`)])), width: 1 }])
  const at = (path: string, act: () => Promise<unknown>) => {
    world.hooks.before = async (_host, name, args) => {
      if (name === 'directory' && args[0] === path) await act()
      return undefined
    }
  }

  it('stops before the next step', async () => {
    let jobId = ''
    at('/a', async () => {
      await appendByUser(database.db, jobId, { kind: 'cancel-requested', by: 'ann' })
      await until(three(), jobId, ({ cancelRequested }) => cancelRequested)
    })
    const begun = await begin(three())
    jobId = begun.jobId
    expect(await begun.end).toBe('cancelled')
    expect(made()).toEqual(['/a'])
  })

  it('waits for the end of an uninterruptible phase', async () => {
    const plan = three()
    const whole: Plan = { ...plan, phases: plan.phases.map((phase) => ({ ...phase, uninterruptible: true })) }
    let jobId = ''
    at('/a', () => appendByUser(database.db, jobId, { kind: 'cancel-requested', by: 'ann' }))
    const begun = await begin(whole)
    jobId = begun.jobId
    await begun.end
    expect(made()).toEqual(['/a', '/b', '/c'])
  })

  it('ends a job that waits', async () => {
    failing('directory', 1)
    const { jobId, end } = await begin(three())
    await until(three(), jobId, ({ state }) => state === 'waiting')
    await appendByUser(database.db, jobId, { kind: 'cancel-requested', by: 'ann' })
    expect(await end).toBe('cancelled')
  })

  it('pauses at the next lane and goes on when told to', async () => {
    let jobId = ''
    at('/a', () => appendByUser(database.db, jobId, { kind: 'pause-requested', by: 'ann' }))
    const begun = await begin(three())
    jobId = begun.jobId
    const asked = await answer(three(), jobId, 'continue')
    expect(asked.question?.about).toBe('pause')
    expect(made().length).toBe(1)
    expect(await begun.end).toBe('succeeded')
    expect(made()).toEqual(['/a', '/b', '/c'])
  })

  it('pauses after the lanes that the plan names', async () => {
    const plan = three()
    const paused: Plan = { ...plan, phases: plan.phases.map((phase) => ({ ...phase, pauseAfter: [1, 2] })) }
    const { jobId, end } = await begin(paused)
    expect((await answer(paused, jobId, 'continue')).question?.lane).toBe('0.0')
    await until(paused, jobId, ({ question }) => question?.lane === '0.1')
    expect(made()).toEqual(['/a', '/b'])
    await answer(paused, jobId, 'continue')
    expect(await end).toBe('succeeded')
  })
})

describe('what a job relies on', () => {
  it('restarts a unit once, though it restarted by itself after the review', async () => {
    const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [running('u', 'h1', 'old.service', 'this-turn')])] }])
    world.host('h1').start('old.service')
    const { end } = await begin(plan)
    expect(await end).toBe('succeeded')
    expect(world.host('h1').unit('old.service').starts).toBe(3)
  })

  it('evicts again before the stop that is retried', async () => {
    const stop = { kind: 'unit-stopped' as const, id: 's', host: 'h1', unit: 'old.service' }
    const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [evict('e', 'h1'), stop], { onLeave: [cancelEvict('c', 'h1')] })] }])
    failing('unit-stopped', 1)
    const { jobId, end } = await begin(plan)
    await answer(plan, jobId, 'retry')
    expect(await end).toBe('succeeded')
    expect(world.requests.map(({ path }) => path.slice(-1))).toEqual(['1', '2', '1', '2'])
  })

  it('asks when another panel holds a host, and goes on when it is free', async () => {
    world.host('h1').lock = 'other j9 1'
    const { jobId, end } = await begin(oneDir())
    await until(oneDir(), jobId, ({ question }) => question?.about === 'unknown')
    expect(made()).toEqual([])
    world.host('h1').lock = ''
    await answer(oneDir(), jobId, 'retry')
    expect(await end).toBe('succeeded')
  })

  it('is given back when the runner stops, and resumed by the next one', async () => {
    const stop = new AbortController()
    world.hooks.after = (_host, name) => name === 'directory' && stop.abort()
    const { jobId, end } = await begin(oneDir(), { stopping: stop.signal })
    expect(await end).toBe('given-back')
    expect(await database.db.job.findUnique({ where: { id: jobId } })).toMatchObject({ holder: null, state: 'running' })
    expect(await runOnce(engineOf(database.db, world), oneDir())).toBe('succeeded')
  })

  it('writes a file with its secret, and masks the secret in output', async () => {
    const step = file('f', 'h1', '/f')
    const plan = planOf(
      ['h1'],
      [{ lanes: [laneOf('0.1', 'h1', [step.kind === 'file' ? { ...step, content: { ...step.content, secret: true } } : step])] }],
    )
    world.hooks.before = (_host, name) => (name === 'file' ? { exitCode: 3, stdout: 'bad line: pw=s3cret\n', stderr: '' } : undefined)
    const { jobId, end } = await begin(plan, { blobs: () => Promise.resolve([{ text: 'pw=' }, { secret: 'k9' }]) })
    await answer(plan, jobId, 'give-up')
    await end
    const rows = await database.db.journalEntry.findMany({ where: { jobId } })
    expect(rows.some(({ data }) => data.includes('pw=******'))).toBe(true)
    expect(rows.some(({ data }) => data.includes('s3cret'))).toBe(false)
  })
})

it('refuses a second job for a cluster that is busy, with the job that holds it', async () => {
  const jobId = await submit(database.db, oneDir())
  await database.db.plan.create({ data: { id: 'p2', clusterName: 'c1', operation: 'stop', state: 'ready', input: '{}', askedBy: 'ann' } })
  const second = await createJob(database.db, { planId: 'p2', clusterName: 'c1', operation: 'stop', startedBy: 'bob' })
  expect(second).toMatchObject({ created: false, why: 'cluster-busy', holdingJob: { id: jobId, number: 1 } })
  expect(await database.db.plan.findUnique({ where: { id: 'p2' } })).toMatchObject({ state: 'ready' })
})

describe('a link that is lost', () => {
  it('in the middle of a command is looked behind before anything is done again', async () => {
    const plan = planOf(['h1'], [{ lanes: [laneOf('0.1', 'h1', [running('u', 'h1', 'x.service')])] }])
    let lost = false
    world.hooks.after = (host, name) => {
      if (name !== 'unit-running' || lost) return
      lost = true
      throw new LinkLost('dropped', host, 'gone')
    }
    const { end } = await begin(plan)
    expect(await end).toBe('succeeded')
    expect(world.host('h1').unit('x.service').starts).toBe(1)
  })

  it('for good becomes a question, and a retry goes on', async () => {
    let down = false
    world.hooks.before = (host, name) => {
      if (name === 'directory') down = true
      if (down) throw new LinkLost('unreachable', host, 'no route')
      return undefined
    }
    const { jobId, end } = await begin(oneDir())
    const asked = await until(oneDir(), jobId, ({ question }) => question !== undefined)
    expect(asked.steps.a?.failure?.error).toEqual({ code: 'remote.unreachable', params: { host: 'h1', detail: 'no route' } })
    world.hooks.before = () => undefined
    await answer(oneDir(), jobId, 'retry')
    expect(await end).toBe('succeeded')
    expect(made()).toEqual(['/a', '/b'])
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import { isGone, thisRunner } from '@/server/engine/claim-loop'
import { runJob } from '@/server/engine/run-job'
import { claimJob, heartbeat } from '@/server/store/jobs'
import { appendByUser, appendEntries, LeaseLost, readJournal } from '@/server/store/journal'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { dir, engineOf, laneOf, newWorld, planOf, runnerA, submit } from './world'

let database: TestDatabase
let child: ChildProcess | undefined
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await database.close()
})

const plan = planOf(
  ['h1'],
  [
    {
      lanes: [
        laneOf(
          '0.1',
          'h1',
          'abcdef'.split('').map((n) => dir(n, 'h1', `/${n}`)),
        ),
      ],
    },
  ],
)
const leaseMs = 1200

const startChild = () => {
  const started = spawn(process.execPath, ['--import', 'tsx', 'tests/engine/lease-runner.ts', database.url, String(leaseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
  let said = ''
  started.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const until = async (word: string) => {
    while (!said.includes(word)) {
      if (started.exitCode !== null) throw new Error(`the runner ended with ${started.exitCode}: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { process: started, until, said: () => said }
}
const options = (isHolderGone: boolean) => ({ nowMs: Date.now(), leaseMs: 45_000, isGone: () => isHolderGone })
const claimWhenFree = async () => {
  for (;;) {
    const claim = await claimJob(database.db, runnerA, options(false))
    if (claim) return claim
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

it('a runner that was frozen past its lease wakes up, writes nothing, and stops', { timeout: 60_000 }, async () => {
  const { db } = database
  const jobId = await submit(db, plan)
  const other = startChild()
  await other.until('began')
  expect(await claimJob(db, runnerA, options(false))).toBeNull()
  other.process.kill('SIGSTOP')
  const claim = await claimWhenFree()
  expect(claim.attempt).toBe(2)
  expect(await runJob(engineOf(db, newWorld()), claim, plan)).toBe('succeeded')
  const written = await readJournal(db, jobId, 0)
  other.process.kill('SIGCONT')
  await once(other.process, 'exit')
  expect(other.said()).toContain('lease-lost')
  expect(await readJournal(db, jobId, 0)).toEqual(written)
  expect(foldJournal(plan, written)).toMatchObject({ state: 'succeeded', attempt: 2 })
})

it('a runner that was killed is succeeded at once by one on the same machine', { timeout: 60_000 }, async () => {
  const { db } = database
  await submit(db, plan)
  const other = startChild()
  await other.until('began')
  other.process.kill('SIGKILL')
  await once(other.process, 'exit')
  const claim = await claimJob(db, runnerA, options(true))
  expect(claim?.attempt).toBe(2)
  if (claim) expect(await runJob(engineOf(db, newWorld()), claim, plan)).toBe('succeeded')
})

it('knows whether a process of this machine has gone', () => {
  const here = thisRunner('m1')
  expect(isGone(here, here)).toBe(false)
  expect(isGone({ ...here, startTime: '1' }, here)).toBe(true)
  expect(isGone({ ...here, bootId: 'former' }, here)).toBe(true)
  expect(isGone({ ...here, machine: 'm2', bootId: 'former' }, here)).toBe(false)
})

it('only the attempt that holds a job writes, renews and changes the books', async () => {
  const { db } = database
  const jobId = await submit(db, plan)
  const first = await claimWhenFree()
  const second = await claimJob(db, runnerA, options(true))
  expect([first.attempt, second?.attempt]).toEqual([1, 2])
  const note = { kind: 'output', stream: 'note', text: 'x' } as const
  const stale = appendEntries(db, jobId, {
    attempt: 1,
    entries: [{ ...note, change: { change: 'run-state', to: 'stopped' } }],
    at: new Date(),
  })
  await expect(stale).rejects.toThrow(LeaseLost)
  expect(await heartbeat(db, jobId, 1, Date.now())).toEqual({ held: false })
  expect(await heartbeat(db, jobId, 2, Date.now() + 1000)).toMatchObject({ held: true })
  expect((await db.cluster.findUnique({ where: { name: 'c1' } }))?.runState).toBe('unknown')
  expect((await readJournal(db, jobId, 0)).map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual(['claimed 1', 'claimed 2'])
})

it('stores long output whole, in chunks', async () => {
  const { db } = database
  const jobId = await submit(db, plan)
  await claimWhenFree()
  const text = '😀 line\n'.repeat(30_000)
  await appendEntries(db, jobId, { attempt: 1, entries: [{ kind: 'output', stream: 'stdout', text }], at: new Date() })
  const entries = (await readJournal(db, jobId, 1)).flatMap((entry) => (entry.kind === 'output' ? [entry.text] : []))
  expect(entries.length).toBeGreaterThan(1)
  expect(entries.every((part) => Buffer.byteLength(part) <= 65_536)).toBe(true)
  expect(entries.join('')).toBe(text)
})

it('takes one answer to a question, and none when the job has ended; the end frees the cluster and wipes one-time credentials', async () => {
  const { db } = database
  const jobId = await submit(db, plan)
  await db.credential.create({ data: { id: 'k2', name: 'once', kind: 'password', sealed: 'x', oneTimeFor: 'c1', createdBy: 'ann' } })
  const intent = { phase: 'intent', act: 'a1', at: new Date(), actor: 'ann', from: '', what: 'start', command: 'tiup dm start c1', jobId }
  await db.auditRecord.create({ data: { id: 'i1', ...intent } })
  await claimWhenFree()
  const at = new Date()
  const question = { id: 'q1', about: 'pause', phase: '0', choices: ['continue'] } as const
  await appendEntries(db, jobId, { attempt: 1, entries: [{ kind: 'question', question }], at })
  const answer = { kind: 'answered', question: 'q1', choice: 'continue', reason: '', by: 'ann' } as const
  expect(await appendByUser(db, jobId, { ...answer, choice: 'retry' })).toBe('not-offered')
  expect(await Promise.all([appendByUser(db, jobId, answer), appendByUser(db, jobId, answer)]).then((said) => said.sort())).toEqual([
    'appended',
    'not-asked',
  ])
  await appendEntries(db, jobId, { attempt: 1, entries: [{ kind: 'ended', state: 'failed', reason: 'given-up' }], at })
  expect(await appendByUser(db, jobId, { kind: 'cancel-requested', by: 'ann' })).toBe('ended')
  expect(await db.reservation.count()).toBe(0)
  expect(await db.credential.findUnique({ where: { id: 'k2' } })).toMatchObject({ sealed: '' })
  expect(await db.auditRecord.findFirst({ where: { phase: 'outcome' } })).toMatchObject({
    act: 'a1',
    result: 'failed',
    command: 'tiup dm start c1',
  })
  expect((await readJournal(db, jobId, 0)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ErrandRun } from '@/server/errands/errand-run'
import { verifyAudit } from '@/server/errands/verify-audit'
import { appendAudit, sealAudit } from '@/server/store/audit'
import { FakeTransport } from '../support/fake-transport'
import { type TestDatabase, testDatabase } from '../support/test-db'

const auditKey = new Uint8Array(32).fill(7)
const count = 1100
let test: TestDatabase
let run: ErrandRun

beforeEach(async () => {
  test = await testDatabase()
  run = {
    db: test.db,
    transport: new FakeTransport(new Map()),
    secrets: { openSealed: (text) => text, sealAtRest: (text) => text, auditKey },
    folders: { data: test.folder, mirrorRoot: undefined, tiupRoot: undefined },
    now: () => new Date(),
    progress: async () => {},
    signal: new AbortController().signal,
  }
  const started = Date.now() - 100_000
  await test.db.$transaction(async (tx) => {
    for (let i = 0; i < count; i++) {
      const record = { phase: 'intent', act: `a${i}`, actor: 'alice@example.org', from: '', what: 'plan', command: `command ${i}` } as const
      await appendAudit(tx, record, new Date(started + i))
    }
  })
  while ((await sealAudit(test.db, auditKey)) > 0);
})
afterEach(() => test.close())

describe('the audit, verified', () => {
  it('is sound up to its head, over more than one portion', async () => {
    expect(await verifyAudit(run)).toMatchObject({ records: count, soundUpTo: count, findingCount: 0, findings: [] })
  })

  it.each([1, 500, 501, 1000])('is sound up to the record before %i, which was altered', async (number) => {
    await test.db.auditRecord.updateMany({ where: { number }, data: { actor: 'mallory@example.org' } })
    expect(await verifyAudit(run)).toMatchObject({ soundUpTo: number - 1, findings: [{ finding: 'altered', number }] })
  })

  it('tells records that are missing, in the middle and at the end', async () => {
    await test.db.auditRecord.deleteMany({ where: { number: { in: [500, 501, count] } } })
    const { soundUpTo, findings } = await verifyAudit(run)
    expect(soundUpTo).toBe(499)
    expect(findings.map(({ finding, number }) => [finding, number])).toEqual([
      ['missing', 500],
      ['missing', 501],
      ['cut', count],
    ])
  })

  it('tells a record that was sealed with another key', async () => {
    const other = { ...run, secrets: { ...run.secrets, auditKey: new Uint8Array(32) } }
    expect(await verifyAudit(other)).toMatchObject({ soundUpTo: 0, findingCount: count })
  })

  it('tells a record that nobody has sealed', async () => {
    const old = new Date(Date.now() - 60_000)
    await appendAudit(test.db, { phase: 'intent', act: 'x', actor: 'a', from: '', what: 'plan', command: '' }, old)
    expect(await verifyAudit(run)).toMatchObject({ soundUpTo: count, findings: [{ finding: 'unsealed' }] })
  })
})

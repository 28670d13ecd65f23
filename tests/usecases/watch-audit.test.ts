import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditCheck } from '@/server/errands/verify-audit'
import { checkAudit } from '@/server/errands/verify-audit'
import { type AuditRounds, watchAudit, whatIsDue } from '@/server/errands/watch-audit'
import { appendAudit, auditHead, sealAudit } from '@/server/store/audit'
import { type AuditVerdict, auditVerdict } from '@/server/store/audit-verdict'
import { writeSetting } from '@/server/store/settings'
import { until } from '../support/panel'
import { type TestDatabase, testDatabase } from '../support/test-db'

const auditKey = new Uint8Array(32).fill(7)
const rounds: AuditRounds = { everyMs: 5, wholeEveryMs: 3_600_000, brokenEveryMs: 5 }
let test: TestDatabase
let stop: AbortController
let check: AuditCheck

const append = async (count: number, atMs = Date.now() - 60_000): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const record = { phase: 'intent', act: `a${i}`, actor: 'alice@example.org', from: '', what: 'plan', command: `command ${i}` } as const
    await appendAudit(test.db, record, new Date(atMs + i))
  }
}
const seal = (): Promise<number> => sealAudit(test.db, auditKey)
const alter = (number: number, data: { command?: string; targets?: string }) => test.db.auditRecord.update({ where: { number }, data })
const verdict = async (): Promise<AuditVerdict> => (await auditVerdict(test.db)) ?? expect.fail('there is no verdict')
/** The rounds, until the verdict is as wanted. */
const watchUntil = async (fits: (verdict: AuditVerdict) => boolean): Promise<void> => {
  const watching = watchAudit(check, stop.signal, rounds)
  await until(async () => {
    const now = await auditVerdict(test.db)
    return now !== undefined && fits(now)
  }, 10_000)
  stop.abort()
  await watching
  stop = new AbortController()
}

beforeEach(async () => {
  test = await testDatabase()
  stop = new AbortController()
  check = { db: test.db, auditKey, now: () => new Date(), signal: stop.signal }
  await append(12)
  await seal()
})
afterEach(async () => {
  stop.abort()
  await test.close()
})

describe('the audit, watched', () => {
  it('finds an altered record without being asked, and that it was put right', async () => {
    await alter(5, { command: 'something else' })
    await watchUntil(({ findingCount }) => findingCount > 0)
    expect(await verdict()).toMatchObject({ soundUpTo: 4, findings: [{ finding: 'altered', number: 5 }] })
    await alter(5, { command: 'command 4' })
    await watchUntil(({ findingCount }) => findingCount === 0)
    expect(await verdict()).toMatchObject({ soundUpTo: 12, known: { number: 12 } })
  })

  it('goes on where it ended: what is new is read, and an altered new record found', async () => {
    const watching = watchAudit(check, stop.signal, rounds)
    await until(async () => (await auditVerdict(test.db))?.soundUpTo === 12, 10_000)
    const { fullAt } = await verdict()
    await append(3)
    await seal()
    await until(async () => (await verdict()).soundUpTo === 15, 10_000)
    expect((await verdict()).fullAt).toBe(fullAt)
    stop.abort()
    await watching
    await append(2)
    await seal()
    await alter(16, { command: 'something else' })
    expect(await checkAudit(check, 'new')).toMatchObject({
      soundUpTo: 15,
      known: { number: 15 },
      findings: [{ finding: 'altered', number: 16 }],
    })
  })

  it('takes a cell that is no JSON for an altered record', async () => {
    await alter(3, { targets: '[' })
    await watchUntil(({ findingCount }) => findingCount > 0)
    expect(await verdict()).toMatchObject({ soundUpTo: 2, findings: [{ finding: 'altered', number: 3 }] })
  })

  it('finds that the end was cut and its head with it, and that it was then sealed anew', async () => {
    await checkAudit(check, 'whole')
    const eighth = await test.db.auditRecord.findUniqueOrThrow({ where: { number: 8 } })
    await test.db.auditRecord.deleteMany({ where: { number: { gt: 8 } } })
    await writeSetting(test.db, 'audit.head', JSON.stringify({ number: 8, mac: eighth.mac }))
    expect(await checkAudit(check, 'new')).toMatchObject({ findings: [{ finding: 'cut', number: 9 }] })
    await append(6)
    await seal()
    expect(await auditHead(test.db)).toMatchObject({ number: 14 })
    expect(await checkAudit(check, 'whole')).toMatchObject({ soundUpTo: 11, findings: [{ finding: 'altered', number: 12 }] })
  })

  it('names a record that nobody sealed in 10 s, and forgets it when somebody has', async () => {
    await checkAudit(check, 'whole')
    await append(1)
    expect(await checkAudit(check, 'new')).toMatchObject({ soundUpTo: 12, findings: [{ finding: 'unsealed' }] })
    await seal()
    expect(await checkAudit(check, 'new')).toMatchObject({ soundUpTo: 13, findingCount: 0 })
  })

  it('does not take a former verdict’s word where it was broken: only the whole chain counts then', async () => {
    await alter(5, { command: 'something else' })
    const broken = await checkAudit(check, 'whole')
    const later = (ms: number): Date => new Date(Date.parse(broken.fullAt) + ms)
    const each = { everyMs: 60_000, wholeEveryMs: 86_400_000, brokenEveryMs: 3_600_000 }
    expect(whatIsDue(undefined, later(0), each)).toBe('whole')
    expect(whatIsDue(broken, later(60_000), each)).toBeUndefined()
    expect(whatIsDue(broken, later(3_600_000), each)).toBe('whole')
    const sound = { ...broken, findings: [], findingCount: 0 }
    expect(whatIsDue(sound, later(60_000), each)).toBe('new')
    expect(whatIsDue(sound, later(86_400_000), each)).toBe('whole')
  })
})

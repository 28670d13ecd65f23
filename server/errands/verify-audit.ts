import type { AuditVerified } from '@/server/domain/api-audit'
import { type AuditHead, emptyHead, type Finding, type SealedRecord, verifyChain } from '@/server/domain/audit-chain'
import { auditHead, sealedRecords, unsealedBefore } from '@/server/store/audit'
import { type AuditVerdict, auditVerdict, keepAuditVerdict } from '@/server/store/audit-verdict'
import type { Db } from '@/server/store/database'
import type { ErrandRun } from './errand-run'

const portion = 500
const shown = 20
/** The sealer needs a second; what is older and has no number was written past it. */
const unsealedAfterMs = 10_000

/** Reads the whole chain, for somebody who asks; what was found is kept like a finding of the runner's own rounds. */
export const verifyAudit = async (run: ErrandRun): Promise<AuditVerified> => {
  const { known: _known, ...verified } = await checkAudit(
    {
      ...{ db: run.db, auditKey: run.secrets.auditKey, now: run.now, signal: run.signal },
      onPortion: (done, total) => run.progress({ done, total, at: '' }),
    },
    'whole',
  )
  return verified
}

export type AuditCheck = {
  db: Db
  auditKey: Uint8Array
  now: () => Date
  signal: AbortSignal
  onPortion?: (done: number, total: number) => Promise<void>
}

/**
 * Checks hashes, numbers, MACs, the head that is kept beside the chain, and that the furthest record which was ever found sound is still
 * there; keeps the verdict. `new`: only what came after that record. Works in portions: the runner has other work.
 */
export const checkAudit = async (check: AuditCheck, what: 'whole' | 'new'): Promise<AuditVerdict> => {
  const { db, now } = check
  const before = await auditVerdict(db)
  const known = before?.known ?? emptyHead
  const head = await auditHead(db)
  const from = what === 'new' ? known : emptyHead
  const { records, findings, mac } = await readChain(check, { from, head, known })
  const open = await unsealedBefore(db, new Date(now().getTime() - unsealedAfterMs))
  findings.push(...open.map(({ id }): Finding => ({ finding: 'unsealed', number: 0, id })))
  const at = now().toISOString()
  const broken = findings.some(({ number }) => number > 0)
  const verdict: AuditVerdict = {
    at,
    fullAt: what === 'whole' ? at : (before?.fullAt ?? at),
    records: from.number + records,
    soundUpTo: soundUpTo(findings, head.number),
    findingCount: findings.length,
    findings: findings.slice(0, shown).map((one) => ({ ...one })),
    known: broken ? known : { number: head.number, mac },
  }
  await keepAuditVerdict(db, verdict)
  return verdict
}

type Range = { from: AuditHead; head: AuditHead; known: AuditHead }

const readChain = async (
  check: AuditCheck,
  { from, head, known }: Range,
): Promise<{ records: number; findings: Finding[]; mac: string }> => {
  const findings: Finding[] = head.number < known.number ? [{ finding: 'cut', number: head.number + 1, id: '' }] : []
  let [former, records]: [AuditHead, number] = [from, 0]
  let held: SealedRecord[] = []
  const verify = (options: { head?: AuditHead } = {}): void => {
    findings.push(...verifyChain(held, { key: check.auditKey, from: former, ...options }))
    const then = held.find(({ number, mac }) => number === known.number && mac !== known.mac)
    if (then && !findings.some(({ number }) => number === then.number))
      findings.push({ finding: 'altered', number: then.number, id: then.id })
    const last = held.at(-1)
    if (last && last.number > former.number) former = { number: last.number, mac: last.mac }
    held = []
  }
  for await (const record of sealedRecords(check.db, { fromNumber: from.number + 1 })) {
    // What is sealed while this reads is for the next time.
    if (record.number > head.number) break
    if (held.length === portion) {
      verify()
      await check.onPortion?.(records, head.number)
      check.signal.throwIfAborted()
    }
    records += 1
    held.push(record)
  }
  verify({ head })
  return { records, findings, mac: former.mac }
}

const soundUpTo = (findings: readonly Finding[], last: number): number => {
  const first = findings.flatMap(({ number }) => (number > 0 ? [number] : []))
  return first.length === 0 ? last : Math.min(...first) - 1
}

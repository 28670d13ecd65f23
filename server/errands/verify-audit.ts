import type { AuditVerified } from '@/server/domain/api'
import { type AuditHead, emptyHead, type Finding, type SealedRecord, verifyChain } from '@/server/domain/audit-chain'
import { auditHead, sealedRecords, unsealedBefore } from '@/server/store/audit'
import type { ErrandRun } from './errand-run'

const portion = 500
const shown = 20
/** The sealer needs a second; what is older and has no number was written past it. */
const unsealedAfterMs = 10_000

/** Reads the whole chain and checks hashes, numbers, MACs and the head that is kept beside it. Works in portions: the runner has other work. */
export const verifyAudit = async (run: ErrandRun): Promise<AuditVerified> => {
  const head = await auditHead(run.db)
  const findings: Finding[] = []
  let [former, records]: [AuditHead, number] = [emptyHead, 0]
  let held: SealedRecord[] = []
  const check = (options: { head?: AuditHead } = {}): void => {
    findings.push(...verifyChain(held, { key: run.secrets.auditKey, from: former, ...options }))
    const last = held.at(-1)
    if (last && last.number > former.number) former = { number: last.number, mac: last.mac }
    held = []
  }
  for await (const record of sealedRecords(run.db)) {
    // What is sealed while this reads is for the next time.
    if (record.number > head.number) break
    if (held.length === portion) {
      check()
      await run.progress({ done: records, total: head.number, at: '' })
      run.signal.throwIfAborted()
    }
    records += 1
    held.push(record)
  }
  check({ head })
  const open = await unsealedBefore(run.db, new Date(run.now().getTime() - unsealedAfterMs))
  findings.push(...open.map(({ id }): Finding => ({ finding: 'unsealed', number: 0, id })))
  return {
    at: run.now().toISOString(),
    records,
    soundUpTo: soundUpTo(findings, head.number),
    findingCount: findings.length,
    findings: findings.slice(0, shown).map((one) => ({ ...one })),
  }
}

const soundUpTo = (findings: readonly Finding[], last: number): number => {
  const first = findings.flatMap(({ number }) => (number > 0 ? [number] : []))
  return first.length === 0 ? last : Math.min(...first) - 1
}

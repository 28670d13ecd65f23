import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditVerified } from '@/server/domain/api-audit'
import { auditVerdict } from '@/server/store/audit-verdict'
import { type AuditCheck, checkAudit } from './verify-audit'

export type AuditRounds = {
  /** What is new, and whether all is sealed. */
  everyMs: number
  /** The whole chain; the first round of a process always reads it. */
  wholeEveryMs: number
  /** The whole chain again where it was found broken: somebody may have put it right. */
  brokenEveryMs: number
}

const usual: AuditRounds = { everyMs: 60_000, wholeEveryMs: 24 * 3_600_000, brokenEveryMs: 3_600_000 }

/**
 * Verifies the audit's chain without being asked, until asked to stop. A round that fails leaves the former verdict standing, whose age
 * then tells; only a new finding is logged.
 */
export const watchAudit = async (check: Omit<AuditCheck, 'signal'>, stopping: AbortSignal, rounds: AuditRounds = usual): Promise<void> => {
  let begun = false
  while (!stopping.aborted) {
    try {
      // Not what this loop found last: somebody may have asked meanwhile, and known more.
      const last = await auditVerdict(check.db)
      const due = whatIsDue(begun ? last : undefined, check.now(), rounds)
      if (due) {
        const found = await checkAudit({ ...check, signal: stopping }, due)
        begun = true
        if (found.findingCount > (last?.findingCount ?? 0))
          console.error('The audit is not as it was sealed:', JSON.stringify(found.findings[0]))
      }
    } catch (error) {
      if (!stopping.aborted) console.error('The audit could not be verified:', error)
    }
    await sleep(rounds.everyMs, undefined, { signal: stopping }).catch(() => undefined) // aborted: asked to stop
  }
}

/** What the next round has to read; undefined: nothing yet. */
export const whatIsDue = (last: AuditVerified | undefined, now: Date, rounds: AuditRounds): 'whole' | 'new' | undefined => {
  if (!last) return 'whole'
  const broken = last.findings.some(({ number }) => number > 0)
  const sinceWhole = now.getTime() - Date.parse(last.fullAt)
  if (broken) return sinceWhole >= rounds.brokenEveryMs ? 'whole' : undefined
  return sinceWhole >= rounds.wholeEveryMs ? 'whole' : 'new'
}

import { z } from 'zod'
import { type AuditVerified, auditVerified } from '@/server/domain/api-audit'
import type { AuditHead } from '@/server/domain/audit-chain'
import { type Db, retryBusy } from './database'
import { readSetting, writeSetting } from './settings'

/** `known`: the furthest record that was ever found sound. The chain must hold it for good, even where its own head says less. */
export type AuditVerdict = AuditVerified & { known: AuditHead }

const kept = auditVerified.extend({ known: z.object({ number: z.number(), mac: z.string() }) })

/** The last verification's result; undefined when there was none. */
export const auditVerdict = async (db: Db): Promise<AuditVerdict | undefined> => {
  const text = await readSetting(db, 'audit.verdict')
  const read = text === undefined ? undefined : kept.safeParse(JSON.parse(text))
  return read?.success ? read.data : undefined
}

export const keepAuditVerdict = (db: Db, verdict: AuditVerdict): Promise<void> =>
  retryBusy(() => writeSetting(db, 'audit.verdict', JSON.stringify(verdict)))

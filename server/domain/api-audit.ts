import { z } from 'zod'

/** Shapes of what the API says of the audit's chain. */
const iso = z.iso.datetime()

export const auditVerified = z.object({
  at: iso,
  /** When the chain was last read from its beginning; between such times only what is new is. */
  fullAt: iso,
  /** Sealed records that were read. */
  records: z.number(),
  /** Number of the last record of the unbroken beginning; 0: not even the first. */
  soundUpTo: z.number(),
  findingCount: z.number(),
  /** The first of them. */
  findings: z.array(
    z.object({
      finding: z.enum(['altered', 'missing', 'reordered', 'cut', 'mac-wrong', 'unsealed', 'unreadable']),
      number: z.number(),
      id: z.string(),
    }),
  ),
})
export type AuditVerified = z.infer<typeof auditVerified>

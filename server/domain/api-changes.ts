import { z } from 'zod'

const iso = z.string()

/** One change of a cluster: a job, a revision of its topology, or an act on its settings, keys and books. */
export const changeRow = z.object({
  id: z.string(),
  at: iso,
  by: z.string(),
  kind: z.enum(['job', 'revision', 'host-key', 'act']),
  /** Of a job its operation, of a revision what wrote it, else the audit's name of the act. */
  what: z.string(),
  /** State of a job, reason of a revision, targets of an act. */
  detail: z.string(),
  job: z.object({ id: z.string(), number: z.number() }).nullable(),
  revision: z.number().nullable(),
})
export const changesView = z.object({ since: iso, changes: z.array(changeRow) })
export type ChangeRow = z.infer<typeof changeRow>
export type ChangesView = z.infer<typeof changesView>

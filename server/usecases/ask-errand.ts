import type { ErrandKind } from '@/server/domain/errand'
import type { Db } from '@/server/store/database'
import { askErrand, type ErrandRow } from '@/server/store/errands'
import { type Deed, intend, type Who } from './audited'

/** What lies in an errand's row: its own input, and the intent whose outcome the runner writes when the errand ends. */
export type ErrandInput = { input: unknown; audit?: { act: string; email: string; from: string; deed: Deed } }

/** Asks the runner; with a `deed` the intent is durable before the errand can be seen. */
export const askRunner = async (db: Db, who: Who, errand: { kind: ErrandKind; input: unknown; deed?: Deed }): Promise<ErrandRow> => {
  const { kind, input, deed } = errand
  const audit = deed && { act: await intend(db, who, deed), email: who.email, from: who.from, deed }
  const row: ErrandInput = { input, ...(audit && { audit }) }
  return askErrand(db, { kind, input: row, askedBy: who.id })
}

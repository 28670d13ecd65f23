import { randomUUID } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import { appendAudit, type NewAudit } from '@/server/store/audit'
import type { Db } from '@/server/store/database'

/** Who asks, and from where, as audit records name them. */
export type Who = {
  id: string
  email: string
  from: string
  /** Whether commands may be run as root on hosts; left out: no. */
  maySudo?: boolean
}

export type Deed = {
  what: string
  /** The `tiup dm` line, or the panel's own word for it. No secret. */
  command: string
} & Pick<NewAudit, 'cluster' | 'planHash' | 'jobId' | 'targets' | 'detail'>

/** Intent, act, outcome: the intent is durable before the act begins; if it can't be written, nothing begins. */
export const audited = async <T>(db: Db, who: Who, deed: Deed, act: (actId: string) => Promise<T>): Promise<T> => {
  const actId = await intend(db, who, deed)
  try {
    const result = await act(actId)
    await conclude(db, who, deed, { act: actId, result: 'done' })
    return result
  } catch (error) {
    await conclude(db, who, deed, { act: actId, result: `refused: ${error instanceof AppError ? error.code : 'internal'}` })
    throw error
  }
}

/** The intent alone, of an act that ends elsewhere: an errand's outcome is written by the runner. Resolves with the act's id. */
export const intend = async (db: Db, who: Who, deed: Deed): Promise<string> => {
  const act = randomUUID()
  await appendAudit(db, { ...deed, phase: 'intent', act, actor: who.email, from: who.from })
  return act
}

export const conclude = async (
  db: Db,
  who: Pick<Who, 'email' | 'from'>,
  deed: Deed,
  end: { act: string; result: string },
): Promise<void> => {
  await appendAudit(db, { ...deed, ...end, phase: 'outcome', actor: who.email, from: who.from })
}

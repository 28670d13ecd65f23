import { randomUUID } from 'node:crypto'
import type { ErrandError, ErrandKind, ErrandProgress } from '@/server/domain/errand'
import type { Db, Tx } from './database'

export type ErrandRow = {
  id: string
  kind: string
  state: 'queued' | 'running' | 'done' | 'failed'
  input: unknown
  result: unknown
  error: ErrandError | null
  progress: ErrandProgress | null
  askedBy: string
}

/** Asks the runner for something. `input` must be JSON and hold no secret in clear. */
export const askErrand = async (db: Db | Tx, errand: { kind: ErrandKind; input: unknown; askedBy: string }): Promise<ErrandRow> => {
  const { kind, input, askedBy } = errand
  return rowOf(await db.errand.create({ data: { id: randomUUID(), kind, input: JSON.stringify(input), state: 'queued', askedBy } }))
}

export const findErrand = async (db: Db, id: string): Promise<ErrandRow | undefined> => {
  const row = await db.errand.findUnique({ where: { id } })
  return row ? rowOf(row) : undefined
}

/** Takes the oldest queued errand; two runners never take the same. */
export const claimErrand = async (db: Db, holder: string): Promise<ErrandRow | undefined> => {
  const waiting = await db.errand.findMany({ where: { state: 'queued' }, orderBy: { createdAt: 'asc' }, select: { id: true }, take: 5 })
  for (const { id } of waiting) {
    const [row] = await db.errand.updateManyAndReturn({
      where: { id, state: 'queued' },
      data: { state: 'running', holder, startedAt: new Date() },
    })
    if (row) return rowOf(row)
  }
  return undefined
}

export const noteErrandProgress = async (db: Db, id: string, progress: ErrandProgress): Promise<void> => {
  await db.errand.updateMany({ where: { id, state: 'running' }, data: { progress: JSON.stringify(progress) } })
}

export const finishErrand = async (db: Db, id: string, result: unknown): Promise<void> => {
  const data = { state: 'done', result: JSON.stringify(result ?? null), endedAt: new Date() }
  await db.errand.updateMany({ where: { id, state: 'running' }, data })
}

export const failErrand = async (db: Db, id: string, error: ErrandError): Promise<void> => {
  const data = { state: 'failed', error: JSON.stringify(error), endedAt: new Date() }
  await db.errand.updateMany({ where: { id, state: 'running' }, data })
}

/** Errands that a runner of the past left half-done; they only read, or begin anew, so they are queued again. */
export const requeueErrands = async (db: Db, holder: string): Promise<number> =>
  (await db.errand.updateMany({ where: { state: 'running', holder: { not: holder } }, data: { state: 'queued', holder: null } })).count

/** Results may be large and are of no use after a while. */
export const forgetErrands = async (db: Db, before: Date): Promise<void> => {
  await db.errand.deleteMany({ where: { endedAt: { lt: before } } })
}

type Stored = Awaited<ReturnType<Db['errand']['findUniqueOrThrow']>>

const rowOf = (row: Stored): ErrandRow => ({
  id: row.id,
  kind: row.kind,
  state: row.state as ErrandRow['state'], // written by this file only
  input: JSON.parse(row.input) as unknown,
  result: row.result === null ? null : (JSON.parse(row.result) as unknown),
  error: row.error === null ? null : (JSON.parse(row.error) as ErrandError), // written by failErrand only
  progress: row.progress === null ? null : (JSON.parse(row.progress) as ErrandProgress), // written by noteErrandProgress only
  askedBy: row.askedBy,
})

/** A result that was for one reading only is emptied. */
export const finishedErrandTaken = async (db: Db, id: string): Promise<void> => {
  await db.errand.updateMany({ where: { id }, data: { result: 'null' } })
}

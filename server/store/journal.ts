import type { Entry, EntryBody, EntryOf, Question } from '@/server/domain/journal'
import type { Change, StepId } from '@/server/domain/step'
import { type Db, retryBusy, type Tx } from './database'
import { applyChange, endJob } from './end-job'
import { noteQuestion } from './happenings'

/** Another runner has the job, or it has ended: whoever gets this must stop writing and touching hosts at once. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
  constructor(readonly jobId: string) {
    super(`job ${jobId} is not held by this attempt`)
  }
}

/** An entry to be, with its place in the plan. `change`: what becomes true in the books together with a `done`. */
export type NewEntry = EntryBody & { phase?: string; lane?: string; step?: StepId; change?: Change }

const chunkChars = 16 * 1024 // at most 64 KiB of UTF-8

/**
 * Appends in order, durable when it resolves. Fenced: throws `LeaseLost` and writes nothing when `attempt` is not the job's.
 * Resolves with the entries as written; long output is split, never cut. In the same transaction: changes of the books, and all that
 * the end of a job means.
 */
export const appendEntries = async (
  db: Db,
  jobId: string,
  { attempt, entries, at }: { attempt: number; entries: readonly NewEntry[]; at: Date },
): Promise<Entry[]> => {
  const whole = entries.flatMap(split)
  if (whole.length === 0) return []
  return retryBusy(() =>
    db.$transaction(async (tx) => {
      const state = stateAfter(whole)
      const [job] = await tx.job.updateManyAndReturn({
        where: { id: jobId, attempt, endedAt: null },
        data: { lastSeq: { increment: whole.length }, ...(state ? { state } : {}) },
        select: { id: true, lastSeq: true, clusterName: true, operation: true, startedBy: true },
      })
      if (!job) throw new LeaseLost(jobId)
      const first = job.lastSeq - whole.length + 1
      const written = whole.map((entry, i) => placed(entry, { seq: first + i, attempt, at }))
      await tx.journalEntry.createMany({ data: written.map((entry) => rowOf(jobId, entry)) })
      for (const entry of whole) {
        if (entry.change) await applyChange(tx, job, entry.change, at)
        if (entry.kind === 'question') await noteQuestion(tx, { jobId, clusterName: job.clusterName, ...askedIn(entry), at })
        if (entry.kind === 'ended')
          await endJob(tx, { id: jobId, clusterName: job.clusterName, state: entry.state, reason: entry.reason, at })
      }
      return written
    }),
  )
}

export type ByUser =
  | EntryOf<'answered'>
  | EntryOf<'cancel-requested'>
  | EntryOf<'pause-requested'>
  | EntryOf<'waive-requested'>
  | EntryOf<'break-in-requested'>
export type UserBody = EntryBody & { kind: ByUser['kind'] }
export type UserAppend = 'appended' | 'ended' | 'not-asked' | 'not-offered'

class Refused extends Error {
  constructor(readonly why: 'ended' | 'not-asked' | 'not-offered') {
    super(why)
  }
}

/**
 * What a user says to a job, under whatever attempt it has. `ended`: too late. `not-asked`: that question is not open (another user
 * was faster). `not-offered`: the question has no such choice. A second cancel or pause is appended too.
 */
export const appendByUser = async (db: Db, jobId: string, body: UserBody, at: Date = new Date()): Promise<UserAppend> => {
  try {
    await retryBusy(() =>
      db.$transaction(async (tx) => {
        const [job] = await tx.job.updateManyAndReturn({
          where: { id: jobId, endedAt: null },
          data: { lastSeq: { increment: 1 }, ...userMark(body) },
          select: { lastSeq: true, attempt: true },
        })
        if (!job) throw new Refused('ended')
        if (body.kind === 'answered') await demandOpen(tx, jobId, body)
        if (body.kind === 'break-in-requested') await demandQuestion(tx, jobId)
        await tx.journalEntry.create({ data: rowOf(jobId, placed(body, { seq: job.lastSeq, attempt: job.attempt, at })) })
      }),
    )
    return 'appended'
  } catch (error) {
    if (error instanceof Refused) return error.why
    throw error
  }
}

const userMark = (body: UserBody) => {
  if (body.kind === 'cancel-requested') return { cancelBy: body.by }
  if (body.kind === 'pause-requested') return { pauseBy: body.by }
  return body.kind === 'answered' ? { state: 'running' } : {}
}

const demandOpen = async (tx: Tx, jobId: string, body: Extract<UserBody, { kind: 'answered' }>): Promise<void> => {
  const question = await demandQuestion(tx, jobId)
  if (question.id !== body.question) throw new Refused('not-asked')
  if (!question.choices.includes(body.choice)) throw new Refused('not-offered')
}

const demandQuestion = async (tx: Tx, jobId: string): Promise<Question> => {
  const last = await tx.journalEntry.findFirst({ where: { jobId, kind: { in: ['question', 'answered'] } }, orderBy: { seq: 'desc' } })
  if (last?.kind !== 'question') throw new Refused('not-asked')
  return (JSON.parse(last.data) as { question: Question }).question // rows are written by this file only
}

/** Entries with `seq > afterSeq`, in order. */
export const readJournal = async (db: Db, jobId: string, afterSeq: number, limit?: number): Promise<Entry[]> => {
  const rows = await db.journalEntry.findMany({
    where: { jobId, seq: { gt: afterSeq } },
    orderBy: { seq: 'asc' },
    ...(limit === undefined ? {} : { take: limit }),
  })
  return rows.map(({ seq, attempt, at, phase, lane, step, data }) => ({
    ...(JSON.parse(data) as EntryBody), // rows are written by this file and claimJob only
    ...{ seq, attempt, at: at.toISOString() },
    ...(phase === null ? {} : { phase }),
    ...(lane === null ? {} : { lane }),
    ...(step === null ? {} : { step }),
  }))
}

/** The question, and the narrowest place that it names. */
const askedIn = ({ question }: Extract<NewEntry, { kind: 'question' }>) => ({
  question,
  where: question.lane ?? question.step ?? question.phase,
})

/** The state that entries lead to; undefined when they don't change it. A copy of the fold, for lists. */
const stateAfter = (entries: readonly NewEntry[]): string | undefined => {
  const last = entries.findLast(({ kind }) => kind === 'question' || kind === 'answered' || kind === 'ended')
  if (last?.kind === 'ended') return last.state
  return last && (last.kind === 'question' ? 'waiting' : 'running')
}

/** An output of any length as entries of at most 64 KiB; never between the halves of a surrogate pair. */
const split = (entry: NewEntry): NewEntry[] => {
  if (entry.kind !== 'output' || entry.text.length <= chunkChars) return [entry]
  const parts: NewEntry[] = []
  for (let from = 0; from < entry.text.length; ) {
    let to = Math.min(from + chunkChars, entry.text.length)
    if (to < entry.text.length && /[\uD800-\uDBFF]/.test(entry.text[to - 1] ?? '')) to -= 1
    parts.push({ ...entry, text: entry.text.slice(from, to) })
    from = to
  }
  return parts
}

const placed = ({ change: _change, ...entry }: NewEntry, { seq, attempt, at }: { seq: number; attempt: number; at: Date }): Entry =>
  ({ ...entry, seq, attempt, at: at.toISOString() }) as Entry // spreading a union loses which member it is

const rowOf = (jobId: string, { seq, attempt, at, phase, lane, step, ...body }: Entry) => ({
  ...{ jobId, seq, attempt, kind: body.kind, data: JSON.stringify(body), at: new Date(at) },
  ...{ phase: phase ?? null, lane: lane ?? null, step: step ?? null },
})

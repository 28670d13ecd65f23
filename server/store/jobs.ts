import { randomUUID } from 'node:crypto'
import { runsBeside } from '@/server/domain/plan'
import { type Db, isDuplicate, retryBusy, type Tx } from './database'

/** The process that holds a job. pid and start time name it within one boot of one machine. */
export type Holder = { machine: string; bootId: string; pid: number; startTime: string }

export type NewJob = {
  id?: string
  planId: string
  clusterName: string
  operation: string
  startedBy: string
  /** Written in the same transaction, after the job and its reservation; a throw undoes all of it. */
  also?: (tx: Tx, job: { id: string; number: number }) => Promise<void>
}
export type Created =
  | { created: true; id: string; number: number }
  /** Somebody else's job holds the cluster. */
  | { created: false; why: 'cluster-busy'; holdingJob: { id: string; number: number; operation: string; state: string } }
  /** The plan is not `ready` (any more): probing, failed, or submitted by another request. */
  | { created: false; why: 'plan-not-ready' }

class NotReady extends Error {}

/** One transaction: the plan becomes `submitted`, the job and the cluster's reservation (unless it runs beside others) are written, then `also`. */
export const createJob = async (db: Db, job: NewJob): Promise<Created> => {
  const id = job.id ?? randomUUID()
  try {
    const number = await retryBusy(() => db.$transaction((tx) => insertJob(tx, id, job)))
    return { created: true, id, number }
  } catch (error) {
    if (error instanceof NotReady) return { created: false, why: 'plan-not-ready' }
    if (!isDuplicate(error)) throw error
    const holding = await db.reservation.findUnique({ where: { clusterName: job.clusterName }, include: { job: true } })
    if (!holding) throw error
    const { id: holder, number, operation, state } = holding.job
    return { created: false, why: 'cluster-busy', holdingJob: { id: holder, number, operation, state } }
  }
}

const insertJob = async (tx: Tx, id: string, job: NewJob): Promise<number> => {
  const { planId, clusterName, operation, startedBy } = job
  // The write comes first: it takes the lock, so that what is read afterwards stays true until the commit.
  const taken = await tx.plan.updateMany({ where: { id: planId, state: 'ready' }, data: { state: 'submitted' } })
  if (taken.count === 0) throw new NotReady()
  const last = await tx.job.aggregate({ _max: { number: true } })
  const number = (last._max.number ?? 0) + 1
  await tx.job.create({ data: { id, number, planId, clusterName, operation, state: 'queued', startedBy } })
  if (!runsBeside(operation)) await tx.reservation.create({ data: { clusterName, jobId: id } })
  await job.also?.(tx, { id, number })
  return number
}

export type Claim = { jobId: string; attempt: number; planId: string; clusterName: string; operation: string; startedBy: string }
export type ClaimOptions = {
  nowMs: number
  leaseMs: number
  /** Whether the holder's process on this very machine has gone; then its lease needs no waiting for. */
  isGone: (holder: Holder) => boolean
}

/**
 * Takes one job that nobody holds: queued, or left by a runner whose lease ran out or whose process is gone. The attempt goes up and
 * its `claimed` entry is written in the same transaction, so that from then on every write of the former holder is refused.
 */
export const claimJob = async (db: Db, runner: Holder, { nowMs, leaseMs, isGone }: ClaimOptions): Promise<Claim | null> => {
  const open = await db.job.findMany({ where: { endedAt: null }, orderBy: { number: 'asc' } })
  const free = open.filter(
    ({ holder, leaseUntil }) => holder === null || leaseUntil === null || leaseUntil.getTime() < nowMs || isGone(holderOf(holder)),
  )
  for (const job of free) {
    const attempt = job.attempt + 1
    const claimed = await retryBusy(() =>
      db.$transaction(async (tx) => {
        const [taken] = await tx.job.updateManyAndReturn({
          // The lease is part of the condition: its holder may have renewed it since it was read.
          where: { id: job.id, attempt: job.attempt, leaseUntil: job.leaseUntil, endedAt: null },
          data: {
            attempt,
            holder: JSON.stringify(runner),
            leaseUntil: new Date(nowMs + leaseMs),
            lastSeq: { increment: 1 },
            state: job.state === 'waiting' ? 'waiting' : 'running',
          },
        })
        if (!taken) return false
        const body = { kind: 'claimed', runner: `${runner.machine}:${runner.pid}`, resumed: attempt > 1 }
        const at = new Date(nowMs)
        await tx.journalEntry.create({
          data: { jobId: job.id, seq: taken.lastSeq, attempt, kind: 'claimed', data: JSON.stringify(body), at },
        })
        return true
      }),
    )
    const { id: jobId, planId, clusterName, operation, startedBy } = job
    if (claimed) return { jobId, attempt, planId, clusterName, operation, startedBy }
  }
  return null
}

const holderOf = (text: string): Holder => JSON.parse(text) as Holder // written by claimJob only

export type Heartbeat = { held: false } | { held: true; cancelBy: string | null; pauseBy: string | null; lastSeq: number; state: string }

/** Renews the lease. `held: false`: another runner has the job, or it has ended; stop at once. New entries of users show in `lastSeq`. */
export const heartbeat = async (db: Db, jobId: string, attempt: number, untilMs: number): Promise<Heartbeat> => {
  const [row] = await db.job.updateManyAndReturn({
    where: { id: jobId, attempt, endedAt: null },
    data: { leaseUntil: new Date(untilMs) },
    select: { cancelBy: true, pauseBy: true, lastSeq: true, state: true },
  })
  return row ? { held: true, ...row } : { held: false }
}

/** Like `heartbeat`, but only looks: nothing is written. */
export const jobSignals = async (db: Db, jobId: string, attempt: number): Promise<Heartbeat> => {
  const row = await db.job.findFirst({
    where: { id: jobId, attempt, endedAt: null },
    select: { cancelBy: true, pauseBy: true, lastSeq: true, state: true },
  })
  return row ? { held: true, ...row } : { held: false }
}

/** Gives an unfinished job back (the runner is being stopped), so that the next runner need not wait for the lease. */
export const releaseJob = async (db: Db, jobId: string, attempt: number): Promise<boolean> => {
  const { count } = await db.job.updateMany({ where: { id: jobId, attempt, endedAt: null }, data: { leaseUntil: null, holder: null } })
  return count === 1
}

/** The parts of a job's row and plan that running it needs; the plan's document as it was reviewed. */
export const jobWithPlan = async (db: Db, jobId: string) => {
  const job = await db.job.findUniqueOrThrow({ where: { id: jobId }, include: { plan: true } })
  return { job, document: job.plan.document, planHash: job.plan.hash }
}

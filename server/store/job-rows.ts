import type { JobRow } from '@/server/domain/api'
import type { Db } from './database'

export type JobFilter = { cluster?: string | undefined; state?: string | undefined; limit: number; beforeNumber?: number | undefined }

/** Newest first. */
export const listJobs = async (db: Db, filter: JobFilter): Promise<JobRow[]> => {
  const rows = await db.job.findMany({
    where: {
      ...(filter.cluster ? { clusterName: filter.cluster } : {}),
      ...(filter.state ? { state: filter.state } : {}),
      ...(filter.beforeNumber ? { number: { lt: filter.beforeNumber } } : {}),
    },
    orderBy: { number: 'desc' },
    take: filter.limit,
  })
  return rows.map(rowOf)
}

/** By id, or by number. */
export const findJobRow = async (db: Db, idOrNumber: string): Promise<JobRow | undefined> => {
  const row = await db.job.findFirst({
    where: /^\d{1,9}$/.test(idOrNumber) ? { OR: [{ id: idOrNumber }, { number: Number(idOrNumber) }] } : { id: idOrNumber },
  })
  return row ? rowOf(row) : undefined
}

type Stored = Awaited<ReturnType<Db['job']['findUniqueOrThrow']>>

const rowOf = (row: Stored): JobRow => ({
  id: row.id,
  number: row.number,
  cluster: row.clusterName,
  operation: row.operation,
  state: row.state as JobRow['state'], // a copy of the fold, written by the store only
  planId: row.planId,
  startedBy: row.startedBy,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})

/** Numbers of jobs by their ids. */
export const numbersOfJobs = async (db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await db.job.findMany({ where: { id: { in: [...ids] } }, select: { id: true, number: true } })).map((one) => [one.id, one.number]),
  )

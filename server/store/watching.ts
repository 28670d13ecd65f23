import { type Db, isDuplicate } from './database'

/** The last entry of each job. */
export const lastSeqs = async (db: Db, jobIds: readonly string[]): Promise<Map<string, number>> => {
  const rows = await db.job.findMany({ where: { id: { in: [...jobIds] } }, select: { id: true, lastSeq: true } })
  return new Map(rows.map((row) => [row.id, row.lastSeq]))
}

/** A text that differs when the list of jobs does: a job came, or its state changed. */
export const jobsFingerprint = async (db: Db): Promise<string> => {
  const states = await db.job.groupBy({ by: ['state'], _count: { _all: true }, _max: { number: true, endedAt: true } })
  return JSON.stringify(states.sort((a, b) => a.state.localeCompare(b.state)))
}

/** Asks the runner's watcher to keep the status fresh until then. A row that no watcher has filled yet has status `null`. */
export const renewWatch = async (db: Db, cluster: string, until: Date): Promise<void> => {
  const { count } = await db.clusterStatus.updateMany({ where: { cluster }, data: { watchUntil: until } })
  if (count > 0) return
  try {
    await db.clusterStatus.create({ data: { cluster, at: new Date(0), status: 'null', watchUntil: until } })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

/** When each cluster's status was last written. */
export const statusTimes = async (db: Db, clusters: readonly string[]): Promise<Map<string, Date>> => {
  const rows = await db.clusterStatus.findMany({ where: { cluster: { in: [...clusters] } }, select: { cluster: true, at: true } })
  return new Map(rows.map((row) => [row.cluster, row.at]))
}

/** Until when somebody looks at the cluster. */
export const watchedUntil = async (db: Db, cluster: string): Promise<Date | undefined> =>
  (await db.clusterStatus.findUnique({ where: { cluster }, select: { watchUntil: true } }))?.watchUntil ?? undefined

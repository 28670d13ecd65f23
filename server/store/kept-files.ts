import path from 'node:path'
import type { PulledFileView, PushedFile } from '@/server/domain/files'
import type { Db, Tx } from './database'

/** Where files for hosts and from hosts lie, each by its id; `ID.part` is one that is coming. */
export const keptFolder = (dataFolder: string): string => path.join(dataFolder, 'files')
export const keptFile = (dataFolder: string, id: string): string => path.join(keptFolder(dataFolder), id)

export type PushRow = PushedFile & { cluster: string }

/** A file that was uploaded for a push; its hash comes when it is read first. */
export const keepPush = async (
  db: Db,
  { id, cluster, name, sizeBytes, by, at, deleteAt }: Omit<PushRow, 'sha256'> & { by: string; at: Date; deleteAt: Date },
): Promise<void> => {
  await db.keptFile.create({ data: { id, kind: 'push', cluster, name, sizeBytes: BigInt(sizeBytes), by, at, deleteAt } })
}

export const findPush = async (db: Db | Tx, id: string): Promise<PushRow | undefined> => {
  const row = await db.keptFile.findFirst({ where: { id, kind: 'push' } })
  return row ? { id, cluster: row.cluster, name: row.name, sizeBytes: Number(row.sizeBytes), sha256: row.sha256 } : undefined
}

export const notePushHash = async (db: Db, id: string, sha256: string): Promise<void> => {
  await db.keptFile.updateMany({ where: { id, kind: 'push' }, data: { sha256 } })
}

/** An uploaded file of a plan whose job has ended: at once when all hosts have it, else a new plan may still want it. */
export const endPushes = async (tx: Tx, planDocument: string, at: Date): Promise<void> => {
  const rows = await tx.keptFile.findMany({ where: { kind: 'push' }, select: { id: true } })
  const used = rows.filter(({ id }) => planDocument.includes(id)).map(({ id }) => id)
  await tx.keptFile.updateMany({ where: { id: { in: used } }, data: { deleteAt: at } })
}

type Pulled = Omit<PulledFileView, 'at' | 'deleteAt'> & { cluster: string; jobId: string; by: string; at: Date; deleteAt: Date }

/** A file that was fetched; one of the same id takes the former one's place. */
export const keepPull = async (db: Db, { sizeBytes, ...pulled }: Pulled): Promise<void> => {
  const data = { ...pulled, kind: 'pull', sizeBytes: BigInt(sizeBytes) }
  await db.keptFile.upsert({ where: { id: pulled.id }, create: data, update: data })
}

/** What a job has fetched and is still kept. */
export const pulledBy = async (db: Db, jobId: string, now: Date): Promise<PulledFileView[]> =>
  (await db.keptFile.findMany({ where: { jobId, kind: 'pull', deleteAt: { gt: now } }, orderBy: [{ host: 'asc' }, { path: 'asc' }] })).map(
    ({ id, host, path: at, name, sizeBytes, sha256, at: when, deleteAt }) => ({
      ...{ id, host, path: at, name, sizeBytes: Number(sizeBytes), sha256 },
      ...{ at: when.toISOString(), deleteAt: deleteAt.toISOString() },
    }),
  )

/** Files of a job are to be deleted now. Resolves with how many. */
export const dropPulled = async (db: Db, jobId: string, now: Date): Promise<number> =>
  (await db.keptFile.updateMany({ where: { jobId, kind: 'pull', deleteAt: { gt: now } }, data: { deleteAt: now } })).count

export const keptBytes = async (db: Db): Promise<number> =>
  Number((await db.keptFile.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0)

/** Whose time is over, but for those that an unfinished job is about. */
export const overdueFiles = async (db: Db, now: Date): Promise<string[]> => {
  const rows = await db.keptFile.findMany({ where: { deleteAt: { lte: now } }, select: { id: true, kind: true } })
  const held = await Promise.all(
    rows.map(({ id, kind }) => (kind === 'push' ? db.job.count({ where: { endedAt: null, plan: { document: { contains: id } } } }) : 0)),
  )
  return rows.flatMap(({ id }, i) => (held[i] === 0 ? [id] : []))
}

export const forgetFile = async (db: Db, id: string): Promise<void> => {
  await db.keptFile.deleteMany({ where: { id } })
}

export const isKept = async (db: Db | Tx, id: string): Promise<boolean> => (await db.keptFile.count({ where: { id } })) > 0

import { randomUUID } from 'node:crypto'
import type { Db } from './database'

/** What is kept of a mirror. `confirmedBy` is '' until somebody has compared the fingerprint. */
export type MirrorRow = { location: string; rootVersion: number; fingerprint: string; confirmedBy: string; kept: unknown }

export const listMirrors = async (db: Db): Promise<MirrorRow[]> => (await db.mirror.findMany({ orderBy: { location: 'asc' } })).map(rowOf)

export const findMirror = async (db: Db, location: string): Promise<MirrorRow | undefined> => {
  const row = await db.mirror.findUnique({ where: { location } })
  return row ? rowOf(row) : undefined
}

/** Writes what was seen; the confirmation stays. */
export const keepMirror = async (db: Db, seen: Omit<MirrorRow, 'confirmedBy'>): Promise<void> => {
  const { location, rootVersion, fingerprint, kept } = seen
  const data = { rootVersion, fingerprint, trusted: JSON.stringify(kept) }
  await db.mirror.upsert({ where: { location }, create: { id: randomUUID(), location, confirmedBy: '', ...data }, update: data })
}

/** False when the mirror shows another fingerprint than the one that was compared. */
export const confirmMirrorRow = async (db: Db, confirm: { location: string; fingerprint: string; by: string }): Promise<boolean> => {
  const { location, fingerprint, by } = confirm
  return (await db.mirror.updateMany({ where: { location, fingerprint }, data: { confirmedBy: by } })).count === 1
}

const rowOf = (row: Awaited<ReturnType<Db['mirror']['findUniqueOrThrow']>>): MirrorRow => ({
  location: row.location,
  rootVersion: row.rootVersion,
  fingerprint: row.fingerprint,
  confirmedBy: row.confirmedBy,
  kept: JSON.parse(row.trusted) as unknown,
})

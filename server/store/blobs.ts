import type { Db, Tx } from './database'

/** A text in parts; a secret one is named by its credential and joined at the wire only. */
export type BlobPart = { text: string } | { secret: string }
export type StoredBlob = { sha256: string; sizeBytes: number; secret: boolean; parts: readonly BlobPart[] }

/** Keeps a blob under the hash that the plan knows; the same blob twice is one. */
export const keepBlob = async (db: Db | Tx, blob: StoredBlob): Promise<void> => {
  const { sha256, sizeBytes, secret } = blob
  const row = { sha256, sizeBytes, secret, parts: JSON.stringify(blob.parts) }
  await db.blob.upsert({ where: { sha256 }, create: row, update: {} })
}

export const readBlob = async (db: Db, sha256: string): Promise<StoredBlob | undefined> => {
  const row = await db.blob.findUnique({ where: { sha256 } })
  if (!row) return undefined
  return { sha256, sizeBytes: row.sizeBytes, secret: row.secret, parts: JSON.parse(row.parts) as BlobPart[] } // written by keepBlob only
}

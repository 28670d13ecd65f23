import type { Db } from './database'

export const readDraft = async (db: Db, userId: string, key: string): Promise<{ value: unknown; updatedAt: string } | undefined> => {
  const row = await db.draft.findUnique({ where: { userId_key: { userId, key } } })
  return row ? { value: JSON.parse(row.value) as unknown, updatedAt: row.updatedAt.toISOString() } : undefined
}

export const writeDraft = async (db: Db, userId: string, key: string, value: unknown): Promise<string> => {
  const text = JSON.stringify(value)
  const row = await db.draft.upsert({
    where: { userId_key: { userId, key } },
    create: { userId, key, value: text },
    update: { value: text },
  })
  return row.updatedAt.toISOString()
}

export const dropDraft = async (db: Db, userId: string, key: string): Promise<void> => {
  await db.draft.deleteMany({ where: { userId, key } })
}

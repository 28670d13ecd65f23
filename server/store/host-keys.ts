import { randomUUID } from 'node:crypto'
import type { Db } from './database'

export type PinnedHostKey = {
  address: string
  port: number
  keyType: string
  key: string
  fingerprint: string
  confirmedBy: string
  confirmedAt: string
}

export const listHostKeys = async (db: Db): Promise<PinnedHostKey[]> =>
  (await db.hostKey.findMany({ orderBy: [{ address: 'asc' }, { port: 'asc' }, { keyType: 'asc' }] })).map((row) => ({
    ...row,
    confirmedAt: row.confirmedAt.toISOString(),
  }))

/** The pinned keys of a host, for the transport. */
export const pinnedKeysOf = (db: Db, address: string, port: number): Promise<{ keyType: string; key: string; fingerprint: string }[]> =>
  db.hostKey.findMany({ where: { address, port }, select: { keyType: true, key: true, fingerprint: true } })

export type KeyToPin = Omit<PinnedHostKey, 'confirmedAt'>

/**
 * Pins keys, all or none. Without `replace` a key that differs from a pinned one of its type, or from another of `keys`, is refused:
 * resolves with those, and nothing is pinned.
 * With `replace` all former keys of these hosts go.
 */
export const pinHostKeys = (db: Db, keys: readonly KeyToPin[], options: { replace: boolean }): Promise<KeyToPin[]> =>
  db.$transaction(async (tx) => {
    if (options.replace) {
      for (const { address, port } of keys) await tx.hostKey.deleteMany({ where: { address, port } })
    }
    const refused: KeyToPin[] = []
    const fresh = new Map<string, KeyToPin>()
    for (const key of keys) {
      const { address, port, keyType } = key
      const at = JSON.stringify([address, port, keyType])
      const pinned = await tx.hostKey.findFirst({ where: { address, port, keyType } })
      const known = pinned ?? fresh.get(at)
      if (!known) fresh.set(at, key)
      else if (known.key !== key.key) refused.push(key)
    }
    if (refused.length > 0) return refused
    for (const key of fresh.values()) await tx.hostKey.create({ data: { id: randomUUID(), ...key } })
    return refused
  })

/** Resolves with how many there were. */
export const dropHostKeys = async (db: Db, at: { address: string; port: number; keyType?: string | undefined }): Promise<number> => {
  const { address, port, keyType } = at
  return (await db.hostKey.deleteMany({ where: { address, port, ...(keyType ? { keyType } : {}) } })).count
}

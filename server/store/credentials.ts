import { randomUUID } from 'node:crypto'
import type { CredentialRow } from '@/server/domain/api'
import type { Db, Tx } from './database'

export type NewCredentialRow = {
  id?: string
  name: string
  kind: 'password' | 'key' | 'generated-key' | 'agent' | 'secret'
  username?: string
  sudo?: CredentialRow['sudo']
  fingerprint?: string
  publicKey?: string
  /** Readable by the runner only. */
  sealed: string
  oneTimeFor?: string | null
  createdBy: string
}

/** Keeps a sealed credential. With an `id` that exists the existing row stays as it is. */
export const keepCredential = async (db: Db | Tx, row: NewCredentialRow): Promise<string> => {
  const id = row.id ?? randomUUID()
  await db.credential.create({ data: { ...row, id, oneTimeFor: row.oneTimeFor ?? null } })
  return id
}

/** Keeps a sealed secret that is no login; a former one of this id is replaced, also one that was wiped. */
export const keepSecret = async (db: Db | Tx, row: { id: string; name: string; sealed: string; createdBy: string }): Promise<void> => {
  const data = { ...row, kind: 'secret', wipedAt: null, createdAt: new Date() }
  await db.credential.upsert({ where: { id: row.id }, create: data, update: data })
}

/** Forgets a secret that is no login. */
export const dropSecret = async (db: Db | Tx, id: string): Promise<void> => {
  await db.credential.deleteMany({ where: { id, kind: 'secret' } })
}

/** Login credentials; secrets that the panel made for itself are not listed. */
export const listCredentials = async (db: Db): Promise<CredentialRow[]> =>
  (await db.credential.findMany({ where: { wipedAt: null, kind: { not: 'secret' } }, orderBy: { createdAt: 'asc' } })).map(viewOf)

export const findCredential = async (db: Db | Tx, id: string): Promise<(CredentialRow & { publicKey: string }) | undefined> => {
  const row = await db.credential.findFirst({ where: { id, wipedAt: null } })
  return row ? { ...viewOf(row), publicKey: row.publicKey } : undefined
}

/** The newest key of this prefix that was made after the present one, and so was never in use. */
export const pendingKey = async (
  db: Db,
  { prefix, after, username }: { prefix: string; after: string; username: string },
): Promise<{ id: string; publicKey: string } | undefined> => {
  const where = { id: { startsWith: prefix }, kind: 'generated-key', username, wipedAt: null, createdAt: { gt: new Date(after) } }
  const row = await db.credential.findFirst({ where, orderBy: { createdAt: 'desc' }, select: { id: true, publicKey: true } })
  return row ?? undefined
}

/** The sealed text of a credential, for the runner; undefined when it is unknown or wiped. */
export const sealedOf = async (db: Db, id: string): Promise<string | undefined> =>
  (await db.credential.findFirst({ where: { id, wipedAt: null }, select: { sealed: true } }))?.sealed

/** Wipes the secret of a login; the row stays, for those that name it. False when there is none. */
export const wipeCredential = async (db: Db | Tx, id: string, at: Date): Promise<boolean> =>
  (await db.credential.updateMany({ where: { id, wipedAt: null, kind: { not: 'secret' } }, data: { sealed: '', wipedAt: at } })).count === 1

/** Clusters whose deploy user or jump hosts are logged in to by it, or whose masters have it as their key. */
export const credentialUsers = async (db: Db | Tx, id: string): Promise<string[]> =>
  (
    await db.cluster.findMany({
      where: {
        OR: [
          { credentialId: id },
          { keyFile: id },
          { formerKey: { contains: JSON.stringify(id) } },
          { jump: { contains: JSON.stringify(id) } },
        ],
      },
      select: { name: true },
    })
  ).map(({ name }) => name)

/** The cluster of an unfinished job that logs in by it. */
export const credentialJob = async (db: Db, id: string): Promise<string | undefined> => {
  const where = { endedAt: null, plan: { document: { contains: JSON.stringify(id) } } }
  return (await db.job.findFirst({ where, select: { clusterName: true } }))?.clusterName
}

type Stored = Awaited<ReturnType<Db['credential']['findUniqueOrThrow']>>

const viewOf = (row: Stored): CredentialRow => ({
  id: row.id,
  name: row.name,
  kind: row.kind as CredentialRow['kind'], // written by this file only
  username: row.username,
  sudo: row.sudo as CredentialRow['sudo'], // written by this file only
  fingerprint: row.fingerprint,
  oneTimeFor: row.oneTimeFor,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
})

/** Every stored secret under another key; resolves with how many there were. */
export const resealAll = async (tx: Tx, reseal: (sealed: string, id: string) => string): Promise<number> => {
  const rows = await tx.credential.findMany({ where: { wipedAt: null }, select: { id: true, sealed: true } })
  for (const { id, sealed } of rows) await tx.credential.update({ where: { id }, data: { sealed: reseal(sealed, id) } })
  return rows.length
}

import { randomUUID } from 'node:crypto'
import type { ChannelKind, ChannelRow, NotifyEvent } from '@/server/domain/notify'
import type { Language } from '@/server/domain/words/words'
import { dropSecret, keepSecret } from './credentials'
import type { Db, Tx } from './database'

/** A channel without what its view counts. */
export type Channel = Omit<ChannelRow, 'lastSentAt' | 'waiting' | 'failing'>
export type ChannelFields = Pick<Channel, 'name' | 'enabled' | 'language' | 'clusters' | 'events' | 'quietMinutes'>
/** What is sealed of a channel; each under its own id, so that one can be given anew without the other. */
export type SealedParts = { url?: string; secret?: string }

export const channelSecretId = (id: string, part: keyof SealedParts): string => `channel:${id}:${part}`

export const addChannel = async (
  tx: Tx,
  given: ChannelFields & { id: string; kind: ChannelKind; address: string; hasSecret: boolean; by: string; sealed: SealedParts },
): Promise<void> => {
  const { id, kind, address, hasSecret, by, sealed, name, enabled, language, quietMinutes } = given
  const lists = { clusters: JSON.stringify(given.clusters), events: JSON.stringify(given.events) }
  await tx.channel.create({ data: { id, kind, address, hasSecret, name, enabled, language, quietMinutes, ...lists, createdBy: by } })
  await keepParts(tx, { id, name, by, sealed })
}

export type ChannelPatch = Partial<ChannelFields> & { address?: string; hasSecret?: boolean }

/** False: there is none. Its messages that wait are due at once: what kept them may be put right. */
export const patchChannel = async (
  tx: Tx,
  id: string,
  change: { patch: ChannelPatch; sealed: SealedParts; dropSecret: boolean; by: string; at: Date },
): Promise<boolean> => {
  const { clusters, events, ...plain } = change.patch
  const data = { ...plain, ...(clusters && { clusters: JSON.stringify(clusters) }), ...(events && { events: JSON.stringify(events) }) }
  const [row] = await tx.channel.updateManyAndReturn({ where: { id }, data, select: { name: true } })
  if (!row) return false
  await keepParts(tx, { id, name: row.name, by: change.by, sealed: change.sealed })
  if (change.dropSecret) await dropSecret(tx, channelSecretId(id, 'secret'))
  await tx.delivery.updateMany({ where: { channelId: id, state: 'waiting', held: false }, data: { dueAt: change.at } })
  return true
}

const keepParts = async (
  tx: Tx,
  { id, name, by, sealed }: { id: string; name: string; by: string; sealed: SealedParts },
): Promise<void> => {
  for (const part of ['url', 'secret'] as const) {
    const text = sealed[part]
    if (text !== undefined) await keepSecret(tx, { id: channelSecretId(id, part), name, sealed: text, createdBy: by })
  }
}

/** Its messages that wait are given up; those that ended stay in the list. False: there is none. */
export const removeChannel = async (tx: Tx, id: string, at: Date): Promise<boolean> => {
  await dropSecret(tx, channelSecretId(id, 'url'))
  await dropSecret(tx, channelSecretId(id, 'secret'))
  await tx.delivery.updateMany({ where: { channelId: id, state: 'waiting' }, data: { state: 'dropped', endedAt: at } })
  return (await tx.channel.deleteMany({ where: { id } })).count === 1
}

export const findChannel = async (db: Db | Tx, id: string): Promise<Channel | undefined> => {
  const row = await db.channel.findUnique({ where: { id } })
  return row ? rowOf(row) : undefined
}

export const allChannels = async (db: Db | Tx): Promise<Channel[]> =>
  (await db.channel.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }] })).map(rowOf)

/** With what came of their messages. */
export const channelRows = async (db: Db): Promise<ChannelRow[]> =>
  Promise.all(
    (await allChannels(db)).map(async (channel) => {
      const of = { channelId: channel.id }
      const sent = await db.delivery.findFirst({ where: { ...of, state: 'sent' }, orderBy: { endedAt: 'desc' } })
      const newest = await db.delivery.findFirst({ where: { ...of, tries: { gt: 0 } }, orderBy: { createdAt: 'desc' } })
      return {
        ...channel,
        lastSentAt: sent?.endedAt?.toISOString() ?? null,
        waiting: await db.delivery.count({ where: { ...of, state: 'waiting' } }),
        failing: newest !== null && newest.state !== 'sent' && newest.error !== null,
      }
    }),
  )

export const newChannelId = (): string => randomUUID()

type Stored = Awaited<ReturnType<Db['channel']['findUniqueOrThrow']>>

const rowOf = (row: Stored): Channel => ({
  ...{ id: row.id, name: row.name, enabled: row.enabled, quietMinutes: row.quietMinutes, address: row.address, hasSecret: row.hasSecret },
  kind: row.kind as ChannelKind, // written by this file only
  language: row.language as Language, // written by this file only
  clusters: JSON.parse(row.clusters) as string[], // written by this file only
  events: JSON.parse(row.events) as NotifyEvent[], // written by this file only
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

import { randomUUID } from 'node:crypto'
import type { DeliveryRow, NoticeParams, NotifyEvent, SendError } from '@/server/domain/notify'
import { allChannels } from './channels'
import type { Db, Tx } from './database'
import { namesOf, nowCalled } from './former-names'
import { type HappeningRow, markFanned, newHappenings } from './happenings'

/**
 * Gives each new happening to the channels that want it, in one transaction per round, so that a crash neither loses nor doubles one.
 * The same (event, cluster, subject) within a channel's quiet minutes waits until they have passed.
 */
export const fanOut = (db: Db, at: Date): Promise<number> =>
  db.$transaction(async (tx) => {
    const happenings = await newHappenings(tx)
    if (happenings.length === 0) return 0
    const channels = (await allChannels(tx)).filter(({ enabled }) => enabled)
    for (const one of happenings) {
      const names = await clusterNames(tx, one.cluster)
      for (const { id, name, events, clusters, quietMinutes } of channels) {
        if (!events.includes(one.event) || (clusters.length > 0 && !clusters.some((each) => names.includes(each)))) continue
        await enqueue(tx, { id, name, quietMs: quietMinutes * 60_000 }, one, at)
      }
      await markFanned(tx, one.id, at)
    }
    return happenings.length
  })

/** A cluster may have been renamed since it was chosen, or since this happened. */
const clusterNames = async (tx: Tx, cluster: string): Promise<string[]> => {
  const now = (await nowCalled(tx, cluster)) ?? cluster
  return [cluster, ...(await namesOf(tx, now))]
}

const enqueue = async (
  tx: Tx,
  channel: { id: string; name: string; quietMs: number },
  { id: happeningId, event, cluster, subject, params, at: happenedAt }: HappeningRow,
  at: Date,
): Promise<void> => {
  const same = { channelId: channel.id, event, cluster, subject }
  const said =
    channel.quietMs === 0 ? null : await tx.delivery.findFirst({ where: { ...same, ...wasSaid }, orderBy: { createdAt: 'desc' } })
  const freeAt = said ? (said.endedAt ?? said.createdAt).getTime() + channel.quietMs : 0
  const held = freeAt > at.getTime()
  await tx.delivery.create({
    data: {
      ...{ id: randomUUID(), ...same, channelName: channel.name, happeningId, params: JSON.stringify(params), happenedAt },
      ...{ state: 'waiting', held, dueAt: held ? new Date(freeAt) : at, createdAt: at },
    },
  })
}

/** Sent, or on its way by itself. */
const wasSaid = { OR: [{ state: 'sent' }, { state: 'waiting', held: false }] }

export type DueDelivery = Omit<DeliveryRow, 'error'> & { heldBack: number }

/**
 * Takes the next one that is due: its try is counted and its next time is set before anything is sent, so that one that a crash
 * interrupts is sent again. One that was held back and has been overtaken since is dropped instead.
 */
export const takeDue = (db: Db, at: Date, nextMs: (tries: number) => number | undefined): Promise<DueDelivery | undefined> =>
  db.$transaction(async (tx) => {
    const due = await tx.delivery.findMany({ where: { state: 'waiting', dueAt: { lte: at } }, orderBy: { dueAt: 'asc' }, take: 50 })
    for (const row of due) {
      const { channelId, cluster, subject, createdAt } = row
      const thing = { channelId, cluster, subject }
      if (row.held && (await tx.delivery.count({ where: { ...thing, createdAt: { gt: createdAt } } })) > 0) {
        await tx.delivery.update({ where: { id: row.id }, data: { state: 'dropped', endedAt: at } })
        continue
      }
      const tries = row.tries + 1
      const dueAt = new Date(at.getTime() + (nextMs(tries) ?? 3_600_000))
      await tx.delivery.update({ where: { id: row.id }, data: { tries, dueAt } })
      const last = await tx.delivery.findFirst({ where: { ...thing, state: 'sent' }, orderBy: { createdAt: 'desc' } })
      const between = { gt: last?.createdAt ?? new Date(0), lt: createdAt }
      const heldBack = await tx.delivery.count({ where: { ...thing, state: 'dropped', createdAt: between } })
      return { ...rowOf({ ...row, tries, dueAt }), heldBack }
    }
    return undefined
  })

export const noteSent = async (db: Db, id: string, at: Date): Promise<void> => {
  await db.delivery.updateMany({ where: { id, state: 'waiting' }, data: { state: 'sent', error: null, endedAt: at } })
}

/** `last`: no further try. */
export const noteFailed = async (db: Db, id: string, { error, last, at }: { error: SendError; last: boolean; at: Date }): Promise<void> => {
  const end = last ? { state: 'given-up', endedAt: at } : {}
  await db.delivery.updateMany({ where: { id, state: 'waiting' }, data: { error: JSON.stringify(error), ...end } })
}

/** Of a channel that was switched off meanwhile. */
export const dropDelivery = async (db: Db, id: string, at: Date): Promise<void> => {
  await db.delivery.updateMany({ where: { id, state: 'waiting' }, data: { state: 'dropped', endedAt: at } })
}

/** Due now, with all its tries again. False: there is none that was not sent. */
export const sendAgain = async (db: Db, id: string, at: Date): Promise<boolean> =>
  (
    await db.delivery.updateMany({
      where: { id, state: { in: ['waiting', 'given-up', 'dropped'] } },
      data: { state: 'waiting', held: false, tries: 0, dueAt: at, endedAt: null },
    })
  ).count === 1

/** The newest first. */
export const listDeliveries = async (
  db: Db,
  filter: { channel?: string | undefined; state?: string | undefined; before?: string | undefined; limit: number },
): Promise<DeliveryRow[]> => {
  const where = { ...(filter.channel && { channelId: filter.channel }), ...(filter.state && { state: filter.state }) }
  const rows = await db.delivery.findMany({
    where,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: filter.limit,
    ...(filter.before === undefined ? {} : { cursor: { id: filter.before }, skip: 1 }),
  })
  return rows.map(rowOf)
}

/** What ended long ago, and what happened for nobody. */
export const forgetDeliveries = async (db: Db, before: Date): Promise<void> => {
  await db.delivery.deleteMany({ where: { state: { not: 'waiting' }, createdAt: { lt: before } } })
  await db.happening.deleteMany({ where: { fannedAt: { lt: before } } })
}

type Stored = Awaited<ReturnType<Db['delivery']['findUniqueOrThrow']>>

const rowOf = (row: Stored): DeliveryRow => ({
  ...{ id: row.id, channelId: row.channelId, channelName: row.channelName, cluster: row.cluster, subject: row.subject },
  ...{ held: row.held, tries: row.tries, happenedAt: row.happenedAt.toISOString(), dueAt: row.dueAt.toISOString() },
  event: row.event as NotifyEvent, // written by this file only
  state: row.state as DeliveryRow['state'], // written by this file only
  params: JSON.parse(row.params) as NoticeParams, // written by this file only
  error: row.error === null ? null : (JSON.parse(row.error) as SendError), // written by noteFailed only
  endedAt: row.endedAt?.toISOString() ?? null,
})

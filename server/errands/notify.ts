import { setTimeout as sleep } from 'node:timers/promises'
import { type Notice, retryAfterMs } from '@/server/domain/notify'
import { findChannel } from '@/server/store/channels'
import type { Db } from '@/server/store/database'
import { type DueDelivery, dropDelivery, fanOut, forgetDeliveries, noteFailed, noteSent, takeDue } from '@/server/store/deliveries'
import { anyNewHappening } from '@/server/store/happenings'
import { noteDue } from './note-due'
import { type Opener, openChannel } from './open-channel'
import { tell } from './tell'

export type Notifier = { db: Db; secrets: Opener; panelUrl: string | undefined; now: () => Date }

/** Messages on their way at once: a receiver that is silent for 10 s must not keep the others waiting. */
const atOnce = 6
const roundMs = 1000
const hourMs = 3_600_000
const keepMs = 30 * 24 * hourMs

/**
 * Tells people what happened, until asked to stop. All of its state is in the database: what a crash interrupts is sent again under the
 * same id. A round that fails is logged and tried again; no job waits for a message.
 */
export const runNotifier = async (notifier: Notifier, stopping: AbortSignal): Promise<void> => {
  const open = new Set<Promise<void>>()
  let lookedAtMs = 0
  while (!stopping.aborted) {
    try {
      const now = notifier.now()
      if (now.getTime() - lookedAtMs >= hourMs) {
        await noteDue(notifier.db, now)
        await forgetDeliveries(notifier.db, new Date(now.getTime() - keepMs))
        lookedAtMs = now.getTime()
      }
      if (await anyNewHappening(notifier.db)) await fanOut(notifier.db, now)
      await startDue(notifier, open, stopping)
    } catch (error) {
      console.error('Messages could not be sent:', error)
    }
    await sleep(roundMs, undefined, { signal: stopping }).catch(() => undefined) // aborted: asked to stop
  }
  await Promise.all(open)
}

const startDue = async (notifier: Notifier, open: Set<Promise<void>>, stopping: AbortSignal): Promise<void> => {
  while (open.size < atOnce) {
    const due = await takeDue(notifier.db, notifier.now(), retryAfterMs)
    if (!due) return
    const sent: Promise<void> = deliver(notifier, due, stopping)
      .catch((error: unknown) => console.error('A message could not be sent:', error))
      .finally(() => open.delete(sent))
    open.add(sent)
  }
}

/** One try of one message. */
export const deliver = async (notifier: Notifier, due: DueDelivery, signal?: AbortSignal): Promise<void> => {
  const { db, now } = notifier
  const channel = await findChannel(db, due.channelId)
  if (!channel?.enabled) return dropDelivery(db, due.id, now())
  const address = await openChannel(db, notifier.secrets, channel)
  if (!address) return noteFailed(db, due.id, { error: { code: 'notify.secret-gone', params: {} }, last: lastOf(due), at: now() })
  const { id, event, cluster, subject, params, happenedAt: at, heldBack } = due
  const notice: Notice = { id, event, cluster, subject, params, at, heldBack }
  const { error, told } = await tell(address, notice, { panelUrl: notifier.panelUrl, now: now() }, signal)
  if (!error) return noteSent(db, due.id, now())
  // Where one of several has it, another try would repeat it to him.
  await noteFailed(db, due.id, { error, last: told || lastOf(due), at: now() })
}

const lastOf = ({ tries }: DueDelivery): boolean => retryAfterMs(tries) === undefined

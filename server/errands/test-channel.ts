import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Notice, TestedChannel } from '@/server/domain/notify'
import { findChannel } from '@/server/store/channels'
import { refusalIn, requestOf } from './channel-requests'
import type { ErrandRun } from './errand-run'
import { openChannel } from './open-channel'
import { postMessage } from './post-message'

const asked = z.object({ channel: z.string(), by: z.string() })

/** Sends one message now, past the queue; the answer is for whoever set the channel up. Throws channel-unknown. */
export const testChannel = async (run: ErrandRun, raw: unknown): Promise<TestedChannel> => {
  const { channel: id, by } = asked.parse(raw)
  const channel = await findChannel(run.db, id)
  if (!channel) throw new AppError('usecases.channel-unknown', 404)
  const address = await openChannel(run.db, run.secrets, channel)
  if (!address) throw new AppError('notify.secret-gone', 409)
  const now = run.now()
  const notice: Notice = { id: randomUUID(), event: 'test', cluster: '', subject: id, params: { by }, at: now.toISOString(), heldBack: 0 }
  const begun = Date.now()
  const posted = await postMessage(requestOf(address, notice, { panelUrl: run.panelUrl, now }), run.signal)
  const durationMs = Date.now() - begun
  if ('error' in posted) return { ok: false, status: null, answer: '', durationMs, error: posted.error }
  const error = refusalIn(channel.kind, posted) ?? null
  return { ok: error === null, status: posted.status, answer: posted.body.slice(0, 2000), durationMs, error }
}

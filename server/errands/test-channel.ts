import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Notice, TestedChannel } from '@/server/domain/notify'
import { findChannel } from '@/server/store/channels'
import type { ErrandRun } from './errand-run'
import { openChannel } from './open-channel'
import { tell } from './tell'

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
  const { status, answer, error } = await tell(address, notice, { panelUrl: run.panelUrl, now }, run.signal)
  return { ok: error === null, status, answer: answer.slice(0, 2000), durationMs: Date.now() - begun, error }
}

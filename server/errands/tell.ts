import { readMailUrl } from '@/server/domain/mail-server'
import type { Notice, SendError } from '@/server/domain/notify'
import { mailOf } from './channel-mail'
import { type ChannelAddress, postKindOf, refusalIn, requestOf } from './channel-requests'
import { postMessage } from './post-message'
import { sendMail } from './send-mail'

/** What a receiver said; `told`: somebody has the message, also where there is an error. */
type Told = { status: number | null; answer: string; error: SendError | null; told: boolean }

/** One try of one message, in the way of its channel's kind. */
export const tell = async (
  channel: ChannelAddress,
  notice: Notice,
  about: { panelUrl: string | undefined; now: Date },
  signal?: AbortSignal,
): Promise<Told> => {
  const kind = postKindOf(channel.kind)
  if (kind === undefined) return tellByMail(channel, notice, about, signal)
  const posted = await postMessage(requestOf({ ...channel, kind }, notice, about), signal)
  if ('error' in posted) return { status: null, answer: '', error: posted.error, told: false }
  const error = refusalIn(kind, posted) ?? null
  return { status: posted.status, answer: posted.body, error, told: error === null }
}

const tellByMail = async (
  { url, secret, language }: ChannelAddress,
  notice: Notice,
  about: { panelUrl: string | undefined; now: Date },
  signal?: AbortSignal,
): Promise<Told> => {
  const server = readMailUrl(url)
  if ('fault' in server) return { status: null, answer: '', error: { code: 'notify.secret-gone', params: {} }, told: false }
  return sendMail({ server, password: secret, mail: mailOf(server, notice, { ...about, language }) }, signal)
}

import { createTransport } from 'nodemailer'
import { z } from 'zod'
import type { MailServer } from '@/server/domain/mail-server'
import type { SendError } from '@/server/domain/notify'
import type { ChannelMail } from './channel-mail'

/** `told`: a part of the recipients took it, so that sending it again would repeat it to them. */
export type Mailed = { status: number | null; answer: string; error: SendError | null; told: boolean }

const timeoutMs = 10_000

/**
 * One mail over one connection, at most 10 s. Never throws for what the server does. A login is never left out because the server does
 * not offer one, and STARTTLS never because the server does not know it.
 */
export const sendMail = async (
  { server, password, mail }: { server: MailServer; password: string | undefined; mail: ChannelMail },
  signal?: AbortSignal,
  limitMs = timeoutMs,
): Promise<Mailed> => {
  const late = AbortSignal.timeout(limitMs)
  const { host, port, cover, user } = server
  const waits = { connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs, dnsTimeout: limitMs }
  const transport = createTransport({
    ...{
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port,
      secure: cover === 'tls',
      requireTLS: cover === 'starttls',
      ignoreTLS: cover === 'none',
    },
    ...{ ...waits, socketCloseTimeout: 500, maxResponseSize: 64 * 1024, disableFileAccess: true, disableUrlAccess: true },
    ...(user !== undefined && { auth: { user, pass: password ?? '' }, forceAuth: true }),
  })
  const hide = (text: string): string => withoutSecrets(text, user, password)
  try {
    const sent = await transport.sendMail({ ...mail, signal: signal ? AbortSignal.any([signal, late]) : late })
    const status = Number.parseInt(sent.response, 10)
    const [refused] = sent.rejectedErrors ?? []
    if (!refused) return { status, answer: hide(sent.response), error: null, told: true }
    const answer = hide(refused.response ?? refused.message)
    return { status, answer, error: { code: 'notify.mail-some', params: { to: sent.rejected.join(', '), answer } }, told: true }
  } catch (error) {
    const failed = failure.parse(error)
    const answer = hide(failed.response ?? '').slice(0, 2000)
    return { status: failed.responseCode || null, answer, error: errorOf(failed, { late: late.aborted, limitMs, answer }), told: false }
  } finally {
    transport.close()
  }
}

/** What nodemailer's errors have. `code`: its own; `originalCode`: the system's. */
const failure = z.object({
  code: z.string().optional().catch(undefined),
  originalCode: z.string().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
  response: z.string().optional().catch(undefined),
  responseCode: z.number().optional().catch(undefined),
})

const aboutTls = /CERT|SELF_SIGNED|SSL|TLS|EPROTO|UNABLE_TO/

const errorOf = (
  { code = 'error', originalCode, command = '', response }: z.infer<typeof failure>,
  { late, limitMs, answer: whole }: { late: boolean; limitMs: number; answer: string },
): SendError => {
  const answer = whole.slice(0, 200)
  if (late || code === 'ETIMEDOUT') return { code: 'notify.timeout', params: { seconds: limitMs / 1000 } }
  if (code === 'ETLS' || command === 'STARTTLS' || aboutTls.test(originalCode ?? ''))
    return { code: 'notify.mail-tls', params: { detail: response === undefined ? (originalCode ?? code) : answer } }
  if (code === 'EAUTH') return { code: 'notify.mail-login', params: { answer } }
  if (command === 'MAIL FROM') return { code: 'notify.mail-sender', params: { answer } }
  if (command === 'RCPT TO') return { code: 'notify.mail-recipient', params: { answer } }
  if (response !== undefined) return { code: 'notify.mail-refused', params: { answer } }
  return { code: 'notify.unreachable', params: { detail: originalCode ?? code } }
}

/** Some servers repeat a command that they do not know, and a login is one. */
const withoutSecrets = (text: string, user = '', password = ''): string => {
  if (password === '') return text
  const coded = (plain: string): string => Buffer.from(plain, 'utf8').toString('base64')
  return [coded(`\u0000${user}\u0000${password}`), coded(password), password].reduce((rest, one) => rest.replaceAll(one, '…'), text)
}

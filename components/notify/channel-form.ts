import { type MailCover, mailUrlOf, readMailHost } from '@/server/domain/mail-server'
import type { ChannelKind, ChannelRow, NotifyEvent } from '@/server/domain/notify'
import type { Language } from '@/server/domain/words/words'

export type ChannelForm = {
  name: string
  kind: ChannelKind
  url: string
  secret: string
  dropSecret: boolean
  /** Of mail, whose password is the secret. */
  server: string
  cover: MailCover
  from: string
  to: string
  user: string
  enabled: boolean
  language: Language
  all: boolean
  clusters: readonly string[]
  events: readonly NotifyEvent[]
  quietMinutes: string
}

/** What is worth waking somebody for is ticked from the beginning. */
const usual: readonly NotifyEvent[] = ['job-failed', 'job-question', 'node-down', 'node-up', 'leader-lost', 'leader-back', 'hotfix-due']

export const formOf = (channel: ChannelRow | undefined): ChannelForm => ({
  ...{ url: '', secret: '', dropSecret: false, server: '', cover: 'starttls', from: '', to: '', user: '' },
  name: channel?.name ?? '',
  kind: channel?.kind ?? 'webhook',
  enabled: channel?.enabled ?? true,
  language: channel?.language ?? 'en',
  all: channel ? channel.clusters.length === 0 : true,
  clusters: channel?.clusters ?? [],
  events: channel?.events ?? usual,
  quietMinutes: String(channel?.quietMinutes ?? 10),
})

type Complaint = 'channel.events-missing' | 'channel.none-chosen' | 'mail.server-bad' | 'mail.login-half'

/** Server, addresses and login are given together; of a channel that exists, the password alone may be another. */
export const mailGiven = ({ server, from, to, user }: ChannelForm): boolean => `${server}${from}${to}${user}` !== ''

const mailComplaint = (form: ChannelForm, channel: ChannelRow | undefined): Complaint | undefined => {
  if (!mailGiven(form)) return form.secret !== '' && channel?.hasSecret !== true ? 'mail.login-half' : undefined
  if (form.server !== '' && !readMailHost(form.server, form.cover)) return 'mail.server-bad'
  return (form.user === '') === (form.secret === '') ? undefined : 'mail.login-half'
}

const urlOf = ({ kind, url, server, cover, from, to, user }: ChannelForm): string => {
  if (kind !== 'mail') return url
  const host = readMailHost(server, cover)
  const recipients = to.split(',').flatMap((one) => one.trim() || [])
  return host ? mailUrlOf({ ...host, cover, from: from.trim(), to: recipients, user: user === '' ? undefined : user }) : ''
}

/** Of what a browser's own form check does not see. */
export const complaintOf = (form: ChannelForm, channel: ChannelRow | undefined): Complaint | undefined => {
  const mail = form.kind === 'mail' ? mailComplaint(form, channel) : undefined
  if (mail) return mail
  if (form.events.length === 0) return 'channel.events-missing'
  return !form.all && form.clusters.length === 0 ? 'channel.none-chosen' : undefined
}

/** The request's body; what was left empty of a channel that exists stays as it is. */
export const bodyOf = (form: ChannelForm, channel: ChannelRow | undefined) => {
  const { name, kind, secret, dropSecret, enabled, language, events } = form
  const url = urlOf(form)
  return {
    ...{ name, enabled, language, events, clusters: form.all ? [] : form.clusters, quietMinutes: Number(form.quietMinutes) },
    ...(channel ? {} : { kind }),
    ...(url === '' ? {} : { url }),
    ...(secret === '' ? {} : { secret }),
    ...(channel && dropSecret ? { secret: '' } : {}),
  }
}

export const madeSecret = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24)))).replace(/[+/=]/g, (sign) => ({ '+': '-', '/': '_' })[sign] ?? '')

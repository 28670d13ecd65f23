import type { ChannelKind, ChannelRow, NotifyEvent } from '@/server/domain/notify'
import type { Language } from '@/server/domain/words/words'

export type ChannelForm = {
  name: string
  kind: ChannelKind
  url: string
  secret: string
  dropSecret: boolean
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
  ...{ url: '', secret: '', dropSecret: false },
  name: channel?.name ?? '',
  kind: channel?.kind ?? 'webhook',
  enabled: channel?.enabled ?? true,
  language: channel?.language ?? 'en',
  all: channel ? channel.clusters.length === 0 : true,
  clusters: channel?.clusters ?? [],
  events: channel?.events ?? usual,
  quietMinutes: String(channel?.quietMinutes ?? 10),
})

/** Of what a browser's own form check does not see. */
export const complaintOf = (form: ChannelForm): 'channel.events-missing' | 'channel.none-chosen' | undefined => {
  if (form.events.length === 0) return 'channel.events-missing'
  return !form.all && form.clusters.length === 0 ? 'channel.none-chosen' : undefined
}

/** The request's body; what was left empty of a channel that exists stays as it is. */
export const bodyOf = (form: ChannelForm, channel: ChannelRow | undefined) => {
  const { name, kind, url, secret, dropSecret, enabled, language, events } = form
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

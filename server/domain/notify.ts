import { z } from 'zod'
import { languages } from './words/words'

/** What people may be told of. `job-ended`: it succeeded, or somebody cancelled it. */
export const notifyEvents = [
  'job-ended',
  'job-failed',
  'job-question',
  'node-down',
  'node-up',
  'leader-lost',
  'leader-back',
  'hotfix-due',
  'upgrade-open',
] as const
export type NotifyEvent = (typeof notifyEvents)[number]

export const channelKinds = ['webhook', 'slack', 'dingtalk', 'feishu', 'wecom', 'mail'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** Kinds that can sign with a secret; without one a webhook's receiver could not tell who sent, so there it is needed. */
export const signingKinds: readonly ChannelKind[] = ['webhook', 'dingtalk', 'feishu']

export type NoticeParams = Readonly<Record<string, string | number>>

/** What a message is made of. `id` stays the same over every try, so that a receiver can tell a repetition. */
export type Notice = {
  id: string
  /** `test`: somebody pressed the button. */
  event: NotifyEvent | 'test'
  cluster: string
  subject: string
  params: NoticeParams
  /** ISO. */
  at: string
  /** Changes of the same thing before this one that were not sent, because they came too soon after another. */
  heldBack: number
}

const iso = z.string()
/** Of mail `smtp[s]://HOST:PORT/?from=…&to=…[&user=…][&tls=none]`, with the password as its secret; else http or https. */
const address = z.url({ protocol: /^(https?|smtps?)$/, error: 'must be an http, https, smtp or smtps address' }).max(8000)
const secret = z.string().min(6).max(500)
const common = {
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
  language: z.enum(languages),
  /** Names of clusters; empty: all, also those to come. */
  clusters: z.array(z.string().min(1).max(200)).max(500),
  events: z.array(z.enum(notifyEvents)).min(1),
  quietMinutes: z.number().int().min(0).max(1440),
}
export const newChannel = z.object({ ...common, kind: z.enum(channelKinds), url: address, secret: secret.optional() })
/** What is left out stays; an empty secret takes it away. */
export const changeChannel = z.object({ ...common, url: address, secret: z.union([z.literal(''), secret]) }).partial()
export const channelRow = z.object({
  ...common,
  id: z.string(),
  kind: z.enum(channelKinds),
  /** Scheme, host and port; what follows is a secret. */
  address: z.string(),
  hasSecret: z.boolean(),
  createdBy: z.string(),
  createdAt: iso,
  updatedAt: iso,
  lastSentAt: iso.nullable(),
  waiting: z.number(),
  /** Of its newest delivery, when that has failed so far. */
  failing: z.boolean(),
})
export const channelsView = z.object({
  channels: z.array(channelRow),
  /** Where links in messages lead; null: `DM_PANEL_URL` is not set, messages have no link. */
  panelUrl: z.string().nullable(),
})
export const deliveryStates = ['waiting', 'sent', 'dropped', 'given-up'] as const
export const sendError = z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) })
export const deliveryRow = z.object({
  id: z.string(),
  channelId: z.string(),
  channelName: z.string(),
  event: z.enum(notifyEvents),
  cluster: z.string(),
  subject: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  happenedAt: iso,
  state: z.enum(deliveryStates),
  held: z.boolean(),
  tries: z.number(),
  dueAt: iso,
  error: sendError.nullable(),
  endedAt: iso.nullable(),
})
/** Result of the errand `test-channel`. `answer`: the beginning of what the receiver said. */
export const testedChannel = z.object({
  ok: z.boolean(),
  status: z.number().nullable(),
  answer: z.string(),
  durationMs: z.number(),
  error: sendError.nullable(),
})

export type NewChannel = z.infer<typeof newChannel>
export type ChangeChannel = z.infer<typeof changeChannel>
export type ChannelRow = z.infer<typeof channelRow>
export type ChannelsView = z.infer<typeof channelsView>
export type DeliveryRow = z.infer<typeof deliveryRow>
export type SendError = z.infer<typeof sendError>
export type TestedChannel = z.infer<typeof testedChannel>

const seconds = [10, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 10800, 10800, 21600]

/** When the next try is due after so many; undefined: no more, after about a day. */
export const retryAfterMs = (tries: number): number | undefined => {
  const wait = seconds[tries - 1]
  return wait === undefined ? undefined : wait * 1000
}

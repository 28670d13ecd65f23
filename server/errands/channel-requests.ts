import { createHmac } from 'node:crypto'
import type { ChannelKind, Notice, SendError } from '@/server/domain/notify'
import { type NoticeText, noticeText } from '@/server/domain/notify-text'
import type { Language } from '@/server/domain/words/words'

/** Kinds that take a POST. */
export type PostKind = Exclude<ChannelKind, 'mail'>
export type ChannelAddress = { kind: ChannelKind; language: Language; url: string; secret: string | undefined }
export type ChannelRequest = { url: string; headers: Readonly<Record<string, string>>; body: string }

export const postKindOf = (kind: ChannelKind): PostKind | undefined => (kind === 'mail' ? undefined : kind)

/** A message in the form that a kind of channel takes, signed as it wants it at that moment. */
export const requestOf = (
  channel: ChannelAddress & { kind: PostKind },
  notice: Notice,
  about: { panelUrl: string | undefined; now: Date },
): ChannelRequest => {
  const text = noticeText(notice, channel.language, about.panelUrl)
  const ask = (body: object, more: { url?: string; headers?: Record<string, string> } = {}): ChannelRequest => ({
    url: more.url ?? channel.url,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'dm-panel', ...ids(notice), ...more.headers },
    body: JSON.stringify(body),
  })
  switch (channel.kind) {
    case 'webhook':
      return webhook(channel, { notice, text, now: about.now }, ask)
    case 'slack':
      return ask({ text: slackText(text) })
    case 'dingtalk':
      return ask({ msgtype: 'markdown', markdown: { title: text.title, text: markdown(text) } }, { url: dingtalkUrl(channel, about.now) })
    case 'feishu':
      return ask({ ...feishuSign(channel.secret, about.now), msg_type: 'post', content: { post: feishuPost(text, channel.language) } })
    case 'wecom':
      return ask({ msgtype: 'markdown', markdown: { content: cut(markdown(text), wecomMaxBytes) } })
  }
}

/** The same over every try, so that a repetition can be told. */
const ids = ({ id, event }: Notice): Record<string, string> => ({ 'x-dm-panel-delivery': id, 'x-dm-panel-event': event })

const hmac = (key: string, text: string) => createHmac('sha256', key).update(text, 'utf8')

/** `X-DM-Panel-Signature: t=SECONDS,v1=HEX`: HMAC-SHA256 by the secret over `SECONDS.BODY`, so that an old request can't be replayed. */
const webhook = (
  { secret }: ChannelAddress,
  { notice, text, now }: { notice: Notice; text: NoticeText; now: Date },
  ask: (body: object, more?: { headers?: Record<string, string> }) => ChannelRequest,
): ChannelRequest => {
  const { id, event, cluster, subject, params, at, heldBack } = notice
  const body = { id, event, cluster, subject, params, at, heldBack, title: text.title, lines: text.lines, url: text.link?.url ?? null }
  const t = Math.floor(now.getTime() / 1000)
  const signature = secret === undefined ? '' : hmac(secret, `${t}.${JSON.stringify(body)}`).digest('hex')
  return ask(body, { headers: { 'x-dm-panel-signature': `t=${t},v1=${signature}` } })
}

/** Robots with "additional signature": `timestamp` (ms) and `sign` in the query; HMAC-SHA256 by the secret over both, base64. */
const dingtalkUrl = ({ url, secret }: ChannelAddress, now: Date): string => {
  if (secret === undefined) return url
  const signed = new URL(url)
  const timestamp = String(now.getTime())
  signed.searchParams.set('timestamp', timestamp)
  signed.searchParams.set('sign', hmac(secret, `${timestamp}\n${secret}`).digest('base64'))
  return signed.toString()
}

/** Feishu and Lark: seconds and secret are the key, and nothing is what is signed. */
const feishuSign = (secret: string | undefined, now: Date): object => {
  if (secret === undefined) return {}
  const timestamp = String(Math.floor(now.getTime() / 1000))
  return { timestamp, sign: hmac(`${timestamp}\n${secret}`, '').digest('base64') }
}

const feishuPost = ({ title, lines, link }: NoticeText, language: Language): object => {
  const rows = lines.map((line) => [{ tag: 'text', text: line }])
  const content = link ? [...rows, [{ tag: 'a', text: link.text, href: link.url }]] : rows
  return { [language === 'en' ? 'en_us' : 'zh_cn']: { title, content } }
}

const slackText = ({ title, lines, link }: NoticeText): string => {
  const plain = (line: string): string => line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return [`*${plain(title)}*`, ...lines.map(plain), ...(link ? [`<${link.url}|${plain(link.text)}>`] : [])].join('\n')
}

/** What others wrote (a reason, a ticket) must not become a heading or a link of its own. */
const markdown = ({ title, lines, link }: NoticeText): string => {
  const plain = (line: string): string =>
    line.replace(/[\r\n]+/g, ' ').replace(/[\\`*[\]<>#!|]/g, (sign) => (sign === '<' ? '&lt;' : `\\${sign}`))
  return [`**${plain(title)}**`, ...lines.map(plain), ...(link ? [`[${link.text}](${link.url})`] : [])].join('\n\n')
}

const wecomMaxBytes = 4000

const cut = (text: string, maxBytes: number): string => {
  const bytes = Buffer.from(text)
  return bytes.length <= maxBytes
    ? text
    : `${bytes
        .subarray(0, maxBytes)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')}…`
}

/** What is wrong with an answer; undefined: the message was taken. Chat services refuse with status 200 and a code in the body. */
export const refusalIn = (kind: PostKind, { status, body }: { status: number; body: string }): SendError | undefined => {
  const answer = body.slice(0, 200)
  if (status >= 300 && status < 400) return { code: 'notify.redirected', params: { status } }
  if (status < 200 || status >= 300) return { code: 'notify.status', params: { status, answer } }
  const codes: Partial<Record<PostKind, readonly string[]>> = {
    dingtalk: ['errcode'],
    wecom: ['errcode'],
    feishu: ['code', 'StatusCode'],
  }
  const names = codes[kind]
  if (!names) return undefined
  const told = numberAt(body, names)
  return told === 0 ? undefined : { code: 'notify.not-taken', params: { answer } }
}

const numberAt = (body: string, names: readonly string[]): number | undefined => {
  try {
    const value = new Map<string, unknown>(Object.entries(JSON.parse(body) ?? {}))
    const found = names.map((name) => value.get(name)).find((one) => typeof one === 'number')
    return typeof found === 'number' ? found : undefined
  } catch {
    return undefined // not JSON, so not an answer of that service
  }
}

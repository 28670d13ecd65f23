import { z } from 'zod'

/** `starttls`: nothing is sent before the connection is encrypted. `tls`: encrypted from its first byte. */
export const mailCovers = ['starttls', 'tls', 'none'] as const
export type MailCover = (typeof mailCovers)[number]

/** Where a channel's mail goes. `user`: undefined, the server asks for no login. */
export type MailServer = {
  host: string
  port: number
  cover: MailCover
  from: string
  to: readonly string[]
  user: string | undefined
}
export type MailFault = 'server' | 'from' | 'to' | 'user'

export const usualMailPort: Readonly<Record<MailCover, number>> = { starttls: 587, tls: 465, none: 25 }

/** What a browser takes as an address: no white space, no brackets, no line end, so nothing that could begin another header. */
const mailbox = z.email({ pattern: z.regexes.html5Email }).max(254)
const hostName = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/
/** A line end in a login could become a command of its own. */
const oneLine = z
  .string()
  .min(1)
  .max(320)
  .regex(/^\P{Cc}+$/u)
const maxRecipients = 20

/** `smtps://` for TLS from the beginning; else `smtp://`, with `tls=none` where the user chose that. */
export const mailUrlOf = ({ host, port, cover, from, to, user }: MailServer): string => {
  const query = new URLSearchParams({ from, ...(user !== undefined && { user }), ...(cover === 'none' && { tls: 'none' }) })
  for (const one of to) query.append('to', one)
  return `${cover === 'tls' ? 'smtps' : 'smtp'}://${host}:${port}/?${query}`
}

/** The same read back, or what is wrong with it. */
export const readMailUrl = (text: string): MailServer | { fault: MailFault } => {
  const url = new URL(text)
  const query = url.searchParams
  const cover: MailCover = url.protocol === 'smtps:' ? 'tls' : query.get('tls') === 'none' ? 'none' : 'starttls'
  const port = url.port === '' ? usualMailPort[cover] : Number(url.port)
  const from = query.get('from') ?? ''
  const to = query.getAll('to')
  const user = query.get('user') ?? undefined
  if (!/^smtps?:$/.test(url.protocol) || !hostName.test(url.hostname) || port === 0) return { fault: 'server' }
  if (!mailbox.safeParse(from).success) return { fault: 'from' }
  if (to.length === 0 || to.length > maxRecipients || to.some((one) => !mailbox.safeParse(one).success)) return { fault: 'to' }
  if (user !== undefined && !oneLine.safeParse(user).success) return { fault: 'user' }
  return { host: url.hostname, port, cover, from, to, user }
}

/** `mail.example.com`, `mail.example.com:2525` or `[::1]:25`, as it is typed. Undefined: it is none. */
export const readMailHost = (typed: string, cover: MailCover): { host: string; port: number } | undefined => {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(typed.trim()) ?? []
  const number = port === undefined ? usualMailPort[cover] : Number(port)
  return hostName.test(host) && number > 0 && number < 65536 ? { host, port: number } : undefined
}

import type { MailServer } from '@/server/domain/mail-server'
import type { Notice } from '@/server/domain/notify'
import { noticeText } from '@/server/domain/notify-text'
import type { Language } from '@/server/domain/words/words'

export type ChannelMail = {
  from: { name: string; address: string }
  to: string[]
  subject: string
  text: string
  messageId: string
  date: Date
  headers: Readonly<Record<string, string>>
}

/** A message as mail. Message-ID and `X-DM-Panel-Delivery` are the same over every try, so that a repetition can be told. */
export const mailOf = (
  { from, to }: MailServer,
  notice: Notice,
  about: { language: Language; panelUrl: string | undefined; now: Date },
): ChannelMail => {
  const { title, lines, link } = noticeText(notice, about.language, about.panelUrl)
  return {
    from: { name: 'DM Panel', address: from },
    to: [...to],
    subject: oneLine(title),
    text: `${[title, '', ...lines, ...(link ? ['', `${link.text}: ${link.url}`] : [])].join('\n')}\n`,
    messageId: `<dm-panel.${notice.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    date: about.now,
    // RFC 3834: no holiday answer is wanted.
    headers: { 'X-DM-Panel-Delivery': notice.id, 'X-DM-Panel-Event': notice.event, 'Auto-Submitted': 'auto-generated' },
  }
}

/** What others wrote must not become a header of its own. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim()

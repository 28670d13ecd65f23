import type { Notice } from './notify'
import { notifyWords } from './words/notify'
import { uiWords } from './words/ui'
import { uiConfigWords } from './words/ui-config'
import { uiExecWords } from './words/ui-exec'
import { uiLifeWords } from './words/ui-life'
import { uiOperationsWords } from './words/ui-operations'
import { fill, inLanguage, type Language, type Pair } from './words/words'

export type NoticeText = { title: string; lines: readonly string[]; link: { text: string; url: string } | undefined }

/** A message in words: what, of which cluster, who, when, and where to look. No link while the panel does not know its own address. */
export const noticeText = (notice: Notice, language: Language, panelUrl: string | undefined): NoticeText => {
  const word = (name: keyof typeof notifyWords, params: Notice['params'] = {}) => fill(inLanguage(notifyWords[name], language), params)
  const { cluster, params, at, heldBack } = notice
  const given = (name: 'where' | 'reason' | 'why' | 'nodes' | 'ticket' | 'by'): string => String(params[name] ?? '')
  const byWord = notice.event === 'test' ? 'notify.line.asked-by' : 'notify.line.by'
  const host = params.host !== undefined && params.host !== params.node ? String(params.host) : ''
  const lines = [
    ...(cluster === '' ? [] : [word('notify.line.cluster', { cluster })]),
    ...(given('by') === '' ? [] : [word(byWord, { by: given('by') })]),
    ...(given('where') === '' ? [] : [word('notify.line.where', { where: given('where') })]),
    ...(given('reason') === '' ? [] : [word('notify.line.reason', { reason: given('reason') })]),
    ...(host === '' ? [] : [word('notify.line.host', { host })]),
    ...(given('why') === '' ? [] : [word('notify.line.seen', { why: given('why') })]),
    ...(given('nodes') === '' ? [] : [word('notify.line.nodes', { nodes: given('nodes') })]),
    ...(given('ticket') === '' ? [] : [word('notify.line.ticket', { ticket: given('ticket') })]),
    word('notify.line.at', { at: `${at.slice(0, 19).replace('T', ' ')} UTC` }),
    ...(heldBack > 0 ? [word('notify.line.held-back', { count: heldBack })] : []),
  ]
  const url = panelUrl === undefined ? undefined : `${panelUrl.replace(/\/+$/, '')}${pathOf(notice)}`
  return { title: titleOf(notice, language), lines, link: url === undefined ? undefined : { text: word('notify.open'), url } }
}

/** The sentence of a happening. */
export const titleOf = ({ event, cluster, params }: Pick<Notice, 'event' | 'cluster' | 'params'>, language: Language): string => {
  const words: Readonly<Record<string, Pair>> = notifyWords
  const deed = deedOf(String(params.operation ?? ''), language)
  const own = words[`notify.${nameOf(event, params)}`]
  return own ? fill(inLanguage(own, language), { ...params, cluster, deed }) : event
}

/** Some events have more than one sentence. */
const nameOf = (event: Notice['event'], params: Notice['params']): string => {
  if (event === 'job-ended') return `job-ended.${params.state === 'cancelled' ? 'cancelled' : 'succeeded'}`
  if (event === 'job-question') return `job-question.${params.about}`
  if (event === 'hotfix-due') return `hotfix-due.${params.when === 'overdue' ? 'overdue' : 'soon'}`
  if (params.role === 'host' && event === 'node-down') return 'host-down'
  if (params.role === 'host' && event === 'node-up') return 'host-up'
  return event
}

const deeds: Readonly<Record<string, Pair>> = { ...uiWords, ...uiConfigWords, ...uiExecWords, ...uiLifeWords, ...uiOperationsWords }

const deedOf = (operation: string, language: Language): string => {
  const pair = deeds[`op.${operation}`]
  return pair ? inLanguage(pair, language) : operation
}

const pathOf = ({ event, cluster, subject }: Notice): string => {
  if (event === 'test') return '/settings?tab=notifications'
  if (event === 'job-ended' || event === 'job-failed' || event === 'job-question') return `/jobs/${encodeURIComponent(subject)}`
  const at = `/clusters/${encodeURIComponent(cluster)}`
  if (event === 'hotfix-due') return `${at}/ledger`
  return event === 'node-down' && !subject.startsWith('host:') ? `${at}?instance=${encodeURIComponent(subject)}` : at
}

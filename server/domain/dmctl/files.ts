import { LineCounter, parseDocument } from 'yaml'
import type { Problem } from '@/server/domain/problem'
import type { DmctlLine } from './line'

type Read = { about: string; secrets: string[]; problem?: Problem }

/** What a file of a command must be. */
const kindsOf: Readonly<Record<string, 'source' | 'task' | 'archive'>> = {
  ...{ 'operate-source create': 'source', 'operate-source update': 'source', 'start-task': 'task', 'check-task': 'task' },
  'config import': 'archive',
}

/**
 * Whether a file is what its command takes; what it is in a few words without a secret; and the secrets in it (values of keys that sound
 * like one), which must be masked wherever DM repeats them.
 */
export const readDmctlFile = (line: DmctlLine, name: string, text: string): Read => {
  const kind = kindsOf[line.command.name]
  if (kind !== 'source' && kind !== 'task') return { about: kind ?? '', secrets: [] }
  const lines = new LineCounter()
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = doc.errors
  const wrong = (code: string, params: Problem['params']): Read => ({
    ...{
      about: '',
      secrets: [],
      problem: { code: `dmctl.${code}`, severity: 'error', path: `files.${name}`, params: { file: name, ...params } },
    },
  })
  // The parser's own message may repeat a piece of the text.
  if (error) return wrong('file-yaml', { why: `${error.code}, line ${lines.linePos(error.pos[0]).line}` })
  const value: unknown = doc.toJS()
  const key = kind === 'source' ? 'source-id' : 'name'
  if (at(value, key) === '') return wrong('file-kind', { kind, key })
  const secrets: string[] = []
  collect(value, '', secrets)
  return { about: kind === 'source' ? sourceAbout(value) : taskAbout(value), secrets }
}

/** A scalar below these keys; '' where there is none. */
const at = (value: unknown, ...path: string[]): string => {
  let now = value
  for (const key of path) now = typeof now === 'object' && now !== null ? Reflect.get(now, key) : undefined
  return typeof now === 'string' || typeof now === 'number' ? String(now) : ''
}

const sourceAbout = (value: unknown): string =>
  `${at(value, 'source-id')}: ${at(value, 'from', 'user')}@${at(value, 'from', 'host')}:${at(value, 'from', 'port')}`

const taskAbout = (value: unknown): string =>
  `${at(value, 'name')}: ${at(value, 'task-mode')} → ${at(value, 'target-database', 'user')}@${at(value, 'target-database', 'host')}:${at(value, 'target-database', 'port')}`

/** Shorter ones can't be masked by their value without hiding everything. */
const shortest = 4

const collect = (value: unknown, key: string, into: string[]): void => {
  if (Array.isArray(value)) for (const one of value) collect(one, key, into)
  else if (typeof value === 'object' && value !== null) for (const [name, one] of Object.entries(value)) collect(one, name, into)
  else if (/passw|passphrase|secret|-bytes$/i.test(key) && value !== null && String(value).length >= shortest) into.push(String(value))
}

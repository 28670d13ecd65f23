import semver from 'semver'
import type { Problem } from '@/server/domain/problem'
import { type DmctlSpec, dmctlCommands, ownFlags, shortFlags, usageOf, type WordKind } from './commands'

/** A command line of dmctl that may be run. */
export type DmctlLine = {
  command: DmctlSpec
  /** dmctl's argv after its own flags; a file is `in/NAME`. */
  words: string[]
  /** As a person would type it. */
  shown: string
  /** Names of the files that it reads. */
  files: string[]
  /** What it names, by kind. */
  named: Readonly<Record<'task' | 'source' | 'worker', readonly string[]>>
  flags: ReadonlyMap<string, readonly string[]>
}

type Refused = { problems: Problem[] }
const refuse = (code: string, params: Record<string, string | number> = {}): Refused => ({
  problems: [{ code: `dmctl.${code}`, severity: 'error', path: 'line', params }],
})

/**
 * Reads a line as dmctl would, and says what is wrong with it before anything runs. `files`: names of those given with it.
 * `version`: of the dmctl that is to run it.
 */
export const parseDmctlLine = (text: string, { files, version }: { files: readonly string[]; version: string }): DmctlLine | Refused => {
  if (mayHoldPassword(text)) return refuse('password-in-line')
  const all = wordsOf(text.trim())
  if (!all) return refuse('quote')
  const typed = all[0] === 'dmctl' ? all.slice(1) : all
  const [first = ''] = typed
  if (first === '') return refuse('empty')
  if (first === 'encrypt' || first === 'decrypt') return refuse('secret-command', { command: first })
  const command = commandOf(typed)
  if (!command) return refuse('unknown-command', { command: typed.slice(0, 2).join(' '), near: near(typed) })
  if (command.since && semver.parse(version) && semver.lt(version, command.since))
    return refuse('too-new', { command: command.name, since: command.since, version })
  const sorted = sortWords(command, typed.slice(command.name.split(' ').length))
  return 'problems' in sorted ? sorted : lineOf(command, sorted, files)
}

/** SQL that sets a password, or a flag that sounds like one: a line is in process lists, in the audit and in the history. */
const mayHoldPassword = (text: string): boolean => /identified\s+(by|with)|set\s+password|password\s*[=(:]|--\S*passw/i.test(text)

type Sorted = { args: string[]; flags: [string, string | undefined][] }

const sortWords = (command: DmctlSpec, words: readonly string[]): Sorted | Refused => {
  const args: string[] = []
  const flags: Sorted['flags'] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      args.push(word)
      continue
    }
    const [typed = '', given] = word.split(/=(.*)/s)
    if (ownFlags.has(typed)) return refuse('own-flag', { flag: typed })
    const flag = command.flags[typed] ? typed : (shortFlags[typed] ?? typed)
    const kind = command.flags[flag]
    if (!kind) return refuse('flag-unknown', { flag: typed, usage: usageOf(command) })
    const value = kind === 'switch' ? undefined : (given ?? words[++at])
    if (kind !== 'switch' && (!value || value.startsWith('-'))) return refuse('flag-value', { flag: typed, kind })
    flags.push([flag, value])
  }
  return { args, flags }
}

const lineOf = (command: DmctlSpec, { args, flags }: Sorted, given: readonly string[]): DmctlLine | Refused => {
  const usage = usageOf(command)
  const least = command.args.filter(({ optional }) => !optional).length
  const most = command.args.some(({ many }) => many) ? Number.POSITIVE_INFINITY : command.args.length
  if (args.length < least) return refuse('missing', { what: command.args[args.length]?.kind ?? '', usage })
  if (args.length > most) return refuse('too-many', { word: args[most] ?? '', usage })
  const kinds = args.map((_, i) => (command.args[i] ?? command.args.at(-1))?.kind ?? 'text')
  const files = args.filter((_, i) => kinds[i] === 'file').map(baseName)
  const absent = files.find((name) => !given.includes(name))
  if (absent !== undefined) return refuse('file-missing', { file: absent })
  if (new Set(files).size < files.length) return refuse('file-twice', { file: files.find((name, i) => files.indexOf(name) !== i) ?? '' })
  const odd = files.find((name) => !plainFile.test(name))
  if (odd !== undefined) return refuse('file-name', { file: odd })
  const named = (kind: WordKind): string[] => [
    ...flags.flatMap(([flag, value]) => (command.flags[flag] === kind && value ? value.split(',') : [])),
    ...args.filter((_, i) => kinds[i] === kind),
  ]
  const flagWords = flags.flatMap(([flag, value]) => (value === undefined ? [flag] : [flag, value]))
  const own = command.name.split(' ')
  return {
    command,
    words: [...own, ...flagWords, ...args.map((word, i) => (kinds[i] === 'file' ? `in/${baseName(word)}` : word))],
    shown: [...own, ...flagWords, ...args.map((word, i) => (kinds[i] === 'file' ? baseName(word) : word))].map(quoted).join(' '),
    files,
    named: { task: named('task'), source: named('source'), worker: named('worker') },
    flags: grouped(flags),
  }
}

const grouped = (flags: Sorted['flags']): Map<string, string[]> => {
  const map = new Map<string, string[]>()
  for (const [flag, value] of flags) map.set(flag, [...(map.get(flag) ?? []), ...(value === undefined ? [] : value.split(','))])
  return map
}

export const plainFile = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

const commandOf = (words: readonly string[]): DmctlSpec | undefined =>
  [2, 1].flatMap((count) =>
    dmctlCommands.filter(({ name }) => name === words.slice(0, count).join(' ') && name.split(' ').length === count),
  )[0]

/** What may have been meant: commands that begin alike; or, of a group, its second words. */
const near = ([first = '']: readonly string[]): string => {
  const names = dmctlCommands.map(({ name }) => name)
  const group = names.filter((name) => name.startsWith(`${first} `))
  const alike = names.filter((name) => name.slice(0, 3) === first.slice(0, 3))
  return (group.length > 0 ? group : alike.length > 0 ? alike : ['query-status', 'list-member', 'operate-source show']).join(', ')
}

/** Words as a shell splits them: quotes and backslashes, nothing else. undefined: a quote is open. */
export const wordsOf = (text: string): string[] | undefined => {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? ''
    if (quote === '' && /\s/.test(one)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (quote === '' && (one === '"' || one === "'")) {
      quote = one
      word ??= ''
    } else if (one === quote) quote = ''
    else if (one === '\\' && quote !== "'" && at + 1 < text.length) word = (word ?? '') + (text[++at] ?? '')
    else word = (word ?? '') + one
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

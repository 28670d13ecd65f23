import { type DmctlSpec, dmctlCommands, shortFlags, type WordKind } from './commands'

/** What a cluster has, by name. */
export type DmctlKnown = Readonly<Record<'task' | 'source' | 'worker' | 'master' | 'file', readonly string[]>>

/** What may stand in place of the word at the end of the line. */
export type Completion = { from: number; options: string[] }

/** Completes the last word of a line as far as the caret: commands, flags, and what the cluster has. */
export const completeDmctl = (line: string, known: DmctlKnown): Completion => {
  const from = Math.max(line.lastIndexOf(' '), line.lastIndexOf(',')) + 1
  const begun = line.slice(from)
  const before = line
    .slice(0, Math.max(line.lastIndexOf(' '), 0))
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'dmctl')
  const options = optionsAfter(before, known).filter((one) => one.startsWith(begun) && one !== begun)
  return { from, options: [...new Set(options)] }
}

const optionsAfter = (before: readonly string[], known: DmctlKnown): readonly string[] => {
  if (before.length === 0) return dmctlCommands.map(({ name }) => name.split(' ')[0] ?? '').toSorted()
  const group = dmctlCommands.filter(({ name }) => name.startsWith(`${before[0]} `)).map(({ name }) => name.split(' ')[1] ?? '')
  const spec = specOf(before)
  const seconds = before.length === 1 ? group : []
  return spec ? [...seconds, ...ofCommand(spec, before.slice(spec.name.split(' ').length), known)] : seconds
}

const specOf = (words: readonly string[]): DmctlSpec | undefined =>
  dmctlCommands.find(({ name }) => name === words.slice(0, 2).join(' ')) ?? dmctlCommands.find(({ name }) => name === words[0])

const ofCommand = (spec: DmctlSpec, words: readonly string[], known: DmctlKnown): readonly string[] => {
  const kindOf = (flag: string) => spec.flags[flag] ?? spec.flags[shortFlags[flag] ?? '']
  const waiting = words.at(-1) ?? ''
  const wanted = waiting.startsWith('-') ? kindOf(waiting) : undefined
  if (wanted && wanted !== 'switch') return namesOf(wanted, known)
  const flags = Object.keys(spec.flags).filter((flag) => !words.includes(flag))
  const given = words.filter((word, i) => !word.startsWith('-') && !takesValue(kindOf(words[i - 1] ?? '')))
  const next = spec.args[given.length] ?? (spec.args.at(-1)?.many ? spec.args.at(-1) : undefined)
  const names: readonly string[] = next ? namesOf(next.kind, known).filter((name) => !given.includes(name)) : []
  return [...names, ...flags]
}

const takesValue = (kind: string | undefined): boolean => kind !== undefined && kind !== 'switch'

const namesOf = (kind: WordKind, known: DmctlKnown): readonly string[] => {
  if (kind === 'member') return [...known.master, ...known.worker]
  return kind === 'task' || kind === 'source' || kind === 'worker' || kind === 'master' || kind === 'file' ? known[kind] : []
}

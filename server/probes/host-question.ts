import type { HostFacts } from '@/server/domain/facts'
import type { HostProbe } from '@/server/domain/probe'

export type HostProbeName = HostProbe['probe']
export type ProbeOf<K extends HostProbeName> = Extract<HostProbe, { probe: K }>

/** How one kind of question is put to a host, and how its answer becomes a fact. */
export type HostQuestion<P extends HostProbe> = {
  /** Body of a bash function; its arguments are `args(probe)`. Prints lines, never fails the batch, changes nothing. */
  body: string
  args(probe: P): readonly string[]
  /** Adds what the lines say to the facts; lines that say nothing leave the fact unknown. */
  note(probe: P, lines: readonly string[], facts: HostFacts): HostFacts
}

/** `key=value` lines as a map; the value may hold `=`. */
export const fieldsOf = (lines: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : []
    }),
  )

/** A whole number, or `otherwise` when the text is none. */
export const wholeNumber = (text: string | undefined, otherwise = 0): number => {
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isFinite(value) ? Math.trunc(value) : otherwise
}

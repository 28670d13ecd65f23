/**
 * Something the user must know before, or instead of, a run. Holds no sentence: the words are looked up by code
 * in `words/` when it is shown, in the reader's language.
 */
export type Problem = {
  /** A key of the words catalogue (`words/catalogue.ts`), such as `topology.port-conflict`. */
  code: string
  /** An error stops the plan; a warning is shown and may ask for consent. */
  severity: 'error' | 'warning' | 'info'
  /** Where in the input: `worker_servers.1.port`. */
  path?: string
  /** 1-based position in the user's text. */
  line?: number
  column?: number
  params: Readonly<Record<string, string | number>>
}

export const isError = (problem: Problem): boolean => problem.severity === 'error'

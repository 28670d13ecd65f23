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
  /** Of an error that a person may waive: what to add to the input's `waivers`, with a reason, so that the next plan has a warning instead. */
  waive?: Waiver
}

/** `host`: only what is said of that host. */
export type Waiver = { code: string; host?: string }

/** A warning where it was waived, else an error that says how it can be. */
export const waivable = (problem: Omit<Problem, 'severity' | 'waive'>, waivers: readonly Waiver[] | undefined, host?: string): Problem => {
  const waived = waivers?.some((one) => one.code === problem.code && (one.host === undefined || one.host === host))
  if (waived) return { ...problem, severity: 'warning' }
  return { ...problem, severity: 'error', waive: { code: problem.code, ...(host === undefined ? {} : { host }) } }
}

export const isError = (problem: Problem): boolean => problem.severity === 'error'

import type { Problem } from './problem'

export type AppStatus = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 502 | 503 | 507

/**
 * A refusal that the user is told of: thrown by use cases, errands and routes, answered as `{code, message, hint, problems}`.
 * Holds no sentence: message and hint are looked up by `code` in the words.
 */
export class AppError extends Error {
  override name = 'AppError'
  readonly params: Problem['params']
  readonly problems: readonly Problem[]
  constructor(
    readonly code: string,
    readonly status: AppStatus,
    more: { params?: Problem['params']; problems?: readonly Problem[] } = {},
  ) {
    super(`${code} ${JSON.stringify(more.params ?? {})}`)
    this.params = more.params ?? {}
    this.problems = more.problems ?? []
  }
}

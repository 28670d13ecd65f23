import type { Problem } from '@/server/domain/problem'

export type MirrorRefusal =
  | 'unreachable'
  | 'not-found'
  | 'too-large'
  | 'outside'
  | 'malformed'
  | 'signature'
  | 'expired'
  | 'rollback'
  | 'hash'
  | 'unknown-component'
  | 'unknown-version'

/** A mirror that can't be read or must not be trusted. Its code is `mirror.<refusal>` in the words. */
export class MirrorRefused extends Error {
  override name = 'MirrorRefused'
  constructor(
    readonly refusal: MirrorRefusal,
    readonly params: Readonly<Record<string, string | number>>,
  ) {
    super(`${refusal} ${JSON.stringify(params)}`)
  }

  get problem(): Problem {
    return { code: `mirror.${this.refusal}`, severity: 'error', params: this.params }
  }
}

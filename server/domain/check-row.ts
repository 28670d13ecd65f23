import type { HostId } from './instance'
import type { Words } from './words/words'

/** One line of the preflight report: what was wanted, what was seen, what to do. */
export type CheckRow = {
  id: string
  host: HostId
  group: 'host' | 'ssh' | 'files-ports' | 'reach' | 'packages' | 'members'
  state: 'ok' | 'warn' | 'fail' | 'unknown'
  check: Words
  expected: string
  seen: string
  fix?: Words
  /** The problem of the plan that it stands for, by which it is waived. */
  code: string
}

import type { HostId } from './instance'
import type { Words } from './words/words'

export type CheckGroup = 'host' | 'platform' | 'ports' | 'directories' | 'resources' | 'packages' | 'network'

/** One line of the preflight report: what was wanted and what was seen. Its message and remedy are the problem's of its code. */
export type CheckRow = {
  /** Unique in a report: `HOST/code/subject`. */
  id: string
  host: HostId
  group: CheckGroup
  state: 'ok' | 'warn' | 'fail' | 'unknown'
  code: string
  title: Words
  expected: string
  seen: string
  params: Readonly<Record<string, string | number>>
}

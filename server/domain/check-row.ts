import type { HostId } from './instance'
import type { Words } from './words/words'

export const checkGroups = [
  ...(['host', 'platform', 'resources', 'directories', 'files', 'units', 'ports'] as const),
  ...(['members', 'tasks', 'packages', 'network'] as const),
] as const
export type CheckGroup = (typeof checkGroups)[number]

/** One line of a report, of the preflight or of a cluster: what was wanted and what was seen. Its message and remedy are the problem's of its code. */
export type CheckRow = {
  /** Unique in a report: `HOST/code/subject`. */
  id: string
  /** '' where it is about the cluster as a whole. */
  host: HostId
  group: CheckGroup
  state: 'ok' | 'warn' | 'fail' | 'unknown'
  code: string
  title: Words
  expected: string
  seen: string
  params: Readonly<Record<string, string | number>>
}

/** Result of the errand `check-cluster`. */
export type ClusterReport = { at: string; rows: readonly CheckRow[] }

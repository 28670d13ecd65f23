import type { Shape } from '@/components/ui/status-shape'
import type { HostRow } from '@/server/domain/api-hosts'

export const diskFullPercent = 90
/** The watcher asks each minute at least, where a cluster stands on the host. */
const oldMs = 180_000

/** `10.0.0.1:22`, `[fd00::1]:22` */
export const placeOf = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** How full the fullest disk is, in whole percent; undefined: not known. */
export const fullestOf = (facts: HostRow['facts']): number | undefined => {
  const used = (facts?.disks ?? []).map(({ sizeBytes, freeBytes }) => Math.round(100 * (1 - freeBytes / sizeBytes)))
  return used.length === 0 ? undefined : Math.max(...used)
}

export type HostGroup = 'stopped' | 'silent' | 'warning'

/** Which filters find the host. */
export const hostGroups = (row: HostRow): HostGroup[] => {
  const full = (fullestOf(row.facts) ?? 0) >= diskFullPercent
  return [
    ...(row.state === 'key-changed' || row.state === 'refused' ? (['stopped'] as const) : []),
    ...(row.state === 'no-answer' ? (['silent'] as const) : []),
    ...(full || row.state === 'key-unknown' ? (['warning'] as const) : []),
  ]
}

type Word = `hosts.is.${HostRow['state'] | 'disk'}`

const shapes: Record<HostRow['state'], [rank: number, shape: Shape]> = {
  'key-changed': [0, 'bad'],
  refused: [1, 'bad'],
  'no-answer': [2, 'unknown'],
  'key-unknown': [4, 'warn'],
  answers: [5, 'ok'],
  'not-asked': [6, 'unknown'],
}

/** The state in a shape and a word; a lower rank is worse. A host that answers may still have a disk that is nearly full. */
export const standingOf = (row: HostRow): { rank: number; shape: Shape; word: Word; params: Record<string, number> } => {
  const percent = fullestOf(row.facts) ?? 0
  const [rank, shape] = shapes[row.state]
  if (row.state === 'answers' && percent >= diskFullPercent) return { rank: 3, shape: 'warn', word: 'hosts.is.disk', params: { percent } }
  return { rank, shape, word: `hosts.is.${row.state}`, params: {} }
}

/** In a cluster, so that somebody looks at it, and yet not seen for long. */
export const isOld = (row: HostRow, nowMs: number | null): boolean =>
  nowMs !== null && row.clusters.length > 0 && row.answeredAt !== null && nowMs - Date.parse(row.answeredAt) > oldMs

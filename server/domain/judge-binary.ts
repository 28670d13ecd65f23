import type { VerifiedBinary } from './api-ledger'
import type { ComponentName } from './component'

type Seen = Pick<VerifiedBinary, 'disk' | 'process'> & { component: ComponentName; running: boolean; lost: boolean }

/**
 * What the ledger says against the disk and the process. A Grafana that runs is not compared: its program hands over to another one of
 * its package.
 */
export const judgeBinary = (expected: string | null, seen: Seen): VerifiedBinary['verdict'] => {
  if (seen.lost) return 'unseen'
  if (seen.disk === null) return 'missing'
  if (expected === null) return 'not-noted'
  if (seen.disk !== expected) return 'disk-differs'
  if (!seen.running) return 'not-running'
  if (seen.component === 'grafana' || seen.process === expected) return 'as-noted'
  return seen.process === null ? 'unseen' : 'restart-needed'
}

/** Nothing that somebody should look into. */
export const isFine = ({ verdict }: VerifiedBinary): boolean => verdict === 'as-noted' || verdict === 'not-running'

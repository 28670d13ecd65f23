import { isRole } from '@/server/domain/component'
import type { LedgerEntry } from '@/server/domain/ledger'
import { standingProblems } from '@/server/domain/ledger-standing'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { type ClusterWithTopology, readStatus } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { readLedger } from '@/server/store/ledger'

/** The panel's day in UTC, `2026-11-21`. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10)

/** Standing warnings of a cluster's ledger, by what the watcher last saw. */
export const standingOf = async (
  db: Db,
  cluster: ClusterWithTopology,
  given: { entries?: readonly LedgerEntry[]; now?: Date } = {},
): Promise<Problem[]> => {
  const entries = given.entries ?? (await readLedger(db, cluster.name))
  const status = await readStatus(db, cluster.name)
  const startedAt = Object.fromEntries((status?.rows ?? []).map((row) => [row.id, row.since.value]))
  const roles = instancesOf(cluster.topology).filter(({ component }) => isRole(component))
  return standingProblems(roles, entries, { today: dayOf(given.now ?? new Date()), startedAt })
}

import { dueHotfixes } from '@/server/domain/ledger-standing'
import { listWatched } from '@/server/store/cluster-status'
import type { Db } from '@/server/store/database'
import { noteHappening } from '@/server/store/happenings'
import { readLedger } from '@/server/store/ledger'
import { openUpgrade } from '@/server/store/upgrades'

const dayMs = 24 * 3_600_000
const soonDays = 3
const openDays = 7

/** What falls due by itself: a hotfix three days before its day and the day after it, an upgrade left open for a week. Once each. */
export const noteDue = async (db: Db, at: Date): Promise<void> => {
  for (const { cluster } of await listWatched(db)) {
    const today = at.toISOString().slice(0, 10)
    const soon = new Date(at.getTime() + soonDays * dayMs).toISOString().slice(0, 10)
    for (const { due, overdue, packageSha256, ticket, instances } of dueHotfixes(await readLedger(db, cluster), today)) {
      if (due > soon) continue
      const when = overdue ? 'overdue' : 'soon'
      const params = { due, when, ticket, nodes: instances.join(', ') }
      const subject = packageSha256.slice(0, 16)
      await noteHappening(db, {
        key: `hotfix:${cluster}:${packageSha256}:${due}:${when}`,
        event: 'hotfix-due',
        cluster,
        subject,
        params,
        at,
      })
    }
    const upgrade = await openUpgrade(db, cluster)
    const days = upgrade?.state === 'open' ? Math.floor((at.getTime() - Date.parse(upgrade.at)) / dayMs) : 0
    if (!upgrade || days < openDays) continue
    const params = { from: upgrade.from, to: upgrade.to, days }
    await noteHappening(db, { key: `upgrade:${upgrade.id}`, event: 'upgrade-open', cluster, subject: upgrade.id, params, at })
  }
}

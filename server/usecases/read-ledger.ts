import { annotateEntry, type LedgerEntryView, type LedgerView } from '@/server/domain/api-ledger'
import { AppError } from '@/server/domain/app-error'
import { currentOf, formerOf, type LedgerEntry } from '@/server/domain/ledger'
import { dueHotfixes, programsOf } from '@/server/domain/ledger-standing'
import { downloadName, type PackageInfo } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Db } from '@/server/store/database'
import { annotateLedger, readLedger, rolePackages } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import { audited, type Who } from './audited'
import { demandCluster } from './read-clusters'
import { dayOf, standingOf } from './standing'

/** Which node runs what, since when, by whom, for which ticket. Throws cluster-unknown. */
export const readClusterLedger = async (db: Db, name: string, now: Date = new Date()): Promise<LedgerView> => {
  const cluster = await demandCluster(db, name)
  const [entries, store] = [await readLedger(db, name), await listPackages(db)]
  const known = new Map(store.map((one) => [one.sha256, one]))
  const view = (entry: LedgerEntry): LedgerEntryView => ({ ...entry, package: packageOf(known.get(entry.packageSha256)) })
  const shown = instancesOf(cluster.topology)
  return {
    instances: shown.map((one) => {
      const current = currentOf(entries, one.id)
      return {
        ...{ instance: one.id, component: one.component, platform: `${one.os}/${one.arch}`, patched: one.patched },
        current: current ? view(current) : null,
        former: formerOf(entries, one.id) ?? null,
        history: entries
          .filter(({ instance }) => instance === one.id)
          .map(view)
          .toReversed(),
      }
    }),
    roles: programsOf(shown, entries).map(({ programs, ...role }) => ({
      ...role,
      programs: programs.map((one) => ({ ...one, instances: [...one.instances] })),
    })),
    rolePackages: await rolePackages(db, name),
    due: dueHotfixes(entries, dayOf(now)).map((one) => ({ ...one, instances: [...one.instances] })),
    problems: await standingOf(db, cluster, { entries, now }),
  }
}

const packageOf = (one: PackageInfo | undefined): LedgerEntryView['package'] =>
  one
    ? {
        ...{ component: one.component, version: one.version, os: one.os, arch: one.arch, origin: one.origin.from },
        ...{ fileName: downloadName(one), release: one.verified?.release ?? '' },
      }
    : null

/** Ticket, notes and day of an entry. Throws ledger-entry-unknown, also of an unknown cluster. */
export const annotateLedgerEntry = async (db: Db, who: Who, at: { cluster: string; id: string }, raw: unknown): Promise<void> => {
  const { ticket, notes, due } = annotateEntry.parse(raw)
  const change = { ...(ticket !== undefined && { ticket }), ...(notes !== undefined && { notes }), ...(due !== undefined && { due }) }
  const found = (await readLedger(db, at.cluster)).find(({ id }) => id === at.id)
  const deed = {
    what: 'annotate-ledger',
    command: `dm-panel ledger ${at.cluster} ${found?.instance ?? at.id}`,
    cluster: at.cluster,
    targets: found ? [found.instance] : [],
    detail: { entry: at.id, change: JSON.stringify(change) },
  }
  await audited(db, who, deed, async () => {
    if (!(await annotateLedger(db, at.cluster, at.id, change))) throw new AppError('usecases.ledger-entry-unknown', 404)
  })
}

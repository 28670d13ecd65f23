import type { InstanceId } from './instance'
import type { PackageInfo } from './package'

/** How a binary came to an instance. */
export const ledgerKinds = ['deploy', 'scale-out', 'upgrade', 'patch', 'rollback'] as const
export type LedgerKind = (typeof ledgerKinds)[number]

/** What is noted with a binary besides what it is. */
export type LedgerNote = {
  kind: LedgerKind
  ticket?: string
  notes?: string
  /** Day by which it should be replaced by an official release, `2026-12-31`. */
  due?: string
  /** It was put on the disk only: what ran went on until its next start. */
  offline?: boolean
}

/** One binary on one instance, as this panel put it there. */
export type LedgerEntry = {
  id: string
  instance: InstanceId
  packageSha256: string
  entrySha256: string
  /** ISO */
  since: string
  by: string
  jobId: string | null
  kind: LedgerKind
  ticket: string
  notes: string
  due: string | null
  offline: boolean
  /** ISO; null: it is what lies there now. */
  supersededAt: string | null
  /** The instance left the cluster then, by this job; '': which one is not known any more. Absent: another binary took its place. */
  leftBy?: string
}

export const isCurrent = (entry: LedgerEntry): boolean => entry.supersededAt === null

const bySince = (a: LedgerEntry, b: LedgerEntry): number => a.since.localeCompare(b.since)

/** What an instance has had since it is in the cluster, oldest first; one of the same address that left before is another one. */
const historyOf = (entries: readonly LedgerEntry[], instance: InstanceId): LedgerEntry[] => {
  const own = entries.filter((entry) => entry.instance === instance).toSorted(bySince)
  return own.slice(own.findLastIndex(({ leftBy }) => leftBy !== undefined) + 1)
}

/** What lies on an instance now. */
export const currentOf = (entries: readonly LedgerEntry[], instance: InstanceId): LedgerEntry | undefined =>
  entries.findLast((entry) => entry.instance === instance && isCurrent(entry))

/**
 * The package that an instance had before the one that it has now, as a series of undos finds it: A, B, C, back to B has A as its former.
 * Undefined when nothing is left to go back to.
 */
export const formerOf = (entries: readonly LedgerEntry[], instance: InstanceId): string | undefined => {
  const stack: string[] = []
  for (const { packageSha256 } of historyOf(entries, instance)) {
    const known = stack.indexOf(packageSha256)
    if (known < 0) stack.push(packageSha256)
    else stack.length = known + 1
  }
  return stack.at(-2)
}

/** Packages that an instance ran before, the latest first, without the one that it runs now. */
export const formersOf = (entries: readonly LedgerEntry[], instance: InstanceId): string[] => {
  const now = currentOf(entries, instance)?.packageSha256
  const seen = historyOf(entries, instance).filter((entry) => entry.packageSha256 !== now)
  return [...new Set(seen.toReversed().map(({ packageSha256 }) => packageSha256))]
}

/**
 * Whether a package is what the cluster's release brings: signed by a mirror with that version, or what a deploy or an upgrade put there.
 * One that somebody packed by hand under the release's version is neither.
 */
export const isRelease = (one: PackageInfo, version: string, entries: readonly LedgerEntry[]): boolean =>
  one.origin.from !== 'hotfix' &&
  ((one.origin.from === 'mirror' && one.version === version) ||
    entries.some(({ packageSha256, kind }) => packageSha256 === one.sha256 && (kind === 'deploy' || kind === 'upgrade')))

/** A hotfix that an upgrade takes away: what, where, for which ticket. */
export type ReplacedHotfix = {
  packageSha256: string
  instances: readonly InstanceId[]
  tickets: readonly string[]
  notes: readonly string[]
}

/** Hotfixes that lie on these instances now, one row per package: what an upgrade of them replaces. */
export const hotfixesOnInstances = (entries: readonly LedgerEntry[], instances: readonly InstanceId[]): ReplacedHotfix[] => {
  const found = entries.filter((entry) => isCurrent(entry) && isPatch(entry, entries) && instances.includes(entry.instance))
  return [...new Set(found.map(({ packageSha256 }) => packageSha256))].map((packageSha256) => {
    const own = found.filter((entry) => entry.packageSha256 === packageSha256)
    const texts = (of: (entry: LedgerEntry) => string): string[] => [...new Set(own.map(of).filter((text) => text !== ''))]
    return { packageSha256, instances: own.map(({ instance }) => instance), tickets: texts((e) => e.ticket), notes: texts((e) => e.notes) }
  })
}

/** Put there by a patch, or by a rollback or scale-out to a package that a patch had brought. */
const isPatch = ({ kind, packageSha256 }: LedgerEntry, entries: readonly LedgerEntry[]): boolean =>
  kind === 'patch' ||
  ((kind === 'rollback' || kind === 'scale-out') &&
    entries.some((other) => other.kind === 'patch' && other.packageSha256 === packageSha256) &&
    !entries.some((other) => (other.kind === 'deploy' || other.kind === 'upgrade') && other.packageSha256 === packageSha256))

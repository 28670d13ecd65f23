import type { ComponentName } from './component'
import type { InstanceId } from './instance'
import { isCurrent, type LedgerEntry } from './ledger'
import type { Problem } from './problem'

type Seat = { id: InstanceId; component: ComponentName; os: string; arch: string }

/** One program of a role on a platform, and where it lies. */
export type Program = { entrySha256: string; packageSha256: string; platform: string; instances: readonly InstanceId[] }
export type RolePrograms = { component: ComponentName; mixed: boolean; programs: readonly Program[] }

/** What lies on the instances of each role, the most frequent first. Of one release the programs of two platforms differ: that is not mixed. */
export const programsOf = (instances: readonly Seat[], entries: readonly LedgerEntry[]): RolePrograms[] => {
  const roles = new Map<ComponentName, Map<string, Program>>()
  for (const { id, component, os, arch } of instances) {
    const entry = entries.find((one) => one.instance === id && isCurrent(one))
    if (!entry) continue
    const { entrySha256, packageSha256 } = entry
    const programs = roles.get(component) ?? new Map<string, Program>()
    const platform = `${os}/${arch}`
    const known = programs.get(`${platform} ${entrySha256}`)
    programs.set(`${platform} ${entrySha256}`, { entrySha256, packageSha256, platform, instances: [...(known?.instances ?? []), id] })
    roles.set(component, programs)
  }
  return [...roles].map(([component, programs]) => {
    const all = [...programs.values()].toSorted((a, b) => b.instances.length - a.instances.length)
    return { component, mixed: new Set(all.map(({ platform }) => platform)).size < all.length, programs: all }
  })
}

/** Hotfixes that lie somewhere now and have a day, the nearest first. */
export type DueHotfix = { packageSha256: string; due: string; overdue: boolean; ticket: string; instances: readonly InstanceId[] }

/** `today`: `2026-11-21`. A hotfix is overdue from the day after its own. */
export const dueHotfixes = (entries: readonly LedgerEntry[], today: string): DueHotfix[] => {
  const found = new Map<string, DueHotfix>()
  for (const { due, packageSha256, ticket, instance } of entries.filter(isCurrent)) {
    if (due === null) continue
    const key = `${due} ${packageSha256} ${ticket}`
    const known = found.get(key)
    found.set(key, { packageSha256, due, overdue: due < today, ticket, instances: [...(known?.instances ?? []), instance] })
  }
  return [...found.values()].toSorted((a, b) => a.due.localeCompare(b.due))
}

/**
 * What is not as it should stay: more than one program in a role, a hotfix past its day, and programs that lie on the disk only.
 * `startedAt`: when each process started, as last seen (ISO).
 */
export const standingProblems = (
  instances: readonly Seat[],
  entries: readonly LedgerEntry[],
  seen: { today: string; startedAt: Readonly<Record<InstanceId, string | null>> },
): Problem[] => {
  const mixed = programsOf(instances, entries)
    .filter((role) => role.mixed)
    .map(({ component, programs }): Problem => {
      const nodes = programs.map((one) => `${one.entrySha256.slice(0, 8)}: ${one.instances.join(' ')}`).join('; ')
      return { code: 'ledger.mixed', severity: 'warning', params: { role: component, count: programs.length, nodes } }
    })
  const overdue = dueHotfixes(entries, seen.today)
    .filter((one) => one.overdue)
    .map(
      ({ due, ticket, instances: nodes }): Problem => ({
        ...{ code: 'ledger.overdue', severity: 'warning' },
        params: { due, ticket, nodes: nodes.join(', ') },
      }),
    )
  const waiting = entries.filter((one) => isCurrent(one) && waitsForStart(one, seen.startedAt[one.instance] ?? null))
  const nodes = waiting.map(({ instance }) => instance).join(', ')
  return [
    ...mixed,
    ...overdue,
    ...(waiting.length > 0 ? [{ code: 'ledger.on-disk-only', severity: 'warning', params: { nodes } } as const] : []),
  ]
}

/** It was put on the disk beside a process that has gone on since. Where none was seen, nothing is claimed. */
export const waitsForStart = ({ offline, since }: LedgerEntry, startedAt: string | null): boolean =>
  offline && startedAt !== null && Date.parse(startedAt) < Date.parse(since)

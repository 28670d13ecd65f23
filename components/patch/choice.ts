import type { InstanceRow } from '@/components/rolling/selection'
import type { PackageRow } from '@/server/domain/api'
import { roleNames } from '@/server/domain/component'

/** Packages that an instance of a cluster can run. */
export const patchable = (store: readonly PackageRow[], rows: readonly Pick<InstanceRow, 'role'>[]): readonly PackageRow[] => {
  const present = new Set(rows.map(({ role }) => role))
  return store
    .filter(({ component }) => roleNames.some((role) => role === component) && (present.size === 0 || present.has(component)))
    .toSorted((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt))
}

const order: readonly string[] = roleNames

/** Hotfixes first, then masters before workers. */
const rank = ({ origin, component }: PackageRow): number => (origin === 'hotfix' ? 0 : 100) + order.indexOf(component)

const seatOf = ({ component, os, arch }: PackageRow): string => `${component} ${os} ${arch}`

/** With one more, or without it; of each component and platform the last one chosen stays. */
export const withPackage = (chosen: readonly string[], one: PackageRow, store: readonly PackageRow[]): readonly string[] => {
  if (chosen.includes(one.sha256)) return chosen.filter((sha256) => sha256 !== one.sha256)
  const others = chosen.filter((sha256) => {
    const other = store.find((each) => each.sha256 === sha256)
    return other !== undefined && seatOf(other) !== seatOf(one)
  })
  return [...others, one.sha256]
}

/** Roles of which some nodes get the packages and others keep what they have. */
export const mixedAfter = (
  rows: readonly Pick<InstanceRow, 'id' | 'role'>[],
  chosen: readonly Pick<InstanceRow, 'id' | 'role'>[],
): readonly { role: string; left: readonly string[] }[] =>
  [...new Set(chosen.map(({ role }) => role))].flatMap((role) => {
    const left = rows.filter((row) => row.role === role && !chosen.some(({ id }) => id === row.id)).map(({ id }) => id)
    return left.length === 0 ? [] : [{ role, left }]
  })

/** Whether a day is one, and not over: `2026-12-31`; `today` alike. */
export const isDay = (text: string, today: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text) && text >= today

import type { UpgradeTarget } from '@/server/domain/api-upgrades'

/** As DM writes it: `8.5.1` is `v8.5.1`. */
export const withV = (typed: string): string => {
  const version = typed.trim()
  return /^\d/.test(version) ? `v${version}` : version
}

export const targetOf = (targets: readonly UpgradeTarget[], typed: string): UpgradeTarget | undefined =>
  targets.find(({ version }) => version === withV(typed))

/** From v8.0.0 on DM has no fixed key for encrypted passwords. */
export const crossesEight = (from: string, to: string): boolean => {
  const major = (version: string): number => Number(/^v?(\d+)/.exec(version)?.[1] ?? Number.NaN)
  return major(from) < 8 && (major(withV(to)) >= 8 || to.includes('nightly'))
}

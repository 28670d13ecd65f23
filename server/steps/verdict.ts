import type { HostFacts, PathFact, UnitFact } from '@/server/domain/facts'
import type { Verdict } from './step-kind'

/** A missing fact is unknown; one that was seen answers. */
export const judged = <T>(fact: T | undefined, holds: (fact: T) => boolean): Verdict => {
  if (fact === undefined) return 'unknown'
  return holds(fact) ? 'yes' : 'no'
}

export const withPath = (seen: HostFacts, path: string, fact: PathFact): HostFacts => ({
  ...seen,
  paths: { ...seen.paths, [path]: fact },
})

export const withUnit = (seen: HostFacts, unit: string, change: Partial<UnitFact>): HostFacts => ({
  ...seen,
  units: { ...seen.units, [unit]: { ...(seen.units[unit] ?? blankUnit), ...change } },
})

const blankUnit: UnitFact = {
  loadState: 'loaded',
  activeState: 'inactive',
  subState: 'dead',
  result: 'success',
  unitFileState: 'disabled',
  execMainStatus: 0,
  mainPid: 0,
  nRestarts: 0,
  activeEnterMonotonicUs: 0,
  activeEnterTimestamp: '',
  needDaemonReload: false,
}

/** `0644 root:root file, 12 bytes` */
export const pathInWords = (fact: PathFact | undefined): string => {
  if (!fact) return 'unknown'
  if (!fact.exists) return 'absent'
  const hash = fact.sha256 ? `, sha256 ${fact.sha256.slice(0, 12)}` : ''
  return `${fact.mode} ${fact.owner}:${fact.group} ${fact.type}, ${fact.sizeBytes} bytes${hash}${fact.mountPoint ? ', mount point' : ''}`
}

/** `failed (failed), result exit-code, exit status 2, 3 restarts` */
export const unitInWords = (fact: UnitFact | undefined): string => {
  if (!fact) return 'unknown'
  if (fact.loadState !== 'loaded') return `LoadState=${fact.loadState}`
  const parts = [`${fact.activeState} (${fact.subState})`]
  if (fact.result !== 'success' && fact.result !== '') parts.push(`Result=${fact.result}`)
  if (fact.execMainStatus !== 0) parts.push(`ExecMainStatus=${fact.execMainStatus}`)
  if (fact.nRestarts > 0) parts.push(`NRestarts=${fact.nRestarts}`)
  return parts.join(', ')
}

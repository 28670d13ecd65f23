import type { HostFacts, UnitFact } from '@/server/domain/facts'
import type { HealthQuestion } from '@/server/domain/health'
import type { HostId } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'

/** By host and unit: the start whose process was found to be the wanted program. What runs stays that, so that it is hashed once. */
export type Proven = Map<string, string>

const startOf = ({ mainPid, activeEnterMonotonicUs }: UnitFact): string => `${mainPid} ${activeEnterMonotonicUs}`

/** What still has to be asked of a host: no hash of a process that has proved itself. */
export const unprovenOf = (proven: Proven, host: HostId, probes: readonly HostProbe[]): HostProbe[] =>
  probes.map((probe) => (probe.probe === 'unit' && proven.has(`${host} ${probe.unit}`) ? { ...probe, hashExe: false } : probe))

/** Adds the hash that was not asked again to a process that is the same; any other start must prove itself anew. Changes `proven`. */
export const withProven = (proven: Proven, host: HostId, seen: HostFacts, questions: readonly HealthQuestion[]): HostFacts => {
  const units = { ...seen.units }
  for (const question of questions) {
    if (question.ask !== 'process-is' || question.host !== host) continue
    const { unit, sha256 } = question
    const fact = units[unit]
    const key = `${host} ${unit}`
    if (fact?.exeSha256 === sha256) proven.set(key, startOf(fact))
    else if (fact && proven.get(key) === startOf(fact)) units[unit] = { ...fact, exeSha256: sha256 }
    else proven.delete(key)
  }
  return { ...seen, units }
}

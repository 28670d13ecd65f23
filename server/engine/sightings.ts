import type { HostFacts } from '@/server/domain/facts'
import { type HostSighting, keptFactsOf } from '@/server/domain/host-seen'
import type { Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { directoriesOf, hostsOf } from '@/server/domain/topology/instances'
import type { Target } from '@/server/remote/transport'
import type { ClusterWithTopology } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { keepSightings, listHostsSeen } from '@/server/store/hosts-seen'

/** What one reading of a cluster learns of its hosts beside their units. Disks and system are asked once a minute, not at every look. */
export type Sightings = {
  questionsFor(target: Target, instances: readonly Instance[]): HostProbe[]
  saw(target: Target, seen: { at: string; error: string; facts?: HostFacts }): void
  /** Writes what is new: other facts, another state, or the same after a minute. */
  keep(): Promise<void>
}

const staleMs = 60_000

export const startSightings = async (db: Db, cluster: ClusterWithTopology, nowMs: number): Promise<Sightings> => {
  const addresses = hostsOf(cluster.topology).map(({ address }) => address)
  const before = new Map((await listHostsSeen(db, addresses)).map((row) => [`${row.address} ${row.port}`, row]))
  const beforeOf = ({ address, port }: Target) => before.get(`${address} ${port}`)
  const isOld = (at: Date | null | undefined): boolean => !at || nowMs - at.getTime() >= staleMs
  const sightings: HostSighting[] = []
  return {
    questionsFor: (target, instances) => {
      if (!isOld(beforeOf(target)?.factsAt)) return []
      const folders = [...new Set(instances.flatMap(directoriesOf))]
      return [{ probe: 'system' }, ...folders.map((path): HostProbe => ({ probe: 'disk', path }))]
    },
    saw: (target, { at, error, facts }) => {
      const kept = facts && keptFactsOf(facts)
      const former = beforeOf(target)
      if (!kept && !isOld(former?.at) && former?.error === error) return
      const { address, port } = target
      sightings.push({ address, port, at, error, ...(kept ? { facts: kept } : {}) })
    },
    keep: () => keepSightings(db, sightings),
  }
}

import type { HostRow } from '@/server/domain/api-hosts'
import type { ClusterStatus } from '@/server/domain/display'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { type ClusterWithTopology, listClusters, readStatus } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { listHostKeys } from '@/server/store/host-keys'
import { listHostsSeen } from '@/server/store/hosts-seen'

type Host = HostRow & { askedAtMs: number }

/** Every host that a cluster stands on, whose key is pinned, or that was looked at within a day; with what was last seen of it. */
export const readHosts = async (db: Db, nowMs: number = Date.now()): Promise<HostRow[]> => {
  const hosts = new Map<string, Host>()
  const at = (address: string, port: number): Host => {
    const key = JSON.stringify([address, port])
    const host = hosts.get(key) ?? blank(address, port)
    hosts.set(key, host)
    return host
  }
  for (const { address, port, keyType, fingerprint, confirmedAt } of await listHostKeys(db))
    at(address, port).keys.push({ keyType, fingerprint, confirmedAt })
  for (const { address, port, facts, factsAt, ...seen } of await listHostsSeen(db)) {
    const host = at(address, port)
    note(host, seen.at, seen.error)
    if (seen.answeredAt) host.answeredAt = seen.answeredAt.toISOString()
    if (facts && factsAt) host.facts = { ...facts, disks: [...facts.disks], at: factsAt.toISOString() }
  }
  for (const cluster of await listClusters(db)) {
    const [status, credential] = [await readStatus(db, cluster.name), (await findCredential(db, cluster.credentialId))?.name ?? '']
    const counts = countByHost(cluster)
    for (const { hostId, address, sshPort } of hostsOf(cluster.topology)) {
      const host = at(address, sshPort)
      host.clusters.push({ name: cluster.name, instances: counts.get(hostId) ?? 0, user: cluster.deployUser, credential })
      noteStatus(host, hostId, status)
    }
  }
  const dayAgo = nowMs - 86_400_000
  const shown = [...hosts.values()].filter(({ clusters, keys, askedAtMs }) => clusters.length + keys.length > 0 || askedAtMs > dayAgo)
  return shown.map(({ askedAtMs: _, ...host }) => host)
}

const blank = (address: string, port: number): Host => ({
  ...{ address, port, state: 'not-asked', error: '', at: null, answeredAt: null },
  ...{ clusters: [], keys: [], facts: null, askedAtMs: 0 },
})

/** The last look counts, whoever looked. */
const note = (host: Host, at: Date, error: string): void => {
  if (at.getTime() <= host.askedAtMs) return
  Object.assign(host, { askedAtMs: at.getTime(), at: at.toISOString(), error, state: stateOf(error) })
  if (error === '') host.answeredAt = at.toISOString()
}

const noteStatus = (host: Host, hostId: string, status: ClusterStatus | undefined): void => {
  // A host without a row of its own may have joined after that look.
  if (!status?.rows.some((row) => row.hostId === hostId)) return
  note(host, new Date(status.at), status.silent[hostId] ?? '')
}

const stateOf = (error: string): HostRow['state'] => {
  if (error === '') return 'answers'
  if (error === 'host-key-changed') return 'key-changed'
  if (error === 'host-key-unknown') return 'key-unknown'
  return error === 'auth-refused' || error === 'sudo-refused' ? 'refused' : 'no-answer'
}

const countByHost = ({ topology }: ClusterWithTopology): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { hostId } of instancesOf(topology)) counts.set(hostId, (counts.get(hostId) ?? 0) + 1)
  return counts
}

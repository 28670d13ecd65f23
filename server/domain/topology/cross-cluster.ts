import type { Problem } from '../problem'
import { directoryUses, overlap, portsOf } from './check'
import type { Topology } from './topology'

/**
 * What a new cluster would share with the clusters that the panel knows: ports (exporters included, with or without `monitored`
 * in either), equal directories, one directory in another's.
 */
export const crossClusterProblems = (topology: Topology, others: readonly { name: string; topology: Topology }[]): Problem[] =>
  others.flatMap(({ name, topology: other }) => [...sharedPorts(topology, name, other), ...sharedDirectories(topology, name, other)])

const sharedPorts = (topology: Topology, cluster: string, other: Topology): Problem[] => {
  const taken = new Map(portsOf(other).map((use) => [`${use.hostId} ${use.port}`, use.owner]))
  return portsOf(topology).flatMap((use) => {
    const owner = taken.get(`${use.hostId} ${use.port}`)
    return owner === undefined
      ? []
      : [
          {
            code: 'topology.port-of-cluster',
            severity: 'error',
            path: use.path,
            params: { host: use.hostId, port: use.port, cluster, owner },
          } as const,
        ]
  })
}

const sharedDirectories = (topology: Topology, cluster: string, other: Topology): Problem[] => {
  const taken = directoryUses(other)
  return directoryUses(topology).flatMap((use) => {
    const rival = taken.find((their) => their.hostId === use.hostId && overlap(their.dir, use.dir))
    if (!rival) return []
    const params = { host: use.hostId, dir: use.dir, other: rival.dir, cluster, owner: rival.owner }
    return [{ code: 'topology.dir-of-cluster', severity: 'error', path: use.path, params } as const]
  })
}

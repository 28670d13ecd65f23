import type { z } from 'zod'
import type { scaleOutCheck } from '@/server/domain/api'
import { parseAddition } from '@/server/domain/topology/addition'
import { entriesAs, entryIds, joinEntries } from '@/server/domain/topology/entries'
import { hostsOf } from '@/server/domain/topology/instances'
import { packageFor } from '@/server/operations/deploy-packages'
import type { OperationInput } from '@/server/operations/input'
import { growthOf } from '@/server/operations/scale-out-problems'
import type { Db } from '@/server/store/database'
import { listPackages } from '@/server/store/packages'
import { checkAddition } from './check-topology'
import { demandCluster } from './read-clusters'
import { roleDefaults } from './role-packages'

/** A text of new nodes against its cluster, without reaching a host: problems, hosts that want a login, packages. Throws cluster-unknown. */
export const checkScaleOut = async (
  db: Db,
  { yaml, files: given = [], cluster: name }: { yaml: string; files?: readonly string[]; cluster: string },
): Promise<z.infer<typeof scaleOutCheck>> => {
  const cluster = await demandCluster(db, name)
  const { problems, instances, files } = await checkAddition(db, { yaml, cluster, files: given })
  const { addition } = parseAddition(yaml, cluster.topology)
  if (!addition) return { problems, instances, files, newHosts: [], packages: [] }
  const packages = await listPackages(db)
  const added = entriesAs(addition.added, 'joining')
  const topology = joinEntries(cluster.topology, added)
  const prefer = await roleDefaults(db, cluster, packages)
  const input: OperationInput = {
    ...{ clusterName: name, version: cluster.version, revision: cluster.revision, packages },
    deploy: { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' },
    joining: { ids: entryIds(added), yaml, prefer },
  }
  const { newHosts } = growthOf(topology, { hosts: {} }, input)
  const components = [...new Set(instances.map(({ component }) => component))]
  return {
    problems,
    instances,
    files,
    newHosts: hostsOf(topology).flatMap(({ hostId, sshPort }) => (newHosts.includes(hostId) ? [{ address: hostId, port: sshPort }] : [])),
    packages: components.map((component) => {
      const one = instances.find((each) => each.component === component)
      // Of a host that nobody has looked at the platform is not known; nearly all are this one.
      const byDefault = one && packageFor({ ...one, os: one.os || 'linux', arch: one.arch || 'amd64' }, topology, input)
      const fitting = packages.filter(
        (each) => each.component === component && (each.version === cluster.version || each.origin.from === 'hotfix'),
      )
      return {
        component,
        byDefault: byDefault?.sha256 ?? null,
        others: fitting.flatMap(({ sha256 }) => (sha256 === byDefault?.sha256 ? [] : [sha256])),
      }
    }),
  }
}

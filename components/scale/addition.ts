import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { parseAddition } from '@/server/domain/topology/addition'
import { entryIds, onlyEntries } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import { type NamedPath, namedPaths } from '@/server/domain/topology/own-files'
import { parseTopology } from '@/server/domain/topology/parse'

/** What a scale-out's text amounts to. `known: false`: the cluster's own topology could not be read here; the server reads both. */
export type AdditionCheck = {
  problems: readonly Problem[]
  instances: readonly Instance[]
  newHosts: readonly { address: string; port: number }[]
  known: boolean
  /** What the text names of the user's own files, and which of the chosen ones fit. */
  files: readonly NamedPath[]
  /** Per component: what is installed when nothing is chosen (null: nothing in the store fits), and what may be chosen. Of the server. */
  packages?: readonly { component: string; byDefault: string | null; others: readonly string[] }[]
}

/** The example of TiUP's document, with the address that it has. */
export const documentExample = `---

worker_servers:
  - host: 172.16.5.140
`

/** Reads a text of new instances into a cluster, all problems with their lines. Ports against other clusters are the server's to find. */
export const checkAddition = (clusterYaml: string, text: string, given: readonly string[] = []): AdditionCheck => {
  if (text.trim() === '') return { problems: [], instances: [], newHosts: [], files: [], known: true }
  const base = parseTopology(clusterYaml).topology
  if (!base) return { problems: [], instances: [], newHosts: [], files: [], known: false }
  const { addition, problems } = parseAddition(text, base)
  if (!addition) return { problems, instances: [], newHosts: [], files: [], known: true }
  const ids = entryIds(addition.added)
  const instances = instancesOf(onlyEntries(addition.merged, ids)).filter(({ id }) => ids.includes(id))
  const there = new Set(instancesOf(base).map(({ hostId }) => hostId))
  const hosts = new Map(
    instances.filter(({ hostId }) => !there.has(hostId)).map((one) => [one.hostId, { address: one.hostId, port: one.sshPort }]),
  )
  const files = namedPaths({ ...base, ...addition.added }, given)
  return { problems, instances, newHosts: [...hosts.values()], files, known: true }
}

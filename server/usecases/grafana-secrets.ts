import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { findCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'

/** Names of the passwords that the deploy made or the user typed; of a Grafana without one the topology has it. */
export const grafanaSecretsOf = async (
  db: Db,
  { secretsOf, topology }: { secretsOf: string; topology: Topology },
): Promise<Record<string, string>> => {
  const names: Record<string, string> = {}
  for (const one of instancesOf(topology).filter(({ component }) => component === 'grafana')) {
    const id = `grafana:${secretsOf}:${one.id}`
    if (await findCredential(db, id)) names[one.id] = id
  }
  return names
}

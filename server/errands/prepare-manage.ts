import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { LinkLost } from '@/server/remote/transport'
import { type ClusterWithTopology, listClusters } from '@/server/store/clusters'
import { readLedger } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { keepTiupDeeds, readTiupLink } from '@/server/store/tiup-links'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import { isOtherKey } from './compare-tiup'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'
import { takePatches } from './take-patches'
import { readTiupCluster, tiupHistory } from './tiup-cluster'
import { tiupSource } from './tiup-sources'

/** The books, what tiup keeps of the cluster where it can be read again, and which other cluster of the panel stands on the same units. */
export const prepareManage = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  if (!cluster.adopted) {
    const already: Problem = { code: 'manage.already', severity: 'error', params: { name: cluster.name } }
    return { topology: cluster.topology, input, problems: [already] }
  }
  const link = await fromLink(run, cluster, row.askedBy)
  return {
    topology: cluster.topology,
    input: {
      ...{ ...input, packages: await listPackages(run.db), ledger: await readLedger(run.db, cluster.name) },
      grafanaSecrets: await grafanaSecretsOf(run.db, cluster),
      manage: { rolePackages: link.rolePackages },
    },
    problems: [...(await conflicts(run, cluster)), ...link.problems],
  }
}

/** History and packages of `patch/`; a changed meta.yaml is to be taken first. A storage that can't be read is no hindrance. */
const fromLink = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  by: string,
): Promise<{ rolePackages: string[]; problems: Problem[] }> => {
  const link = await readTiupLink(run.db, cluster.name)
  if (!link?.place) return { rolePackages: [], problems: [{ code: 'manage.no-storage', severity: 'info', params: {} }] }
  try {
    const source = await tiupSource(run, link.place)
    const read = await readTiupCluster(source, link.name)
    const changed = read !== undefined && (read.metaSha256 !== link.metaSha256 || (await isOtherKey(run, cluster, read.key)))
    await keepTiupDeeds(run.db, cluster.name, await tiupHistory(source, link.name))
    const taken = await takePatches(run, source, { name: link.name, version: cluster.version, by })
    return {
      ...taken,
      problems: [...(changed ? [{ code: 'manage.meta-changed', severity: 'error', params: {} } as const] : []), ...taken.problems],
    }
  } catch (error) {
    const why = reasonOf(error)
    if (!why) throw error
    return { rolePackages: [], problems: [{ code: 'manage.storage-unread', severity: 'warning', params: {} }, why] }
  }
}

const reasonOf = (error: unknown): Problem | undefined => {
  if (error instanceof AppError) return { code: error.code, severity: 'info', params: error.params }
  if (!(error instanceof LinkLost)) return undefined
  return { code: `errands.${error.code}`, severity: 'info', params: { host: error.host, detail: error.detail } }
}

/** Two masters of one unit would undo each other's work. */
const conflicts = async (run: ErrandRun, cluster: ClusterWithTopology): Promise<Problem[]> => {
  const ours = new Set(instancesOf(cluster.topology).map(({ hostId, unit }) => `${hostId} ${unit}`))
  return (await listClusters(run.db)).flatMap((other): Problem[] => {
    if (other.name === cluster.name || other.adopted) return []
    const shared = instancesOf(other.topology).filter(({ hostId, unit }) => ours.has(`${hostId} ${unit}`))
    const units = shared.map(({ hostId, unit }) => `${unit} on ${hostId}`)
    return units.length > 0 ? [{ code: 'manage.conflict', severity: 'error', params: { other: other.name, units: units.join(', ') } }] : []
  })
}

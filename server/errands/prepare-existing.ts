import type { z } from 'zod'
import { selectInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { Login } from '@/server/domain/plan'
import { restartInput, type rollingInput } from '@/server/domain/plan-inputs'
import { reachOf } from '@/server/domain/ssh-client'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import type { OperationInput } from '@/server/operations/input'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { textsOfFiles } from '@/server/usecases/keep-files'
import type { ErrandRun } from './errand-run'
import { measuredIn } from './measured'
import type { Prepared } from './prepared'

/** Topology and logins of a cluster that is in the books. */
export const existingCluster = async (
  run: ErrandRun,
  row: Pick<PlanRow, 'clusterName'>,
): Promise<{ cluster: ClusterWithTopology; input: OperationInput }> => {
  const cluster = await findCluster(run.db, row.clusterName)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name: row.clusterName } })
  const deploy: Login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' }
  const input: OperationInput = {
    clusterName: cluster.name,
    version: cluster.version,
    revision: cluster.revision,
    deploy,
    localTexts: await textsOfFiles(run.db, cluster.secretsOf, cluster.files),
    ...(cluster.secretsOf === cluster.name ? {} : { secretsOf: cluster.secretsOf }),
    ...(cluster.waitTimeoutS === null ? {} : { waitTimeoutS: cluster.waitTimeoutS }),
    ...reachOf({}, cluster, cluster.topology.global.ssh_type),
  }
  return { cluster, input }
}

/** start, stop. */
export const prepareSelection = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { roles, nodes } = selectInput.parse(row.input)
  return { topology: cluster.topology, input: { ...input, roles, nodes }, problems: [] }
}

export const prepareRestart = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = restartInput.parse(row.input)
  const { roles, nodes, atOnce } = asked
  return {
    topology: cluster.topology,
    input: { ...input, roles, nodes, atOnce, ...(await rollingPart(run, cluster, asked)) },
    problems: [],
  }
}

/** Pace, patience and dmctl of a rolling operation. */
export const rollingPart = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { rolling, waitTimeoutS, transferTimeoutS, waivers }: z.infer<typeof rollingInput>,
): Promise<Partial<OperationInput>> => {
  const dmctl = dmctlFor(cluster, await listPackages(run.db))
  return {
    ...(rolling && { rolling }),
    ...(waitTimeoutS === undefined ? {} : { waitTimeoutS }),
    ...(transferTimeoutS === undefined ? {} : { transferTimeoutS }),
    measured: await measuredIn(run, cluster.name),
    waivers: waivers.map(({ code, host }) => ({ code, ...(host === undefined ? {} : { host }) })),
    ...(dmctl && { dmctl }),
  }
}

import type { z } from 'zod'
import { removeDeployInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { foldJournal } from '@/server/domain/fold-journal'
import { deedsOf } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import type { OperationInput } from '@/server/operations/input'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import { listJobs } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { findPlan, type PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/** Topology, logins, and what the deploy had made. */
export const prepareRemoval = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const undo = await whatWasMade(run, cluster, removeDeployInput.parse(row.input))
  return { topology: cluster.topology, input: { ...input, ...undo }, problems: [] }
}

/** Plan and deeds of all that the cluster's deploy did, so that the removal takes away that and nothing else. */
const whatWasMade = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { credentialId }: z.infer<typeof removeDeployInput>,
): Promise<Pick<OperationInput, 'donePlan' | 'made' | 'given'>> => {
  const jobs = await listJobs(run.db, { cluster: cluster.name, limit: 100 })
  const job = jobs.find(({ operation }) => operation === 'deploy')
  const asDone = job && (await findPlan(run.db, job.planId))?.document
  if (!job || !asDone) throw new AppError('usecases.nothing-to-remove', 409, { params: { name: cluster.name } })
  const donePlan = await withLogin(run, asDone, credentialId)
  const made = deedsOf(foldJournal(donePlan, await readJournal(run.db, job.id, 0)))
  const given = Object.values(donePlan.hosts).find((host) => host.given)?.given
  return { donePlan, made, ...(given && { given }) }
}

/** The deploy's plan with logins that still work: a credential that was wiped can't be used again. */
const withLogin = async (run: ErrandRun, plan: Plan, credentialId: string | undefined): Promise<Plan> => {
  const before = Object.values(plan.hosts).find((host) => host.given)?.given?.credentialId
  const found = await findCredential(run.db, credentialId ?? before ?? '')
  if (credentialId !== undefined && !found) throw new AppError('usecases.credential-unknown', 404, { params: { id: credentialId } })
  const hosts = Object.entries(plan.hosts).map(([id, { given: _given, ...host }]) => [
    id,
    found ? { ...host, given: { user: found.username, credentialId: found.id, sudo: found.sudo } } : host,
  ])
  return { ...plan, hosts: Object.fromEntries(hosts) }
}

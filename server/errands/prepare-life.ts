import { AppError } from '@/server/domain/app-error'
import type { Login } from '@/server/domain/plan'
import { cleanInput, destroyInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { hostsOf } from '@/server/domain/topology/instances'
import type { OperationInput } from '@/server/operations/input'
import { listClusters } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import { ledgerUses } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { deedsOn } from './deeds'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/** What stays, what the panel's jobs had made, and a login by which the account can go: the one that was asked for, else the deploy's. */
export const prepareDestroy = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { retainNodes, retainRoles, force, keepAccount, credentialId } = destroyInput.parse(row.input)
  const unfinished: Problem[] =
    cluster.lifecycle === 'deploying' ? [{ code: 'destroy.unfinished', severity: 'error', params: { cluster: cluster.name } }] : []
  const deeds = await deedsOn(run, cluster.name)
  const given = keepAccount ? undefined : await loginFor(run, credentialId, deeds)
  const key = await findCredential(run.db, cluster.credentialId)
  return {
    topology: cluster.topology,
    input: {
      ...input,
      ...{ retain: { nodes: retainNodes, roles: retainRoles }, force, keepAccount, deeds, givenHosts: [] },
      ...(given && { given }),
      ...(key && { publicKey: key.publicKey }),
      keepPackages: await packagesOfOthers(run, cluster.name),
      borrowed: await borrowedOf(run, cluster.name),
    },
    problems: unfinished,
  }
}

const loginFor = async (
  run: ErrandRun,
  asked: string | undefined,
  deeds: Awaited<ReturnType<typeof deedsOn>>,
): Promise<Login | undefined> => {
  const before = deeds.flatMap(({ plan }) => Object.values(plan.hosts).flatMap((host) => host.given?.credentialId ?? []))
  const found = await findCredential(run.db, asked ?? before[0] ?? '')
  if (asked !== undefined && !found) throw new AppError('usecases.credential-unknown', 404, { params: { id: asked } })
  return found && { user: found.username, credentialId: found.id, sudo: found.sudo }
}

/** Packages that other clusters name, for they may have a host in common. */
const packagesOfOthers = async (run: ErrandRun, cluster: string): Promise<string[]> =>
  [...(await ledgerUses(run.db))].flatMap(([sha256, clusters]) => (clusters.some((name) => name !== cluster) ? [sha256] : []))

/** A review that needs dmctl brings it to a host, and no job's journal says so. */
const borrowedOf = async (run: ErrandRun, cluster: string): Promise<NonNullable<OperationInput['borrowed']>> => {
  const others = (await listClusters(run.db)).filter(({ name }) => name !== cluster)
  const packages = (await listPackages(run.db)).filter(({ component }) => component === 'dmctl').map(({ sha256 }) => sha256)
  return { packages, sharedHosts: others.flatMap(({ topology }) => hostsOf(topology).map(({ hostId }) => hostId)) }
}

export const prepareClean = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { data, logs, ignoreNodes, ignoreRoles } = cleanInput.parse(row.input)
  return { topology: cluster.topology, input: { ...input, clean: { data, logs, ignoreNodes, ignoreRoles } }, problems: [] }
}

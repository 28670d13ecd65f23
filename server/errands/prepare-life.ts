import { AppError } from '@/server/domain/app-error'
import type { Login } from '@/server/domain/plan'
import { cleanInput, destroyInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { findCredential } from '@/server/store/credentials'
import type { PlanRow } from '@/server/store/plans'
import { cachedPackagesOf } from './cached-packages'
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
      ...(await cachedPackagesOf(run, cluster.name)),
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

export const prepareClean = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { data, logs, ignoreNodes, ignoreRoles } = cleanInput.parse(row.input)
  return { topology: cluster.topology, input: { ...input, clean: { data, logs, ignoreNodes, ignoreRoles } }, problems: [] }
}

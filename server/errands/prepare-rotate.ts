import { randomUUID } from 'node:crypto'
import type { HostId } from '@/server/domain/instance'
import type { Login } from '@/server/domain/plan'
import { rotateSshInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { hostsOf } from '@/server/domain/topology/instances'
import type { OperationInput } from '@/server/operations/input'
import { keyBody } from '@/server/probes/authorized-key'
import { generateKey } from '@/server/remote/generate-key'
import { LinkLost } from '@/server/remote/transport'
import { type ClusterWithTopology, listClusters } from '@/server/store/clusters'
import { findCredential, keepCredential, pendingKey } from '@/server/store/credentials'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { reachTo, targetOf } from './look-at-hosts'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/**
 * rotate-ssh: the new key pair, made here and sealed. One that a rotation before has not come to use is taken again, so that a second
 * plan goes on where the first one was left. While hosts still have a former key, the plan is about those.
 */
export const prepareRotate = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { leaveAway } = rotateSshInput.parse(row.input)
  const { topology } = cluster
  const now = await findCredential(run.db, cluster.credentialId)
  const left = cluster.formerKey
  if (left && left.hosts.length > 0 && now) {
    const { hosts: finish, ...former } = left
    const rotate = { publicKey: now.publicKey, former, leaveAway, finish }
    return { topology, input: { ...input, ...(await formerLogins(run, cluster, input)), rotate }, problems: [] }
  }
  const problems = await keyProblems(run, cluster, now)
  if (!now || problems.length > 0) return { topology, input, problems }
  const key = await nextKey(run, cluster, { by: row.askedBy, after: now.createdAt })
  const rotate = { publicKey: key.publicKey, former: { credentialId: now.id, publicKey: now.publicKey }, leaveAway }
  return { topology, input: { ...input, given: input.deploy, deploy: { ...input.deploy, credentialId: key.id }, rotate }, problems }
}

/** By which key each host that is left is logged in to: by the cluster's own where that works already. */
const formerLogins = async (run: ErrandRun, cluster: ClusterWithTopology, input: OperationInput): Promise<Partial<OperationInput>> => {
  const { formerKey, topology } = cluster
  if (!formerKey) return {}
  const given: Login = { ...input.deploy, credentialId: formerKey.credentialId }
  const hosts = hostsOf(topology).filter(({ hostId }) => formerKey.hosts.includes(hostId))
  const refused = await Promise.all(
    hosts.map(async (host): Promise<HostId[]> => {
      try {
        await run.transport.login(targetOf(host, input.deploy, reachTo(cluster)))
        return []
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error
        return error.code === 'auth-refused' ? [host.hostId] : [] // one that is away says so when it is looked at
      }
    }),
  )
  return { given, givenHosts: refused.flat() }
}

/** A key that others need, or that is none, can't be taken away. */
const keyProblems = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  now: Awaited<ReturnType<typeof findCredential>>,
): Promise<Problem[]> => {
  if (!now || now.publicKey === '') return [{ code: 'rotate.no-key', severity: 'error', params: { cluster: cluster.name } }]
  if (cluster.lifecycle === 'deploying') return [{ code: 'exec.unfinished', severity: 'error', params: { cluster: cluster.name } }]
  const hosts = new Set(hostsOf(cluster.topology).map(({ hostId }) => hostId))
  const others = (await listClusters(run.db)).filter(
    (one) =>
      one.name !== cluster.name && one.deployUser === cluster.deployUser && hostsOf(one.topology).some(({ hostId }) => hosts.has(hostId)),
  )
  const sharing: string[] = []
  for (const one of others) {
    const theirs = await findCredential(run.db, one.credentialId)
    if (theirs && keyBody(theirs.publicKey) === keyBody(now.publicKey)) sharing.push(one.name)
  }
  return sharing.length === 0 ? [] : [{ code: 'rotate.shared', severity: 'error', params: { clusters: sharing.join(', ') } }]
}

const nextKey = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { by, after }: { by: string; after: string },
): Promise<{ id: string; publicKey: string }> => {
  const { secretsOf, deployUser } = cluster
  const pending = await pendingKey(run.db, { prefix: `key:${secretsOf}:`, after, username: deployUser })
  if (pending) return pending
  const { privateKey, publicKey, fingerprint } = await generateKey()
  const id = `key:${secretsOf}:${randomUUID()}`
  const sealed = run.secrets.sealAtRest(JSON.stringify({ privateKey }), id)
  const name = `${cluster.name} deploy key`
  const row = { id, name, kind: 'generated-key', username: deployUser, sudo: 'nopasswd', publicKey, fingerprint, sealed } as const
  await keepCredential(run.db, { ...row, createdBy: by })
  return { id, publicKey }
}

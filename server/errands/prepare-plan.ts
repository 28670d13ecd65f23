import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { deployInput, removeDeployInput, selectInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { canonical } from '@/server/domain/audit-chain'
import type { HostFacts } from '@/server/domain/facts'
import { foldJournal } from '@/server/domain/fold-journal'
import type { HostId } from '@/server/domain/instance'
import { deedsOf } from '@/server/domain/job'
import { type Login, type OperationName, operationNames, type Plan, stepsOf } from '@/server/domain/plan'
import { isError, type Problem } from '@/server/domain/problem'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { normalVersion } from '@/server/domain/topology/names'
import { parseTopology } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { withSeenPlatforms } from '@/server/operations/deploy-packages'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { operations } from '@/server/operations/operation-map'
import { generateKey } from '@/server/remote/generate-key'
import { kindOf } from '@/server/steps/kinds'
import { keepBlob } from '@/server/store/blobs'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import { findCredential, keepCredential } from '@/server/store/credentials'
import { listJobs } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { listPackages } from '@/server/store/packages'
import { type ClusterToBe, type Forecast, failPlan, findPlan, type PlanRow, readyPlan } from '@/server/store/plans'
import { checkTopology } from '@/server/usecases/check-topology'
import type { ErrandRun } from './errand-run'
import { type HostLook, lookAtCluster, lookAtHosts, targetOf } from './look-at-hosts'

type Prepared = { topology: Topology; input: OperationInput; creates?: ClusterToBe; problems: Problem[] }

/** Looks at the hosts and makes the plan that was asked for. What stands against it becomes the plan's problems, not an error. */
export const preparePlan = async (run: ErrandRun, raw: unknown): Promise<{ planId: string }> => {
  const { planId } = z.object({ planId: z.string() }).parse(raw)
  const row = await findPlan(run.db, planId)
  if (row?.state !== 'probing') return { planId }
  const operation = operationNames.find((name) => name === row.operation)
  if (!operation) throw new AppError('usecases.operation-unknown', 422, { params: { operation: row.operation } })
  try {
    await prepare(run, row, operation)
  } catch (error) {
    await failPlan(run.db, planId, {
      problems: error instanceof AppError ? error.problems : [],
      error: error instanceof AppError ? error.code : 'platform.internal',
    })
    throw error
  }
  return { planId }
}

const prepare = async (run: ErrandRun, row: PlanRow, operation: OperationName): Promise<void> => {
  const prepared = operation === 'deploy' ? await prepareDeploy(run, row) : await prepareExisting(run, row, operation)
  if (prepared.problems.some(isError)) return failPlan(run.db, row.id, { problems: prepared.problems, error: 'usecases.plan-has-errors' })
  const { topology, input } = prepared
  const verb = operations[operation]
  const login = input.given ?? input.deploy
  const needs = verb.needs(topology, input)
  const hosts = hostsOf(topology).filter(({ hostId }) => needs.host[hostId])
  const looks = await lookAtHosts(
    run,
    hosts.map((host) => ({ target: targetOf(host, login, input.connectTimeoutS), probes: needs.host[host.hostId] ?? [] })),
  )
  const seen = factsOf(looks)
  const facts: OperationFacts =
    needs.cluster.length === 0
      ? { hosts: seen }
      : {
          hosts: seen,
          cluster: await lookAtCluster(run, topology, { login, probes: needs.cluster, connectTimeoutS: input.connectTimeoutS }),
        }
  const problems = [...prepared.problems, ...withLost(looks, verb.validate(topology, facts, input))]
  if (problems.some(isError)) return failPlan(run.db, row.id, { problems, error: 'usecases.plan-has-errors' })
  const { plan, blobs } = verb.plan(topology, facts, input)
  for (const blob of blobs) await keepBlob(run.db, blob)
  const steps = await forecastOf(run, plan, { topology, login, connectTimeoutS: input.connectTimeoutS })
  const text = canonical({ ...plan, problems })
  const creates = prepared.creates && { ...prepared.creates, topology: withSeenPlatforms(topology, facts) }
  const forecast: Forecast = { steps, factsAt: run.now().toISOString(), ...(creates && { creates }) }
  const hash = createHash('sha256').update(text).digest('hex')
  await readyPlan(run.db, row.id, { text, hash, revision: input.revision, forecast, problems })
}

const factsOf = (looks: Readonly<Record<HostId, HostLook>>): Record<HostId, HostFacts> =>
  Object.fromEntries(Object.entries(looks).flatMap(([host, { facts, lost }]) => (lost ? [] : [[host, facts]])))

/** Why each silent host is silent, in place of the planner's word that it is. Where the plan has nothing to do, that is no hindrance. */
const withLost = (looks: Readonly<Record<HostId, HostLook>>, found: readonly Problem[]): Problem[] => {
  const unseen = found.filter(({ code }) => code === 'preflight.reach').map(({ params }) => String(params.host))
  const lost = Object.values(looks).flatMap((look): Problem[] => {
    if (!look.lost) return []
    const { code, host, detail } = look.lost
    return [{ code: `errands.${code}`, severity: unseen.includes(host) ? 'error' : 'info', params: { host, detail } }]
  })
  const explained = new Set(lost.map(({ params }) => String(params.host)))
  return [...lost, ...found.filter(({ code, params }) => code !== 'preflight.reach' || !explained.has(String(params.host)))]
}

/** Topology, key pair, passwords and packages of a cluster that is to be. */
const prepareDeploy = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const asked = deployInput.parse(row.input)
  const { topology: typed } = parseTopology(asked.topology)
  const { problems } = await checkTopology(run.db, { yaml: asked.topology, cluster: row.clusterName })
  if (!typed || problems.some(isError)) throw new AppError('usecases.plan-has-errors', 422, { problems })
  const { topology } = withSecretMarks(typed, row.clusterName)
  const given = await findCredential(run.db, asked.credentialId)
  if (!given) throw new AppError('usecases.credential-unknown', 404, { params: { id: asked.credentialId } })
  const key = await deployKey(run, row, topology.global.user)
  const version = normalVersion(asked.version)
  const input: OperationInput = {
    clusterName: row.clusterName,
    version,
    revision: 0,
    deploy: { user: topology.global.user, credentialId: key.id, sudo: 'nopasswd' },
    given: { user: given.username, credentialId: given.id, sudo: given.sudo },
    publicKey: key.publicKey,
    packages: await listPackages(run.db),
    grafanaSecrets: await grafanaSecrets(run, row, topology),
    waivers: asked.waivers.map(({ code, host }) => ({ code, ...(host === undefined ? {} : { host }) })),
  }
  const creates: ClusterToBe = { topology, yaml: asked.topology, version, deployUser: topology.global.user, credentialId: key.id }
  return { topology, input, creates, problems: problems.filter((problem) => problem.severity !== 'info') }
}

/** The deploy user's key pair; a second plan for the same name uses the first one's. */
const deployKey = async (run: ErrandRun, row: PlanRow, user: string): Promise<{ id: string; publicKey: string }> => {
  const id = `key:${row.clusterName}`
  const there = await findCredential(run.db, id)
  if (there) return { id, publicKey: there.publicKey }
  const made = await generateKey()
  const sealed = run.secrets.sealAtRest(JSON.stringify({ privateKey: made.privateKey }), id)
  const { publicKey, fingerprint } = made
  const name = `${row.clusterName} deploy key`
  await keepCredential(run.db, {
    id,
    name,
    kind: 'generated-key',
    username: user,
    sudo: 'nopasswd',
    publicKey,
    fingerprint,
    sealed,
    createdBy: row.askedBy,
  })
  return { id, publicKey }
}

/** The password of every Grafana: the one that the user typed, sealed before the plan was asked for, else one that is made now. */
const grafanaSecrets = async (run: ErrandRun, row: PlanRow, topology: Topology): Promise<Record<string, string>> => {
  const names: Record<string, string> = {}
  for (const one of instancesOf(topology).filter(({ component }) => component === 'grafana')) {
    const id = `grafana:${row.clusterName}:${one.id}`
    names[one.id] = id
    if (await findCredential(run.db, id)) continue
    const sealed = run.secrets.sealAtRest(JSON.stringify({ password: randomBytes(18).toString('base64url') }), id)
    await keepCredential(run.db, { id, name: `Grafana ${one.id}`, kind: 'secret', username: 'admin', sealed, createdBy: row.askedBy })
  }
  return names
}

/** Topology and logins of a cluster that is in the books. */
const prepareExisting = async (run: ErrandRun, row: PlanRow, operation: OperationName): Promise<Prepared> => {
  const cluster = await findCluster(run.db, row.clusterName)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name: row.clusterName } })
  const { roles, nodes } = operation === 'remove-deploy' ? { roles: [], nodes: [] } : selectInput.parse(row.input)
  const deploy: Login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' }
  const input: OperationInput = {
    clusterName: cluster.name,
    version: cluster.version,
    revision: cluster.revision,
    deploy,
    roles,
    nodes,
    ...(cluster.waitTimeoutS === null ? {} : { waitTimeoutS: cluster.waitTimeoutS }),
    ...(cluster.connectTimeoutS === null ? {} : { connectTimeoutS: cluster.connectTimeoutS }),
  }
  const undo = operation === 'remove-deploy' ? await whatWasMade(run, cluster, removeDeployInput.parse(row.input)) : {}
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

/** What each step will find, by folding what the steps before it bring about. */
const forecastOf = async (
  run: ErrandRun,
  plan: Plan,
  from: { topology: Topology; login: Login; connectTimeoutS: number | undefined },
): Promise<Forecast['steps']> => {
  const steps = stepsOf(plan)
  const hosts = hostsOf(from.topology).filter(({ hostId }) => plan.hosts[hostId])
  const asked = hosts.map((host) => ({
    target: targetOf(host, from.login, from.connectTimeoutS),
    probes: steps.flatMap((step) => ('host' in step && step.host === host.hostId ? kindOf(step).needs(step) : [])),
  }))
  const facts = factsOf(await lookAtHosts(run, asked))
  const forecast: Record<string, 'will-run' | 'already' | 'unknown'> = {}
  for (const step of steps) {
    const seen = 'host' in step ? facts[step.host] : undefined
    if (!('host' in step)) forecast[step.id] = 'will-run'
    else if (!seen) forecast[step.id] = 'unknown'
    else {
      const kind = kindOf(step)
      const verdict = kind.satisfied(step, seen, { incarnation: '' })
      forecast[step.id] = verdict === 'yes' ? 'already' : kind.needs(step).length === 0 || verdict === 'no' ? 'will-run' : 'unknown'
      facts[step.host] = kind.predict(step, seen)
    }
  }
  return forecast
}

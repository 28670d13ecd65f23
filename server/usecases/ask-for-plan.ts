import { z } from 'zod'
import { deployInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { dmctlInput } from '@/server/domain/dmctl/input'
import { type OperationName, operationNames } from '@/server/domain/plan'
import { planInputs, scaleOutInput } from '@/server/domain/plan-inputs'
import { isError, type Problem } from '@/server/domain/problem'
import { type Reach, reachFlags } from '@/server/domain/ssh-client'
import { parseAddition } from '@/server/domain/topology/addition'
import { clusterNameProblem } from '@/server/domain/topology/names'
import { parseTopology } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { findCluster } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { listJobs } from '@/server/store/job-rows'
import { openPlan } from '@/server/store/plans'
import { askRunner } from './ask-errand'
import { audited, type Who } from './audited'
import { checkAddition } from './check-topology'
import { keepFiles } from './keep-files'
import { demandSudo } from './may-sudo'
import { demandDmctl, sealDmctl } from './seal-dmctl'
import { sealTopology } from './seal-topology'
import { takePush } from './take-push'
import { tiupLine } from './tiup-line'
import { demandNotFormer, unknownCluster } from './unknown-cluster'

/** Opens a plan in state `probing`; the runner probes the hosts and makes it. Resolves with its id. */
export const askForPlan = async (
  db: Db,
  who: Who,
  ask: { cluster: string; operation: string; input: unknown; reach?: Reach | undefined; dataFolder?: string },
): Promise<string> => {
  const operation = operationNames.find((name) => name === ask.operation)
  if (!operation) throw new AppError('usecases.operation-unknown', 422, { params: { operation: ask.operation } })
  const input = readInput(operation, ask.input)
  await demandName(db, operation, ask.cluster)
  const { credentialId } = z.object({ credentialId: z.string().optional() }).parse(input)
  if (credentialId !== undefined) await demandCredential(db, credentialId)
  if (operation === 'dmctl') await demandDmctl(db, ask.cluster, dmctlInput.parse(input)) // before any of it is written down
  const deed = {
    what: 'plan',
    command: `${tiupLine(operation, ask.cluster, input)}${reachFlags(ask.reach ?? {})}`,
    cluster: ask.cluster,
    detail: { operation },
  }
  return audited(db, who, deed, async () => {
    demandSudo(who, z.object({ sudo: z.boolean().optional() }).parse(input).sudo === true)
    const kept =
      operation === 'push'
        ? await takePush(db, who, { input, cluster: ask.cluster, dataFolder: ask.dataFolder ?? '' })
        : await withoutSecrets(db, who, { cluster: ask.cluster, operation, input })
    const id = await openPlan(db, {
      clusterName: ask.cluster,
      operation,
      input: withReach(kept, ask.reach),
      askedBy: who.email,
      askedFrom: who.from,
    })
    await askRunner(db, who, { kind: 'prepare-plan', input: { planId: id } })
    return id
  })
}

const withReach = (input: unknown, reach: Reach | undefined): unknown => (reach && typeof input === 'object' ? { ...input, reach } : input)

/** The input as it may be kept: a topology's secrets sealed, masks in their places. */
const withoutSecrets = async (
  db: Db,
  who: Who,
  { cluster, operation, input }: { cluster: string; operation: OperationName; input: unknown },
): Promise<unknown> => {
  if (operation === 'dmctl') {
    const typed = dmctlInput.parse(input)
    return sealDmctl(db, typed, await demandDmctl(db, cluster, typed), who.email)
  }
  if (operation !== 'deploy' && operation !== 'scale-out') return input
  const read = operation === 'deploy' ? deployInput.parse(input) : scaleOutInput.parse(input)
  const { topology: yaml, files } = read
  if (operation === 'scale-out') await demandAddition(db, cluster, { yaml, files: Object.keys(files) })
  const topology = operation === 'deploy' ? parseTopology(yaml).topology : await merged(db, cluster, yaml)
  const of = (await findCluster(db, cluster))?.secretsOf ?? cluster
  const sealed = await sealTopology(db, { yaml, cluster: of, by: who.email })
  // A text that is no topology names no files; the plan will say why it is none.
  const kept = topology ? await keepFiles(db, { topology, yaml, files, cluster: of, by: who.email }) : {}
  return { ...read, topology: sealed, files: kept }
}

const merged = async (db: Db, name: string, yaml: string): Promise<Topology | undefined> => {
  const cluster = await findCluster(db, name)
  return cluster && parseAddition(yaml, cluster.topology).addition?.merged
}

/** Before its secrets are kept: a text that names an instance which is there must not change that one's password. */
const demandAddition = async (db: Db, name: string, { yaml, files }: { yaml: string; files: readonly string[] }): Promise<void> => {
  const cluster = await findCluster(db, name)
  const { problems } = cluster ? await checkAddition(db, { yaml, cluster, files }) : { problems: [] }
  if (problems.some(isError)) throw new AppError('usecases.plan-has-errors', 422, { problems })
}

const readInput = (operation: OperationName, input: unknown): unknown => {
  const read = planInputs[operation].safeParse(input ?? {})
  if (read.success) return read.data
  throw new AppError('usecases.input-invalid', 422, {
    problems: read.error.issues.map((issue): Problem => {
      const path = issue.path.map(String).join('.')
      return { code: 'platform.field-invalid', severity: 'error', path, params: { field: path, reason: issue.message } }
    }),
  })
}

const demandName = async (db: Db, operation: OperationName, name: string): Promise<void> => {
  const problem = clusterNameProblem(name)
  if (problem) throw new AppError(problem.code, 422, { params: problem.params })
  const there = await findCluster(db, name)
  if (operation === 'deploy' && there) throw new AppError('usecases.cluster-exists', 409, { params: { name } })
  if (operation === 'deploy') await demandNotFormer(db, name)
  if (operation !== 'deploy' && !there) throw await unknownCluster(db, name)
  if (there?.adopted && operation !== 'manage') throw new AppError('usecases.adopted-read-only', 409, { params: { name } })
  if (operation === 'remove-deploy' && there?.lifecycle !== 'deploying') await demandNeverStarted(db, name)
}

/** A deploy that ended well may be taken back until something of it was started. */
const demandNeverStarted = async (db: Db, name: string): Promise<void> => {
  const jobs = await listJobs(db, { cluster: name, limit: 1000 })
  const deploy = jobs.find(({ operation }) => operation === 'deploy')
  if (jobs.some(({ operation, number }) => operation === 'start' && number > (deploy?.number ?? 0))) {
    throw new AppError('usecases.already-started', 409, { params: { name } })
  }
}

const demandCredential = async (db: Db, id: string): Promise<void> => {
  if (!(await findCredential(db, id))) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
}

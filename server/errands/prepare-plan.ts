import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { canonical } from '@/server/domain/audit-chain'
import type { HostFacts } from '@/server/domain/facts'
import type { HostId } from '@/server/domain/instance'
import { type Login, type OperationName, operationNames, type Plan, stepsOf } from '@/server/domain/plan'
import { isError, type Problem } from '@/server/domain/problem'
import { type Reach, reachFlags, reachInput, reachOf } from '@/server/domain/ssh-client'
import type { Step } from '@/server/domain/step'
import { hostsOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { withSeenPlatforms } from '@/server/operations/deploy-packages'
import type { OperationFacts } from '@/server/operations/input'
import { operations } from '@/server/operations/operation-map'
import { kindOf } from '@/server/steps/kinds'
import { incarnationOf } from '@/server/steps/unit-running'
import { keepBlob } from '@/server/store/blobs'
import { type Forecast, failPlan, findPlan, type PlanRow, readyPlan } from '@/server/store/plans'
import { jumpProblems } from '@/server/usecases/jump-problems'
import type { ErrandRun } from './errand-run'
import { type HostLook, lookAtCluster, lookAtHosts, targetOf } from './look-at-hosts'
import { preparers } from './preparers'

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
  const prepared = await preparers[operation](run, row)
  if (prepared.problems.some(isError)) return failPlan(run.db, row.id, { problems: prepared.problems, error: 'usecases.plan-has-errors' })
  const { topology } = prepared
  const asked = askedReach(row)
  const input = { ...prepared.input, ...reachOf(asked, prepared.input, topology.global.ssh_type) }
  const astray = await jumpProblems(run.db, input.jump ?? [], { kept: operation === 'deploy' })
  if (astray.length > 0) return failPlan(run.db, row.id, { problems: [...prepared.problems, ...astray], error: 'usecases.plan-has-errors' })
  const verb = operations[operation]
  const loginOn = (host: HostId): Login => (input.given && (input.givenHosts?.includes(host) ?? true) ? input.given : input.deploy)
  const login = input.givenHosts ? input.deploy : (input.given ?? input.deploy)
  const needs = verb.needs(topology, input)
  const hosts = hostsOf(topology).filter(({ hostId }) => needs.host[hostId])
  const looks = await lookAtHosts(
    run,
    hosts.map((host) => ({ target: targetOf(host, loginOn(host.hostId), input), probes: needs.host[host.hostId] ?? [] })),
  )
  const seen = factsOf(looks)
  const facts: OperationFacts =
    needs.cluster.length === 0
      ? { hosts: seen }
      : {
          hosts: seen,
          cluster: await lookAtCluster(run, topology, { login, probes: needs.cluster, reach: input }),
        }
  const problems = [...prepared.problems, ...withLost(looks, verb.validate(topology, facts, input))]
  if (problems.some(isError)) return failPlan(run.db, row.id, { problems, error: 'usecases.plan-has-errors' })
  const { plan: made, blobs } = verb.plan(topology, facts, input)
  const plan = { ...made, tiupCommand: `${made.tiupCommand}${settingFlags(asked, input, topology)}` }
  for (const blob of blobs) await keepBlob(run.db, blob)
  const steps = await forecastOf(run, plan, { topology, loginOn, reach: input })
  const text = canonical({ ...plan, problems })
  const way = input.jump?.length ? { jump: input.jump } : {}
  const creates = prepared.creates && { ...prepared.creates, ...way, topology: withSeenPlatforms(topology, facts) }
  const forecast: Forecast = { steps, factsAt: run.now().toISOString(), ...(creates && { creates }) }
  const hash = createHash('sha256').update(text).digest('hex')
  await readyPlan(run.db, row.id, { text, hash, revision: input.revision, forecast, problems })
}

/** How hosts are to be reached in this one operation. */
const askedReach = ({ input }: PlanRow): Reach => z.object({ reach: reachInput.optional() }).safeParse(input).data?.reach ?? {}

/** tiup keeps no settings: what the cluster's say stands on its line too, but for what the topology says itself. */
const settingFlags = (asked: Reach, input: Reach & { waitTimeoutS?: number }, topology: Topology): string => {
  const { ssh_type: own } = topology.global
  const sshClient = asked.sshClient ?? (input.sshClient === own ? null : input.sshClient)
  return `${reachFlags({ ...input, sshClient })}${input.waitTimeoutS ? ` --wait-timeout=${input.waitTimeoutS}` : ''}`
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

/** What each step will find, by folding what the steps before it bring about. */
const forecastOf = async (
  run: ErrandRun,
  plan: Plan,
  from: { topology: Topology; loginOn: (host: HostId) => Login; reach: Reach },
): Promise<Forecast['steps']> => {
  const steps = stepsOf(plan)
  const hosts = hostsOf(from.topology).filter(({ hostId }) => plan.hosts[hostId])
  const asked = hosts.map((host) => ({
    target: targetOf(host, from.loginOn(host.hostId), from.reach),
    probes: steps.flatMap((step) => ('host' in step && step.host === host.hostId ? kindOf(step).needs(step) : [])),
  }))
  const facts = factsOf(await lookAtHosts(run, asked))
  const forecast: Record<string, 'will-run' | 'already' | 'unknown'> = {}
  for (const lane of plan.phases.flatMap(({ lanes }) => lanes)) {
    const atTurn = { ...facts }
    for (const step of [...lane.steps, ...(lane.onLeave ?? [])]) {
      const seen = 'host' in step ? facts[step.host] : undefined
      if (!('host' in step)) forecast[step.id] = 'will-run'
      else if (!seen) forecast[step.id] = 'unknown'
      else {
        const kind = kindOf(step)
        const verdict = kind.satisfied(step, seen, { incarnation: turnOf(step, atTurn) })
        forecast[step.id] = verdict === 'yes' ? 'already' : kind.needs(step).length === 0 || verdict === 'no' ? 'will-run' : 'unknown'
        facts[step.host] = kind.predict(step, seen)
      }
    }
  }
  return forecast
}

/** What a restart must leave behind: the process that runs when its lane's turn begins. */
const turnOf = (step: Step, atTurn: Readonly<Record<HostId, HostFacts>>): string => {
  const seen = step.kind === 'unit-running' ? atTurn[step.host] : undefined
  return seen && step.kind === 'unit-running' ? incarnationOf(seen, step.unit) : ''
}

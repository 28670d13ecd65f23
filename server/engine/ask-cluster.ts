import { type ClusterFacts, type MembersFact, noClusterFacts } from '@/server/domain/facts'
import type { HealthQuestion } from '@/server/domain/health'
import type { HostId, Instance, InstanceId } from '@/server/domain/instance'
import type { ClusterProbe } from '@/server/domain/probe'
import {
  healthPath,
  membersPath,
  noHealth,
  parseHealth,
  parseLeaderCount,
  parseMembers,
  parseTasks,
  parseVersion,
  statusPath,
  taskPath,
} from '@/server/probes/cluster-answers'
import { HttpFailed, type HttpRequest, type HttpResponse, LinkLost } from '@/server/remote/transport'
import { needsOf } from '@/server/steps/judge-health'

/** How HTTP questions are asked: through a tunnel from a host. */
export type Asker = {
  now: () => string
  /** All masters of the cluster, in topology order. */
  masters: () => Promise<readonly Instance[]>
  http: (from: HostId, request: HttpRequest) => Promise<HttpResponse>
}

export const timeoutMs = 3000

/** Facts of the cluster that these questions need; undefined when they need none. Never throws for a host or master that is silent. */
export const askCluster = async (asker: Asker, questions: readonly HealthQuestion[]): Promise<ClusterFacts | undefined> => {
  const needs = questions.flatMap((question) => needsOf(question).cluster.map((probe) => ({ probe, question })))
  if (needs.length === 0) return undefined
  const facts = noClusterFacts(asker.now())
  const from = [...new Set(questions.map(({ host }) => host))]
  const [shared, health, up, versions] = await Promise.all([
    askShared(
      asker,
      needs.map(({ probe }) => probe),
      from,
    ),
    Promise.all(needs.flatMap(({ probe, question }) => (probe.probe === 'health' ? [askHealth(asker, question)] : []))),
    Promise.all(
      needs.flatMap(({ probe, question }) => (probe.probe === 'up' && question.ask === 'http-up' ? [askUp(asker, question)] : [])),
    ),
    Promise.all(
      needs.flatMap(({ probe, question }) => (probe.probe === 'version' ? [askVersion(asker, question.host, probe.instance)] : [])),
    ),
  ])
  return { ...facts, ...shared, health: Object.fromEntries(health), up: Object.fromEntries(up), versions: Object.fromEntries(versions) }
}

/** What the masters know of the whole cluster: members, and the tasks that are named. */
export const askShared = async (
  asker: Asker,
  probes: readonly ClusterProbe[],
  from: readonly HostId[],
): Promise<Pick<ClusterFacts, 'members' | 'membersError' | 'tasks' | 'tasksError' | 'leaderCounts'>> => {
  const names = [...new Set(probes.flatMap((probe) => (probe.probe === 'task' ? [probe.task] : [])))]
  const masters = await asker.masters()
  const counted = probes.flatMap((probe) => (probe.probe === 'leader-count' ? [probe.instance] : []))
  const [members, tasks, counts] = await Promise.all([
    probes.some(({ probe }) => probe === 'members') ? askMembers(asker, masters, from) : {},
    names.length > 0 ? askTasks(asker, masters, { names, from }) : {},
    Promise.all(counted.map((id) => askLeaderCount(asker, from[0] ?? '', id))),
  ])
  return { ...members, ...tasks, leaderCounts: Object.fromEntries(counts.flat()) }
}

/** Status of each task from the first master that gives one; the first error stands for all. */
const askTasks = async (
  asker: Pick<Asker, 'http'>,
  masters: readonly Instance[],
  { names, from }: { names: readonly string[]; from: readonly HostId[] },
): Promise<Pick<ClusterFacts, 'tasks' | 'tasksError'>> => {
  const answers = await Promise.all(names.map((name) => askTask(asker, masters, { name, from })))
  const failed = answers.find((answer) => 'error' in answer)
  if (failed && 'error' in failed) return { tasksError: failed.error }
  return { tasks: answers.flatMap((answer) => ('tasks' in answer ? answer.tasks : [])) }
}

const askTask = async (
  asker: Pick<Asker, 'http'>,
  masters: readonly Instance[],
  { name, from }: { name: string; from: readonly HostId[] },
): Promise<ReturnType<typeof parseTasks>> => {
  let heard = 'the cluster has no dm-master'
  for (const master of masters) {
    const answer = await get(asker, originOf(master, from), master, taskPath(name))
    const status = typeof answer === 'string' ? { error: answer } : parseTasks(answer.body)
    if (!('error' in status)) return status
    heard = `${master.id}: ${status.error}`
  }
  return { error: heard }
}

/** A master is asked from its own host where that is among `from`, else from the first of them. */
const originOf = (master: Instance, from: readonly HostId[]): HostId =>
  from.includes(master.hostId) ? master.hostId : (from[0] ?? master.hostId)

/**
 * The member list, from the first master that knows a leader. Each is asked from its own host where `from` has it, else from the
 * first of `from`.
 */
export const askMembers = async (
  asker: Pick<Asker, 'http'>,
  masters: readonly Instance[],
  from: readonly HostId[],
): Promise<{ members?: MembersFact; membersError?: string }> => {
  let heard = 'the cluster has no dm-master'
  for (const master of masters) {
    const answer = await get(asker, originOf(master, from), master, membersPath)
    const members = typeof answer === 'string' ? { error: answer } : parseMembers(answer.body, master.id)
    if (!('error' in members) && members.leader) return { members }
    heard = `${master.id}: ${'error' in members ? members.error : 'no leader'}`
  }
  return { membersError: heard }
}

const askHealth = async (asker: Asker, question: HealthQuestion): Promise<[InstanceId, ReturnType<typeof noHealth>]> => {
  if (question.ask !== 'master-ready') return ['', noHealth('')]
  const answer = await get(asker, question.host, addressOf(question.instance), healthPath)
  return [question.instance, typeof answer === 'string' ? noHealth(answer) : parseHealth(answer.status, answer.body)]
}

const askVersion = async (asker: Asker, host: HostId, instance: InstanceId): Promise<[InstanceId, string]> => {
  const answer = await get(asker, host, addressOf(instance), statusPath)
  return [instance, typeof answer === 'string' ? '' : (parseVersion(answer.body) ?? '')]
}

/** How often a master's process has begun to lead; nothing of one that does not say. */
const askLeaderCount = async (asker: Asker, host: HostId, instance: InstanceId): Promise<[InstanceId, number][]> => {
  const answer = await get(asker, host, addressOf(instance), '/metrics')
  const count = typeof answer === 'string' || answer.status !== 200 ? undefined : parseLeaderCount(answer.body)
  return count === undefined ? [] : [[instance, count]]
}

const askUp = async (asker: Asker, question: Extract<HealthQuestion, { ask: 'http-up' }>): Promise<[InstanceId, boolean]> => {
  const answer = await get(asker, question.host, { host: question.address, ports: [question.port] }, question.path)
  return [question.instance, typeof answer !== 'string' && answer.status >= 200 && answer.status < 300]
}

/** What a GET came to: an answer, or in a word why there is none. */
export const get = async (
  { http }: Pick<Asker, 'http'>,
  from: HostId,
  at: { host: string; ports: readonly number[] },
  path: string,
): Promise<HttpResponse | string> => {
  try {
    return await http(from, { address: at.host, port: at.ports[0] ?? 0, method: 'GET', path, timeoutMs })
  } catch (error) {
    if (error instanceof HttpFailed || error instanceof LinkLost) return error.code
    throw error
  }
}

/** `host:port`, `[::1]:port`. */
const addressOf = (instance: InstanceId): { host: string; ports: number[] } => {
  const at = instance.lastIndexOf(':')
  return { host: instance.slice(0, at).replace(/^\[|\]$/g, ''), ports: [Number(instance.slice(at + 1))] }
}

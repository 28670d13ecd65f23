import { z } from 'zod'
import type { MasterHealthFact, MembersFact, SourceFact, SubtaskFact } from '@/server/domain/facts'
import type { InstanceId } from '@/server/domain/instance'

/** Paths to ask a dm-master for; `{name}` lists are not used, a missing name is told by looking for it. */
export const membersPath = '/apis/v1alpha1/members?leader=true&master=true&worker=true'
export const healthPath = '/health'
export const statusPath = '/status'

const master = z.object({
  name: z.string(),
  memberID: z.string(),
  alive: z.boolean(),
  peerURLs: z.array(z.string()),
  clientURLs: z.array(z.string()),
})
const worker = z.object({
  name: z.string(),
  addr: z.string(),
  stage: z.enum(['offline', 'free', 'bound', 'relay']),
  source: z.string(),
})
const part = z.object({
  leader: z.object({ msg: z.string(), name: z.string(), addr: z.string() }).optional(),
  master: z.object({ msg: z.string(), masters: z.array(master) }).optional(),
  worker: z.object({ msg: z.string(), workers: z.array(worker) }).optional(),
})
const answer = z.union([
  z.object({ result: z.literal(true), msg: z.string(), members: z.array(part) }),
  z.object({ result: z.literal(false), msg: z.string() }),
  z.object({ code: z.number(), message: z.string() }),
])

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/**
 * The member list as a master answered it, with any HTTP status: a refusal comes with 200 and `result: false`, a master
 * without leader with 500 or 503. The error is DM's own text.
 */
export const parseMembers = (body: string, seenFrom: InstanceId): MembersFact | { error: string } => {
  const read = answer.safeParse(parsed(body))
  if (!read.success) return { error: `not a member list: ${body.slice(0, 200)}` }
  const said = read.data
  if ('code' in said) return { error: said.message }
  if (!said.result) return { error: said.msg }
  const leader = said.members.find((one) => one.leader)?.leader
  const trouble = said.members.map((one) => one.master?.msg || one.worker?.msg).find(Boolean)
  if (trouble) return { error: trouble }
  return {
    leader: leader?.name ? { name: leader.name, addr: leader.addr } : null,
    masters: said.members.flatMap((one) =>
      (one.master?.masters ?? []).map(({ name, memberID, alive, peerURLs, clientURLs }) => ({
        name,
        memberId: memberID,
        alive,
        peerUrls: peerURLs,
        clientUrls: clientURLs,
      })),
    ),
    workers: said.members.flatMap((one) => one.worker?.workers ?? []),
    seenFrom,
  }
}

const health = z.object({ health: z.enum(['true', 'false']), reason: z.string().default('') })

/** A master's own `/health`; 503 with a reason when it sees no raft leader. */
export const parseHealth = (status: number, body: string): MasterHealthFact => {
  const read = health.safeParse(parsed(body))
  if (!read.success) return { answered: true, healthy: false, reason: `HTTP ${status}` }
  return { answered: true, healthy: status === 200 && read.data.health === 'true', reason: read.data.reason }
}

/** Nobody answered `/health`: `reason` says what happened. */
export const noHealth = (reason: string): MasterHealthFact => ({ answered: false, healthy: false, reason })

/** Release Version from `/status`, or from what `-V` prints; undefined when the text is something else. */
export const parseVersion = (body: string): string | undefined => /^Release Version:\s*(\S+)\s*$/m.exec(body)?.[1]

/** Path of one task's status at a master's gateway. */
export const taskPath = (task: string): string => `/apis/v1alpha1/status/${encodeURIComponent(task)}`

const count = z.union([z.string(), z.number()]).transform(Number)
const subtask = z.object({
  name: z.string(),
  stage: z.string(),
  unit: z.string(),
  result: z
    .object({ errors: z.array(z.object({ Message: z.string().default(''), RawCause: z.string().default('') })).nullish() })
    .nullish(),
  unresolvedDDLLockID: z.string().default(''),
  sync: z.object({ secondsBehindMaster: count.optional() }).nullish(),
})
const sourceAnswer = z.object({
  result: z.boolean(),
  msg: z.string(),
  sourceStatus: z.object({ source: z.string(), worker: z.string(), relayStatus: z.unknown() }).nullish(),
  subTaskStatus: z.array(subtask).nullish(),
})
const statusAnswer = z.union([
  z.object({ result: z.boolean(), msg: z.string(), sources: z.array(sourceAnswer).nullish() }),
  z.object({ code: z.number(), message: z.string() }),
])

/** query-status as the gateway (`/status/TASK`) and dmctl answer it. A task without sources is no answer: DM says why. */
export const parseTasks = (body: string): { tasks: SubtaskFact[]; sources: SourceFact[] } | { error: string } => {
  const read = statusAnswer.safeParse(parsed(body))
  if (!read.success) return { error: `not a status: ${body.slice(0, 200)}` }
  if ('code' in read.data) return { error: read.data.message }
  const answers = read.data.sources ?? []
  if (!read.data.result && answers.length === 0) return { error: read.data.msg }
  return {
    tasks: answers.flatMap(({ sourceStatus, subTaskStatus }) =>
      (subTaskStatus ?? []).flatMap((one) =>
        one.name === '' ? [] : [subtaskOf(one, sourceStatus?.source ?? '', sourceStatus?.worker ?? '')],
      ),
    ),
    sources: answers.flatMap(({ sourceStatus }) =>
      sourceStatus ? [{ source: sourceStatus.source, worker: sourceStatus.worker, relay: Boolean(sourceStatus.relayStatus) }] : [],
    ),
  }
}

const subtaskOf = (one: z.infer<typeof subtask>, source: string, worker: string): SubtaskFact => {
  const first = one.result?.errors?.[0]
  const lagS = one.unit === 'Sync' ? one.sync?.secondsBehindMaster : undefined
  return {
    ...{ task: one.name, source, worker, stage: one.stage, unit: one.unit },
    error: first ? first.RawCause || first.Message : '',
    ddlLock: one.unresolvedDDLLockID,
    ...(lagS === undefined || Number.isNaN(lagS) ? {} : { lagS }),
  }
}

/** How often this process has begun to lead, from a master's `/metrics`; undefined when the page does not say. */
export const parseLeaderCount = (metrics: string): number | undefined => {
  const value = /^dm_master_start_leader_counter(?:\{[^}]*\})?\s+(\S+)/m.exec(metrics)?.[1]
  return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value)
}

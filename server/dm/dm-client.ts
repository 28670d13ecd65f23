import { z } from 'zod'
import type { MasterHealthFact, MembersFact } from '@/server/domain/facts'
import {
  healthPath,
  membersPath,
  noHealth,
  parseHealth,
  parseLeaderCount,
  parseMembers,
  parseVersion,
  statusPath,
} from '@/server/probes/cluster-answers'
import { HttpFailed, type HttpResponse, type Target, type Transport } from '@/server/remote/transport'

/** An address as seen from the target host. */
export type Endpoint = { address: string; port: number }
export type DmAnswer = { ok: true } | { ok: false; error: string }

type Http = Pick<Transport, 'http'>

/** A master without quorum is silent: it takes connections and never answers (recorded b6). */
const readTimeoutMs = 3000
/** Evicting answers within milliseconds; a busy master may take longer. */
const writeTimeoutMs = 10_000

/** Members as one master sees them. The error is DM's own text or what became of the exchange. Rejects with `LinkLost` only. */
export const readMembers = async (transport: Http, target: Target, at: Endpoint): Promise<MembersFact | { error: string }> => {
  const answer = await ask(transport, target, at, { method: 'GET', path: membersPath })
  return 'error' in answer ? answer : parseMembers(answer.body, `${at.address}:${at.port}`)
}

/** A master's own word about its quorum. Rejects with `LinkLost` only. */
export const readHealth = async (transport: Http, target: Target, at: Endpoint): Promise<MasterHealthFact> => {
  const answer = await ask(transport, target, at, { method: 'GET', path: healthPath })
  return 'error' in answer ? noHealth(answer.error) : parseHealth(answer.status, answer.body)
}

/** Release Version of the running process; of masters and workers. undefined: no answer, or another one. Rejects with `LinkLost` only. */
export const readVersion = async (transport: Http, target: Target, at: Endpoint): Promise<string | undefined> => {
  const answer = await ask(transport, target, at, { method: 'GET', path: statusPath })
  return 'error' in answer || answer.status !== 200 ? undefined : parseVersion(answer.body)
}

/** How often this master's process has begun to lead, from `/metrics`. undefined: no answer, or another one. Rejects with `LinkLost` only. */
export const readLeaderCount = async (transport: Http, target: Target, at: Endpoint): Promise<number | undefined> => {
  const answer = await ask(transport, target, at, { method: 'GET', path: '/metrics' })
  return 'error' in answer || answer.status !== 200 ? undefined : parseLeaderCount(answer.body)
}

/** `process_start_time_seconds 1.79522671838e+09` */
export const parseStartTime = (metrics: string): number | undefined => {
  const value = Number(/^process_start_time_seconds\s+(\S+)/m.exec(metrics)?.[1])
  return Number.isFinite(value) && value > 0 ? value : undefined
}

/** The addressed master resigns and does not campaign until that is cancelled or it restarts; it is not forwarded. Safe to repeat. */
export const evictLeader = (transport: Http, target: Target, at: Endpoint): Promise<DmAnswer> => operateLeader(transport, target, at, 1)

/** The addressed master may lead again. Safe to repeat. */
export const cancelEvict = (transport: Http, target: Target, at: Endpoint): Promise<DmAnswer> => operateLeader(transport, target, at, 2)

const operateLeader = async (transport: Http, target: Target, at: Endpoint, operation: 1 | 2): Promise<DmAnswer> => {
  const answer = await ask(transport, target, at, { method: 'PUT', path: `/apis/v1alpha1/leader/${operation}` })
  return 'error' in answer ? { ok: false, error: answer.error } : parseDmAnswer(answer)
}

const written = z.union([z.object({ result: z.boolean(), msg: z.string() }), z.object({ code: z.number(), message: z.string() })])

/** What DM's gateway says to a change: a refusal by DM's logic comes with status 200 and `result: false`. */
export const parseDmAnswer = ({ status, body }: Pick<HttpResponse, 'status' | 'body'>): DmAnswer => {
  const read = written.safeParse(parseJson(body))
  if (!read.success) return { ok: false, error: `HTTP ${status}: ${body.slice(0, 200)}` }
  if ('code' in read.data) return { ok: false, error: read.data.message }
  return read.data.result && status === 200 ? { ok: true } : { ok: false, error: read.data.msg || `HTTP ${status}` }
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const ask = async (
  transport: Http,
  target: Target,
  at: Endpoint,
  { method, path }: { method: 'GET' | 'PUT'; path: string },
): Promise<HttpResponse | { error: string }> => {
  const change = method === 'PUT' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}
  try {
    return await transport.http(target, { ...at, method, path, ...change, timeoutMs: method === 'PUT' ? writeTimeoutMs : readTimeoutMs })
  } catch (error) {
    if (error instanceof HttpFailed) return { error: error.message }
    throw error
  }
}

import { z } from 'zod'
import type { SourceFact, SubtaskFact } from '@/server/domain/facts'

/** One call's answer: what it printed, its exit status, and the JSON among it, if any. */
export type DmctlSaid = { exit: number; text: string; json: unknown }

/** The calls of `runDmctl`, in order; those after a failed one are missing. */
export const parseDmctlRun = (stdout: string): DmctlSaid[] =>
  stdout
    .split(/^::dmctl /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...lines] = part.split('\n')
      const text = lines.filter((line) => !line.startsWith('::kept ')).join('\n')
      return { exit: Number(head), text, json: jsonIn(text) }
    })

/** Size and sha256 of what was kept. */
export const parseKept = (stdout: string): { sizeBytes: number; sha256: string } | undefined => {
  const [, size, sha256] = /^::kept (\d+) ([0-9a-f]{64})$/m.exec(stdout) ?? []
  return size && sha256 ? { sizeBytes: Number(size), sha256 } : undefined
}

/** dmctl prints hints and warnings around its JSON (`start-relay` does); its outermost braces stand at the beginning of a line. */
export const jsonIn = (text: string): unknown => {
  const lines = text.split('\n')
  const end = lines.findLastIndex((line) => /^\}\s*$/.test(line) || /^\{.*\}\s*$/.test(line))
  for (let at = end; at >= 0; at--) {
    if (!lines[at]?.startsWith('{')) continue
    const read = parsed(lines.slice(at, end + 1).join('\n'))
    if (read !== undefined) return read
  }
  return undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export type DmctlRefused = { error: string /** DM's own number, 46006 and the like. */; code?: number }

const verdict = z.object({ result: z.boolean(), msg: z.string() })

/** DM's number in one of its messages: `[code=46006:class=…], Message: …`. */
export const dmCode = (msg: string): number | undefined => {
  const code = /\[code=(\d+):/.exec(msg)?.[1]
  return code === undefined ? undefined : Number(code)
}

const refused = (error: string): DmctlRefused => {
  const code = dmCode(error)
  return { error, ...(code === undefined ? {} : { code }) }
}

/**
 * A refusal, or undefined when it was done. The exit status alone proves nothing, as it is 0 for refusals too (recorded a1); where there is
 * no JSON, as of `config export`, the status decides.
 */
export const refusalOf = (said: DmctlSaid | undefined): DmctlRefused | undefined => {
  if (!said) return { error: 'dmctl said nothing' }
  const read = verdict.safeParse(said.json)
  if (read.success && !read.data.result) return refused(read.data.msg || said.text.slice(0, 500))
  if (said.exit === 0 || (said.exit === 65 && read.success && read.data.result)) return undefined
  return refused(said.text.trim().split('\n').at(-1)?.slice(0, 500) || `dmctl ended with ${said.exit}`)
}

const readAs = <T>(said: DmctlSaid | undefined, shape: z.ZodType<T>): T | DmctlRefused => {
  const no = refusalOf(said)
  if (no) return no
  const read = shape.safeParse(said?.json)
  return read.success ? read.data : { error: `not understood: ${said?.text.slice(0, 200)}` }
}

const sourceRow = z.object({ result: z.boolean(), msg: z.string(), source: z.string(), worker: z.string() })
const sources = z.object({ sources: z.array(sourceRow).nullable() })

export type SourceBinding = { source: string /** '' while no worker holds it. */; worker: string; note: string }

/** `operate-source show`: every source and its worker. */
export const parseSources = (said: DmctlSaid | undefined): { sources: SourceBinding[] } | DmctlRefused => {
  const read = readAs(said, sources)
  if ('error' in read) return read
  return { sources: (read.sources ?? []).map(({ source, worker, msg }) => ({ source, worker, note: msg })) }
}

const summary = z.object({
  tasks: z.array(z.object({ taskName: z.string(), taskStatus: z.string(), sources: z.array(z.string()).nullish() })).nullable(),
})

export type TaskSummary = { task: string /** `Running`, `Paused`, `Error - …` */; status: string; sources: readonly string[] }

/** `query-status` without a task, when every source answers; otherwise dmctl prints the full form. */
export const parseTaskSummaries = (said: DmctlSaid | undefined): { tasks: TaskSummary[] } | DmctlRefused => {
  const read = readAs(said, summary)
  if ('error' in read) return read
  return { tasks: (read.tasks ?? []).map((one) => ({ task: one.taskName, status: one.taskStatus, sources: one.sources ?? [] })) }
}

const processError = z.object({ ErrCode: z.number(), Message: z.string(), RawCause: z.string() }).partial()
const subtask = z.object({
  name: z.string(),
  stage: z.string(),
  unit: z.string(),
  result: z.object({ errors: z.array(processError).nullish() }).nullish(),
  unresolvedDDLLockID: z.string().default(''),
  sync: z.object({ secondsBehindMaster: z.coerce.number() }).partial().nullish(),
  msg: z.string().optional(),
})
const statusRow = z.object({
  result: z.boolean(),
  msg: z.string(),
  sourceStatus: z.object({ source: z.string(), worker: z.string(), relayStatus: z.unknown() }).nullable(),
  subTaskStatus: z.array(subtask).nullish(),
})
const status = z.object({ result: z.boolean(), msg: z.string(), sources: z.array(statusRow).nullish() })

export type DmStatus = {
  subtasks: SubtaskFact[]
  sources: SourceFact[]
  /** Sources whose worker did not answer or that have none: DM's own words. */
  silent: readonly { source: string; worker: string; msg: string }[]
}

/**
 * The full form of `query-status`: of a task, or of all with `--more`. The same JSON comes from a master's gateway,
 * `GET /apis/v1alpha1/status/<task>`, whose body goes to `parseStatusBody`.
 */
export const parseStatus = (said: DmctlSaid | undefined): DmStatus | DmctlRefused => {
  const no = refusalOf(said)
  return no ?? statusOf(said?.json, said?.text ?? '')
}

/** The body of the gateway's answer with HTTP 200; other statuses carry `message` only. */
export const parseStatusBody = (body: string): DmStatus | DmctlRefused => statusOf(parsed(body), body)

const statusOf = (json: unknown, text: string): DmStatus | DmctlRefused => {
  const read = status.safeParse(json)
  if (!read.success) {
    const other = z.object({ message: z.string() }).safeParse(json)
    return other.success ? refused(other.data.message) : { error: `not a status: ${text.slice(0, 200)}` }
  }
  if (!read.data.result) return refused(read.data.msg)
  const rows = (read.data.sources ?? []).flatMap((row) => (row.sourceStatus ? [{ ...row, at: row.sourceStatus }] : []))
  return {
    subtasks: rows.flatMap(({ at, subTaskStatus }) => (subTaskStatus ?? []).flatMap((one) => (one.name === '' ? [] : [factOf(one, at)]))),
    sources: rows.map(({ at }) => ({
      source: at.source,
      worker: at.worker,
      relay: at.relayStatus !== null && at.relayStatus !== undefined,
    })),
    silent: rows.flatMap(({ result, msg, at }) => (result ? [] : [{ source: at.source, worker: at.worker, msg }])),
  }
}

const factOf = (one: z.infer<typeof subtask>, at: { source: string; worker: string }): SubtaskFact => {
  const first = one.result?.errors?.[0]
  const lag = one.unit === 'Sync' ? one.sync?.secondsBehindMaster : undefined
  return {
    task: one.name,
    source: at.source,
    worker: at.worker,
    stage: one.stage,
    unit: one.unit,
    ...(lag !== undefined && Number.isFinite(lag) ? { lagS: lag } : {}),
    error: first === undefined ? '' : first.RawCause || first.Message || `code ${first.ErrCode ?? '?'}`,
    ddlLock: one.unresolvedDDLLockID,
  }
}

const lockRow = z.object({
  ID: z.string(),
  task: z.string(),
  mode: z.string().default(''),
  owner: z.string(),
  DDLs: z.array(z.string()).nullish(),
  synced: z.array(z.string()).nullish(),
  unsynced: z.array(z.string()).nullish(),
})
const locks = z.object({ locks: z.array(lockRow).nullish() })

export type DdlLock = {
  id: string
  task: string
  mode: string
  owner: string
  ddls: readonly string[]
  synced: readonly string[]
  unsynced: readonly string[]
}

/** `show-ddl-locks`; none is an empty list with a message. */
export const parseDdlLocks = (said: DmctlSaid | undefined): { locks: DdlLock[] } | DmctlRefused => {
  const read = readAs(said, locks)
  if ('error' in read) return read
  return {
    locks: (read.locks ?? []).map(({ ID, DDLs, synced, unsynced, ...row }) => ({
      ...row,
      id: ID,
      ddls: DDLs ?? [],
      synced: synced ?? [],
      unsynced: unsynced ?? [],
    })),
  }
}

const relayWorkers = z.record(z.string(), z.array(z.string()))

/** `relay_workers.json` of an export: source → workers that read its relay log. Not written at all when there are none. */
export const parseRelayWorkers = (text: string): Readonly<Record<string, readonly string[]>> | undefined => {
  const read = relayWorkers.safeParse(parsed(text))
  return read.success ? read.data : undefined
}

/** What a person has to run after `config import`, which does not take relay over: one `start-relay` line per source. */
export const startRelayLines = (workers: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(workers).flatMap(([source, names]) => (names.length > 0 ? [`start-relay -s ${source} ${names.join(' ')}`] : []))

import { z } from 'zod'
import type { SourceFact, SubtaskFact } from '@/server/domain/facts'
import { parseTasks } from './cluster-answers'

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

const inner = z.object({ sources: z.array(z.object({ result: z.boolean(), msg: z.string(), source: z.string().default('') })) })

/** As `refusalOf`, and a refusal by one source within an answer that says yes as a whole (recorded 65). */
export const refusalWithin = (said: DmctlSaid | undefined): DmctlRefused | undefined => {
  const whole = refusalOf(said)
  if (whole) return whole
  const one = inner.safeParse(said?.json).data?.sources.find(({ result }) => !result)
  return one && refused(`${one.source}: ${one.msg}`)
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

const row = z.object({
  result: z.boolean(),
  msg: z.string(),
  sourceStatus: z.object({ source: z.string(), worker: z.string() }).nullish(),
})
const rows = z.object({ sources: z.array(row).nullish() })

export type DmStatus = {
  subtasks: readonly SubtaskFact[]
  sources: readonly SourceFact[]
  /** Sources whose worker did not answer: DM's own words. */
  silent: readonly { source: string; worker: string; msg: string }[]
}

/** The full form of `query-status`: of a task, of named sources, or of all with `--more`. */
export const parseStatus = (said: DmctlSaid | undefined): DmStatus | DmctlRefused => {
  const no = refusalOf(said)
  if (no) return no
  const read = parseTasks(JSON.stringify(said?.json ?? null))
  if ('error' in read) return refused(read.error)
  const answers = rows.safeParse(said?.json).data?.sources ?? []
  return {
    subtasks: read.tasks,
    sources: read.sources,
    silent: answers.flatMap(({ result, msg, sourceStatus }) =>
      result ? [] : [{ source: sourceStatus?.source ?? '', worker: sourceStatus?.worker ?? '', msg }],
    ),
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

import type { HostId } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import type { Act, Step } from '@/server/domain/step'
import { readKept } from '@/server/probes/dmctl-script'
import { HttpFailed } from '@/server/remote/transport'
import { kindOf } from '@/server/steps/kinds'
import { idHash } from '@/server/steps/staging'
import { splitProbed, withProbe } from '@/server/steps/with-probe'
import { ContentGone } from './content-gone'
import { type Doing, failureOf, type Performed } from './doing'
import { demandAlive } from './job-run'
import { createOutputFilter } from './output-filter'
import { performCommand } from './perform-command'
import { performDmctl } from './perform-dmctl'
import { performLogin } from './perform-login'
import { performPull } from './perform-pull'
import { progressOf } from './progress'

const httpTimeoutMs = 10_000

/** The host on which a step works; undefined for one that only changes the panel's books. */
export const hostOf = (step: Step): HostId | undefined => ('host' in step ? step.host : undefined)

/** One act of a step. `thenProbe`: asked in the same exec where that can be. Throws `LinkLost`: whether it was done is not known then. */
export const performAct = async (doing: Doing, act: Act, thenProbe: readonly HostProbe[]): Promise<Performed> => {
  demandAlive(doing.run)
  switch (act.act) {
    case 'exec':
      return performExec(doing, act, thenProbe)
    case 'command':
      return performCommand(doing, act)
    case 'dmctl':
      return performDmctl(doing, act)
    case 'login':
      return performLogin(doing, act)
    case 'pull':
      return performPull(doing, act)
    case 'put':
      return performPut(doing, act)
    case 'http':
      return performHttp(doing, act)
    case 'keep-export':
      return performKeepExport(doing, act)
    case 'record':
      return { made: [] } // becomes true with the step's `done` entry
  }
}

const performExec = async (
  { run, lane, step, place, host }: Doing,
  act: Extract<Act, { act: 'exec' }>,
  thenProbe: readonly HostProbe[],
): Promise<Performed> => {
  const together = act.as === 'root' && thenProbe.length > 0
  const out = createOutputFilter(run.hosts.secrets, (text) => run.writer.output(place, 'stdout', text))
  const err = createOutputFilter(run.hosts.secrets, (text) => run.writer.output(place, 'stderr', text))
  const argv = together ? withProbe(act.argv, thenProbe) : act.argv
  const result = await run.hosts.exec(
    host,
    lane.login,
    { ...act, argv, tag: idHash(step.id) },
    {
      onOutput: (stream, text) => (stream === 'stdout' ? out : err).push(text),
    },
  )
  out.end()
  err.end()
  const observedAt = new Date(run.engine.clock.now()).toISOString()
  const facts = together ? splitProbed(result.stdout, thenProbe, observedAt).facts : undefined
  const failure = failureOf(result)
  return { made: out.made, ...(failure ? { failure } : {}), ...(facts ? { facts } : {}) }
}

const performPut = async (doing: Doing, act: Extract<Act, { act: 'put' }>): Promise<Performed> => {
  const { run, lane, host } = doing
  const progress = progressOf(doing, 'blob' in act.content ? act.content.blob.sizeBytes : act.content.sizeBytes)
  const result = await run.hosts.put(host, lane.login, act, progress).catch((error: unknown) => {
    if (error instanceof ContentGone) return error
    throw error
  })
  if (result instanceof ContentGone) return { made: [], failure: { code: 'engine.content-gone', params: { what: result.message } } }
  const failure = failureOf(result)
  return { made: [], ...(failure ? { failure } : {}) }
}

const performHttp = async ({ run, lane, step, place, host }: Doing, act: Extract<Act, { act: 'http' }>): Promise<Performed> => {
  // The fence is read again right before the request: DM itself can't refuse a former attempt.
  const fence = failureOf(await run.hosts.exec(host, lane.login, { argv: ['true'], as: 'root', deadlineMs: 10_000 }))
  if (fence) return { made: [], failure: fence }
  run.engine.boundary('before http')
  const { address, port, method, path, body } = act
  const request = { address, port, method, path, timeoutMs: httpTimeoutMs, ...(body === undefined ? {} : { body }) }
  const answer = await run.hosts.http(act.from, lane.login, request).catch((error: unknown) => {
    if (!(error instanceof HttpFailed)) throw error
    return error.code === 'refused' ? 'refused' : 'timeout'
  })
  run.writer.output(place, 'note', `${method} ${address}:${port}${path}: ${typeof answer === 'string' ? answer : answer.status}\n`)
  if (kindOf(step).answered?.(step, answer) === 'ok') return { made: [] }
  const params = typeof answer === 'string' ? { status: 0, body: answer } : { status: answer.status, body: answer.body.slice(0, 500) }
  return { made: [], failure: { code: 'engine.http-refused', params } }
}

/** What a host holds for the store is read past the journal, for it may hold passwords. */
const performKeepExport = async ({ run, lane, place, host }: Doing, act: Extract<Act, { act: 'keep-export' }>): Promise<Performed> => {
  const read = await run.hosts.read(host, lane.login, readKept(act.path))
  const failure = failureOf(read)
  if (failure) return { made: [], failure }
  const { version, revision, files } = act
  const job = { jobId: run.claim.jobId, cluster: run.plan.cluster }
  const kept = await run.engine.keepExport({ ...job, version, revision, files, bytes: Buffer.from(read.stdout, 'base64') })
  if ('unreadable' in kept) return { made: [], failure: { code: 'engine.export-unreadable', params: { why: kept.unreadable } } }
  const { sha256, sizeBytes, sources, tasks } = kept
  run.writer.output(place, 'note', `kept ${sizeBytes} bytes, sha256 ${sha256}: ${sources} sources, ${tasks} tasks\n`)
  return { made: [] }
}

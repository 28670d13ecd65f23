import type { Failure } from '@/server/domain/journal'
import type { Act } from '@/server/domain/step'
import { readHash, readPiece, readSize } from '@/server/steps/file-pulled'
import { idHash } from '@/server/steps/staging'
import { type Doing, failureOf, type Performed } from './doing'
import { demandAlive } from './job-run'
import { progressOf } from './progress'

type PullAct = Extract<Act, { act: 'pull' }>

/** A slow disk under a file of the largest size. */
const hashMs = 600_000

/**
 * A file in pieces; a dropped link and a crash go on at the byte that has come. As many bytes as it has when its turn comes; both
 * hashes must agree, else it has changed under way and is read once more from its beginning.
 */
export const performPull = async (doing: Doing, act: PullAct): Promise<Performed> => {
  const { run, step, host } = doing
  const id = idHash(`${run.claim.jobId} ${step.id}`)
  for (const fresh of [false, true]) {
    const size = await ask(doing, readSize(act))
    if (typeof size !== 'string') return { made: [], failure: size }
    const sizeBytes = Number(size)
    if (sizeBytes > act.limitBytes)
      return failed('engine.pull-too-large', { path: act.path, limit: mib(act.limitBytes), mib: mib(sizeBytes) })
    const failure = await fill(doing, act, { id, fresh, sizeBytes })
    if (failure) return { made: [], failure }
    const sha256 = await ask(doing, readHash(act, sizeBytes), hashMs)
    if (typeof sha256 !== 'string') return { made: [], failure: sha256 }
    if (sha256 !== (await run.engine.pulls.hash(id))) continue
    demandAlive(run)
    await run.engine.pulls.keep({ id, jobId: run.claim.jobId, cluster: run.plan.cluster, host, path: act.path, sizeBytes, sha256 })
    run.writer.output(doing.place, 'note', `kept ${sizeBytes} bytes of ${act.path}, sha256 ${sha256}\n`)
    return { made: [] }
  }
  return failed('engine.pull-changed', { path: act.path })
}

const mib = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
const failed = (code: string, params: Failure['params']): Performed => ({ made: [], failure: { code, params } })

type Filling = { id: string; fresh: boolean; sizeBytes: number }

/** Until as many bytes are there; a part that has more is of another file. */
const fill = async (doing: Doing, act: PullAct, { id, fresh, sizeBytes }: Filling): Promise<Failure | undefined> => {
  const { run } = doing
  const { pulls } = run.engine
  let begun = await pulls.begin(id, { fresh, sizeBytes })
  if ('doneBytes' in begun && begun.doneBytes > sizeBytes) begun = await pulls.begin(id, { fresh: true, sizeBytes })
  if ('noRoom' in begun) return { code: 'engine.pull-no-room', params: { wanted: mib(sizeBytes), room: mib(begun.noRoom) } }
  const progress = progressOf(doing, sizeBytes)
  for (let at = begun.doneBytes; at < sizeBytes; ) {
    demandAlive(run)
    if (run.writer.view.cancelRequested) return { code: 'engine.pull-cancelled', params: { path: act.path } }
    const count = Math.min(run.engine.pullPieceBytes, sizeBytes - at)
    const piece = await ask(doing, readPiece(act, at, count))
    if (typeof piece !== 'string') return piece
    const bytes = Buffer.from(piece, 'base64')
    if (bytes.length !== count) return { code: 'engine.pull-changed', params: { path: act.path } } // it has become shorter
    demandAlive(run)
    await pulls.append(id, bytes)
    at += count
    progress(at)
    run.engine.boundary(`pulled ${at}`)
  }
  // An empty file has come too.
  if (sizeBytes === 0) await pulls.append(id, Buffer.alloc(0))
  return undefined
}

/** What the host says, past the journal: it is the file's content, and maybe a secret. */
const ask = async ({ run, lane, host, place }: Doing, argv: readonly string[], deadlineMs = 120_000): Promise<string | Failure> => {
  const result = await run.hosts.read(host, lane.login, argv, deadlineMs)
  const failure = failureOf(result)
  if (!failure) return result.stdout.trim()
  if (result.stderr !== '') run.writer.output(place, 'stderr', result.stderr)
  return failure
}

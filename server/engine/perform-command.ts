import type { Act } from '@/server/domain/step'
import { createMasker } from '@/server/remote/mask'
import { LinkLost } from '@/server/remote/transport'
import { deadlineOf, endMark, endOfText, endText, runText } from '@/server/steps/command'
import { idHash } from '@/server/steps/staging'
import { type Doing, failureOf, type Performed } from './doing'
import { createMarkFilter } from './mark-filter'

type CommandAct = Extract<Act, { act: 'command' }>

/** So much of a host's output is kept in the journal; what comes after it is counted only. */
const keptCharacters = 8 * 1024 * 1024

/**
 * The user's own text. Its output is kept as it is, with secrets masked; its exit status is told apart from a refusal of the script
 * around it. Ended when the job is cancelled.
 */
export const performCommand = async (doing: Doing, act: CommandAct): Promise<Performed> => {
  const { run, lane, step, place, host } = doing
  const mark = idHash(`${run.claim.jobId} ${step.id}`)
  const user = act.as === 'root' ? 'root' : run.plan.deployUser
  const argv = runText({ user, seconds: act.seconds, mark, text: act.command })
  const bound = keeping((stream, text) => run.writer.output(place, stream, text))
  const out = createMarkFilter(
    endMark(mark),
    maskedTo(run.hosts.secrets, (text) => bound.push('stdout', text)),
  )
  const err = maskedTo(run.hosts.secrets, (text) => bound.push('stderr', text))
  const watch = endWhenCancelled(doing, mark)
  try {
    const result = await run.hosts.exec(
      host,
      lane.login,
      { argv, as: 'root', deadlineMs: deadlineOf(act.seconds) },
      { onOutput: (stream, text) => (stream === 'stdout' ? out : err).push(text) },
    )
    const end = endOfText(result.stdout, mark)
    if (!end) return { made: [], failure: failureOf(result) ?? { code: 'engine.exit', params: { status: 0 } } }
    if (end.timedOut) return { made: [], failure: { code: 'engine.command-timeout', params: { seconds: act.seconds } } }
    if (end.code === 0) return { made: [] }
    const code = watch.ended() ? 'engine.command-cancelled' : 'engine.command-exit'
    return { made: [], failure: { code, params: { status: end.code } } }
  } finally {
    for (const sink of [out, err, bound]) sink.end()
    watch.stop()
  }
}

type Sink = { push(text: string): void; end(): void }

const maskedTo = (secrets: readonly string[], emit: (text: string) => void): Sink => {
  const masker = createMasker(secrets)
  const pass = (text: string): void => (text === '' ? undefined : emit(text))
  return { push: (text) => pass(masker.push(text)), end: () => pass(masker.end()) }
}

type Stream = 'stdout' | 'stderr' | 'note'

/** Keeps the head of what is printed, and says how much there was beyond it. */
const keeping = (write: (stream: Stream, text: string) => void) => {
  let left = keptCharacters
  let dropped = 0
  return {
    push(stream: Stream, text: string): void {
      const kept = text.slice(0, left)
      left -= kept.length
      dropped += text.length - kept.length
      if (kept !== '') write(stream, kept)
    },
    end: (): void => (dropped > 0 ? write('note', `${dropped} characters more were printed and are not kept\n`) : undefined),
  }
}

/** Told again while the command goes on: the first word may have come before it did. */
const againMs = 5000

/** Looks for a cancel while the command runs; ends it on its host then. */
const endWhenCancelled = (doing: Doing, mark: string) => {
  const { run } = doing
  let over = false
  let sent = false
  const watching = (async (): Promise<void> => {
    while (!over && !run.writer.view.cancelRequested) await run.engine.clock.sleep(Math.min(run.engine.pollMs, 500))
    while (!over && !run.dead.signal.aborted) {
      sent = true
      await endOnHost(doing, mark)
      await run.engine.clock.sleep(againMs)
    }
  })()
  watching.catch((error: unknown) => run.dead.abort(error))
  return {
    ended: () => sent,
    stop(): void {
      over = true
    },
  }
}

const endOnHost = async ({ run, lane, place, host }: Doing, mark: string): Promise<void> => {
  try {
    const ended = await run.hosts.read(host, lane.login, endText(mark))
    if (ended.exitCode !== 0) run.writer.output(place, 'note', `command-end: ${ended.stderr.trim()}\n`)
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error
    run.writer.output(place, 'note', `command-end: ${error.message}\n`)
  }
}

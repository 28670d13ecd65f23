import type { Doing } from './doing'

const everyMs = 500

/** Notes how far a transfer is, at most twice a second. */
export const progressOf = ({ run, place }: Pick<Doing, 'run' | 'place'>, totalBytes: number): ((doneBytes: number) => void) => {
  let shownAt = run.engine.clock.now()
  return (doneBytes) => {
    const now = run.engine.clock.now()
    if (now - shownAt < everyMs || run.dead.signal.aborted) return
    shownAt = now
    run.writer.append({ kind: 'progress', doneBytes, totalBytes, ...place }).catch((error: unknown) => run.dead.abort(error))
  }
}

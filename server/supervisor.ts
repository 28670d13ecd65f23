import { type ChildProcess, spawn } from 'node:child_process'
import { exitMisconfigured } from './exit'

export type Half = { name: string; file: string; args?: readonly string[] }

type Running = { half: Half; child: ChildProcess | undefined; failures: number; startedAt: number; again: NodeJS.Timeout | undefined }

const firstPauseMs = 500
const longestPauseMs = 30_000
/** A half that lived this long has recovered: its next pause is short again. */
const recoveredMs = 60_000

/**
 * Keeps the halves alive, each on its own: one that ends is started again after a growing pause. The first SIGINT or SIGTERM lets
 * the runner end its running steps while the pages stay up, then ends the rest; the second ends everything at once.
 */
export class Supervisor {
  private readonly all: Running[]
  private ending = false
  private code = 0

  private giveUp: () => void = () => {}

  constructor(halves: readonly Half[]) {
    this.all = halves.map(notStarted)
  }

  /** One half more, while the others run; one of that name that is there already stays as it is. */
  add(half: Half): void {
    if (this.ending || this.all.some((one) => one.half.name === half.name)) return
    const one = notStarted(half)
    this.all.push(one)
    this.start(one, this.giveUp)
  }

  /** Resolves with the exit code when all halves have ended. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      const onSignal = () => {
        if (this.ending) return this.endAtOnce(resolve)
        void this.end().then(() => resolve(this.code))
      }
      process.on('SIGINT', onSignal)
      process.on('SIGTERM', onSignal)
      this.giveUp = () => void this.end().then(() => resolve(this.code))
      for (const one of this.all) this.start(one, this.giveUp)
    })
  }

  private start(one: Running, giveUp: () => void): void {
    one.startedAt = Date.now()
    const child = spawn(process.execPath, ['--import', 'tsx', one.half.file, ...(one.half.args ?? [])], {
      // A group of its own, or Ctrl-C would reach it too. Its stdin is its lifeline: it ends when we are gone.
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, DM_PANEL_SUPERVISED: '1' },
    })
    one.child = child
    if (child.pid !== undefined) console.log(`The ${one.half.name} process has the id ${child.pid}.`)
    child.once('error', (error) => console.error(`${one.half.name}: ${error.message}`))
    child.once('close', (code, signal) => {
      one.child = undefined
      if (this.ending) return
      if (code === exitMisconfigured) {
        this.code = exitMisconfigured
        return giveUp()
      }
      this.startAgain(one, signal ?? `exit code ${code}`, giveUp)
    })
  }

  private startAgain(one: Running, why: string, giveUp: () => void): void {
    one.failures = Date.now() - one.startedAt > recoveredMs ? 1 : one.failures + 1
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (one.failures - 1))
    console.error(`The ${one.half.name} process has ended (${why}); starting it again in ${pauseMs / 1000} s.`)
    one.again = setTimeout(() => this.start(one, giveUp), pauseMs)
  }

  /** The runner first, so that its last steps can still be watched. */
  private async end(): Promise<void> {
    if (this.ending) return
    this.ending = true
    console.log('Ending: steps that run are let finish; press Ctrl-C again to end at once.')
    for (const one of this.all) clearTimeout(one.again)
    for (const name of ['runner', 'web', 'simulated hosts']) {
      await Promise.all(this.all.filter((one) => one.half.name === name).map((one) => endChild(one.child)))
    }
  }

  private endAtOnce(resolve: (code: number) => void): void {
    for (const one of this.all) one.child?.kill('SIGKILL')
    resolve(130)
  }
}

const notStarted = (half: Half): Running => ({ half, child: undefined, failures: 0, startedAt: 0, again: undefined })

const endChild = (child: ChildProcess | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('close', () => resolve())
    child.kill('SIGTERM')
  })

import { createCapture } from './capture'
import { type Link, lostReason } from './link'
import type { CommandResult, RunOptions } from './transport'

/** What is kept of each stream for parsing. */
const captureCharacters = 4 * 1024 * 1024
/** How long an ended command's channel may take to close. */
const endGraceMs = 1500

export type WireCommand = { text: string; stdin: string; deadlineMs: number }

/**
 * Runs one shell text on a link. A non-zero exit, a signal and a passed deadline are values; rejects with `LinkLost` when the link
 * ends before the exit status is known, with the signal's reason on abort. An abort asks
 * sshd to end the command; where sshd may not (root's and sudo's), it ends at its deadline, by `timeout` on the host.
 */
export const runCommand = async (
  host: string,
  link: Link,
  command: WireCommand,
  { onOutput, signal }: RunOptions = {},
): Promise<CommandResult> => {
  const startedMs = performance.now()
  const { channel, stderr: errors, exit, end } = await link.exec(command.text)
  return new Promise((resolve, reject) => {
    const stdout = createCapture(captureCharacters, onOutput && ((text) => onOutput('stdout', text)))
    const stderr = createCapture(captureCharacters, onOutput && ((text) => onOutput('stderr', text)))
    let timedOut = false
    let ending: NodeJS.Timeout | undefined
    const settle = (finish: () => void): void => {
      clearTimeout(deadline)
      clearTimeout(ending)
      signal?.removeEventListener('abort', onAbort)
      link.lost.removeEventListener('abort', onLost)
      finish()
    }
    const done = (): void => {
      const durationMs = Math.round(performance.now() - startedMs)
      settle(() => {
        if (signal?.aborted && !exit.seen) reject(signal.reason)
        else if (!exit.seen && !timedOut) reject(lostReason(host, link))
        else resolve({ exitCode: exit.code, signal: exit.signal, stdout: stdout.end(), stderr: stderr.end(), durationMs, timedOut })
      })
    }
    const endCommand = (): void => {
      end()
      ending = setTimeout(done, endGraceMs)
    }
    const onAbort = (): void => endCommand()
    const onLost = (): void => done()
    const deadline = setTimeout(() => {
      timedOut = !exit.seen
      endCommand()
    }, command.deadlineMs)
    channel.on('data', (bytes: Buffer) => stdout.push(bytes))
    errors.on('data', (bytes: Buffer) => stderr.push(bytes))
    channel.on('close', done)
    // Writing to a program that has ended already is no failure of the program.
    channel.on('error', () => {})
    signal?.addEventListener('abort', onAbort, { once: true })
    link.lost.addEventListener('abort', onLost, { once: true })
    if (signal?.aborted) onAbort()
    else if (link.lost.aborted) done()
    else channel.end(command.stdin)
  })
}

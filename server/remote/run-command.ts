import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { createCapture } from './capture'
import type { Link } from './connect'
import { type CommandResult, LinkLost, type RunOptions } from './transport'

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
  const { channel, exit } = await openExec(host, link, command.text)
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
      endChannel(link, channel)
      ending = setTimeout(done, endGraceMs)
    }
    const onAbort = (): void => endCommand()
    const onLost = (): void => done()
    const deadline = setTimeout(() => {
      timedOut = !exit.seen
      endCommand()
    }, command.deadlineMs)
    channel.on('data', (bytes: Buffer) => stdout.push(bytes))
    channel.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
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

export const lostReason = (host: string, link: Link): Error =>
  link.lost.reason instanceof Error ? link.lost.reason : new LinkLost('dropped', host, 'channel closed without an exit status')

/** The command gets SIGTERM, then SIGKILL, where sshd may signal it: not root's own, nor what sudo started. */
const endChannel = (link: Link, channel: ClientChannel): void => {
  signalChannel(link, channel, 'TERM')
  setTimeout(() => {
    signalChannel(link, channel, 'KILL')
    channel.close()
  }, endGraceMs / 3)
}

/** ssh2's own `channel.signal` sends nothing once stdin has ended, though RFC 4254 allows it; hence its protocol object. */
const signalChannel = (link: Link, channel: ClientChannel, name: 'TERM' | 'KILL'): void => {
  if (channel.destroyed || link.lost.aborted) return
  const protocol: { signal: (channel: number, name: string) => void } = Reflect.get(link.client, '_protocol')
  const outgoing = outgoingOf(channel)
  if (outgoing.state === 'open' || outgoing.state === 'eof') protocol.signal(outgoing.id, name)
}

const outgoingOf = (channel: object): { id: number; state: string } => Reflect.get(channel, 'outgoing')

/** Pauses when the host refuses one more channel (MaxSessions, used up by others); nothing ran yet. */
const channelPausesMs = [100, 300, 900, 2000]

type Exit = { code: number | null; signal: string | null; seen: boolean }

/** A channel that runs the text. `exit` is watched from the first moment: a short command's status comes in the packet after its success. */
export const openExec = (host: string, link: Link, text: string): Promise<{ channel: ClientChannel; exit: Exit }> =>
  openChannel(host, link, (client, done) =>
    client.exec(text, (error, channel) => {
      const exit: Exit = { code: null, signal: null, seen: false }
      channel?.on('exit', (code: number | null, name?: string) => {
        Object.assign(exit, { code, signal: name ? name.replace(/^SIG/, '') : null, seen: true })
      })
      done(error, { channel, exit })
    }),
  )

/** Opens a channel, patiently. Rejects with `LinkLost`. */
export const openChannel = async <T>(
  host: string,
  link: Link,
  open: (client: Client, done: (error: Error | undefined, channel: T) => void) => void,
): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await openOnce(host, link, open)
    } catch (error) {
      const pauseMs = channelPausesMs[attempt]
      if (link.lost.aborted || pauseMs === undefined) throw error
      await sleep(pauseMs)
    }
  }
}

const openOnce = <T>(
  host: string,
  link: Link,
  open: (client: Client, done: (error: Error | undefined, channel: T) => void) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const onLost = (): void => reject(lostReason(host, link))
    if (link.lost.aborted) return onLost()
    link.lost.addEventListener('abort', onLost, { once: true })
    const fail = (message: string): void => reject(link.lost.aborted ? lostReason(host, link) : new LinkLost('dropped', host, message))
    try {
      open(link.client, (error, channel) => {
        link.lost.removeEventListener('abort', onLost)
        if (error) fail(error.message)
        else resolve(channel)
      })
    } catch (error) {
      // ssh2 throws when the connection ended a moment ago.
      link.lost.removeEventListener('abort', onLost)
      fail(error instanceof Error ? error.message : String(error))
    }
  })

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2'
import { type Exit, type Link, lostReason, type Running } from './link'
import { HttpFailed, LinkLost } from './transport'

/** A client that has logged in, and the signal that tells its end. */
export type LoggedIn = { host: string; client: Client; lost: AbortSignal }

/** Pauses when the host refuses one more channel (MaxSessions, used up by others); nothing ran yet. */
const channelPausesMs = [100, 300, 900, 2000]
/** Between SIGTERM and SIGKILL. */
const killAfterMs = 500
/** RFC 4254, section 5.1. */
const administrativelyProhibited = 1

/** What the product asks of a link, over an ssh2 client. */
export const ssh2Link = (at: LoggedIn): Link => ({
  lost: at.lost,
  exec: (text) => exec(at, text),
  forward: (address, port, stop) => forward(at, { address, port }, stop),
  sftp: () => openSftp(at),
  proxyCommand: undefined,
  close: () => at.client.end(),
})

/** `exit` is watched from the first moment: a short command's status comes in the packet after its success. */
const exec = (at: LoggedIn, text: string): Promise<Running> =>
  openChannel(at, (client, done) =>
    client.exec(text, (error, channel) => {
      const exit: Exit = { code: null, signal: null, seen: false }
      channel?.on('exit', (code: number | null, name?: string) => {
        Object.assign(exit, { code, signal: name ? name.replace(/^SIG/, '') : null, seen: true })
      })
      done(error, { channel, stderr: channel?.stderr, exit, end: () => endChannel(at, channel) })
    }),
  )

/** null when the host has no SFTP. */
const openSftp = (at: LoggedIn): Promise<SFTPWrapper | null> =>
  openChannel<SFTPWrapper | null>(at, (client, done) => {
    client.sftp((error, sftp) => {
      // What ssh2 says when the subsystem is refused, or closes at once because its program is missing.
      const isMissing = error !== undefined && /unable to start subsystem|exited with|Received exit code/i.test(error.message)
      if (isMissing) done(undefined, null)
      else done(error, sftp)
    })
  })

const forward = (at: LoggedIn, to: { address: string; port: number }, stop: AbortSignal): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const onStop = (): void => reject(stop.reason)
    if (stop.aborted) return onStop()
    stop.addEventListener('abort', onStop, { once: true })
    const opened = (error: (Error & { reason?: unknown }) | undefined, channel: ClientChannel): void => {
      stop.removeEventListener('abort', onStop)
      if (error) reject(new HttpFailed(isProhibited(error.reason) ? 'broken' : 'refused', error.message))
      else if (stop.aborted) channel.destroy()
      else resolve(channel)
    }
    try {
      at.client.forwardOut('127.0.0.1', 0, to.address, to.port, opened)
    } catch (error) {
      reject(new LinkLost('dropped', at.host, error instanceof Error ? error.message : String(error)))
    }
  })

/** `AllowTcpForwarding no` in the host's sshd_config. */
const isProhibited = (reason: unknown): boolean => reason === administrativelyProhibited || reason === 'ADMINISTRATIVELY_PROHIBITED'

/** The command gets SIGTERM, then SIGKILL, where sshd may signal it: not root's own, nor what sudo started. */
const endChannel = (at: LoggedIn, channel: ClientChannel): void => {
  signalChannel(at, channel, 'TERM')
  setTimeout(() => {
    signalChannel(at, channel, 'KILL')
    channel.close()
  }, killAfterMs)
}

/** ssh2's own `channel.signal` sends nothing once stdin has ended, though RFC 4254 allows it; hence its protocol object. */
const signalChannel = (at: LoggedIn, channel: ClientChannel, name: 'TERM' | 'KILL'): void => {
  if (channel.destroyed || at.lost.aborted) return
  const protocol: { signal: (channel: number, name: string) => void } = Reflect.get(at.client, '_protocol')
  const outgoing = outgoingOf(channel)
  if (outgoing.state === 'open' || outgoing.state === 'eof') protocol.signal(outgoing.id, name)
}

const outgoingOf = (channel: object): { id: number; state: string } => Reflect.get(channel, 'outgoing')

type Open<T> = (client: Client, done: (error: Error | undefined, channel: T) => void) => void

/** Opens a channel, patiently. Rejects with `LinkLost`. */
const openChannel = async <T>(at: LoggedIn, open: Open<T>): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await openOnce(at, open)
    } catch (error) {
      const pauseMs = channelPausesMs[attempt]
      if (at.lost.aborted || pauseMs === undefined) throw error
      await sleep(pauseMs)
    }
  }
}

const openOnce = <T>(at: LoggedIn, open: Open<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onLost = (): void => reject(lostReason(at.host, at))
    if (at.lost.aborted) return onLost()
    at.lost.addEventListener('abort', onLost, { once: true })
    const fail = (message: string): void => reject(at.lost.aborted ? lostReason(at.host, at) : new LinkLost('dropped', at.host, message))
    try {
      open(at.client, (error, channel) => {
        at.lost.removeEventListener('abort', onLost)
        if (error) fail(error.message)
        else resolve(channel)
      })
    } catch (error) {
      // ssh2 throws when the connection ended a moment ago.
      at.lost.removeEventListener('abort', onLost)
      fail(error instanceof Error ? error.message : String(error))
    }
  })

import { setTimeout as sleep } from 'node:timers/promises'
import type { SFTPWrapper } from 'ssh2'
import type { PooledLink } from './connection-pool'
import { lostReason } from './link'
import { quoteArgv } from './quote'
import { runCommand } from './run-command'
import { LinkLost, type PutSource } from './transport'

export type UploadOptions = { onProgress?: (doneBytes: number) => void; signal?: AbortSignal }

/** Runs `work` on a link of the target; reconnects on each call when the former link was lost. */
export type WithLink = <T>(work: (link: PooledLink) => Promise<T>) => Promise<T>

/** Pauses before reconnecting; begun anew whenever bytes went through. */
const reconnectPausesMs = [300, 1000, 3000, 8000, 15_000]
/** Bytes in one SFTP write, and how many may be unanswered. ssh2 splits a larger write and sends its rest out of order: a dropped link left holes. */
const writeBytes = 31 * 1024
const writesInFlight = 48

/**
 * Uploads a source to a path, mode 0600, continuing a partial file, and compares the sha256 on the host. A dropped link is
 * reconnected. A file that differs is sent once more from its beginning; then, and when the host refuses the file, rejects with
 * `LinkLost` upload-corrupt and what the host said.
 */
export const upload = async (
  host: string,
  source: PutSource,
  path: string,
  withLink: WithLink,
  options: UploadOptions = {},
): Promise<void> => {
  for (const fresh of [false, true]) {
    await sendAll(host, { source, path, fresh }, withLink, options)
    const seen = await withLink((link) => hashOnHost(host, link, path, source.sizeBytes, options.signal))
    if (seen === source.sha256) return
    if (fresh) throw new LinkLost('upload-corrupt', host, `${path}: sha256 ${seen}, expected ${source.sha256}`)
  }
}

type Sending = { source: PutSource; path: string; fresh: boolean }

const sendAll = async (host: string, sending: Sending, withLink: WithLink, options: UploadOptions): Promise<void> => {
  let failures = 0
  let best = 0
  let fresh = sending.fresh
  const onProgress = (doneBytes: number): void => {
    fresh = false
    if (doneBytes > best) {
      best = doneBytes
      failures = 0
    }
    options.onProgress?.(doneBytes)
  }
  while (true) {
    try {
      return await withLink((link) => sendOnce(host, link, { ...sending, fresh }, { ...options, onProgress }))
    } catch (error) {
      const pauseMs = reconnectPausesMs[failures]
      if (pauseMs === undefined || !isPassing(error)) throw error
      failures += 1
      await sleep(pauseMs, undefined, options.signal ? { signal: options.signal } : {})
    }
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof LinkLost && ['dropped', 'unreachable', 'connect-timeout'].includes(error.code)

const sendOnce = async (host: string, link: PooledLink, sending: Sending, options: UploadOptions): Promise<void> => {
  const release = await link.channels.take(options.signal)
  try {
    const sftp = await link.sftp?.()
    if (sftp) {
      try {
        await sendBySftp(host, { link, sftp }, sending, options)
      } finally {
        sftp.end()
      }
    } else await sendByCat(host, link, sending, options)
  } finally {
    release()
  }
}

/** Where to begin: a partial file of at most the source's size is continued. */
const startOffset = (sending: Sending, sizeThere: number): number => (sending.fresh || sizeThere > sending.source.sizeBytes ? 0 : sizeThere)

const sendBySftp = async (
  host: string,
  { link, sftp }: { link: PooledLink; sftp: SFTPWrapper },
  sending: Sending,
  { onProgress, signal }: UploadOptions,
): Promise<void> => {
  const call = callerOf(host, link, sending.path)
  const sizeThere = await call<number>((done) => sftp.stat(sending.path, (error, stats) => done(undefined, error ? 0 : stats.size)))
  const offset = startOffset(sending, sizeThere)
  const handle = await call<Buffer>((done) => sftp.open(sending.path, offset === 0 ? 'w' : 'r+', 0o600, done))
  await call<void>((done) => sftp.fchmod(handle, 0o600, (error) => done(error ?? undefined, undefined)))
  const pending = new Set<Promise<void>>()
  let failure: unknown
  let acknowledged = offset
  let position = offset
  onProgress?.(acknowledged)
  const send = (bytes: Buffer): void => {
    const at = position
    position += bytes.length
    const write = call<void>((done) => sftp.write(handle, bytes, 0, bytes.length, at, (error) => done(error ?? undefined, undefined)))
      .then(() => {
        acknowledged += bytes.length
        onProgress?.(acknowledged)
      })
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => pending.delete(write))
    pending.add(write)
  }
  if (offset < sending.source.sizeBytes) {
    for await (const chunk of sending.source.open(offset)) {
      const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
      for (let from = 0; from < bytes.length; from += writeBytes) {
        signal?.throwIfAborted()
        if (failure !== undefined) throw failure
        send(bytes.subarray(from, from + writeBytes))
        if (pending.size >= writesInFlight) await Promise.race(pending)
      }
    }
  }
  await Promise.all(pending)
  if (failure !== undefined) throw failure
  await call<void>((done) => sftp.close(handle, (error) => done(error ?? undefined, undefined)))
}

type Done<T> = (error: Error | undefined, value: T) => void

/** Turns an SFTP call into a promise: a lost link rejects as such, any other error is the host's refusal of the file. */
const callerOf =
  (host: string, link: PooledLink, path: string) =>
  <T>(start: (done: Done<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const onLost = (): void => reject(lostReason(host, link))
      link.lost.addEventListener('abort', onLost, { once: true })
      start((error, value) => {
        link.lost.removeEventListener('abort', onLost)
        if (error) reject(link.lost.aborted ? lostReason(host, link) : refusalOrDrop(host, path, error))
        else resolve(value)
      })
    })

const refusalOrDrop = (host: string, path: string, error: Error & { code?: number | string }): LinkLost =>
  typeof error.code === 'number' && error.code > 0 && error.code < 6
    ? new LinkLost('upload-corrupt', host, `${path}: ${error.message}`)
    : new LinkLost('dropped', host, error.message)

/** Appends through `cat` on hosts without SFTP. */
const sendByCat = async (host: string, link: PooledLink, sending: Sending, { onProgress, signal }: UploadOptions): Promise<void> => {
  const size = await runCommand(host, link, plain(['stat', '-c', '%s', '--', sending.path], 60_000), signal ? { signal } : {})
  const offset = startOffset(sending, size.exitCode === 0 ? Number.parseInt(size.stdout, 10) : 0)
  const script = 'umask 077; if [ "$2" = 0 ]; then : >"$1" || exit; fi; chmod 0600 -- "$1" && exec cat >>"$1"'
  const { channel, stderr, exit } = await link.exec(quoteArgv(['/bin/sh', '-c', script, 'sh', sending.path, String(offset)]))
  let said = ''
  stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  channel.on('data', () => {})
  const closed = new Promise<void>((resolve) => channel.on('close', resolve))
  channel.on('error', () => {})
  let sent = offset
  onProgress?.(sent)
  if (offset < sending.source.sizeBytes) {
    for await (const chunk of sending.source.open(offset)) {
      if (signal?.aborted) channel.destroy()
      signal?.throwIfAborted()
      const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
      if (!channel.writable || link.lost.aborted) break
      if (!channel.write(bytes)) await Promise.race([new Promise((resolve) => channel.once('drain', resolve)), closed])
      sent += bytes.length
      onProgress?.(sent)
    }
  }
  channel.end()
  await closed
  if (exit.code === null) throw lostReason(host, link)
  if (exit.code !== 0) throw new LinkLost('upload-corrupt', host, `${sending.path}: ${said.trim()}`)
}

const plain = (argv: readonly string[], deadlineMs: number) => ({ text: quoteArgv(argv), stdin: '', deadlineMs })

/** Slowest disk that is waited for while hashing. */
const hashBytesPerMs = 5000

const hashOnHost = async (
  host: string,
  link: PooledLink,
  path: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const release = await link.channels.take(signal)
  try {
    const command = plain(['sha256sum', '--', path], 60_000 + Math.ceil(sizeBytes / hashBytesPerMs))
    const result = await runCommand(host, link, command, signal ? { signal } : {})
    // sha256sum puts a backslash before the line of a name that it had to escape.
    const hash = /^\\?([0-9a-f]{64}) /.exec(result.stdout)?.[1]
    if (result.exitCode !== 0 || hash === undefined) throw new LinkLost('upload-corrupt', host, `sha256sum: ${result.stderr.trim()}`)
    return hash
  } finally {
    release()
  }
}

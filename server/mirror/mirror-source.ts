import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { MirrorRefused } from './mirror-refused'

/** Where the files of a mirror are read from. `open` rejects with `MirrorRefused` not-found, outside or unreachable. */
export type MirrorSource = { open(name: string, options?: { signal?: AbortSignal }): Promise<Readable> }

export type SourceSettings = {
  /** Local mirrors must lie below it. */
  localRoot: string
  userAgent?: string
  /** Until the answer begins; default 30000. */
  timeoutMs?: number
  retryPauseMs?: number
}

/** A mirror by its location: `http(s)://…`, else a folder below the local root. */
export const mirrorSource = (location: string, settings: SourceSettings): MirrorSource =>
  /^https?:\/\//.test(location) ? webSource(location, settings) : folderSource(location, settings.localRoot)

/** One file of the flat directory, never a path. */
const flatName = (name: string): string => {
  const flat = name.replace(/^\//, '')
  if (!/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$/.test(flat)) throw new MirrorRefused('outside', { name })
  return flat
}

const folderSource = (folder: string, localRoot: string): MirrorSource => ({
  async open(name) {
    const wanted = path.join(folder, flatName(name))
    try {
      const [root, real] = [await fs.realpath(localRoot), await fs.realpath(wanted)]
      if (!real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) throw new MirrorRefused('outside', { name })
      if (!(await fs.stat(real)).isFile()) throw new MirrorRefused('not-found', { name })
      return createReadStream(real)
    } catch (error) {
      if (error instanceof MirrorRefused) throw error
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new MirrorRefused('not-found', { name })
      throw new MirrorRefused('unreachable', { name, detail: error instanceof Error ? error.message : String(error) })
    }
  },
})

const attempts = 3

const webSource = (location: string, settings: SourceSettings): MirrorSource => ({
  async open(name, { signal } = {}) {
    const url = `${location.replace(/\/+$/, '')}/${flatName(name)}`
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await get(url, name, settings, signal)
      } catch (error) {
        signal?.throwIfAborted()
        if (attempt === attempts || !(error instanceof MirrorRefused) || error.refusal !== 'unreachable') throw error
        await sleep(settings.retryPauseMs ?? 500, undefined, signal ? { signal } : {})
      }
    }
  },
})

const get = async (url: string, name: string, settings: SourceSettings, signal: AbortSignal | undefined): Promise<Readable> => {
  const unreachable = (detail: string): MirrorRefused => new MirrorRefused('unreachable', { name, detail })
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error('no answer in time')), settings.timeoutMs ?? 30_000)
  const signals = signal ? [stop.signal, signal] : [stop.signal]
  const headers = { 'user-agent': settings.userAgent ?? 'dm-panel', 'accept-encoding': 'identity', 'cache-control': 'no-cache' }
  const response = await fetch(url, { headers, signal: AbortSignal.any(signals) }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    throw unreachable(cause || (error instanceof Error ? error.message : String(error)))
  })
  clearTimeout(timer)
  if (response.status === 200 && response.body) return Readable.from(bodyOf(response.body.getReader(), unreachable))
  await response.body?.cancel()
  // Object stores answer 403 for what does not exist.
  if (response.status === 404 || response.status === 403) throw new MirrorRefused('not-found', { name })
  throw unreachable(`HTTP ${response.status}`)
}

async function* bodyOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  failed: (detail: string) => MirrorRefused,
): AsyncGenerator<Uint8Array> {
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error))
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** A whole small file as text; refuses one larger than `maxBytes`. */
export const readText = async (source: MirrorSource, name: string, maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of await source.open(name)) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > maxBytes) throw new MirrorRefused('too-large', { manifest: name, maxBytes })
    chunks.push(bytes)
  }
  const text = Buffer.concat(chunks)
  if (!Buffer.from(text.toString('utf8')).equals(text)) throw new MirrorRefused('malformed', { manifest: name })
  return text.toString('utf8')
}

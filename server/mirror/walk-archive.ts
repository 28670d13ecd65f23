import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import tar, { type Header } from 'tar-stream'
import type { TreeEntry } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { type ArchiveLimits, packageLimits } from './archive-limits'
import { packageProblem, Unfit } from './archive-refused'
import { elfHeaderBytes, readElf } from './elf'
import { goMainFinder } from './go-main'

/** Gets the bytes of one file; a promise holds the reading back. */
export type FileSink = (chunk: Buffer) => void | Promise<void>

export type WalkOptions = {
  limits?: Partial<ArchiveLimits>
  signal?: AbortSignal
  /** Called at each file, before its bytes; may throw `Unfit`. */
  watch?: (file: { path: string; sizeBytes: number; mode: number }) => FileSink | undefined
}

export type WalkedArchive = { sha256: string; sizeBytes: number; entries: TreeEntry[] }

export type FileForm = 'gzip' | 'tar' | 'program' | 'other'

/** What a file is, by its first bytes. */
export const formOfFile = async (file: string): Promise<FileForm> => {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    const head = buffer.subarray(0, bytesRead)
    if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
    if (head.toString('latin1', 257, 262) === 'ustar') return 'tar'
    return head.toString('latin1', 0, 4) === '\x7fELF' ? 'program' : 'other'
  } finally {
    await handle.close()
  }
}

/**
 * Reads a tar or tar.gz as a stream and writes nothing: every entry with its hash, in the archive's order. What could do harm when it is
 * unpacked (paths and links that leave the folder, devices, hard links, entries that overwrite each other, bombs) is a Problem
 * (`package.*`); rejects only when the file itself can't be read, and on abort.
 */
export const walkArchive = async (file: string, options: WalkOptions = {}): Promise<WalkedArchive | Problem[]> => {
  const limits = { ...packageLimits, ...options.limits }
  const hash = createHash('sha256')
  let sizeBytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length
      hash.update(chunk)
      done(sizeBytes > limits.archiveBytes ? new Unfit(packageProblem('too-large', { limit: limits.archiveBytes })) : null, chunk)
    },
  })
  const unpack = (await formOfFile(file)) === 'tar' ? new PassThrough() : createGunzip()
  const extract = tar.extract()
  const reading = readEntries(extract, { ...options, limits })
  try {
    const signal = options.signal ? { signal: options.signal } : {}
    const flow = pipeline(createReadStream(file), measure, unpack, guardSize(limits), extract, signal)
    const [, entries] = await Promise.all([flow, reading])
    return { sha256: hash.digest('hex'), sizeBytes, entries }
  } catch (error) {
    options.signal?.throwIfAborted()
    const refused = await reading.then(
      () => error,
      (cause: unknown) => (cause instanceof Unfit || cause instanceof SinkFailed ? cause : error),
    )
    if (refused instanceof Unfit) return [refused.problem]
    if (refused instanceof SinkFailed) throw refused.cause
    if (isReadFailure(refused)) throw refused
    return [packageProblem('not-an-archive', { detail: refused instanceof Error ? refused.message : String(refused) })]
  }
}

/** Who got the bytes failed, not the archive. */
class SinkFailed extends Error {}

/** The disk failed, not the archive. */
const isReadFailure = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['open', 'read', 'fstat'].includes(String(error.syscall))

const guardSize = (limits: ArchiveLimits): Transform => {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > limits.unpackedBytes ? new Unfit(packageProblem('bomb', { limit: limits.unpackedBytes })) : null, chunk)
    },
  })
}

/** A file in the archive, as tar-stream hands it out. */
type Source = tar.Extract extends AsyncIterable<infer Entry> ? Entry : never
type Reading = WalkOptions & { limits: ArchiveLimits }

const readEntries = async (extract: tar.Extract, options: Reading): Promise<TreeEntry[]> => {
  const entries: TreeEntry[] = []
  const seen = new Map<string, TreeEntry['type']>()
  for await (const source of extract) {
    if (entries.length >= options.limits.entries) throw new Unfit(packageProblem('too-many-files', { limit: options.limits.entries }))
    const entry = await readEntry(source, options)
    source.resume()
    if (entry.path === '') continue // `./`, the folder itself
    const before = seen.get(entry.path)
    if (before !== undefined && (before !== 'directory' || entry.type !== 'directory')) {
      throw new Unfit(packageProblem('duplicate', { path: entry.path }))
    }
    seen.set(entry.path, entry.type)
    if (before === undefined) entries.push(entry)
  }
  refuseThrough(entries, seen)
  return entries
}

/** An entry whose folder is a file or a link would be written through it. */
const refuseThrough = (entries: readonly TreeEntry[], types: ReadonlyMap<string, TreeEntry['type']>): void => {
  for (const entry of entries) {
    for (let at = entry.path.lastIndexOf('/'); at > 0; at = entry.path.lastIndexOf('/', at - 1)) {
      const folder = entry.path.slice(0, at)
      const type = types.get(folder)
      if (type === 'symlink') throw new Unfit(packageProblem('unsafe-link', { path: folder, target: entry.path }))
      if (type === 'file') throw new Unfit(packageProblem('duplicate', { path: folder }))
    }
  }
}

const readEntry = async (source: Source, options: Reading): Promise<TreeEntry> => {
  const { header } = source
  const name = checkedName(header, options.limits)
  const mode = (header.mode ?? 0) & 0o777
  if (header.type === 'directory') return { path: name, type: 'directory', sizeBytes: 0, mode }
  if (header.type === 'symlink') return { path: name, type: 'symlink', sizeBytes: 0, mode, target: checkedLink(name, header) }
  if (header.type !== 'file' && header.type !== 'contiguous-file') {
    throw new Unfit(packageProblem('special-file', { path: name, type: String(header.type) }))
  }
  if (name === '') throw new Unfit(packageProblem('unsafe-path', { path: quoted(header.name) }))
  if (((header.mode ?? 0) & 0o6000) !== 0) throw new Unfit(packageProblem('special-mode', { path: name }))
  const sizeBytes = header.size ?? 0
  const sink = options.watch?.({ path: name, sizeBytes, mode })
  return { path: name, type: 'file', sizeBytes, mode, ...(await readBytes(source, sink)) }
}

/** A name from outside as it may be shown: no control character gets through, DEL and those of Latin-1 neither. */
const quoted = (name: string): string =>
  JSON.stringify(name)
    .replace(/\p{Cc}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, 200)

/** A relative path without `..`, backslash or control character, as it would be unpacked. */
const checkedName = ({ name }: Header, limits: ArchiveLimits): string => {
  const parts = name.split('/')
  const isUnsafe = name.startsWith('/') || parts.includes('..') || /[\\\p{Cc}]/u.test(name) || name.length > limits.pathCharacters
  if (isUnsafe || name === '') throw new Unfit(packageProblem('unsafe-path', { path: quoted(name) }))
  return parts.filter((part) => part !== '.' && part !== '').join('/')
}

/**
 * A link may stay inside of the archive's own tree, as some in Grafana's do; links that leave it are refused. `..` behind a name too: if
 * that name is a link itself, the way up begins elsewhere than it looks.
 */
const checkedLink = (name: string, { linkname }: Header): string => {
  const target = linkname ?? ''
  const resolved = path.posix.normalize(path.posix.join(path.posix.dirname(name), target))
  const goesUpLater = target
    .replace(/^(?:\.\.?(?:\/+|$))*/, '')
    .split('/')
    .includes('..')
  const leaves = target === '' || target.startsWith('/') || /[\\\p{Cc}]/u.test(target) || resolved === '..' || resolved.startsWith('../')
  if (leaves || goesUpLater || name === '') throw new Unfit(packageProblem('unsafe-link', { path: name, target: quoted(target) }))
  return target
}

/** Hash, platform and main of the bytes as they come. */
export const fileFacts = () => {
  const hash = createHash('sha256')
  let head = Buffer.alloc(0)
  let main: ReturnType<typeof goMainFinder> | null | undefined
  return {
    take(chunk: Buffer): void {
      hash.update(chunk)
      if (head.length < elfHeaderBytes) head = Buffer.concat([head, chunk.subarray(0, elfHeaderBytes)])
      if (main === undefined && head.length >= 4) main = head.toString('latin1', 0, 4) === '\x7fELF' ? goMainFinder() : null
      main?.take(chunk)
    },
    facts(): Pick<TreeEntry, 'sha256' | 'platform' | 'main'> {
      const elf = readElf(head)
      const path = main?.found()
      return { sha256: hash.digest('hex'), ...(elf && { platform: `${elf.os}/${elf.arch}` }), ...(path !== undefined && { main: path }) }
    },
  }
}

const readBytes = async (source: Source, sink: FileSink | undefined): Promise<Pick<TreeEntry, 'sha256' | 'platform' | 'main'>> => {
  const { take, facts } = fileFacts()
  for await (const chunk of source) {
    const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    take(part)
    try {
      await sink?.(part)
    } catch (cause) {
      throw new SinkFailed('the reader of a file failed', { cause })
    }
  }
  return facts()
}

import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import tar, { type Pack } from 'tar-stream'
import type { TreeChange, TreeEntry } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { type FileSink, formOfFile, walkArchive } from './walk-archive'

export type Repack = {
  base: { file: string; entries: readonly TreeEntry[] }
  upload: string
  /** The files of the package to be, as `arrangeHotfix` said. */
  changes: readonly TreeChange[]
  signal?: AbortSignal
}

/** Time, owner and compression of every package are the same, so that the same input has the same sha256. Not 1970: GNU tar warns of that. */
const fixedTime = new Date('2020-01-01T00:00:00Z')
const blockBytes = 64 * 1024

/**
 * Writes the package: folders and links of the base, its files that stay, then those of the upload at their new places; paths without
 * `./`, the component's folder on top, as `tiup dm patch` wants it. The same input gives the same bytes. Resolves with the faults of an
 * archive that is no longer what it was; nobody unpacks anything on this machine.
 */
export const repack = async ({ base, upload, changes, signal }: Repack, target: string): Promise<Problem[]> => {
  const packing = tar.pack()
  const options = signal ? { signal } : {}
  const writing = pipeline(packing, inBlocks(), createGzip({ level: 6 }), createWriteStream(target, { flags: 'wx', mode: 0o600 }), options)
  const state: Copying = { packing, ...options }
  writing.catch((error: unknown) => {
    state.failed = error // it is awaited below; this only ends the reading, which would wait for ever
    packing.destroy()
  })
  const kept = new Map(changes.flatMap((one) => (one.from === undefined ? [[one.path, one] as const] : [])))
  const taken = new Map(changes.flatMap((one) => (one.from === undefined ? [] : [[one.from, one] as const])))
  try {
    for (const entry of frameOf(base.entries, changes)) packing.entry(headerOf(entry))
    const problems = [await copyFiles(base.file, kept, state), await copyFiles(upload, taken, state)]
    packing.finalize()
    await writing
    return problems.flat()
  } catch (error) {
    packing.destroy()
    await writing.catch(() => undefined) // the first failure is the one to tell
    throw error
  }
}

/** Folders of all files, parents first, and the base's links. */
const frameOf = (entries: readonly TreeEntry[], changes: readonly TreeChange[]): TreeEntry[] => {
  const folders = new Set(entries.flatMap(({ path, type }) => (type === 'directory' ? [path] : [])))
  for (const { path } of [...changes, ...entries]) {
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  }
  const sorted = [...folders].sort().map((path): TreeEntry => ({ path, type: 'directory', sizeBytes: 0, mode: 0o755 }))
  return [...sorted, ...entries.filter(({ type }) => type === 'symlink')]
}

const headerOf = ({ path, type, sizeBytes, mode, target }: TreeEntry): Partial<tar.Header> & { name: string } => ({
  ...{
    name: type === 'directory' ? `${path}/` : path,
    type,
    size: sizeBytes,
    mode,
    mtime: fixedTime,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
  },
  ...(target !== undefined && { linkname: target }),
})

type Copying = { packing: Pack; signal?: AbortSignal; failed?: unknown }

/** Copies the wanted files of an archive, or the one file that there is, to their places. */
const copyFiles = async (file: string, wanted: ReadonlyMap<string, TreeChange>, copying: Copying): Promise<Problem[]> => {
  if (wanted.size === 0) return []
  const signal = copying.signal ? { signal: copying.signal } : {}
  const form = await formOfFile(file)
  if (form !== 'gzip' && form !== 'tar') {
    const [only] = [...wanted.values()]
    const sink = only && openEntry(only, copying)
    for await (const chunk of createReadStream(file, signal)) await sink?.(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))
    return []
  }
  const watch = ({ path }: { path: string }): FileSink | undefined => {
    const change = wanted.get(path)
    return change && openEntry(change, copying)
  }
  const walked = await walkArchive(file, { ...signal, watch })
  return Array.isArray(walked) ? walked : []
}

/** A file of the package to be; it ends by itself when all its bytes are there. */
const openEntry = ({ path, after }: TreeChange, copying: Copying): FileSink => {
  const { sizeBytes, mode } = after
  const entry = copying.packing.entry(headerOf({ path, type: 'file', sizeBytes, mode }))
  entry.once('error', (error) => {
    copying.failed ??= error
  })
  let left = sizeBytes
  if (left === 0) entry.end(Buffer.alloc(0))
  return async (chunk) => {
    if (copying.failed !== undefined) throw copying.failed
    left -= chunk.length
    const more = entry.write(chunk)
    if (left === 0) entry.end(Buffer.alloc(0))
    else if (!more) await new Promise<void>((resolve) => entry.once('drain', () => resolve()).once('close', () => resolve()))
  }
}

/** zlib's output may depend on how its input is cut: always the same blocks. */
const inBlocks = (): Transform => {
  let rest: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (; rest.length >= blockBytes; rest = rest.subarray(blockBytes)) this.push(rest.subarray(0, blockBytes))
      done()
    },
    flush(done) {
      done(null, rest)
    },
  })
}

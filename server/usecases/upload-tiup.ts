import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import tar from 'tar-stream'
import { AppError } from '@/server/domain/app-error'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'
import { audited, type Who } from './audited'
import { chunksOf } from './upload-package'

export const tiupArchiveLimits = {
  archiveBytes: 2 * 1024 ** 3,
  unpackedBytes: 8 * 1024 ** 3,
  entries: 50_000,
  clusters: 500,
  /** Of one meta.yaml or key. */
  fileBytes: 4 * 1024 ** 2,
  /** Of all of them. */
  keptBytes: 64 * 1024 ** 2,
}
type Limits = typeof tiupArchiveLimits

/** meta.yaml and key of each cluster in an archive, and the ends of TiUP's audit files. */
export type TiupFiles = {
  clusters: Record<string, { meta?: string; key?: string }>
  audit: { id: string; head: string; tail: string }[]
}

/**
 * Reads a tar.gz of a TiUP storage folder while it comes in. Only `clusters/NAME/meta.yaml`, `ssh/id_rsa` and the ends of
 * `audit/ID` are kept, sealed for the runner; nothing is unpacked. `NAME/meta.yaml` alone and `meta.yaml` alone (of `tiup dm meta backup`,
 * which does not say of whom it is: `backupName`) are read too. Resolves with the name to scan and adopt by. Throws tiup-archive-refused, tiup-archive-empty.
 */
export const uploadTiup = (
  db: Db,
  who: Who,
  upload: { body: ReadableStream<Uint8Array>; dataFolder: string; limits?: Limits },
): Promise<string> =>
  audited(db, who, { what: 'upload-tiup', command: 'dm-panel upload-tiup' }, async () => {
    if ((await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
    const files = await readArchive(upload.body, upload.limits ?? tiupArchiveLimits)
    if (Object.keys(files.clusters).length === 0) throw new AppError('usecases.tiup-archive-empty', 422)
    const id = randomUUID()
    const folder = path.join(upload.dataFolder, 'incoming')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await dropOld(folder)
    await writeFile(path.join(folder, `tiup-${id}`), await sealSecret(db, JSON.stringify(files), `tiup:${id}`), { mode: 0o600, flag: 'wx' })
    return id
  })

/** Archives that nobody adopted from within a day. */
const dropOld = async (folder: string): Promise<void> => {
  for (const name of (await readdir(folder)).filter((one) => one.startsWith('tiup-'))) {
    const file = path.join(folder, name)
    const found = await stat(file).catch(() => undefined) // the runner may take it meanwhile
    if (found && Date.now() - found.mtimeMs > 24 * 3600_000) await rm(file, { force: true })
  }
}

class Unfit extends Error {}

/** Throws tiup-archive-refused for whatever is wrong with it. */
export const readArchive = async (body: ReadableStream<Uint8Array>, limits: Limits): Promise<TiupFiles> => {
  const extract = tar.extract()
  const reading = readEntries(extract, limits)
  try {
    const flow = pipeline(
      Readable.from(chunksOf(body)),
      counted(limits.archiveBytes, 'too-large'),
      createGunzip(),
      counted(limits.unpackedBytes, 'too-large-unpacked'),
      extract,
    )
    return (await Promise.all([reading, flow]))[0]
  } catch (error) {
    extract.destroy()
    await reading.catch(() => undefined) // it ends with the archive; the first error is the one that counts
    const detail = error instanceof Unfit ? error.message : 'not-a-tar.gz'
    throw new AppError('usecases.tiup-archive-refused', 422, { params: { detail } })
  }
}

const counted = (limit: number, why: string): Transform => {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > limit ? new Unfit(why) : null, chunk)
    },
  })
}

const wanted = /^(?:(?:[^/]+\/)*clusters\/)?([A-Za-z0-9_.-]+)\/(meta\.yaml|ssh\/id_rsa)$/
const wantedAlone = /^(meta\.yaml|ssh\/id_rsa)$/
const wantedAudit = /^(?:[^/]+\/)*audit\/([0-9A-Za-z_-]{1,64})$/
/** Of a cluster whose archive does not name it; no cluster can be called so. */
export const backupName = '(backup)'
const auditEnds = { head: 8192, tail: 16_384 }

const readEntries = async (extract: tar.Extract, limits: Limits): Promise<TiupFiles> => {
  const clusters: TiupFiles['clusters'] = {}
  const audit: TiupFiles['audit'] = []
  let [entries, bytes] = [0, 0]
  for await (const entry of extract) {
    entries += 1
    if (entries > limits.entries) throw new Unfit('too-many-files')
    const name = checkedName(entry.header)
    const place = entry.header.type === 'file' ? placeOf(name) : undefined
    const id = entry.header.type === 'file' ? wantedAudit.exec(name)?.[1] : undefined
    if (place) {
      const size = entry.header.size ?? 0
      bytes += size
      if (size > limits.fileBytes || bytes > limits.keptBytes) throw new Unfit(`too-large: ${name}`)
      const text = Buffer.concat(await chunksIn(entry)).toString('utf8')
      if (Object.keys(clusters).length >= limits.clusters) throw new Unfit('too-many-clusters')
      clusters[place.cluster] = { ...clusters[place.cluster], ...(place.file === 'meta.yaml' ? { meta: text } : { key: text }) }
    } else if (id !== undefined) {
      const ends = await endsOf(entry)
      bytes += ends.head.length + ends.tail.length
      if (bytes > limits.keptBytes) throw new Unfit(`too-large: ${name}`)
      audit.push({ id, ...ends })
    }
    entry.resume()
  }
  return { clusters: Object.fromEntries(Object.entries(clusters).filter(([, { meta }]) => meta !== undefined)), audit }
}

const placeOf = (name: string): { cluster: string; file: string } | undefined => {
  const alone = wantedAlone.exec(name)?.[1]
  if (alone !== undefined) return { cluster: backupName, file: alone }
  const [, cluster = '', file] = wanted.exec(name) ?? []
  return file === undefined || cluster === '.' || cluster === '..' ? undefined : { cluster, file }
}

const chunksIn = async (entry: AsyncIterable<unknown>): Promise<Buffer[]> => {
  const chunks: Buffer[] = []
  for await (const chunk of entry) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))
  return chunks
}

/** The beginning and the end of a file of any size. */
const endsOf = async (entry: AsyncIterable<unknown>): Promise<{ head: string; tail: string }> => {
  let [head, tail] = [Buffer.alloc(0), Buffer.alloc(0)]
  for await (const chunk of entry) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    if (head.length < auditEnds.head) head = Buffer.concat([head, bytes.subarray(0, auditEnds.head - head.length)])
    tail = Buffer.concat([tail, bytes]).subarray(-auditEnds.tail)
  }
  return { head: head.toString('utf8'), tail: tail.toString('utf8') }
}

/** Paths that leave the archive are refused, and so are links and devices that could: no honest archive of TiUP has them. */
const checkedName = ({ name, type, linkname }: tar.Header): string => {
  const leaves = (one: string) => one.startsWith('/') || one.split('/').includes('..') || /[\\\p{Cc}]/u.test(one) || one.length > 1024
  const shown = JSON.stringify(name).slice(0, 200)
  if (name === '' || leaves(name)) throw new Unfit(`unsafe-path: ${shown}`)
  if ((type === 'symlink' || type === 'link') && (!linkname || leaves(linkname))) throw new Unfit(`unsafe-link: ${shown}`)
  if (type && !['file', 'directory', 'symlink', 'link', 'pax-header', 'pax-global-header'].includes(type)) {
    throw new Unfit(`special-file: ${shown}`)
  }
  return name
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/')
}

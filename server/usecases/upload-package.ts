import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@/server/domain/app-error'
import type { Db } from '@/server/store/database'
import { askErrand, type ErrandRow } from '@/server/store/errands'
import { conclude, intend, type Who } from './audited'
import { type RoomEnv, roomFor } from './room-for-packages'

export type Upload = {
  body: ReadableStream<Uint8Array>
  /** The file's name, as the browser says it; a hint only. */
  name: string
  /** 0 when it is not known. */
  length: number
  env: RoomEnv
}

/**
 * Streams an archive beside the store, hashing it on the way; the runner then inspects it and keeps or refuses it.
 * Throws package-too-large, quota-exceeded, disk-full, package-empty. Nothing is left of a refused or broken upload.
 */
export const uploadPackage = async (db: Db, who: Who, upload: Upload): Promise<ErrandRow> => {
  const { name, env } = upload
  const deed = { what: 'upload-package', command: `dm-panel upload-package ${name}`, targets: [name] }
  const act = await intend(db, who, deed)
  const folder = path.join(env.dataFolder, 'incoming')
  const file = path.join(folder, randomUUID())
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const limit = await roomFor(db, upload)
    const { sha256, sizeBytes } = await receive(upload.body, file, limit)
    if (sizeBytes === 0) throw new AppError('usecases.package-empty', 422)
    const input = {
      input: { file: path.basename(file), sha256, sizeBytes, name, by: who.email },
      audit: { act, email: who.email, from: who.from, deed },
    }
    return await askErrand(db, { kind: 'inspect-package', input, askedBy: who.id })
  } catch (error) {
    await rm(file, { force: true })
    await conclude(db, who, deed, { act, result: `refused: ${error instanceof AppError ? error.code : 'internal'}` })
    throw error
  }
}

const receive = async (body: ReadableStream<Uint8Array>, file: string, limit: number): Promise<{ sha256: string; sizeBytes: number }> => {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length
      hash.update(chunk)
      done(sizeBytes > limit ? new AppError('usecases.package-too-large', 413, { params: { limit } }) : null, chunk)
    },
  })
  await pipeline(Readable.from(chunksOf(body)), counted, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** The DOM's stream type can't be iterated, Node's can: read it the way that both know. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}

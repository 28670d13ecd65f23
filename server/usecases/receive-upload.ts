import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Db } from '@/server/store/database'
import { conclude, type Deed, intend, type Who } from './audited'
import { type RoomEnv, roomFor } from './room-for-packages'

/** What lies beside the bytes of an upload, as the protocol's store writes it (`<id>.json`). */
const described = z.object({
  id: z.uuid(),
  size: z.number(),
  metadata: z.object({ filename: z.string(), userId: z.string(), email: z.string(), from: z.string(), act: z.string() }),
  creation_date: z.string().optional(),
})

export type OpenUpload = { id: string; name: string; sizeBytes: number; offsetBytes: number; file: string; userId: string; act: string }

/** Unused uploads and halves of them are deleted after two days without a byte. */
export const uploadKeepMs = 48 * 3600_000

export const uploadsFolder = (dataFolder: string): string => path.join(dataFolder, 'incoming', 'uploads')

const deedOf = (name: string): Deed => ({ what: 'upload-file', command: `dm-panel upload ${name}`, targets: [name] })

/** What the protocol's store keeps with an upload: who began it, and the act in the audit. */
export type UploadMetadata = z.infer<typeof described>['metadata']

/**
 * Lets an upload begin: the intent is written, and there is room for all of its bytes beside those of the uploads that are under way.
 * Throws upload-length, package-empty, package-too-large, quota-exceeded, disk-full; the refusal is in the audit.
 */
export const beginUpload = async (
  db: Db,
  who: Who,
  asked: { name: string; sizeBytes: number | undefined; env: RoomEnv },
): Promise<{ id: string; metadata: UploadMetadata }> => {
  const { name, sizeBytes, env } = asked
  const act = await intend(db, who, deedOf(name))
  try {
    if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new AppError('usecases.upload-length', 422)
    if (sizeBytes === 0) throw new AppError('usecases.package-empty', 422)
    await mkdir(uploadsFolder(env.dataFolder), { recursive: true, mode: 0o700 })
    await sweepUploads(db, env.dataFolder, new Date())
    const open = await openUploads(env.dataFolder)
    const owed = open.reduce((sum, one) => sum + one.sizeBytes - one.offsetBytes, 0)
    await roomFor(db, { length: sizeBytes, owed, env })
    return { id: randomUUID(), metadata: { filename: name, userId: who.id, email: who.email, from: who.from, act } }
  } catch (error) {
    await conclude(db, who, deedOf(name), { act, result: `refused: ${error instanceof AppError ? error.code : 'internal'}` })
    throw error
  }
}

/** An upload of this very person. Throws upload-unknown, for somebody else's too. */
export const ownUpload = async (dataFolder: string, who: Pick<Who, 'id'>, id: string): Promise<OpenUpload> => {
  const found = z.uuid().safeParse(id).success ? await readUpload(dataFolder, id) : undefined
  if (!found || found.userId !== who.id) throw new AppError('usecases.upload-unknown', 404)
  return found
}

/** A finished upload of this very person. Throws upload-unknown, upload-incomplete. */
export const finishedUpload = async (dataFolder: string, who: Pick<Who, 'id'>, id: string): Promise<OpenUpload> => {
  const upload = await ownUpload(dataFolder, who, id)
  if (upload.offsetBytes !== upload.sizeBytes) {
    throw new AppError('usecases.upload-incomplete', 409, { params: { offset: upload.offsetBytes, size: upload.sizeBytes } })
  }
  return upload
}

/** Takes a finished upload's bytes for an errand of the runner; resolves with the file's name in the incoming folder. Throws upload-unknown, upload-incomplete. */
export const takeUpload = async (
  db: Db,
  who: Who,
  taken: { dataFolder: string; id: string },
): Promise<{ file: string; name: string; sizeBytes: number }> => {
  const { dataFolder, id } = taken
  const upload = await finishedUpload(dataFolder, who, id)
  const file = randomUUID()
  await rename(upload.file, path.join(dataFolder, 'incoming', file))
  await rm(`${upload.file}.json`, { force: true })
  await conclude(db, who, deedOf(upload.name), { act: upload.act, result: 'done' })
  return { file, name: upload.name, sizeBytes: upload.sizeBytes }
}

/** Forgets an upload, finished or not. Throws upload-unknown. */
export const cancelUpload = async (db: Db, who: Who, cancelled: { dataFolder: string; id: string }): Promise<void> => {
  const upload = await ownUpload(cancelled.dataFolder, who, cancelled.id)
  await drop(upload)
  await conclude(db, who, deedOf(upload.name), { act: upload.act, result: 'cancelled' })
}

/** Forgets an upload that has been used up. */
export const endUpload = async (db: Db, dataFolder: string, id: string): Promise<void> => {
  const upload = await readUpload(dataFolder, id)
  if (!upload) return
  await drop(upload)
  await conclude(db, upload, deedOf(upload.name), { act: upload.act, result: 'done' })
}

/** Deletes uploads to which no byte came for two days. Resolves with their count. */
export const sweepUploads = async (db: Db, dataFolder: string, now: Date): Promise<number> => {
  let count = 0
  for (const upload of await openUploads(dataFolder)) {
    const at = await stat(upload.file).catch(() => undefined) // taken or cancelled meanwhile
    if (!at || now.getTime() - at.mtimeMs < uploadKeepMs) continue
    await drop(upload)
    await conclude(db, upload, deedOf(upload.name), { act: upload.act, result: 'expired' })
    count += 1
  }
  return count
}

const drop = async ({ file }: OpenUpload): Promise<void> => {
  await rm(file, { force: true })
  await rm(`${file}.json`, { force: true })
}

const openUploads = async (dataFolder: string): Promise<(OpenUpload & { email: string; from: string })[]> => {
  const names = await readdir(uploadsFolder(dataFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] // nobody uploaded yet
    throw error
  })
  const ids = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))
  return (await Promise.all(ids.map((id) => readUpload(dataFolder, id)))).flatMap((one) => one ?? [])
}

const readUpload = async (dataFolder: string, id: string) => {
  const file = path.join(uploadsFolder(dataFolder), id)
  const [text, at] = await Promise.all([readFile(`${file}.json`, 'utf8').catch(() => ''), stat(file).catch(() => undefined)]) // gone meanwhile
  const read = described.safeParse(parsed(text))
  if (!read.success || !at) return undefined
  const { size, metadata } = read.data
  const { filename: name, ...who } = metadata
  return { id, name, sizeBytes: size, offsetBytes: at.size, file, ...who }
}

/** Undefined for a text that is half written or none. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

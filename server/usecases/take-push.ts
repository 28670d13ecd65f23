import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/server/domain/app-error'
import { pushedKeepMs } from '@/server/domain/files'
import { pushInput } from '@/server/domain/plan-inputs'
import type { Db } from '@/server/store/database'
import { findPush, keepPush, keptFile, keptFolder } from '@/server/store/kept-files'
import type { Who } from './audited'
import { takeUpload } from './receive-upload'

/**
 * The input of a push as it is kept: an upload is taken for this cluster, which only who uploaded it can do, and is a file of it from then
 * on, by the same id. Throws upload-unknown, upload-incomplete, file-gone.
 */
export const takePush = async (db: Db, who: Who, asked: { input: unknown; cluster: string; dataFolder: string }): Promise<unknown> => {
  const { cluster, dataFolder } = asked
  const { upload, file, ...input } = pushInput.parse(asked.input)
  const id = upload ?? file ?? ''
  const there = await findPush(db, id)
  if (there?.cluster === cluster && existsSync(keptFile(dataFolder, id))) return { ...input, file: id }
  if (upload === undefined) throw new AppError('usecases.file-gone', 409)
  const { file: taken, name, sizeBytes } = await takeUpload(db, who, { dataFolder, id })
  const at = new Date()
  await mkdir(keptFolder(dataFolder), { recursive: true, mode: 0o700 })
  await rename(path.join(dataFolder, 'incoming', taken), keptFile(dataFolder, id))
  const plain = path.basename(name).replaceAll(/[^\p{L}\p{N}._@+ -]/gu, '_')
  await keepPush(db, { id, cluster, name: plain, sizeBytes, by: who.email, at, deleteAt: new Date(at.getTime() + pushedKeepMs) })
  return { ...input, file: id }
}

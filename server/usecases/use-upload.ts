import type { HotfixRequest, HotfixSave } from '@/server/domain/api-packages'
import { AppError } from '@/server/domain/app-error'
import type { ErrandKind } from '@/server/domain/errand'
import type { Db } from '@/server/store/database'
import { askErrand, type ErrandRow } from '@/server/store/errands'
import type { ErrandInput } from './ask-errand'
import { conclude, type Deed, intend, type Who } from './audited'
import { finishedUpload, takeUpload } from './receive-upload'
import { type RoomEnv, roomFor } from './room-for-packages'

type Kept = {
  id: string
  dataFolder: string
  should: { sha256?: string | undefined; component?: string | undefined; version?: string | undefined }
}

/** Has the runner inspect a finished upload and keep it as a package. Throws upload-unknown, upload-incomplete. */
export const keepAsPackage = (db: Db, who: Who, { id, dataFolder, should }: Kept): Promise<ErrandRow> => {
  const deed = { what: 'upload-package', command: `dm-panel upload-package ${id}`, targets: [id] }
  return askWith(db, who, { kind: 'inspect-package', deed }, async () => {
    const { file, name } = await takeUpload(db, who, { dataFolder, id })
    return { file, name, by: who.email, expectedSha256: should.sha256, component: should.component, version: should.version }
  })
}

/** Has the runner show what a hotfix package would hold; the upload stays for the next look. Throws upload-unknown, upload-incomplete. */
export const previewHotfix = (db: Db, who: Who, asked: HotfixRequest & { dataFolder: string }): Promise<ErrandRow> => {
  const { dataFolder, ...request } = asked
  const deed = { what: 'preview-hotfix', command: `dm-panel preview-hotfix ${asked.upload}`, targets: [asked.version] }
  return askWith(db, who, { kind: 'preview-hotfix', deed }, async () => {
    const { name } = await finishedUpload(dataFolder, who, asked.upload)
    return { request, name }
  })
}

/** Has the runner build and keep the packages that a preview showed; the upload is used up. Throws upload-unknown, upload-incomplete, and as roomFor does. */
export const buildHotfix = (db: Db, who: Who, asked: HotfixSave & { env: RoomEnv }): Promise<ErrandRow> => {
  const { env, ...request } = asked
  const { ticket, notes, previewHash } = asked
  const deed = {
    ...{ what: 'build-package', command: `dm-panel build-package ${asked.version}`, targets: [asked.version] },
    detail: { ticket, notes, previewHash },
  }
  return askWith(db, who, { kind: 'build-package', deed }, async () => {
    const { name, sizeBytes } = await finishedUpload(env.dataFolder, who, asked.upload)
    await roomFor(db, { length: sizeBytes, env })
    return { request, name, by: who.email }
  })
}

/** Intent first, then what must be so before the runner is asked; a refusal here is the outcome. */
const askWith = async (
  db: Db,
  who: Who,
  { kind, deed }: { kind: ErrandKind; deed: Deed },
  prepare: () => Promise<unknown>,
): Promise<ErrandRow> => {
  const act = await intend(db, who, deed)
  try {
    const input: ErrandInput = { input: await prepare(), audit: { act, email: who.email, from: who.from, deed } }
    return await askErrand(db, { kind, input, askedBy: who.id })
  } catch (error) {
    await conclude(db, who, deed, { act, result: `refused: ${error instanceof AppError ? error.code : 'internal'}` })
    throw error
  }
}

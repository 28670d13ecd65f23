import { createHash } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { type KeptFiles, ownFileMark, ownFileSecret, ownTextProblems, secretFiles } from '@/server/domain/topology/own-files'
import type { OwnFilesInput } from '@/server/domain/topology/own-files-input'
import { located } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { secretMask } from '@/server/domain/topology/typed-secrets'
import { keepBlob, readBlob } from '@/server/store/blobs'
import { findCredential, keepSecret } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'

type Ask = { topology: Topology; yaml: string; files: OwnFilesInput; cluster: string; by: string }

/**
 * Keeps the user's own files that the topology names: rules and dashboards as blobs, an Alertmanager's configuration sealed for the
 * runner. Those that no key names are not kept. Throws plan-has-errors, runner-not-started; then nothing of it is kept.
 */
export const keepFiles = async (db: Db, { topology, yaml, files, cluster, by }: Ask): Promise<KeptFiles> => {
  const secret = secretFiles(topology, files)
  const problems = [...ownTextProblems(topology, files), ...(await forgotten(db, { files, cluster, secret }))]
  if (problems.length > 0) throw new AppError('usecases.plan-has-errors', 422, { problems: located(yaml, problems) })
  if (secret.size > 0 && (await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
  const kept: Record<string, KeptFiles[string]> = {}
  for (const [path, text] of Object.entries(files)) {
    if (secret.has(path)) {
      if (typeof text === 'string' && text !== secretMask) {
        const id = ownFileSecret(cluster, path)
        const sealed = await sealSecret(db, JSON.stringify({ password: text, plain: text }), id)
        await keepSecret(db, { id, name: path, sealed, createdBy: by })
      }
      kept[path] = secretMask
    } else kept[path] = typeof text === 'string' ? { blob: await keepText(db, text) } : text
  }
  return kept
}

const keepText = async (db: Db, text: string): Promise<string> => {
  const sha256 = createHash('sha256').update(text).digest('hex')
  await keepBlob(db, { sha256, sizeBytes: Buffer.byteLength(text), secret: false, parts: [{ text }] })
  return sha256
}

/** What was said to be kept and is not. A blob with a secret is never a file of the user's. */
const forgotten = async (
  db: Db,
  { files, cluster, secret }: { files: OwnFilesInput; cluster: string; secret: ReadonlySet<string> },
): Promise<Problem[]> => {
  const found: Problem[] = []
  for (const [path, text] of Object.entries(files)) {
    const sealed = secret.has(path)
    if (typeof text === 'string' && !(sealed && text === secretMask)) continue
    const there = sealed
      ? typeof text === 'string' && (await findCredential(db, ownFileSecret(cluster, path))) !== undefined
      : typeof text !== 'string' && (await readBlob(db, text.blob))?.secret === false
    if (!there) found.push({ code: 'usecases.file-forgotten', severity: 'error', params: { path } })
  }
  return found
}

/** The kept files as planners take them: path → text; of a sealed one only its mark. */
export const textsOfFiles = async (db: Db, cluster: string, kept: KeptFiles): Promise<Record<string, string>> => {
  const texts: Record<string, string> = {}
  for (const [path, one] of Object.entries(kept)) {
    if (one === secretMask) {
      texts[path] = ownFileMark(cluster, path)
      continue
    }
    const blob = await readBlob(db, one.blob)
    if (!blob || blob.secret) throw new AppError('usecases.file-forgotten', 409, { params: { path } })
    texts[path] = blob.parts.map((part) => ('text' in part ? part.text : '')).join('')
  }
  return texts
}

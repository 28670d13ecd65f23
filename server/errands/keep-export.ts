import { createHash } from 'node:crypto'
import { readExport } from '@/server/dm/read-export'
import type { ExportedFile } from '@/server/domain/step'
import { exportSecret, keepConfigExport } from '@/server/store/config-exports'
import type { ErrandDeps } from './errand-run'

type Deps = Pick<ErrandDeps, 'db' | 'now'> & { secrets: Pick<ErrandDeps['secrets'], 'sealAtRest'> }
type ToKeep = { jobId: string; cluster: string; version: string; revision: number; files: readonly ExportedFile[]; bytes: Buffer }

/** Keeps dmctl's export, sealed by the runner's key, once it can be read to its end. One per job. */
export const keepExport = async (
  { db, now, secrets }: Deps,
  { bytes, ...kept }: ToKeep,
): Promise<{ sha256: string; sizeBytes: number; sources: number; tasks: number } | { unreadable: string }> => {
  const content = await readExport(bytes)
  if ('unreadable' in content) return content
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const id = kept.jobId
  const sealed = secrets.sealAtRest(JSON.stringify({ plain: bytes.toString('base64') }), exportSecret(id))
  const [sources, tasks] = [content.sources.length, content.tasks.length]
  const seen = { sha256, sizeBytes: bytes.length, sources, tasks }
  await keepConfigExport(db, { ...kept, ...seen, id, relay: content.relay, sealed, at: now() })
  return seen
}

import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { readBlob } from '@/server/store/blobs'
import { exportSecret, findConfigExport } from '@/server/store/config-exports'
import { sealedOf } from '@/server/store/credentials'
import { sealFor } from '@/server/store/secrets-seal'
import type { ErrandRun } from './errand-run'

const kept = z.object({ plain: z.string() })

/** An export and the files that were rendered at its time, sealed to the one-time key of the request. Passwords in rendered files stay hidden. */
export const openExport = async (run: ErrandRun, raw: unknown): Promise<{ sealed: string }> => {
  const { cluster, id, publicKey } = z.object({ cluster: z.string(), id: z.string(), publicKey: z.string() }).parse(raw)
  const row = await findConfigExport(run.db, cluster, id)
  const sealed = row && (await sealedOf(run.db, exportSecret(id)))
  if (!row || !sealed) throw new AppError('usecases.export-unknown', 404)
  const archive = kept.parse(JSON.parse(run.secrets.openSealed(sealed, exportSecret(id)))).plain
  const files: { path: string; text: string }[] = []
  for (const { host, path, blob } of row.files) {
    const parts = (await readBlob(run.db, blob))?.parts ?? []
    files.push({ path: `${host.replaceAll(':', '_')}${path}`, text: parts.map((part) => ('text' in part ? part.text : '******')).join('') })
  }
  return { sealed: sealFor(Buffer.from(publicKey, 'base64url'), JSON.stringify({ archive, files }), 'open-export') }
}

import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { adoptSource } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { ErrandRun } from './errand-run'
import { folderSource } from './tiup-folder'
import type { TiupSource } from './tiup-source'
import { sshSource } from './tiup-ssh'

/** Throws tiup-root-unset, tiup-folder-unknown, tiup-archive-gone, credential-unknown, and what a host may refuse. */
export const tiupSource = async (run: ErrandRun, raw: unknown): Promise<TiupSource> => {
  const { path: folder, archive, ssh } = adoptSource.parse(raw)
  if (archive !== undefined) return archiveSource(run, archive)
  if (ssh) return sshSource(run, ssh)
  return folderSource(run, folder ?? '')
}

export const sealedFiles = z.object({
  clusters: z.record(z.string(), z.object({ meta: z.string(), key: z.string().optional() })),
  audit: z.array(z.object({ id: z.string(), head: z.string(), tail: z.string() })),
})

/** What web kept of an upload, sealed. Packages are not among it: they are uploaded to the store by themselves. */
const archiveSource = async (run: ErrandRun, id: string): Promise<TiupSource> => {
  const file = path.join(run.folders.data, 'incoming', `tiup-${id}`)
  const sealed = await readFile(file, 'utf8').catch(() => undefined)
  if (sealed === undefined) throw new AppError('errands.tiup-archive-gone', 404)
  const { clusters, audit } = sealedFiles.parse(JSON.parse(run.secrets.openSealed(sealed, `tiup:${id}`)))
  return {
    names: async () => Object.keys(clusters),
    read: async (name) => {
      const found = Object.hasOwn(clusters, name) ? clusters[name] : undefined
      return found && { meta: found.meta, key: found.key }
    },
    history: async () => audit,
    patches: async () => [],
    copyPatch: () => Promise.reject(new Error('an archive keeps no packages')),
    ownFiles: async () => ({}),
    done: () => rm(file, { force: true }),
  }
}

import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { z } from 'zod'
import type { Db } from '@/server/store/database'
import { askSealed } from './ask-sealed'
import type { Who } from './audited'
import { packRoleArchive, type RoleArchive, roleArchives } from './export-patches'
import { demandCluster } from './read-clusters'

const opened = z.object({ meta: z.string(), privateKey: z.string(), publicKey: z.string() })

/**
 * meta.yaml, key and patched packages of a cluster as TiUP keeps them (`NAME/meta.yaml`, `NAME/ssh/id_rsa`, `.pub`, `NAME/patch`), as
 * tar.gz that is made while it is read. The runner re-encrypts the key to a key pair of this very call; its row is emptied once it was
 * read. Throws cluster-unknown, runner-silent.
 */
export const exportCluster = async (db: Db, who: Who, name: string, dataFolder: string): Promise<Readable> => {
  await demandCluster(db, name)
  const deed = { what: 'export-cluster', command: `dm-panel export ${name}`, cluster: name }
  const text = await askSealed(db, who, { kind: 'export-cluster', input: { cluster: name }, deed })
  return archiveOf(name, opened.parse(JSON.parse(text)), await roleArchives(db, name, dataFolder))
}

const archiveOf = (name: string, files: z.infer<typeof opened>, patches: readonly RoleArchive[]): Readable => {
  const pack = tar.pack()
  const gzip = createGzip()
  pack.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => pack.destroy()) // whoever downloads may go away in the middle
  const fill = async (): Promise<void> => {
    for (const one of patches) await packRoleArchive(pack, name, one)
    pack.finalize()
  }
  // Modes as TiUP 842f05c writes them.
  pack.entry({ name: `${name}/meta.yaml`, mode: 0o644 }, files.meta)
  pack.entry({ name: `${name}/ssh/id_rsa`, mode: 0o600 }, files.privateKey)
  pack.entry({ name: `${name}/ssh/id_rsa.pub`, mode: 0o600 }, `${files.publicKey}\n`)
  fill().catch((error: Error) => pack.destroy(error))
  return pack.pipe(gzip)
}

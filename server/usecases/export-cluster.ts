import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { z } from 'zod'
import type { Db } from '@/server/store/database'
import { askSealed } from './ask-sealed'
import type { Who } from './audited'
import { packRoleArchive, type RoleArchive, roleArchives } from './export-patches'
import { demandCluster } from './read-clusters'

const opened = z.object({
  ...{ meta: z.string(), privateKey: z.string(), publicKey: z.string() },
  cache: z.array(z.object({ name: z.string(), text: z.string() })),
})

/**
 * A cluster's folder as TiUP keeps it (`NAME/meta.yaml`, `ssh/id_rsa` and `.pub`, `config-cache`, `backup`, `patch`), as tar.gz that is
 * made while it is read; to be unpacked in `~/.tiup/storage/dm/clusters`. `bare`: without NAME in front, as `tiup dm meta backup` writes it
 * and `tiup dm meta restore` reads it. The runner re-encrypts the key to a key pair of this very call; its row is emptied once it was
 * read. Throws cluster-unknown, runner-silent.
 */
export const exportCluster = async (
  db: Db,
  who: Who,
  { name, dataFolder, bare }: { name: string; dataFolder: string; bare: boolean },
): Promise<Readable> => {
  await demandCluster(db, name)
  const deed = { what: 'export-cluster', command: bare ? `tiup dm meta backup ${name}` : `dm-panel export ${name}`, cluster: name }
  const text = await askSealed(db, who, { kind: 'export-cluster', input: { cluster: name }, deed })
  return archiveOf(bare ? '' : `${name}/`, opened.parse(JSON.parse(text)), await roleArchives(db, name, dataFolder))
}

const archiveOf = (at: string, files: z.infer<typeof opened>, patches: readonly RoleArchive[]): Readable => {
  const pack = tar.pack()
  const gzip = createGzip()
  pack.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => pack.destroy()) // whoever downloads may go away in the middle
  const fill = async (): Promise<void> => {
    for (const one of patches) await packRoleArchive(pack, at, one)
    pack.finalize()
  }
  // Modes as TiUP 842f05c writes them.
  const folder = (name: string, mode = 0o755): void => void pack.entry({ name: `${at}${name}/`, type: 'directory', mode })
  if (at !== '') pack.entry({ name: at, type: 'directory', mode: 0o755 })
  pack.entry({ name: `${at}meta.yaml`, mode: 0o644 }, files.meta)
  folder('backup')
  folder('ssh', 0o700)
  pack.entry({ name: `${at}ssh/id_rsa`, mode: 0o600 }, files.privateKey)
  pack.entry({ name: `${at}ssh/id_rsa.pub`, mode: 0o600 }, `${files.publicKey}\n`)
  folder('config-cache')
  for (const { name, text } of files.cache) pack.entry({ name: `${at}config-cache/${name}`, mode: 0o755 }, text)
  if (patches.length > 0) folder('patch')
  fill().catch((error: Error) => pack.destroy(error))
  return pack.pipe(gzip)
}

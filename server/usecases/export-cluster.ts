import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { z } from 'zod'
import type { Db } from '@/server/store/database'
import { askSealed } from './ask-sealed'
import type { Who } from './audited'
import { demandCluster } from './read-clusters'

const opened = z.object({ meta: z.string(), privateKey: z.string(), publicKey: z.string() })

/**
 * meta.yaml and key of a cluster as TiUP keeps them (`NAME/meta.yaml`, `NAME/ssh/id_rsa`, `.pub`), as tar.gz. The runner re-encrypts the
 * key to a key pair of this very call; its row is emptied once it was read. Throws cluster-unknown, runner-silent.
 */
export const exportCluster = async (db: Db, who: Who, name: string): Promise<Uint8Array<ArrayBuffer>> => {
  await demandCluster(db, name)
  const deed = { what: 'export-cluster', command: `dm-panel export ${name}`, cluster: name }
  const text = await askSealed(db, who, { kind: 'export-cluster', input: { cluster: name }, deed })
  return archiveOf(name, opened.parse(JSON.parse(text)))
}

const archiveOf = async (name: string, files: z.infer<typeof opened>): Promise<Uint8Array<ArrayBuffer>> => {
  const pack = tar.pack()
  // Modes as TiUP 842f05c writes them.
  pack.entry({ name: `${name}/meta.yaml`, mode: 0o644 }, files.meta)
  pack.entry({ name: `${name}/ssh/id_rsa`, mode: 0o600 }, files.privateKey)
  pack.entry({ name: `${name}/ssh/id_rsa.pub`, mode: 0o600 }, `${files.publicKey}\n`)
  pack.finalize()
  return new Uint8Array(await buffer(pack.pipe(createGzip())))
}

import { createDecipheriv, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Db } from '@/server/store/database'
import { findErrand, finishedErrandTaken } from '@/server/store/errands'
import { fromRaw, sealKey, sealPrefix, toRaw } from '@/server/store/secrets-seal'
import { askRunner } from './ask-errand'
import type { Who } from './audited'
import { demandCluster } from './read-clusters'

const opened = z.object({ meta: z.string(), privateKey: z.string(), publicKey: z.string() })
const waitMs = 30_000

/**
 * meta.yaml and key of a cluster as TiUP keeps them (`NAME/meta.yaml`, `NAME/ssh/id_rsa`, `.pub`), as tar.gz. The runner re-encrypts the
 * key to a key pair of this very call; its row is emptied once it was read. Throws cluster-unknown, runner-silent.
 */
export const exportCluster = async (db: Db, who: Who, name: string): Promise<Uint8Array<ArrayBuffer>> => {
  await demandCluster(db, name)
  const pair = generateKeyPairSync('x25519')
  const publicKey = toRaw(pair.publicKey)
  const deed = { what: 'export-cluster', command: `dm-panel export ${name}`, cluster: name }
  const errand = await askRunner(db, who, {
    kind: 'export-cluster',
    input: { cluster: name, publicKey: publicKey.toString('base64url') },
    deed,
  })
  const sealed = z.object({ sealed: z.string() }).parse(await resultOf(db, errand.id))
  await finishedErrandTaken(db, errand.id)
  return archiveOf(name, opened.parse(JSON.parse(openSeal(sealed.sealed, pair.privateKey, publicKey))))
}

const resultOf = async (db: Db, id: string): Promise<unknown> => {
  for (const end = Date.now() + waitMs; Date.now() < end; ) {
    const row = await findErrand(db, id)
    if (row?.state === 'done') return row.result
    if (row?.state === 'failed' && row.error) throw new AppError(row.error.code, 409, { params: row.error.params })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new AppError('usecases.runner-silent', 503)
}

/** The form is that of `sealFor`: ephemeral public key (32) · iv (12) · tag (16) · ciphertext. */
const openSeal = (text: string, privateKey: Parameters<typeof toRaw>[0], ours: Buffer): string => {
  const bytes = Buffer.from(text.slice(sealPrefix.length), 'base64url')
  const ephemeral = bytes.subarray(0, 32)
  const shared = diffieHellman({ privateKey, publicKey: fromRaw(ephemeral) })
  const decipher = createDecipheriv('aes-256-gcm', sealKey(shared, ephemeral, ours), bytes.subarray(32, 44))
  decipher.setAAD(Buffer.from('export-cluster')).setAuthTag(bytes.subarray(44, 60))
  return Buffer.concat([decipher.update(bytes.subarray(60)), decipher.final()]).toString('utf8')
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

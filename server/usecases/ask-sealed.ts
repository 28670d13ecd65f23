import { createDecipheriv, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { ErrandKind } from '@/server/domain/errand'
import type { Db } from '@/server/store/database'
import { findErrand, finishedErrandTaken } from '@/server/store/errands'
import { fromRaw, sealKey, sealPrefix, toRaw } from '@/server/store/secrets-seal'
import { askRunner } from './ask-errand'
import type { Deed, Who } from './audited'

const waitMs = 30_000

/**
 * What only the runner can open: it seals its answer to a key pair of this very call (`publicKey` of the input; the errand's kind is
 * authenticated), and its row is emptied once it was read. Throws runner-silent, or why the errand failed.
 */
export const askSealed = async (
  db: Db,
  who: Who,
  ask: { kind: ErrandKind; input: Readonly<Record<string, unknown>>; deed: Deed },
): Promise<string> => {
  const pair = generateKeyPairSync('x25519')
  const publicKey = toRaw(pair.publicKey)
  const input = { ...ask.input, publicKey: publicKey.toString('base64url') }
  const errand = await askRunner(db, who, { kind: ask.kind, input, deed: ask.deed })
  const { sealed } = z.object({ sealed: z.string() }).parse(await resultOf(db, errand.id))
  await finishedErrandTaken(db, errand.id)
  return openSeal(sealed, { privateKey: pair.privateKey, ours: publicKey, context: ask.kind })
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
const openSeal = (text: string, by: { privateKey: Parameters<typeof toRaw>[0]; ours: Buffer; context: string }): string => {
  const bytes = Buffer.from(text.slice(sealPrefix.length), 'base64url')
  const ephemeral = bytes.subarray(0, 32)
  const shared = diffieHellman({ privateKey: by.privateKey, publicKey: fromRaw(ephemeral) })
  const decipher = createDecipheriv('aes-256-gcm', sealKey(shared, ephemeral, by.ours), bytes.subarray(32, 44))
  decipher.setAAD(Buffer.from(by.context)).setAuthTag(bytes.subarray(44, 60))
  return Buffer.concat([decipher.update(bytes.subarray(60)), decipher.final()]).toString('utf8')
}

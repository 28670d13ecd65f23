import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Db } from './database'
import { readSetting } from './settings'

/**
 * Seals a secret so that only the runner can read it: ephemeral X25519 against the runner's public key, HKDF-SHA256, AES-256-GCM.
 * `context` (the credential's id) is authenticated: a sealed text moved to another row does not open.
 * Form: `seal1.` and base64url of ephemeral public key (32) · iv (12) · tag (16) · ciphertext.
 */
export const sealSecret = async (db: Db, secret: string, context: string): Promise<string> => {
  const publicKey = await readSetting(db, 'secrets.public-key')
  if (publicKey === undefined) throw new Error('The runner has not published its public key yet: it has never started.')
  return sealFor(Buffer.from(publicKey, 'base64url'), secret, context)
}

/** The same, for a raw X25519 public key: the runner seals a download for one request by it. */
export const sealFor = (rawPublicKey: Uint8Array, secret: string, context: string): string => {
  const ephemeral = generateKeyPairSync('x25519')
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: fromRaw(rawPublicKey) })
  const ours = toRaw(ephemeral.publicKey)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealKey(shared, ours, rawPublicKey), iv).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return `${sealPrefix}${Buffer.concat([ours, iv, cipher.getAuthTag(), body]).toString('base64url')}`
}

export const sealPrefix = 'seal1.'

/** The AES key of a seal; both public keys are bound into it. */
export const sealKey = (shared: Uint8Array, ephemeral: Uint8Array, receiver: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, receiver]), 'dm-panel seal 1', 32))

/** SubjectPublicKeyInfo of X25519 (RFC 8410) without its last 32 bytes, the key. */
const spki = Buffer.from('302a300506032b656e032100', 'hex')

export const fromRaw = (raw: Uint8Array): KeyObject => createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' })

export const toRaw = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(spki.length)

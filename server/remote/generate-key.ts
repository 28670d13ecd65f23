import { createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import { fingerprintOf } from './host-key'

export type GeneratedKey = {
  /** PKCS#1 PEM, as TiUP keeps `ssh/id_rsa`. */
  privateKey: string
  /** One line `ssh-rsa BODY`, without a comment. */
  publicKey: string
  /** `SHA256:…` */
  fingerprint: string
}

const generate = promisify(generateKeyPair)

/** A new RSA 4096 key of a deploy user; made off the event loop, takes about a second. */
export const generateKey = async (): Promise<GeneratedKey> => {
  const pair = await generate('rsa', {
    modulusLength: 4096,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const publicKey = sshRsaLine(pair.publicKey)
  return { privateKey: pair.privateKey, publicKey, fingerprint: fingerprintOf(publicKey.split(' ')[1] ?? '') }
}

/** RFC 4253, section 6.6: string "ssh-rsa", mpint e, mpint n. */
const sshRsaLine = (pem: string): string => {
  const { e = '', n = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const parts = [Buffer.from('ssh-rsa'), mpint(Buffer.from(e, 'base64url')), mpint(Buffer.from(n, 'base64url'))]
  return `ssh-rsa ${Buffer.concat(parts.flatMap((part) => [uint32(part.length), part])).toString('base64')}`
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A positive number keeps its sign bit clear. */
const mpint = (bytes: Buffer): Buffer => ((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)

export type PublicKey = { publicKey: string; fingerprint: string }
/** `passphrase`: one is needed or the given one is wrong. */
export type KeyUnreadable = { unreadable: 'passphrase' | 'format'; detail: string }

/** The public half of a private key, without any secret in an error. Costs about half a second of CPU when there is a passphrase. */
export const publicKeyOf = (privateKey: string, passphrase?: string): PublicKey | KeyUnreadable => {
  const key = ssh2.utils.parseKey(privateKey, passphrase)
  if (key instanceof Error)
    return { unreadable: /passphrase|encrypted|integrity/i.test(key.message) ? 'passphrase' : 'format', detail: key.message }
  if (!key.isPrivateKey()) return { unreadable: 'format', detail: 'not a private key' }
  const body = key.getPublicSSH().toString('base64')
  return { publicKey: `${key.type} ${body}`, fingerprint: fingerprintOf(body) }
}

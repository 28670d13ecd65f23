import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'

export type PublicHalf = { publicKey: string; fingerprint: string }

/**
 * The public half of an SSH private key, or undefined when it is in no form that can be read here. An OpenSSH key carries it in clear
 * (PROTOCOL.key, openssh-portable), even when it is encrypted; of a PEM RSA key it is computed.
 */
export const publicKeyOf = (privateKey: string, passphrase?: string): PublicHalf | undefined => {
  const blob = privateKey.includes('BEGIN OPENSSH PRIVATE KEY') ? openSshBlob(privateKey) : rsaBlob(privateKey, passphrase)
  if (!blob) return undefined
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
  return { publicKey: `${type} ${blob.toString('base64')}`, fingerprint: fingerprintOfBlob(blob) }
}

/** `SHA256:…` of a public key's blob, as `ssh-keygen -l` prints it. */
export const fingerprintOfBlob = (blob: Buffer): string => `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

const magic = 'openssh-key-v1\0'

const openSshBlob = (pem: string): Buffer | undefined => {
  const body = Buffer.from(pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, ''), 'base64')
  if (body.toString('latin1', 0, magic.length) !== magic) return undefined
  let at = magic.length
  const next = (): Buffer | undefined => {
    if (at + 4 > body.length) return undefined
    const end = at + 4 + body.readUInt32BE(at)
    const field = body.subarray(at + 4, end)
    at = end
    return end <= body.length ? field : undefined
  }
  for (const _ of ['cipher', 'kdf', 'kdf options']) if (!next()) return undefined
  at += 4 // number of keys
  const blob = next()
  return blob && blob.length > 8 && blob.readUInt32BE(0) + 4 <= blob.length ? blob : undefined
}

const rsaBlob = (pem: string, passphrase: string | undefined): Buffer | undefined => {
  try {
    const key = createPublicKey(createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }))
    const { kty, e, n } = key.export({ format: 'jwk' })
    if (kty !== 'RSA' || !e || !n) return undefined
    return Buffer.concat([Buffer.from('ssh-rsa'), mpint(e), mpint(n)].map(withLength))
  } catch {
    return undefined // not a key, or its passphrase is wrong: the caller refuses it
  }
}

const mpint = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64url')
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
}

const withLength = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

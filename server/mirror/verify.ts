import { constants, createHash, verify } from 'node:crypto'
import { canonicalJson } from './canonical-json'
import {
  type Envelope,
  manifestShapes,
  type PublicKeyObject,
  type RoleKeys,
  type RootManifest,
  readEnvelope,
  readManifest,
} from './manifest'
import { MirrorRefused } from './mirror-refused'

export const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

/** Id of a key: sha256 over the canonical JSON of the key object. */
export const keyIdOf = (key: PublicKeyObject): string =>
  sha256Of(canonicalJson({ keytype: key.keytype, keyval: { public: key.keyval.public }, scheme: key.scheme }))

/**
 * Throws `MirrorRefused` unless at least `threshold` of the role's keys signed. Signatures of unknown keys are ignored (roots carry
 * those of their predecessors); a key id that occurs twice, and a known key whose signature is wrong, refuse the whole.
 */
export const verifySignatures = (name: string, envelope: Envelope, role: RoleKeys): void => {
  const refuse = (): never => {
    throw new MirrorRefused('signature', { manifest: name })
  }
  const ids = envelope.signatures.map((signature) => signature.keyid)
  if (new Set(ids).size !== ids.length) refuse()
  let valid = 0
  for (const { keyid, sig } of envelope.signatures) {
    const key = Object.hasOwn(role.keys, keyid) ? role.keys[keyid] : undefined
    if (!key) continue
    if (keyIdOf(key) !== keyid || !isSignedBy(key, envelope.signedBytes, sig)) refuse()
    valid += 1
  }
  if (valid < role.threshold) refuse()
}

/** RSASSA-PSS with SHA-256; Go signs with the longest salt, so its length is read from the signature. */
const isSignedBy = (key: PublicKeyObject, bytes: Buffer, sig: string): boolean => {
  const signature = Buffer.from(sig, 'base64')
  // Base64 has spare bits: only its one canonical form counts.
  if (signature.toString('base64') !== sig) return false
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
  try {
    return verify('sha256', bytes, { key: key.keyval.public, ...padding }, signature)
  } catch {
    // The key is no RSA key in PEM: it has signed nothing.
    return false
  }
}

export const refuseExpired = (name: string, expires: string, now: Date): void => {
  if (Date.parse(expires) <= now.getTime()) throw new MirrorRefused('expired', { manifest: name, expires })
}

/** A root that vouches for itself: enough of its own keys signed it. Its expiry is not looked at. */
export const readRoot = (name: string, text: string): { envelope: Envelope; root: RootManifest } => {
  const envelope = readEnvelope(name, text)
  const root = readManifest(name, manifestShapes.root, envelope.signed)
  verifySignatures(name, envelope, root.roles.root)
  return { envelope, root }
}

/** The next root of the chain: signed by enough keys of the old one and of itself, version + 1, not expiring before the old one. */
export const readNextRoot = (name: string, text: string, old: RootManifest): RootManifest => {
  const { envelope, root } = readRoot(name, text)
  verifySignatures(name, envelope, old.roles.root)
  if (root.version !== old.version + 1) throw new MirrorRefused('rollback', { manifest: name, version: root.version, known: old.version })
  if (Date.parse(root.expires) < Date.parse(old.expires)) throw new MirrorRefused('expired', { manifest: name, expires: root.expires })
  return root
}

import { createHash } from 'node:crypto'

/** As in known_hosts: the type's name and the base64 body. */
export type PinnedKey = { keyType: string; key: string }
export type SeenHostKey = PinnedKey & { fingerprint: string }

/** `SHA256:…` of a key's base64 body, as `ssh-keygen -l` prints it. */
export const fingerprintOf = (key: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`

/** A host key blob (RFC 4253, section 6.6: it begins with its type's name). */
export const readHostKey = (blob: Buffer): SeenHostKey => {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0)
  const key = blob.toString('base64')
  return { keyType: blob.toString('latin1', 4, 4 + length), key, fingerprint: fingerprintOf(key) }
}

/** Whether a key that a host showed is a pinned one. A host with pins which shows a key of another type has changed. */
export const judgeHostKey = (pinned: readonly PinnedKey[], seen: PinnedKey): 'pinned' | 'unknown' | 'changed' => {
  if (pinned.some((pin) => pin.keyType === seen.keyType && pin.key === seen.key)) return 'pinned'
  return pinned.length === 0 ? 'unknown' : 'changed'
}

/** Families of host keys: what is negotiated, and what the key then calls itself. Best first. */
const families = [
  { keyTypes: ['ssh-ed25519'], algorithms: ['ssh-ed25519'] },
  {
    keyTypes: ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
    algorithms: ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  },
  { keyTypes: ['ssh-rsa'], algorithms: ['rsa-sha2-512', 'rsa-sha2-256'] },
] as const

export type HostKeyAlgorithm = (typeof families)[number]['algorithms'][number]

export const hostKeyFamilies: readonly (readonly HostKeyAlgorithm[])[] = families.map((family) => family.algorithms)

/** Algorithms to offer: those of pinned keys first, so that the host shows a key that can be compared. */
export const algorithmsFor = (pinned: readonly PinnedKey[]): HostKeyAlgorithm[] => {
  const isPinned = (algorithm: HostKeyAlgorithm, keyTypes: readonly string[]): boolean =>
    pinned.some((pin) => pin.keyType === algorithm || (pin.keyType === 'ssh-rsa' && keyTypes.includes('ssh-rsa')))
  const all = families.flatMap((family) => family.algorithms.map((algorithm) => ({ algorithm, keyTypes: family.keyTypes })))
  const first = all.filter(({ algorithm, keyTypes }) => isPinned(algorithm, keyTypes))
  return [...first, ...all.filter((one) => !first.includes(one))].map(({ algorithm }) => algorithm)
}

import ssh2 from 'ssh2'
import { openSocket, openThrough } from './connect'
import { type HostKeyAlgorithm, hostKeyFamilies, readHostKey, type SeenHostKey } from './host-key'
import type { Link } from './link'
import { LinkLost } from './transport'

/**
 * The keys that a host shows, one per type, best first. The connection is given up in the key exchange: no user name and no
 * credential is sent. `via`: the link of the last jump host. Rejects with `LinkLost` unreachable or connect-timeout.
 */
export const scanHostKeys = async (address: string, port: number, timeoutMs: number, via?: Link): Promise<SeenHostKey[]> => {
  const found: SeenHostKey[] = []
  // One after the other: sshd drops connections when many have not logged in.
  for (const algorithms of hostKeyFamilies) {
    const key = await scanOne({ address, port, timeoutMs, via }, algorithms)
    if (key) found.push(key)
  }
  if (found.length === 0) throw new LinkLost('unreachable', address, 'no host key of a known type')
  return found
}

type Place = { address: string; port: number; timeoutMs: number; via: Link | undefined }

/** null: the host has no key of this family. */
const scanOne = async ({ address, port, timeoutMs, via }: Place, algorithms: readonly HostKeyAlgorithm[]): Promise<SeenHostKey | null> => {
  const at = { host: address, address, port }
  const socket = await (via ? openThrough(via, at, timeoutMs) : openSocket(at, timeoutMs))
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let seen: SeenHostKey | null = null
    client.on('error', (error: Error & { level?: string }) => {
      if (seen || /no matching host key/i.test(error.message)) return resolve(seen)
      reject(new LinkLost(error.level === 'client-timeout' ? 'connect-timeout' : 'unreachable', address, error.message))
    })
    client.on('close', () => {
      client.destroy()
      if (seen) resolve(seen)
      else reject(new LinkLost('unreachable', address, 'connection closed before the key exchange'))
    })
    client.connect({
      sock: socket,
      username: 'none',
      readyTimeout: timeoutMs,
      algorithms: { serverHostKey: [...algorithms] },
      authHandler: [],
      hostVerifier: (blob: Buffer) => {
        seen = readHostKey(blob)
        return false
      },
    })
  })
}

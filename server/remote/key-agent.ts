import { chmodSync } from 'node:fs'
import net from 'node:net'
import type { ParsedKey } from 'ssh2'

export type KeyAgent = { close(): void }

/** Message numbers of draft-ietf-sshm-ssh-agent. */
const [failure, askIdentities, identities, askSign, signed] = [5, 11, 12, 13, 14]
const longestRequest = 256 * 1024

/**
 * An ssh-agent with one key, on a Unix socket that only this user can reach: a system ssh signs with a key that never lies on disk,
 * and is never asked for its passphrase. (ssh2's `AgentProtocol` loses its place at OpenSSH's session-bind request.)
 */
export const startKeyAgent = (key: ParsedKey, socketPath: string): Promise<KeyAgent> => {
  const open = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // A client that hangs up in the middle harms only itself.
    socket.on('error', () => socket.destroy())
    let unread = Buffer.alloc(0)
    socket.on('data', (bytes: Buffer) => {
      unread = Buffer.concat([unread, bytes])
      while (unread.length >= 4 && unread.length >= 4 + unread.readUInt32BE()) {
        const end = 4 + unread.readUInt32BE()
        socket.write(sshString(answer(key, unread.subarray(4, end))))
        unread = unread.subarray(end)
      }
      if (unread.length > longestRequest) socket.destroy()
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600)
      resolve({
        close() {
          for (const socket of open) socket.destroy()
          server.close()
        },
      })
    })
  })
}

const answer = (key: ParsedKey, request: Buffer): Buffer => {
  if (request[0] === askIdentities)
    return Buffer.concat([byte(identities), uint32(1), sshString(key.getPublicSSH()), sshString(Buffer.alloc(0))])
  if (request[0] !== askSign) return byte(failure)
  const asked = readString(request, 1)
  const data = asked && readString(request, 1 + 4 + asked.length)
  if (!data || !asked.equals(key.getPublicSSH())) return byte(failure)
  const flagsAt = 1 + 4 + asked.length + 4 + data.length
  const { name, hash } = algorithmOf(key, request.length >= flagsAt + 4 ? request.readUInt32BE(flagsAt) : 0)
  const signature = Buffer.concat([sshString(Buffer.from(name)), sshString(onTheWire(key, key.sign(data, hash)))])
  return Buffer.concat([byte(signed), sshString(signature)])
}

/** An RSA key signs by the hash that is asked for (flags 2: SHA-256, 4: SHA-512); others have one way. */
const algorithmOf = ({ type }: ParsedKey, flags: number): { name: string; hash?: string } => {
  if (type !== 'ssh-rsa') return { name: type }
  if (flags & 4) return { name: 'rsa-sha2-512', hash: 'sha512' }
  return flags & 2 ? { name: 'rsa-sha2-256', hash: 'sha256' } : { name: type }
}

/** ECDSA: two SSH strings (RFC 5656, section 3.1.2) instead of the DER sequence that comes from OpenSSL. */
const onTheWire = (key: ParsedKey, signature: Buffer): Buffer => {
  if (!key.type.startsWith('ecdsa-')) return signature
  const lengthByte = signature[1] ?? 0
  const r = derInteger(signature, lengthByte & 0x80 ? 3 + (lengthByte & 0x7f) : 3)
  const s = derInteger(signature, r.end + 1)
  return Buffer.concat([sshString(r.bytes), sshString(s.bytes)])
}

/** A DER integer whose length byte lies at `at`; its bytes are the same as an SSH mpint's. */
const derInteger = (der: Buffer, at: number): { bytes: Buffer; end: number } => {
  const end = at + 1 + (der[at] ?? 0)
  return { bytes: der.subarray(at + 1, end), end }
}

/** undefined: it is cut. */
const readString = (from: Buffer, at: number): Buffer | undefined => {
  if (from.length < at + 4) return undefined
  const end = at + 4 + from.readUInt32BE(at)
  return from.length < end ? undefined : from.subarray(at + 4, end)
}

const byte = (value: number): Buffer => Buffer.from([value])
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const sshString = (bytes: Buffer): Buffer => Buffer.concat([uint32(bytes.length), bytes])

import type { Problem } from './problem'

export type KnownHost = { address: string; port: number; keyType: string; key: string }

const algorithms = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/

/** Keys of a known_hosts text (sshd(8)). Lines that name no single host, or whose key can't be read, are problems with their line. */
export const readKnownHosts = (text: string): { keys: KnownHost[]; problems: Problem[] } => {
  const keys = new Map<string, KnownHost>()
  const problems: Problem[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const read = readLine(line)
    if (typeof read === 'string')
      problems.push({ code: `usecases.known-hosts-${read}`, severity: 'warning', line: i + 1, params: { line: i + 1 } })
    else for (const one of read) keys.set(JSON.stringify(one), one)
  }
  return { keys: [...keys.values()], problems }
}

const readLine = (line: string): KnownHost[] | 'marker' | 'hashed' | 'pattern' | 'malformed' => {
  if (line.startsWith('@')) return 'marker'
  const [names = '', keyType = '', key = ''] = line.split(/\s+/)
  if (names.startsWith('|')) return 'hashed'
  if (/[*?!]/.test(names)) return 'pattern'
  if (!algorithms.test(keyType) || !isKeyOf(keyType, key)) return 'malformed'
  const hosts = names.split(',').map((name) => /^\[([^\]]+)\]:(\d{1,5})$/.exec(name) ?? [name, name, '22'])
  return hosts.some(([, address, port]) => !address || Number(port) < 1 || Number(port) > 65_535)
    ? 'malformed'
    : hosts.map(([, address = '', port]) => ({ address, port: Number(port), keyType, key }))
}

/** The key's own first field must be its type (RFC 4253, 6.6). */
const isKeyOf = (keyType: string, key: string): boolean => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key) || key.length < 40) return false
  const bytes = atob(key.slice(0, 40))
  return bytes.slice(4, 4 + keyType.length) === keyType
}

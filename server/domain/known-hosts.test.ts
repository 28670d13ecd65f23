import { describe, expect, it } from 'vitest'
import { readKnownHosts } from './known-hosts'

const ed = 'AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'

describe('a known_hosts text', () => {
  it('gives one key per host and port', () => {
    const { keys, problems } = readKnownHosts(
      `# comment\n\n192.0.2.1,[192.0.2.2]:2222 ssh-ed25519 ${ed} me\n[2001:db8::1]:22 ssh-ed25519 ${ed}\r\n192.0.2.1 ssh-ed25519 ${ed}\n`,
    )
    expect(problems).toEqual([])
    expect(keys.map(({ address, port }) => [address, port])).toEqual([
      ['192.0.2.1', 22],
      ['192.0.2.2', 2222],
      ['2001:db8::1', 22],
    ])
  })
  it('says of every other line why it is left out', () => {
    const text = [
      `|1|abc=|def= ssh-ed25519 ${ed}`,
      `*.example ssh-ed25519 ${ed}`,
      `@revoked 192.0.2.9 ssh-ed25519 ${ed}`,
      '192.0.2.1 ssh-ed25519 nonsense',
      `192.0.2.1 ssh-rsa ${ed}`,
      `[192.0.2.1]:99999 ssh-ed25519 ${ed}`,
    ].join('\n')
    const { keys, problems } = readKnownHosts(text)
    expect(keys).toEqual([])
    expect(problems.map(({ code, line }) => `${line} ${code.replace('usecases.known-hosts-', '')}`)).toEqual([
      ...['1 hashed', '2 pattern', '3 marker', '4 malformed', '5 malformed', '6 malformed'],
    ])
  })
})

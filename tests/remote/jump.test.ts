import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hopsOf } from '@/server/domain/ssh-client'
import type { Secret } from '@/server/remote/connect'
import { listAgentKeys } from '@/server/remote/ssh-agent'
import { createTransport, type TransportSettings } from '@/server/remote/ssh-transport'
import type { Target } from '@/server/remote/transport'
import { newHostKey, startSshServer, type TestSshOptions, type TestSshServer } from '../support/ssh-server'

const secrets: Record<string, Secret> = {
  host: { password: 'of the host' },
  hop: { password: 'of the hop' },
  second: { password: 'second' },
}
const echo = { argv: ['echo', 'here'], as: 'login' as const, deadlineMs: 15_000 }
const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

let hostKeys: string[]
beforeAll(() => {
  hostKeys = [newHostKey(), newHostKey(), newHostKey()]
})

const serve = async (options: TestSshOptions, which: number): Promise<TestSshServer> => {
  const server = await startSshServer(options, hostKeys[which])
  ends.push(() => server.close())
  return server
}

const connectTo = (servers: readonly TestSshServer[], more: Partial<TransportSettings> = {}) => {
  const transport = createTransport({
    secretOf: async (id) => secrets[id] ?? {},
    pinnedKeys: async (_address, port) => servers.filter((one) => one.port === port).map(({ hostKey }) => hostKey),
    ...more,
  })
  ends.push(() => transport.close())
  return transport
}

const at = (server: TestSshServer): string => `admin@127.0.0.1:${server.port}`

describe.each(['builtin', 'system'] as const)('by the %s client', (client) => {
  const targetOf = (server: TestSshServer, credentialId = 'host'): Target => ({
    ...{ host: 'h1', address: '127.0.0.1', port: server.port, client },
    login: { user: 'admin', credentialId, sudo: 'root' },
  })
  const open = async (count: 2 | 3) => {
    const [end, ...hops] = await Promise.all(
      [{ password: 'of the host' }, { password: 'of the hop' }, { password: 'second' }].slice(0, count).map(serve),
    )
    if (!end) throw new Error('no server')
    const jump = hopsOf(hops.map((hop, which) => ({ at: at(hop), credentialId: which === 0 ? 'hop' : 'second' })))
    return { end, hops, target: { ...targetOf(end), jump } }
  }

  it('comes through jump hosts, each with its own credential, and shares the way', async () => {
    const { end, hops, target } = await open(3)
    const transport = connectTo([end, ...hops])
    expect((await transport.run(target, echo)).stdout).toBe('here\n')
    const second = { ...target, login: { ...target.login, user: 'other' } }
    expect((await transport.run(second, echo)).stdout).toBe('here\n')
    expect(hops.map((hop) => hop.connections())).toEqual([1, 1])
    expect(end.connections()).toBe(2)
    expect(hops.map((hop) => hop.commands)).toEqual([[], []])
    const web = http.createServer((_incoming, outgoing) => void outgoing.end('tunnelled'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    ends.push(() => void web.close())
    const { port } = web.address() as { port: number } // listens on TCP
    expect((await transport.http(target, { address: '127.0.0.1', port, method: 'GET', path: '/', timeoutMs: 5000 })).body).toBe('tunnelled')
    end.drop()
    await expect(transport.run(target, echo).catch(() => transport.run(target, echo))).resolves.toMatchObject({ stdout: 'here\n' })
    expect(hops.map((hop) => hop.connections())).toEqual([1, 1])
  })

  it('sends nothing on by a jump host whose key is not the pinned one, nor to a host of whom that is so', async () => {
    const { end, hops, target } = await open(2)
    const [hop] = hops
    const unknown = connectTo([end]).run(target, echo)
    await expect(unknown).rejects.toMatchObject({
      code: 'host-key-unknown',
      host: 'h1',
      detail: expect.stringContaining(`jump host admin@127.0.0.1`),
    })
    const pinOther = connectTo([], { pinnedKeys: async () => [end.hostKey] }).run(target, echo)
    await expect(pinOther).rejects.toMatchObject({ code: 'host-key-changed', host: 'h1' })
    expect([hop?.attempts, end.attempts]).toEqual([[], []])
    const hopOnly = connectTo(hops)
    await expect(hopOnly.run(target, echo)).rejects.toMatchObject({
      ...{ code: 'host-key-unknown', host: 'h1' },
      detail: expect.stringContaining(end.hostKey.fingerprint),
    })
    expect(await hopOnly.hostKeys(target, 5000)).toEqual([end.hostKey])
    expect(end.attempts).toEqual([])
  })

  it('says who refused the login, and that the jump host can’t reach further', async () => {
    const { end, hops, target } = await open(2)
    const transport = connectTo([end, ...hops])
    const wrong = { ...target, jump: target.jump.map((hop) => ({ ...hop, credentialId: 'second' })) }
    await expect(transport.run(wrong, echo)).rejects.toMatchObject({
      ...{ code: 'auth-refused', host: 'h1' },
      detail: expect.stringMatching(/^jump host admin@127\.0\.0\.1:\d+: /),
    })
    await end.close()
    await expect(transport.run(target, echo)).rejects.toMatchObject({
      ...{ code: 'unreachable', host: 'h1' },
      detail: expect.stringContaining('the jump host can’t reach it'),
    })
  })

  it('logs in by the agent’s key that the credential names, and says when it is not there', async () => {
    const [wanted, other] = [0, 1].map(() => ssh2.utils.generateKeyPairSync('ed25519'))
    if (!wanted || !other) throw new Error('no keys')
    const agentSocket = await startAgent([other.private, wanted.private])
    const end = await serve({ publicKey: wanted.public }, 0)
    const publicKey = wanted.public.split(' ').slice(0, 2).join(' ')
    const chosen = { ...targetOf(end, 'agent'), client }
    const by = (agent: Secret['agent'], socket?: string) =>
      connectTo([end], { secretOf: async () => ({ ...(agent && { agent }) }), agentSocket: socket }).run(chosen, echo)
    expect((await by({ publicKey }, agentSocket)).stdout).toBe('here\n')
    expect((await by({ publicKey: '' }, agentSocket)).stdout).toBe('here\n')
    expect((await listAgentKeys(agentSocket)).map(({ keyType, key }) => `${keyType} ${key}`)).toContain(publicKey)
    const offered = end.attempts.length
    const stranger = ssh2.utils.generateKeyPairSync('ed25519').public
    await expect(by({ publicKey: stranger }, agentSocket)).rejects.toMatchObject({
      code: 'no-agent',
      detail: expect.stringContaining('does not hold'),
    })
    await expect(by({ publicKey: '' })).rejects.toMatchObject({ code: 'no-agent', detail: expect.stringContaining('DM_PANEL_SSH_AGENT') })
    await expect(by({ publicKey: '' }, `${agentSocket}-gone`)).rejects.toMatchObject({ code: 'no-agent' })
    const otherKey = by({ publicKey: other.public.split(' ').slice(0, 2).join(' ') }, agentSocket)
    await expect(otherKey).rejects.toMatchObject({ code: 'auth-refused' })
    expect(end.attempts.slice(offered).filter((method) => method === 'publickey').length).toBeLessThanOrEqual(1)
  })
})

/** An ssh-agent of its own with these keys. */
const startAgent = async (keys: readonly string[]): Promise<string> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-'))
  const socket = path.join(folder, 'socket')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  ends.push(() => {
    agent.kill()
    fs.rmSync(folder, { recursive: true })
  })
  while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10))
  for (const key of keys) execFileSync('ssh-add', ['-q', '-'], { input: key, env: { ...process.env, SSH_AUTH_SOCK: socket } })
  return socket
}

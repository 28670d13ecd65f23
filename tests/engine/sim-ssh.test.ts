import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HostProbe } from '@/server/domain/probe'
import { askHost, parseHost } from '@/server/probes/batch'
import { generateKey } from '@/server/remote/generate-key'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import type { Target, Transport } from '@/server/remote/transport'
import { type SimSshServer, startSshServer } from '@/server/sim/ssh-server'
import { openWorld, type StoredWorld } from '@/server/sim/store'
import { landingPath, stagePrepare, stageTake } from '@/server/steps/staging'

const address = '127.1.9.11'
let dir: string
let stored: StoredWorld
let server: SimSshServer
let transport: Transport
let secrets: Record<string, { password?: string; privateKey?: string }>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dm-panel-sim-'))
  stored = openWorld(dir, [address], Date.now)
  server = await startSshServer({ world: stored.world, address, port: 0, dir })
  const keys = await scanHostKeys(address, server.port, 5000)
  secrets = { root: { password: 'root-pass' }, admin: { password: 'admin-pass' }, wrong: { password: 'no' } }
  transport = createTransport({ secretOf: async (id) => secrets[id] ?? {}, pinnedKeys: async () => keys })
})
afterAll(async () => {
  await transport.close()
  await server.close()
  stored.save()
  rmSync(dir, { recursive: true })
})

const target = (user: string, sudo: 'root' | 'nopasswd' | 'password', credentialId = user): Target => ({
  host: address,
  address,
  port: server.port,
  login: { user, credentialId, sudo },
})
const asRoot = (argv: readonly string[]) => ({ argv, as: 'root' as const, deadlineMs: 10_000 })

it('runs a known script as root, and as admin by sudo with its password', async () => {
  const probes: HostProbe[] = [{ probe: 'system' }, { probe: 'path', path: '/etc', hash: false }]
  const one = await transport.run(target('root', 'root'), asRoot(askHost(probes)))
  expect(parseHost(probes, one.stdout, 'now')).toMatchObject({ root: 'yes', system: { init: 'systemd', arch: 'amd64' } })
  const other = await transport.run(target('admin', 'password'), asRoot(askHost(probes)))
  expect(parseHost(probes, other.stdout, 'now')).toMatchObject({ root: 'sudo', paths: { '/etc': { type: 'directory' } } })
})

it('refuses what it does not know', async () => {
  const result = await transport.run(target('root', 'root'), asRoot(['rm', '-rf', '/etc']))
  expect(result).toMatchObject({ exitCode: 127 })
  expect(result.stderr).toContain('unknown command')
})

it('refuses a wrong password', async () => {
  await expect(transport.run(target('admin', 'password', 'wrong'), asRoot(['true']))).rejects.toMatchObject({ code: 'auth-refused' })
})

it('takes an upload of another user into the root-owned stage', async () => {
  await transport.run(target('admin', 'password'), asRoot(stagePrepare('admin')))
  const bytes = Buffer.alloc(900_000, 'dm')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const staged = '/var/lib/dm-panel/staged/0123'
  const open = (offset: number): Readable => Readable.from([bytes.subarray(offset)])
  await transport.put(target('admin', 'password'), { sizeBytes: bytes.length, sha256, open }, landingPath('admin', staged))
  const taken = await transport.run(target('admin', 'password'), asRoot(stageTake(landingPath('admin', staged), staged, bytes.length)))
  expect(taken).toMatchObject({ exitCode: 0 })
  const probes: HostProbe[] = [{ probe: 'path', path: staged, hash: false }]
  const seen = await transport.run(target('root', 'root'), asRoot(askHost(probes)))
  expect(parseHost(probes, seen.stdout, 'now').paths[staged]).toMatchObject({ owner: 'root', mode: '0600', sizeBytes: bytes.length })
})

it('lets a key in once it is authorized', async () => {
  const key = await generateKey()
  const machine = stored.world.host(address)?.machine
  secrets.key = { privateKey: key.privateKey }
  await expect(transport.run(target('root', 'root', 'key'), asRoot(['true']))).rejects.toMatchObject({ code: 'auth-refused' })
  machine?.makeDirs('/root/.ssh', 'root', 'root', '0700')
  machine?.writeFile('/root/.ssh/authorized_keys', `${key.publicKey}\n`, { owner: 'root', group: 'root', mode: '0600' })
  expect(await transport.run(target('root', 'root', 'key'), asRoot(['true']))).toMatchObject({ exitCode: 0 })
})

it('keeps its hosts over a restart of the simulator', () => {
  stored.save()
  const again = openWorld(dir, [address], Date.now)
  expect(again.world.state.machines[0]?.nodes['/var/lib/dm-panel/staged']).toMatchObject({ mode: '0700' })
  expect(again.world.state.machines).toHaveLength(1)
  again.save()
})

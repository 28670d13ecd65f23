import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@/server/engine/engine'
import { generateKey } from '@/server/remote/generate-key'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import type { Site } from '@/tests/engine/sim-plans'
import { topologyOf } from '@/tests/plans/world'
import { testDatabase } from '@/tests/support/test-db'

export type SimSite = Site & { publicKey: string; addresses: string[]; port: number; close(): Promise<void> }

/** Simulated hosts in a process of their own, behind real ssh on loopback; each command takes `delayMs`. */
export const simSite = async ({
  hosts,
  delayMs,
  yaml,
}: {
  hosts: number
  delayMs: number
  yaml: (addresses: readonly string[], port: number) => string
}): Promise<SimSite> => {
  const dir = mkdtempSync(join(tmpdir(), 'dm-panel-bench-'))
  const port = await freePort()
  const main = fileURLToPath(new URL('../../server/sim/main.ts', import.meta.url))
  const args = [
    '--dir',
    dir,
    '--hosts',
    String(hosts),
    '--port',
    String(port),
    '--first-address',
    '127.3.0.101',
    '--delay-ms',
    String(delayMs),
  ]
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['pipe', 'ignore', 'inherit'] })
  const ready = join(dir, 'ready.json')
  for (let i = 0; !existsSync(ready); i++) {
    if (i > 300 || child.exitCode !== null) throw new Error('the simulated hosts did not start')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const addresses = (JSON.parse(readFileSync(ready, 'utf8')) as { hosts: { address: string }[] }).hosts.map(({ address }) => address)
  const database = await testDatabase()
  const key = await generateKey()
  const secrets: Record<string, { password?: string; privateKey?: string }> = {
    root: { password: 'root-pass' },
    'credential-deploy': { privateKey: key.privateKey },
  }
  const transport = createTransport({
    secretOf: async (id) => secrets[id] ?? {},
    pinnedKeys: (address, at) => scanHostKeys(address, at, 5000),
  })
  const close = async (): Promise<void> => {
    await transport.close()
    await database.close()
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGTERM')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
  return {
    db: database.db,
    transport,
    clock: systemClock,
    blobs: new Map(),
    topology: topologyOf(yaml(addresses, port)),
    publicKey: key.publicKey,
    addresses,
    port,
    close,
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const at = server.address()
      server.close(() => resolve(typeof at === 'object' && at ? at.port : 0))
    })
  })

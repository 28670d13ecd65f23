import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, describe } from 'vitest'
import type { Login } from '@/server/domain/plan'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import type { Target, Transport } from '@/server/remote/transport'
import { type ContractHost, stepContract } from '@/tests/engine/step-contract'
import { labAvailable, labCredentials, labHosts, labPrivateKey, resetHost } from '@/tests/support/lab'

const secrets: Record<string, { password?: string; privateKey?: string }> = {}
const open: Transport[] = []

/** A new lab host, reached by the transport that jobs use. */
const contractHost = async (index: number, login: Login): Promise<ContractHost> => {
  const host = (await labHosts(index))[index - 1]
  if (!host) throw new Error(`no host ${index}`)
  await resetHost(index)
  Object.assign(secrets, { root: { privateKey: labPrivateKey() }, admin: { password: labCredentials.admin.password } })
  const keys = await scanHostKeys(host.address, host.port, 5000)
  const transport = createTransport({ secretOf: async (id) => secrets[id] ?? {}, pinnedKeys: async () => keys })
  open.push(transport)
  const target: Target = { host: host.address, address: host.address, port: host.port, login }
  const exec = async (argv: readonly string[]) => {
    const { exitCode, stdout, stderr } = await transport.run(target, { argv, as: 'root', deadlineMs: 60_000 })
    return { code: exitCode ?? -1, out: stdout, err: stderr }
  }
  return {
    exec,
    put: async (bytes, path) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const source = { sizeBytes: bytes.length, sha256, open: (offset: number) => Readable.from([bytes.subarray(offset)]) }
      await transport.put({ ...target, login: { user: 'root', credentialId: 'root', sudo: 'root' } }, source, path)
    },
    dir: '/srv/dm-contract/one',
    user: 'contract',
    program: Buffer.from('#!/bin/sh\nexec sleep 3600\n'),
    unit: 'dm-worker-18262.service',
  }
}

describe.skipIf(!labAvailable().ok)('over SSH', () => {
  afterAll(() => Promise.all(open.map((transport) => transport.close())))
  stepContract('a lab host, as root', () => contractHost(1, { user: 'root', credentialId: 'root', sudo: 'root' }))
  stepContract('a lab host, by sudo with a password', () => contractHost(2, { user: 'admin', credentialId: 'admin', sudo: 'password' }))
})

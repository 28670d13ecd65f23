import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import { testLogin } from '@/server/remote/test-login'
import type { Target } from '@/server/remote/transport'

// REAL_SSHD: `PORT:PRIVATE_KEY_FILE` of an sshd on loopback which lets the calling user in.
const [port = '', keyFile = ''] = (process.env.REAL_SSHD ?? '').split(':')

it.skipIf(!port).each(['builtin', 'system'] as const)(
  'the %s client works with a real sshd',
  async (client) => {
    const keys = await scanHostKeys('127.0.0.1', Number(port), 5000)
    expect(keys.map((key) => key.keyType)).toContain('ssh-ed25519')
    const transport = createTransport({
      secretOf: async () => ({ privateKey: fs.readFileSync(keyFile, 'utf8') }),
      pinnedKeys: async () => keys,
    })
    const login = { user: os.userInfo().username, credentialId: 'c', sudo: 'nopasswd' as const }
    const target: Target = { host: 'loop', address: '127.0.0.1', port: Number(port), login, client }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'real-sshd-'))
    const sh = (script: string, deadlineMs = 15_000) => ({ argv: ['/bin/sh', '-c', script], as: 'login' as const, deadlineMs })
    try {
      expect((await testLogin(transport, target)).uid).toBe(os.userInfo().uid)
      expect(await transport.run(target, { ...sh('cat; kill -9 $$'), stdin: 'x' })).toMatchObject({
        stdout: 'x',
        ...(client === 'builtin' ? { exitCode: null, signal: 'KILL' } : { exitCode: 137, signal: null }),
      })

      // sshd does not signal what root started: `timeout` on the host ends it.
      const mark = path.join(folder, 'late')
      expect(await transport.run(target, sh(`trap '' HUP; sleep 5; touch ${mark}`, 200))).toMatchObject({ timedOut: true })
      const abort = new AbortController()
      const aborted = transport.run(target, sh('echo; sleep 9'), { onOutput: () => abort.abort(new Error('stop')), signal: abort.signal })
      await expect(aborted).rejects.toThrow('stop')
      await new Promise((resolve) => setTimeout(resolve, 5500))
      expect(fs.existsSync(mark)).toBe(false)

      const bytes = randomBytes(20_000_000)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const to = path.join(folder, 'upload')
      fs.writeFileSync(to, bytes.subarray(0, 7_000_000))
      const offsets: number[] = []
      const open = (offset: number): Readable => {
        offsets.push(offset)
        return Readable.from([bytes.subarray(offset)])
      }
      await transport.put(target, { sizeBytes: bytes.length, sha256, open }, to)
      expect(offsets).toEqual([7_000_000])
      expect(fs.readFileSync(to).equals(bytes)).toBe(true)
      const nowhere = transport.put(target, { sizeBytes: bytes.length, sha256, open }, path.join(folder, 'missing', 'x'))
      await expect(nowhere).rejects.toMatchObject({ code: 'upload-corrupt' })

      const many = await Promise.all(Array.from({ length: 30 }, (_, index) => transport.run(target, sh(`echo ${index}`))))
      expect(many.map((one) => one.stdout.trim())).toEqual(many.map((_, index) => String(index)))
      const hop = { address: '127.0.0.1', port: Number(port), user: login.user, credentialId: 'c' }
      expect((await transport.run({ ...target, jump: [hop, hop] }, sh('echo "$SSH_CONNECTION"'))).stdout).toMatch(/^127\.0\.0\.1 /)

      const refused = transport.http(target, { address: '127.0.0.1', port: 1, method: 'GET', path: '/', timeoutMs: 3000 })
      await expect(refused).rejects.toMatchObject({ name: 'HttpFailed', code: 'refused' })
    } finally {
      await transport.close()
      fs.rmSync(folder, { recursive: true })
    }
  },
  60_000,
)

import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import ssh2 from 'ssh2'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Login } from '@/server/domain/plan'
import type { SshClient } from '@/server/domain/ssh-client'
import type { Secret } from '@/server/remote/connect'
import type { PinnedKey } from '@/server/remote/host-key'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import { testLogin } from '@/server/remote/test-login'
import type { PutSource, Target, Transport } from '@/server/remote/transport'
import { newHostKey, startSshServer, type TestSshOptions, type TestSshServer } from '../support/ssh-server'

const password = 'correct horse'
const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

let hostKey: string
let folder: string
beforeAll(() => {
  hostKey = newHostKey()
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ssh-transport-'))
  return () => fs.rmSync(folder, { recursive: true })
})

const serve = async (options: TestSshOptions = { password }): Promise<TestSshServer> => {
  const server = await startSshServer(options, hostKey)
  ends.push(() => server.close())
  return server
}

const connectTo = (server: TestSshServer, secret: Secret = { password }, pins: PinnedKey[] = [server.hostKey]): Transport => {
  const transport = createTransport({ secretOf: async () => secret, pinnedKeys: async () => pins })
  ends.push(() => transport.close())
  return transport
}

let client: SshClient
const targetOf = (server: TestSshServer, sudo: Login['sudo'] = 'root'): Target => ({
  host: 'h1',
  address: '127.0.0.1',
  port: server.port,
  login: { user: 'admin', credentialId: 'c1', sudo },
  client,
})

const sh = (script: string, ...args: string[]) => ({
  argv: ['/bin/sh', '-c', script, 'sh', ...args],
  as: 'login' as const,
  deadlineMs: 15_000,
})

const sourceOf = (bytes: Buffer): PutSource & { offsets: number[] } => {
  const offsets: number[] = []
  const open = (offset: number): Readable => {
    offsets.push(offset)
    return Readable.from([bytes.subarray(offset)])
  }
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), open, offsets }
}

/** A sudo that behaves as the real one does, as far as the transport can see. */
const standInSudo = (script: string): string => {
  const bin = fs.mkdtempSync(path.join(folder, 'bin-'))
  fs.writeFileSync(path.join(bin, 'sudo'), `#!/bin/bash\n${script}\n`, { mode: 0o755 })
  return bin
}

describe.each(['builtin', 'system'] as const)('by the %s client', (one) => {
  beforeAll(() => {
    client = one
  })
  describe('host keys', () => {
    it.skipIf(one === 'system')('knows how a command ended whose end comes with its beginning', async () => {
      const server = await serve({ password, endsAtOnce: true })
      expect(await connectTo(server).run(targetOf(server), sh('exit 0'))).toMatchObject({ exitCode: 0 })
    })

    it('refuses an unknown host before any login is tried', async () => {
      const server = await serve()
      await expect(connectTo(server, { password }, []).run(targetOf(server), sh('true'))).rejects.toMatchObject({
        code: 'host-key-unknown',
        detail: expect.stringContaining(server.hostKey.fingerprint),
      })
      expect(server.attempts).toEqual([])
    })

    it('refuses a changed key before any login is tried, also when only another type is pinned', async () => {
      const server = await serve()
      const other = { keyType: 'ssh-rsa', key: 'AAAA' }
      await expect(connectTo(server, { password }, [other]).run(targetOf(server), sh('true'))).rejects.toMatchObject({
        code: 'host-key-changed',
      })
      const otherType = { keyType: 'ssh-ed25519', key: server.hostKey.key }
      await expect(connectTo(server, { password }, [otherType]).run(targetOf(server), sh('true'))).rejects.toMatchObject({
        code: 'host-key-changed',
      })
      expect(server.attempts).toEqual([])
    })

    it('scans keys without a login', async () => {
      const server = await serve()
      expect(await scanHostKeys('127.0.0.1', server.port, 5000)).toEqual([server.hostKey])
      expect(server.attempts).toEqual([])
    })
  })

  describe('login', () => {
    it('by password, by key with a passphrase, by keyboard-interactive', async () => {
      const key = ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'pass', cipher: 'aes256-ctr', rounds: 8 })
      const byPassword = await serve()
      expect((await connectTo(byPassword).run(targetOf(byPassword), sh('echo a'))).stdout).toBe('a\n')
      const byKey = await serve({ publicKey: key.public })
      expect((await connectTo(byKey, { privateKey: key.private, passphrase: 'pass' }).run(targetOf(byKey), sh('echo b'))).stdout).toBe(
        'b\n',
      )
      const interactive = await serve({ password, keyboardInteractive: true })
      expect((await connectTo(interactive).run(targetOf(interactive), sh('echo c'))).stdout).toBe('c\n')
    })

    it('anew, past a connection that stands: what the host has come to think of the login', async () => {
      const options = { password }
      const server = await serve(options)
      const transport = connectTo(server)
      await transport.login(targetOf(server))
      expect((await transport.run(targetOf(server), sh('echo a'))).stdout).toBe('a\n')
      options.password = 'another'
      await expect(transport.login(targetOf(server))).rejects.toMatchObject({ code: 'auth-refused' })
      expect((await transport.run(targetOf(server), sh('echo b'))).stdout).toBe('b\n')
    })

    it('refused says so, and so does a wrong passphrase', async () => {
      const key = ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'pass', cipher: 'aes256-ctr', rounds: 8 })
      const server = await serve()
      await expect(connectTo(server, { password: 'wrong' }).run(targetOf(server), sh('true'))).rejects.toMatchObject({
        code: 'auth-refused',
      })
      const badKey = { privateKey: key.private, passphrase: 'nope' }
      await expect(connectTo(server, badKey).run(targetOf(server), sh('true'))).rejects.toMatchObject({ code: 'auth-refused' })
    })

    it('to a closed port is unreachable, to a silent one a timeout', async () => {
      const silent = net.createServer((socket) => void socket.resume())
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const { port } = silent.address() as AddressInfo // listens on TCP
      const server = await serve()
      const transport = createTransport({
        secretOf: async () => ({ password }),
        pinnedKeys: async () => [server.hostKey],
        loginTimeoutMs: 200,
      })
      await expect(transport.run({ ...targetOf(server), port }, sh('true'))).rejects.toMatchObject({ code: 'connect-timeout' })
      await new Promise((resolve) => silent.close(resolve))
      await expect(transport.run({ ...targetOf(server), port }, sh('true'))).rejects.toMatchObject({ code: 'unreachable' })
    })
  })

  describe('run', () => {
    it('gives exit codes, signals, stdin and hostile words as they are', async () => {
      const server = await serve()
      const transport = connectTo(server)
      const hostile = `a'b"c$(id)\`id\`\\ \n;& 漢 *`
      expect(await transport.run(targetOf(server), sh('printf %s "$1"; printf err >&2; exit 3', hostile))).toMatchObject({
        exitCode: 3,
        signal: null,
        stdout: hostile,
        stderr: 'err',
        timedOut: false,
      })
      expect((await transport.run(targetOf(server), { ...sh('cat'), stdin: 'päyload' })).stdout).toBe('päyload')
      expect(server.connections()).toBe(1)
    })

    it('streams characters whole, whatever the chunks', async () => {
      const server = await serve()
      const seen: string[] = []
      const script = 'printf "\\346\\274"; sleep 0.2; printf "\\242\\n"'
      const result = await connectTo(server).run(targetOf(server), sh(script), { onOutput: (_, text) => seen.push(text) })
      expect(result.stdout).toBe('漢\n')
      expect(seen.join('')).toBe('漢\n')
    })

    it('ends a command at its deadline and on abort', async () => {
      const server = await serve()
      const transport = connectTo(server)
      const mark = path.join(folder, 'late')
      const late = { ...sh('sleep 5; touch "$1"', mark), deadlineMs: 300 }
      expect(await transport.run(targetOf(server), late)).toMatchObject({ timedOut: true })
      const abort = new AbortController()
      const running = transport.run(targetOf(server), sh('echo up; sleep 9'), {
        onOutput: () => abort.abort(new Error('cancelled')),
        signal: abort.signal,
      })
      await expect(running).rejects.toThrow('cancelled')
      await new Promise((resolve) => setTimeout(resolve, 5200))
      expect(fs.existsSync(mark)).toBe(false)
    })

    it('says dropped when the link goes, and connects anew after that', async () => {
      const server = await serve()
      const transport = connectTo(server)
      const running = transport.run(targetOf(server), sh('echo up; sleep 2'), { onOutput: () => server.drop() })
      await expect(running).rejects.toMatchObject({ code: 'dropped' })
      expect((await transport.run(targetOf(server), sh('echo again'))).stdout).toBe('again\n')
    })

    it('opens no more channels than allowed, and waits when the host allows fewer', async () => {
      const server = await serve()
      const transport = connectTo(server)
      const many = await Promise.all(
        Array.from({ length: 15 }, (_, index) => transport.run(targetOf(server), sh(`sleep 0.1; echo ${index}`))),
      )
      expect(many.map((one) => one.stdout.trim())).toEqual(Array.from({ length: 15 }, (_, index) => String(index)))
      expect(server.mostChannels()).toBeLessThanOrEqual(6)
      expect(server.connections()).toBe(1)
      // By a system ssh, a command that gets no channel is a lost link: the step is judged and tried again.
      if (client === 'system') return
      const narrow = await serve({ password, maxSessions: 3 })
      const few = await Promise.all(Array.from({ length: 6 }, () => connectTo(narrow).run(targetOf(narrow), sh('sleep 0.1; echo ok'))))
      expect(few.every((one) => one.stdout === 'ok\n')).toBe(true)
    })

    it('keeps head and tail of large output, and streams all of it', async () => {
      const server = await serve()
      let streamed = 0
      const result = await connectTo(server).run(
        targetOf(server),
        sh('echo first; head -c 9000000 /dev/zero | tr "\\0" x; echo; echo last'),
        {
          onOutput: (_, text) => {
            streamed += text.length
          },
        },
      )
      expect(streamed).toBe(6 + 9_000_000 + 6)
      expect(result.stdout.startsWith('first\nx')).toBe(true)
      expect(result.stdout.endsWith('x\nlast\n')).toBe(true)
      expect(result.stdout.length).toBeLessThan(4.1 * 1024 * 1024)
    })
  })

  describe('sudo', () => {
    const asRoot = (script: string) => ({ ...sh(script), as: 'root' as const })
    const asking = `[ "$1" = -n ] && { echo "sudo: a password is required" >&2; exit 1; }
read -r given; [ "$given" = "${password}" ] || { echo "Sorry, try again." >&2; echo "sudo: 1 incorrect password attempt" >&2; exit 1; }
shift 5; exec "$@"`

    it('with a password on stdin, never in the command', async () => {
      const server = await serve({ password, path: standInSudo(asking) })
      const transport = connectTo(server)
      expect((await transport.run(targetOf(server, 'password'), asRoot('echo root; cat'))).stdout).toBe('root\n')
      expect(server.commands.join()).not.toContain(password)
      await expect(transport.run(targetOf(server, 'password'), { ...asRoot('cat'), stdin: 'x' })).rejects.toThrow(TypeError)
    })

    it('that does not ask never hands the password to the command', async () => {
      const server = await serve({ password, path: standInSudo('shift 5; exec "$@"') })
      expect((await connectTo(server).run(targetOf(server, 'password'), asRoot('cat'))).stdout).toBe('')
    })

    it('refused says what it said', async () => {
      const server = await serve({ password, path: standInSudo(asking) })
      await expect(connectTo(server).run(targetOf(server, 'nopasswd'), asRoot('true'))).rejects.toMatchObject({
        code: 'sudo-refused',
        detail: 'sudo: a password is required',
      })
    })

    it('that warns and works is no refusal', async () => {
      const server = await serve({ password, path: standInSudo('echo "sudo: unable to resolve host h1" >&2; shift 3; exec "$@"') })
      expect(await connectTo(server).run(targetOf(server, 'nopasswd'), asRoot('exit 1'))).toMatchObject({ exitCode: 1 })
    })

    it('is found out by the login test', async () => {
      const server = await serve({ password, path: standInSudo(asking) })
      const report = await testLogin(connectTo(server), targetOf(server))
      expect(report).toMatchObject(process.getuid?.() === 0 ? { uid: 0, root: 'root' } : { root: 'password' })
    })
  })

  describe.each([true, false])('put with SFTP: %s', (sftp) => {
    it('uploads, mode 0600, and reports progress', async () => {
      const server = await serve({ password, sftp })
      const bytes = randomBytes(3_000_001)
      const to = path.join(folder, `put-${sftp}`)
      const progress: number[] = []
      await connectTo(server).put(targetOf(server), sourceOf(bytes), to, { onProgress: (done) => progress.push(done) })
      expect(fs.readFileSync(to).equals(bytes)).toBe(true)
      expect(fs.statSync(to).mode & 0o777).toBe(0o600)
      expect(progress.at(-1)).toBe(bytes.length)
    })

    it('continues a partial file, and sends one anew that was of another source', async () => {
      const server = await serve({ password, sftp })
      const bytes = randomBytes(500_000)
      const to = path.join(folder, `partial-${sftp}`)
      fs.writeFileSync(to, bytes.subarray(0, 200_000))
      const source = sourceOf(bytes)
      await connectTo(server).put(targetOf(server), source, to)
      expect(source.offsets).toEqual([200_000])
      fs.writeFileSync(to, randomBytes(300_000))
      const again = sourceOf(bytes)
      await connectTo(server).put(targetOf(server), again, to)
      expect(again.offsets).toEqual([300_000, 0])
      expect(fs.readFileSync(to).equals(bytes)).toBe(true)
    })

    it('says that a source is not what it should be, or that the host refuses it', async () => {
      const server = await serve({ password, sftp })
      const wrong = { ...sourceOf(Buffer.from('abc')), sha256: '0'.repeat(64) }
      await expect(connectTo(server).put(targetOf(server), wrong, path.join(folder, `wrong-${sftp}`))).rejects.toMatchObject({
        code: 'upload-corrupt',
      })
      const nowhere = path.join(folder, 'missing', 'x')
      await expect(connectTo(server).put(targetOf(server), sourceOf(Buffer.from('a')), nowhere)).rejects.toMatchObject({
        code: 'upload-corrupt',
      })
    })
  })

  it('an upload whose link drops goes on where it was', async () => {
    const server = await serve()
    const bytes = randomBytes(6_000_000)
    const source = sourceOf(bytes)
    const to = path.join(folder, 'dropped')
    server.dropAfterBytes(2_500_000)
    await connectTo(server).put(targetOf(server), source, to)
    expect(source.offsets).toHaveLength(2)
    // What is in flight through a pipe when the link goes is more than SFTP's unanswered writes.
    expect(source.offsets[1]).toBeGreaterThan(client === 'builtin' ? 2_000_000 : 0)
    expect(fs.readFileSync(to).equals(bytes)).toBe(true)
    expect(server.connections()).toBe(2)
  })

  describe('http', () => {
    const listen = async (handler: http.RequestListener): Promise<number> => {
      const server = http.createServer(handler)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      ends.push(() => void server.close())
      return (server.address() as AddressInfo).port // listens on TCP
    }
    const request = (port: number) => ({ address: '127.0.0.1', port, method: 'PUT' as const, path: '/a?b=1', timeoutMs: 2000 })

    it('goes through the link', async () => {
      const port = await listen((incoming, outgoing) => {
        incoming.on('data', (bytes) => outgoing.end(`${incoming.method} ${incoming.url} ${bytes}`))
      })
      const server = await serve()
      expect(await connectTo(server).http(targetOf(server), { ...request(port), body: 'ä' })).toMatchObject({
        status: 200,
        body: 'PUT /a?b=1 ä',
      })
    })

    it('tells refused, silent and broken apart', async () => {
      const server = await serve()
      const transport = connectTo(server)
      const silent = await listen(() => {})
      await expect(transport.http(targetOf(server), { ...request(silent), timeoutMs: 200 })).rejects.toMatchObject({
        name: 'HttpFailed',
        code: 'timeout',
      })
      await expect(transport.http(targetOf(server), request(1))).rejects.toMatchObject({ name: 'HttpFailed', code: 'refused' })
      const raw = net.createServer((socket) => void socket.end('SSH-2.0-x\r\n'))
      await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
      ends.push(() => void raw.close())
      const { port } = raw.address() as AddressInfo // listens on TCP
      await expect(transport.http(targetOf(server), request(port))).rejects.toMatchObject({ name: 'HttpFailed', code: 'broken' })
      const dropping = await listen(() => server.drop())
      await expect(transport.http(targetOf(server), request(dropping))).rejects.toMatchObject({ name: 'LinkLost' })
    })
  })
})

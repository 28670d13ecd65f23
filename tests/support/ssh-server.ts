import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import ssh2, { type Connection, type ServerChannel, type SFTPWrapper } from 'ssh2'
import { readHostKey, type SeenHostKey } from '@/server/remote/host-key'

export type TestSshServer = {
  port: number
  hostKey: SeenHostKey
  /** Authentication methods that clients tried, `none` included. */
  attempts: string[]
  connections: () => number
  mostChannels: () => number
  /** Texts of commands as they came over the wire. */
  commands: string[]
  /** Ends all TCP connections without a goodbye. */
  drop(): void
  /** Drops all connections once this many more bytes came by SFTP or for commands. */
  dropAfterBytes(bytes: number): void
  close(): Promise<void>
}

export type TestSshOptions = {
  password?: string
  /** The public key that may log in, as one OpenSSH line. */
  publicKey?: string
  keyboardInteractive?: boolean
  sftp?: boolean
  maxSessions?: number
  /** Runs nothing: every command ends with 0 in the packet that says it has begun. */
  endsAtOnce?: boolean
  /** A folder that is put first in the PATH of commands (a stand-in sudo). */
  path?: string
}

export const newHostKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

/** A small SSH server on loopback which runs commands by /bin/sh as the calling user. */
export const startSshServer = async (options: TestSshOptions, privateHostKey = newHostKey()): Promise<TestSshServer> => {
  const parsed = ssh2.utils.parseKey(privateHostKey)
  if (parsed instanceof Error) throw parsed
  const state = { attempts: [] as string[], commands: [] as string[], total: 0, open: 0, most: 0, budget: Number.POSITIVE_INFINITY }
  const sockets = new Set<Socket>()
  const drop = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const countWrite = (bytes: number): boolean => {
    state.budget -= bytes
    if (state.budget > 0) return true
    state.budget = Number.POSITIVE_INFINITY
    drop()
    return false
  }
  const ssh = new ssh2.Server({ hostKeys: [privateHostKey] }, (client) => {
    state.total += 1
    authenticate(client, options, state.attempts)
    client.on('error', () => {})
    client.on('session', (accept, reject) => {
      if (state.open >= (options.maxSessions ?? 100)) return reject()
      const session = accept()
      state.open += 1
      state.most = Math.max(state.most, state.open)
      session.on('close', () => {
        state.open -= 1
      })
      session.on('exec', (acceptExec, _reject, info) => {
        state.commands.push(info.command)
        if (options.endsAtOnce) return endAtOnce(client, acceptExec)
        const channel = acceptExec()
        channel.on('data', (bytes: Buffer) => countWrite(bytes.length))
        session.on('signal', (_ok, _no, { name }) => kill(name))
        const kill = runShell(channel, info.command, options)
      })
      if (options.sftp !== false) session.on('sftp', (acceptSftp) => serveFiles(acceptSftp(), countWrite))
    })
    client.on('tcpip', (accept, reject, info) => {
      const socket = net.connect(info.destPort, info.destIP)
      socket.once('connect', () => {
        const channel = accept()
        channel.on('error', () => {})
        channel.pipe(socket).pipe(channel)
      })
      socket.once('error', () => reject())
    })
  })
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    ssh.injectSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port, // listens on TCP
    hostKey: readHostKey(parsed.getPublicSSH()),
    attempts: state.attempts,
    commands: state.commands,
    connections: () => state.total,
    mostChannels: () => state.most,
    drop,
    dropAfterBytes: (bytes) => {
      state.budget = bytes
    },
    close: () => {
      drop()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const authenticate = (client: Connection, options: TestSshOptions, attempts: string[]): void => {
  client.on('authentication', (context) => {
    attempts.push(context.method)
    if (context.method === 'password' && !options.keyboardInteractive && context.password === options.password) return context.accept()
    if (context.method === 'publickey' && options.publicKey) {
      const allowed = ssh2.utils.parseKey(options.publicKey)
      if (allowed instanceof Error || !context.key.data.equals(allowed.getPublicSSH())) return context.reject()
      if (!context.signature || !context.blob) return context.accept()
      return allowed.verify(context.blob, context.signature, context.hashAlgo) === true ? context.accept() : context.reject()
    }
    if (context.method === 'keyboard-interactive' && options.keyboardInteractive) {
      return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
        answers[0] === options.password ? context.accept() : context.reject(),
      )
    }
    context.reject(['password', 'publickey', 'keyboard-interactive'])
  })
}

const endAtOnce = (client: Connection, accept: () => ServerChannel): void => {
  const socket: Socket = Reflect.get(client, '_sock')
  socket.cork()
  const channel = accept()
  channel.exit(0)
  channel.end()
  setImmediate(() => socket.uncork())
}

const runShell = (channel: ServerChannel, command: string, options: TestSshOptions): ((signal: string) => void) => {
  const env = { ...process.env, PATH: `${options.path ? `${options.path}:` : ''}${process.env.PATH}` }
  const child = spawn('/bin/sh', ['-c', command], { env, detached: true })
  channel.pipe(child.stdin)
  child.stdin.on('error', () => {})
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  channel.on('error', () => {})
  const kill = (signal: string): void => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, `SIG${signal}` as NodeJS.Signals) // a signal's name
  }
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal)
    else channel.exit(code ?? 0)
    channel.end()
  })
  return kill
}

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp

const serveFiles = (sftp: SFTPWrapper, countWrite: (bytes: number) => boolean): void => {
  const handle = (fd: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(fd)
    return bytes
  }
  const answer = (id: number, act: () => void): void => {
    try {
      act()
      sftp.status(id, STATUS_CODE.OK)
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' // thrown by node:fs
      sftp.status(id, missing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE)
    }
  }
  sftp.on('STAT', (id, path) => {
    if (!fs.existsSync(path)) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    const { mode, uid, gid, size, atimeMs, mtimeMs } = fs.statSync(path)
    sftp.attrs(id, { mode, uid, gid, size, atime: atimeMs / 1000, mtime: mtimeMs / 1000 })
  })
  sftp.on('OPEN', (id, path, flags, attributes) => {
    try {
      sftp.handle(id, handle(fs.openSync(path, flags & OPEN_MODE.TRUNC ? 'w' : 'r+', attributes.mode)))
    } catch {
      sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    }
  })
  sftp.on('FSETSTAT', (id, fd, attributes) => answer(id, () => fs.fchmodSync(fd.readUInt32BE(), attributes.mode)))
  let isDead = false
  sftp.on('WRITE', (id, fd, offset, data) => {
    isDead ||= !countWrite(data.length)
    if (isDead) return
    answer(id, () => fs.writeSync(fd.readUInt32BE(), data, 0, data.length, offset))
  })
  sftp.on('CLOSE', (id, fd) => answer(id, () => fs.closeSync(fd.readUInt32BE())))
}

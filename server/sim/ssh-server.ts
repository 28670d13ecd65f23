import { timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import { serveSftp } from './sftp'
import { shellWords } from './shell-words'
import type { SimWorld } from './world'

export type SshServerOptions = {
  world: SimWorld
  address: string
  port: number
  /** Host keys and uploads under way. */
  dir: string
  /** How long each command takes. */
  delayMs?: number
}

export type SimSshServer = {
  port: number
  /** Cuts every connection, as a pulled cable would. */
  dropAll(): void
  close(): Promise<void>
}

/** sshd of one simulated host, for real: host key, password and key logins, exec, SFTP, tunnels to the simulated services. */
export const startSshServer = async (options: SshServerOptions): Promise<SimSshServer> => {
  const spoolDir = join(options.dir, 'spool')
  mkdirSync(spoolDir, { recursive: true })
  const connections = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKey(options)] }, (client) => {
    if (isSilent(options)) return client.end()
    connections.add(client)
    // As sshd does: without it a short answer waits 40 ms for the client's acknowledgement.
    // ssh2 has it, its types don't.
    const setNoDelay: unknown = Reflect.get(client, 'setNoDelay')
    if (typeof setNoDelay === 'function') setNoDelay.call(client, true)
    client.on('close', () => connections.delete(client))
    // A client that goes away without a word is no event for a server.
    client.on('error', () => {})
    let user = ''
    client.on('authentication', (context) => {
      if (!isWelcome(options, context)) return context.reject(['password', 'publickey'])
      user = context.username
      context.accept()
    })
    client.on('ready', () => serve(client, user, { ...options, spoolDir }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.address, resolve)
  })
  const bound = server.address()
  const dropAll = (): void => {
    for (const client of connections) client.end()
  }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      dropAll()
    })
  return { port: typeof bound === 'object' && bound ? bound.port : options.port, dropAll, close }
}

const hostKey = ({ dir, address }: SshServerOptions): string => {
  const path = join(dir, `host-key-${address}`)
  if (!existsSync(path)) writeFileSync(path, usableKey(), { mode: 0o600 })
  return readFileSync(path, 'utf8')
}

/** A host whose cable is pulled: whoever talks to it loses the connection. */
const isSilent = ({ world, address }: SshServerOptions): boolean => world.host(address)?.machine.hasFault('silent') ?? false

/** One in some hundred keys that ssh2 makes it can't read itself. */
const usableKey = (): string => {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key
  }
}

const isWelcome = ({ world, address }: SshServerOptions, context: AuthContext): boolean => {
  const machine = world.host(address)?.machine
  const account = machine?.state.users[context.username]
  if (!machine || !account) return false
  if (context.method === 'password') return account.password !== undefined && equal(context.password, account.password)
  if (context.method !== 'publickey') return false
  const offered = context.key.data.toString('base64')
  const line = (machine.text(machine.keysFile(context.username)) ?? '').split('\n').find((one) => one.split(/\s+/).includes(offered))
  if (line === undefined) return false
  if (!context.signature || !context.blob) return true
  const key = ssh2.utils.parseKey(`${context.key.algo.startsWith('rsa') ? 'ssh-rsa' : context.key.algo} ${offered}`)
  return !(key instanceof Error) && key.verify(context.blob, context.signature, context.hashAlgo) === true
}

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

type Serving = SshServerOptions & { spoolDir: string }

const serve = (client: Connection, user: string, options: Serving): void => {
  const { world, address, spoolDir } = options
  client.on('session', (accept) => {
    if (isSilent(options)) return client.end()
    const session = accept()
    session.on('exec', (acceptExec, _reject, { command }) => runExec(acceptExec(), command, user, options))
    session.on('signal', (acceptSignal) => acceptSignal?.())
    session.on('sftp', (acceptSftp, reject) => {
      const machine = world.host(address)?.machine
      if (!machine) return reject()
      serveSftp(acceptSftp(), { machine, user, spoolDir, onChange: () => world.options.onChange?.() })
    })
  })
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    if (isSilent(options)) return client.end()
    if (world.reach(destIP, destPort) !== 'open') return reject()
    const channel = accept()
    channel.on('error', () => {})
    // Node's HTTP server takes any duplex stream as a connection.
    httpOf(world, destIP, destPort).emit('connection', channel)
  })
}

/** Collects stdin to its end, for a sudo password and scripts alike, then runs. */
const runExec = (channel: ServerChannel, command: string, user: string, { world, address, delayMs = 0 }: Serving): void => {
  const input: Buffer[] = []
  channel.on('error', () => {})
  channel.on('data', (chunk: Buffer) => input.push(chunk))
  channel.on('end', () => {
    setTimeout(() => {
      if (channel.destroyed) return
      const argv = shellWords(command)
      const outcome = argv
        ? world.exec(address, argv, { user, stdin: Buffer.concat(input).toString('utf8') })
        : { code: 127, out: '', err: 'simulated host: not a plain list of words\n' }
      if (outcome.err) channel.stderr.write(outcome.err)
      if (outcome.out) channel.write(outcome.out)
      channel.exit(outcome.code)
      channel.end()
    }, delayMs)
  })
}

const httpOf = (world: SimWorld, address: string, port: number): HttpServer =>
  createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const ask = { method: request.method ?? 'GET', path: request.url ?? '/', body: Buffer.concat(chunks).toString('utf8') }
      const answer = world.http(address, port, ask)
      // Accepted, then never answered, as a master without quorum does.
      if (answer === 'silent') return
      if (answer === 'refused') return request.socket.destroy()
      response.writeHead(answer.status, { 'content-type': answer.type, connection: 'close' })
      response.end(answer.body)
    })
  })

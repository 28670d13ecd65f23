import { keyBody } from '@/server/probes/authorized-key'
import { remoteArgv } from '@/server/remote/remote-argv'
import {
  type Command,
  type CommandResult,
  HttpFailed,
  type HttpRequest,
  type HttpResponse,
  LinkLost,
  type PutSource,
  type RunOptions,
  type Target,
  type Transport,
} from '@/server/remote/transport'
import { keyLines } from '@/server/sim/sim-probes'
import type { SimWorld } from '@/server/sim/world'

export type SimHooks = {
  /** Around every command, request and upload; what it throws is what the engine gets. */
  before?: (host: string, what: string) => void
  after?: (host: string, what: string) => void
  /** In the middle of an upload, when half of it lies on the host. */
  midUpload?: (host: string, what: string) => void
}

/** Simulated hosts without a network: the same words as over ssh, in this process and at once. */
export class SimTransport implements Transport {
  hooks: SimHooks = {}
  /** Credential → its public key: hosts let in only whose key they have. Others are let in as they are. */
  keys: Readonly<Record<string, string>> = {}
  /** Every command as the host was given it, without login wrapping, with `host: `. */
  readonly typed: { host: string; name: string; argv: readonly string[] }[] = []

  constructor(readonly world: SimWorld) {}

  run(target: Target, command: Command, options: RunOptions = {}): Promise<CommandResult> {
    return later(() => {
      const host = target.host
      this.demandLogin(target)
      const name = nameOf(command.argv)
      const what = bareOf(command.argv)
      this.hooks.before?.(host, what)
      this.typed.push({ host, name, argv: command.argv })
      const { argv, passwordFirst } = remoteArgv(command, target.login)
      if (passwordFirst) throw new Error('these tests have no sudo password')
      const stdin = command.stdin === undefined ? {} : { stdin: command.stdin }
      const { code, out, err } = this.world.exec(target.address, argv, { user: target.login.user, ...stdin })
      this.hooks.after?.(host, what)
      if (out) options.onOutput?.('stdout', out)
      if (err) options.onOutput?.('stderr', err)
      return { exitCode: code, signal: null, stdout: out, stderr: err, durationMs: 1, timedOut: false }
    })
  }

  async put(target: Target, source: PutSource, path: string): Promise<void> {
    this.demandLogin(target)
    const chunks: Buffer[] = []
    for await (const chunk of source.open(0)) chunks.push(Buffer.from(chunk))
    const bytes = Buffer.concat(chunks)
    const machine = this.world.host(target.address)?.machine
    if (!machine?.isDir(path.slice(0, path.lastIndexOf('/')))) throw new LinkLost('upload-corrupt', target.host, `no folder for ${path}`)
    const { user } = target.login
    const own = { owner: user, group: machine.state.users[user]?.group ?? user, mode: '0600' }
    const what = `upload ${path}`
    this.hooks.before?.(target.host, what)
    machine.writeFile(path, bytes.subarray(0, bytes.length >> 1), own)
    this.hooks.midUpload?.(target.host, what)
    machine.writeFile(path, bytes, own)
    this.hooks.after?.(target.host, what)
  }

  http(target: Target, { address, port, method, path, body = '' }: HttpRequest): Promise<HttpResponse> {
    return later(() => {
      this.demandLogin(target)
      const what = `${method} ${address}:${port}${path}`
      this.hooks.before?.(target.host, what)
      const answer = this.world.http(address, port, { method, path, body })
      this.hooks.after?.(target.host, what)
      if (answer === 'refused') throw new HttpFailed('refused', 'nobody listens')
      if (answer === 'silent') throw new HttpFailed('timeout', 'accepted, never answered')
      return { status: answer.status, headers: { 'content-type': answer.type }, body: answer.body }
    })
  }

  login(target: Target): Promise<void> {
    return later(() => {
      const what = `login ${target.login.credentialId}`
      this.hooks.before?.(target.host, what)
      this.demandLogin(target)
      this.hooks.after?.(target.host, what)
    })
  }

  hostKeys(): Promise<never> {
    return Promise.reject(new Error('hosts in memory have no keys'))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** As sshd and sudo of the host have it now. */
  private demandLogin({ host, address, login }: Target): void {
    const machine = this.world.host(address)?.machine
    if (!machine) throw new LinkLost('unreachable', host, 'no such simulated host')
    const { user } = login
    const known = machine.state.users[user]
    if (!known || (user !== 'root' && !machine.text(machine.keysFile(user))))
      throw new LinkLost('auth-refused', host, `${user} may not log in`)
    const key = this.keys[login.credentialId]
    if (key !== undefined && keyLines(machine, user, keyBody(key)) === 0) throw new LinkLost('auth-refused', host, 'this key is unknown')
    if (login.sudo === 'nopasswd' && machine.sudoOf(user) !== 'nopasswd') throw new LinkLost('sudo-refused', host, `${user} has no sudo`)
  }
}

/** In a turn of its own, as an answer over a network would come. */
const later = async <T>(work: () => T): Promise<T> => {
  await new Promise((resolve) => setImmediate(resolve))
  return work()
}

/** Name of the innermost script that a command runs: `file` of a fenced, probed `file`. */
const nameOf = (argv: readonly string[]): string => {
  if (argv[0] !== '/bin/bash') return argv[0] ?? ''
  const name = argv[3]?.replace('dm-panel:', '') ?? ''
  if (name === 'fenced') return nameOf(argv.slice(10))
  return name === 'with-probe' ? nameOf(argv.slice(5)) : name
}

/** A command without its fence and the texts of its scripts: what is told apart in a run, the same in every attempt. */
const bareOf = (argv: readonly string[]): string => {
  if (argv[0] !== '/bin/bash') return argv.join(' ')
  const name = argv[3]?.replace('dm-panel:', '') ?? ''
  if (name === 'fenced') return bareOf(argv.slice(10))
  if (name === 'with-probe') return bareOf(argv.slice(5, 5 + Number(argv[4])))
  if (name === 'lock-take' || name === 'lock-release' || name === 'made-read' || name === 'stage-clean') return name // job and attempt
  return [name, ...argv.slice(4)].join(' ')
}

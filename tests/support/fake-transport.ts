import { createHash } from 'node:crypto'
import {
  type Command,
  type CommandResult,
  HttpFailed,
  type HttpRequest,
  type HttpResponse,
  type PutSource,
  type RunOptions,
  type Target,
  type Transport,
} from '@/server/remote/transport'

type FakeNode = { type: 'directory' | 'regular file'; mode: string; owner: string; group: string; content: string }
type FakeUnit = { running: boolean; enteredUs: number; starts: number; stops: number /** As systemd writes it. */; entered?: string }

/** A host as a handful of facts: files, units, and the lock. */
export class FakeHost {
  bootId = 'boot-1'
  nodes = new Map<string, FakeNode>()
  units = new Map<string, FakeUnit>()
  lock = ''
  typed: string[] = []

  unit(name: string): FakeUnit {
    const unit = this.units.get(name) ?? { running: false, enteredUs: 0, starts: 0, stops: 0 }
    this.units.set(name, unit)
    return unit
  }

  start(name: string): void {
    const unit = this.unit(name)
    unit.running = true
    unit.starts += 1
    unit.enteredUs += 1000
  }
}

type Ran = { exitCode: number; stdout: string; stderr: string }
const ok = (stdout = ''): Ran => ({ exitCode: 0, stdout, stderr: '' })
const no = (exitCode: number, stderr: string): Ran => ({ exitCode, stdout: '', stderr })

export type FakeHooks = {
  /** Called with the script's name before and after it changes a host; may throw, or answer instead of it. */
  before?: (host: string, name: string, args: readonly string[]) => Ran | undefined | Promise<Ran | undefined>
  after?: (host: string, name: string) => void
  http?: (host: string, request: HttpRequest) => HttpResponse
}

/** Knows the scripts that it is told below, and refuses every other command. */
export class FakeTransport implements Transport {
  requests: HttpRequest[] = []
  hooks: FakeHooks = {}
  constructor(readonly hosts: Map<string, FakeHost>) {}

  host(id: string): FakeHost {
    const host = this.hosts.get(id)
    if (!host) throw new Error(`no host ${id}`)
    return host
  }

  async run(target: Target, command: Command, options: RunOptions = {}): Promise<CommandResult> {
    const ran = await this.exec(target.host, command.argv, command.stdin)
    if (ran.stdout) options.onOutput?.('stdout', ran.stdout)
    if (ran.stderr) options.onOutput?.('stderr', ran.stderr)
    return { ...ran, signal: null, durationMs: 1, timedOut: false }
  }

  async put(target: Target, source: PutSource, path: string): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of source.open(0)) chunks.push(Buffer.from(chunk))
    const content = Buffer.concat(chunks).toString()
    this.host(target.host).nodes.set(path, { type: 'regular file', mode: '600', owner: target.login.user, group: '', content })
  }

  http(target: Target, request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request)
    const answer = this.hooks.http?.(target.host, request)
    return answer ? Promise.resolve(answer) : Promise.reject(new HttpFailed('refused', 'nobody listens'))
  }

  login(): Promise<never> {
    return Promise.reject(new Error('hosts that are faked let nobody in'))
  }

  hostKeys(): Promise<never> {
    return Promise.reject(new Error('hosts in memory have no keys'))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private async exec(id: string, argv: readonly string[], stdin = ''): Promise<Ran> {
    const [name, args] = argv[0] === '/bin/bash' ? [argv[3]?.replace('dm-panel:', '') ?? '', argv.slice(4)] : [argv[0] ?? '', argv.slice(1)]
    if (name === 'fenced') return this.fenced(id, args, stdin)
    if (name === 'with-probe') {
      const n = Number(args[0])
      const ran = await this.exec(id, args.slice(1, n + 1), stdin)
      const probed = await this.exec(id, args.slice(n + 1))
      return { ...ran, stdout: `${ran.stdout}\n::then-probe ${ran.exitCode}\n${probed.stdout}` }
    }
    const instead = await this.hooks.before?.(id, name, args)
    const ran = instead ?? this.script(this.host(id), name, args, stdin)
    this.hooks.after?.(id, name)
    return ran
  }

  private fenced(id: string, [, job, attempt, , , , ...argv]: readonly string[], stdin: string): Promise<Ran> {
    const [, hasJob, hasAttempt] = this.host(id).lock.split(' ')
    if (hasJob !== job || hasAttempt !== attempt) return Promise.resolve(no(97, `the lock says ${this.host(id).lock}`))
    return this.exec(id, argv, stdin)
  }

  private script(host: FakeHost, name: string, args: readonly string[], stdin: string): Ran {
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = args
    host.typed.push(`${name} ${args.join(' ')}`)
    switch (name) {
      case 'probe':
        return ok(probe(host, args))
      case 'lock-take': {
        const [panel, job, attempt] = host.lock.split(' ')
        if (host.lock && panel !== second) return { exitCode: 98, stdout: host.lock, stderr: '' }
        if (job === third && Number(attempt) > Number(fourth)) return no(97, 'a later attempt')
        host.lock = `${second} ${third} ${fourth}`
        return ok()
      }
      case 'lock-release':
        if (host.lock === `${second} ${third} ${fourth}`) host.lock = ''
        return ok()
      case 'directory': {
        const fresh = !host.nodes.has(first)
        host.nodes.set(first, { type: 'directory', owner: second, group: third, mode: fourth, content: '' })
        return ok(fresh ? `::made ${first}\n` : '')
      }
      case 'stage-write':
        host.nodes.set(first, { type: 'regular file', mode: '600', owner: 'root', group: 'root', content: stdin })
        return ok()
      case 'made-read':
      case 'stage-prepare':
      case 'stage-clean':
      case 'true':
      case 'journalctl':
      case 'tail':
        return ok(name === 'journalctl' ? 'said before it failed\n' : '')
      case 'stage-take': {
        const landed = host.nodes.get(first)
        if (!landed) return no(66, 'nothing was uploaded')
        host.nodes.delete(first)
        host.nodes.set(second, landed)
        return ok()
      }
      case 'file': {
        const staged = host.nodes.get(first)
        if (!staged) return no(66, 'nothing is staged')
        host.nodes.delete(first)
        host.nodes.set(second, { ...staged, owner: third, group: fourth, mode: fifth })
        return ok(`wrote ${second}\n::made ${second}\n`)
      }
      case 'unit-running':
        if (second === 'restart' || !host.unit(first).running) host.start(first)
        return ok(`started ${first}\n`)
      case 'unit-stopped':
        if (host.unit(first).running) host.unit(first).stops += 1
        host.unit(first).running = false
        return ok()
      default:
        throw new Error(`the fake host does not know ${name}`)
    }
  }
}

const probe = (host: FakeHost, args: readonly string[]): string => {
  let out = ''
  for (let i = 0; i < args.length; ) {
    const name = args[i] ?? ''
    const count = Number(args[i + 1])
    const subject = args[i + 2] ?? ''
    i += 2 + count
    out += `::probe ${name}\n`
    if (name === 'probe_system') out += `bootId=${host.bootId}\narch=x86_64\nos=linux\ninit=systemd\nroot=yes\n`
    else if (name === 'probe_disk') out += '/dev/fake 1048576 786432 262144 75% /\n'
    else if (name === 'probe_path') out += pathLines(host.nodes.get(subject))
    else if (name === 'probe_unit') out += unitLines(host.unit(subject))
    else throw new Error(`the fake host can't answer ${name}`)
  }
  return `${out}::probed\n`
}

const pathLines = (node: FakeNode | undefined): string => {
  if (!node) return 'absent=1\n'
  const sha256 = createHash('sha256').update(node.content).digest('hex')
  const mode = node.mode.replace(/^0/, '')
  return `type=${node.type}\nmode=${mode}\nowner=${node.owner}\ngroup=${node.group}\nsize=${node.content.length}\nsha256=${sha256}\n`
}

const unitLines = (unit: FakeUnit): string =>
  `LoadState=loaded\nActiveState=${unit.running ? 'active' : 'inactive'}\nMainPID=${unit.running ? unit.enteredUs : 0}\nSubState=${unit.running ? 'running' : 'dead'}\nActiveEnterTimestampMonotonic=${unit.enteredUs}\nActiveEnterTimestamp=${unit.entered ?? ''}\n`

/** Stand-ins as plain processes on loopback addresses, without the lab. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { buildStandins } from './build-packages'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

export interface Node {
  readonly name: string
  readonly host: string
  readonly port: number
  /** 0 for a worker. */
  readonly peerPort: number
}

/** Two processes may carry one name, as some of the recordings have it. */
const keyOf = (node: Node): string => `${node.name}-${node.host}-${node.port}`

interface Running {
  readonly child: ChildProcess
  readonly exit: Promise<number | string>
}

/** One HTTP request; status 0 when nobody listens, -1 when nothing came in time. */
export function ask(node: Node, method: string, path: string, body = '', timeout = 8000): Promise<Answer> {
  return new Promise((resolve) => {
    const none = (status: number): void => resolve({ status, headers: {}, body: '' })
    const headers = body === '' ? {} : { 'Content-Type': 'application/json' }
    const call = request({ host: node.host, port: node.port, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    call.setTimeout(timeout, () => {
      none(-1)
      call.destroy()
    })
    call.on('error', () => none(0))
    call.end(body)
  })
}

export class StandinCluster {
  readonly masters: Node[] = []
  readonly workers: Node[] = []
  readonly #running = new Map<string, Running>()
  readonly #bin: string

  constructor(
    readonly dir: string,
    readonly env: Readonly<Record<string, string>>,
    version = 'v8.5.0',
  ) {
    this.#bin = join(buildStandins(), version)
    mkdirSync(dir, { recursive: true })
  }

  peerUrl = (node: Node): string => `http://${node.host}:${node.peerPort}`

  initialCluster = (): string => this.masters.map((node) => `${node.name}=${this.peerUrl(node)}`).join(',')

  startMaster(node: Node, how: { join?: readonly Node[]; initial?: string; toml?: string; data?: string } = {}): void {
    const address = `${node.host}:${node.port}`
    const origin =
      how.join === undefined
        ? `--initial-cluster=${how.initial ?? this.initialCluster()}`
        : `--join=${how.join.map((other) => `${other.host}:${other.port}`).join(',')}`
    this.#start('dm-master', node, how.toml ?? 'openapi = true\n', [
      `--master-addr=${address}`,
      `--advertise-addr=${address}`,
      `--peer-urls=${this.peerUrl(node)}`,
      `--advertise-peer-urls=${this.peerUrl(node)}`,
      `--data-dir=${how.data ?? join(this.dir, `${node.name}-data`)}`,
      origin,
    ])
  }

  startWorker(node: Node, toml = ''): void {
    const address = `${node.host}:${node.port}`
    const join = this.masters.map((master) => `${master.host}:${master.port}`).join(',')
    this.#start('dm-worker', node, toml, [`--worker-addr=${address}`, `--advertise-addr=${address}`, `--join=${join}`])
  }

  #start(program: string, node: Node, toml: string, args: readonly string[]): void {
    const config = join(this.dir, `${keyOf(node)}.toml`)
    writeFileSync(config, toml)
    const common = [`--name=${node.name}`, `--config=${config}`, `--log-file=${this.logFile(node)}`]
    const env = { ...process.env, ...this.env }
    // However this process ends, the kernel then ends the node: none outlives an interrupted test.
    const guarded = ['--pdeathsig', 'KILL', join(this.#bin, program), ...common, ...args]
    const child = spawn('setpriv', guarded, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => {
        text += part.toString()
        writeFileSync(join(this.dir, `${keyOf(node)}.out`), text)
      })
    }
    const exit = new Promise<number | string>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'gone')))
    this.#running.set(keyOf(node), { child, exit })
  }

  logFile = (node: Node): string => join(this.dir, `${keyOf(node)}.log`)
  log = (node: Node): string => (existsSync(this.logFile(node)) ? readFileSync(this.logFile(node), 'utf8') : '')
  output = (node: Node): string => {
    const file = join(this.dir, `${keyOf(node)}.out`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /** Ends a node; resolves with its exit code, or the signal's name. */
  async end(node: Node, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.#running.get(keyOf(node))?.child.kill(signal)
    return await this.exit(node)
  }

  exit = async (node: Node): Promise<number | string> => (await this.#running.get(keyOf(node))?.exit) ?? 'never started'

  async endAll(): Promise<void> {
    for (const { child } of this.#running.values()) child.kill('SIGKILL')
    await Promise.all([...this.#running.values()].map(({ exit }) => exit))
  }

  dmctl(master: Node, args: readonly string[]): Promise<{ code: number; text: string }> {
    return new Promise((resolve) => {
      execFile(join(this.#bin, 'dmctl'), ['--master-addr', `${master.host}:${master.port}`, ...args], (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code), text: stdout }),
      )
    })
  }

  run(program: string, args: readonly string[]): Promise<{ code: number; text: string }> {
    return new Promise((resolve) => {
      execFile(join(this.#bin, program), [...args], (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code), text: stdout }),
      )
    })
  }

  /** The leader as `node` names it, or undefined. */
  async leader(node: Node): Promise<Node | undefined> {
    const answer = await ask(node, 'GET', '/apis/v1alpha1/members?leader=true')
    const name = /"name": "([^"]+)"/.exec(answer.body)?.[1]
    return answer.status === 200 ? this.masters.find((master) => master.name === name) : undefined
  }
}

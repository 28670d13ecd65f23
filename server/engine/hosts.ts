import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { HostFacts } from '@/server/domain/facts'
import type { HostId } from '@/server/domain/instance'
import { type Lane, type Plan, runsBeside } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import type { Act } from '@/server/domain/step'
import { askHost, parseHost } from '@/server/probes/batch'
import {
  type CommandResult,
  type HttpRequest,
  type HttpResponse,
  LinkLost,
  type PutSource,
  type RunOptions,
  type Target,
} from '@/server/remote/transport'
import { fenced, lockRelease, lockTake } from '@/server/steps/host-lock'
import { madeRead, parseMade } from '@/server/steps/made'
import { landingPath, stagePrepare, stageTake, stageWrite } from '@/server/steps/staging'
import type { Claim } from '@/server/store/jobs'
import type { Engine } from './engine'

type LoginName = Lane['login']

const probeDeadlineMs = 120_000
const smallDeadlineMs = 60_000
const lockDeadlineMs = 130_000 // longer than the lock's own patience
/** Texts up to this size go along with the command that stages them. */
const smallBytes = 256 * 1024

/** `tag`: of the step it belongs to; what the command makes is written down on the host under it. */
type Exec = Omit<Extract<Act, { act: 'exec' }>, 'act'> & { tag?: string }

/** Ways to lose a link that may pass by themselves. */
const passing = new Set<LinkLost['code']>(['unreachable', 'connect-timeout', 'dropped'])

export const mayPass = (error: unknown): error is LinkLost => error instanceof LinkLost && passing.has(error.code)

/** Jobs that run beside others have a lock of their own; no cluster's name has an @. */
const lockName = ({ cluster, operation }: Plan, { jobId }: Claim): string => (runsBeside(operation) ? `@${jobId}` : cluster)

/** The hosts of a plan as one attempt reaches them: every mutating command is fenced by the attempt's number on the host itself. */
export class Hosts {
  /** Secrets that were resolved in this attempt; masked wherever output is kept. */
  readonly secrets: string[] = []
  private readonly prepared = new Set<string>()
  private readonly lost = new Map<HostId, number>()

  constructor(
    private readonly engine: Engine,
    private readonly plan: Plan,
    private readonly claim: Claim,
    /** Throws when this attempt is over. */
    private readonly alive: () => void,
  ) {}

  target(host: HostId, login: LoginName): Target {
    const known = this.plan.hosts[host]
    if (!known) throw new Error(`the plan has no host ${host}`)
    return {
      ...{ host, address: known.address, port: known.sshPort },
      login: login === 'given' ? (known.given ?? known.deploy) : known.deploy,
      ...(known.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: known.connectTimeoutMs }),
      ...(known.client === undefined ? {} : { client: known.client }),
      ...(known.jump === undefined ? {} : { jump: known.jump }),
    }
  }

  /** How often the link to one of these was lost in this attempt: such a host may have been rebooted meanwhile. */
  losses(hosts: readonly HostId[]): number {
    return hosts.reduce((sum, host) => sum + (this.lost.get(host) ?? 0), 0)
  }

  private async linked<T>(host: HostId, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (mayPass(error)) this.lost.set(host, (this.lost.get(host) ?? 0) + 1)
      throw error
    }
  }

  /** Everything asked in one exec; tries again while the link may come back. */
  async probe(host: HostId, login: LoginName, probes: readonly HostProbe[]): Promise<HostFacts> {
    const result = await this.read(host, login, askHost(probes), probeDeadlineMs)
    return parseHost(probes, result.stdout, new Date(this.engine.clock.now()).toISOString())
  }

  /** Runs again after a wait while the link is lost in a way that may pass. Only for what may be repeated. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (const wait of this.engine.reconnectMs) {
      this.alive()
      try {
        return await work()
      } catch (error) {
        if (!mayPass(error)) throw error
        await this.engine.clock.sleep(wait)
      }
    }
    this.alive()
    return work()
  }

  /** A read-only command as root. */
  read(host: HostId, login: LoginName, argv: readonly string[], deadlineMs = smallDeadlineMs): Promise<CommandResult> {
    const command = { argv, as: 'root', deadlineMs } as const
    return this.patiently(() => this.linked(host, () => this.engine.transport.run(this.target(host, login), command)))
  }

  /** Resolves when the host can be reached; throws `LinkLost` when patience ends. */
  async reach(host: HostId, login: LoginName): Promise<void> {
    await this.read(host, login, ['true'])
  }

  /** One mutating command under the host's lock. */
  exec(host: HostId, login: LoginName, act: Exec, options: RunOptions = {}): Promise<CommandResult> {
    this.alive()
    const { deployUser } = this.plan
    const { cluster } = this.holder()
    const { jobId, attempt } = this.claim
    const user = act.as === 'deploy' ? { user: deployUser } : {}
    const tag = act.tag === undefined ? {} : { tag: act.tag }
    const argv = fenced({ cluster, jobId, attempt, deadlineMs: act.deadlineMs, argv: act.argv, ...user, ...tag })
    const stdin = act.stdin === undefined ? {} : { stdin: act.stdin }
    // The host ends it at its deadline; ours is only for a host that does not.
    const command = { argv, as: 'root', deadlineMs: act.deadlineMs + 45_000, ...stdin } as const
    return this.linked(host, () => this.engine.transport.run(this.target(host, login), command, options))
  }

  /** Stages a content as root: small texts in one command, all else by way of the login user's landing place. */
  async put(
    host: HostId,
    login: LoginName,
    act: Extract<Act, { act: 'put' }>,
    onProgress: (doneBytes: number) => void,
  ): Promise<CommandResult> {
    const target = this.target(host, login)
    const user = target.login.user
    const source = await this.source(act.content)
    // Beside a sudo password nothing may go on stdin.
    if ('text' in source && source.sizeBytes <= smallBytes && target.login.sudo !== 'password') {
      const staged = stageWrite(act.path, source.sizeBytes)
      return this.exec(host, login, { argv: staged, stdin: source.text, as: 'root', deadlineMs: smallDeadlineMs })
    }
    if (!this.prepared.has(`${user}@${host}`)) {
      const made = await this.exec(host, login, { argv: stagePrepare(user), as: 'root', deadlineMs: smallDeadlineMs })
      if (made.exitCode !== 0) return made
      this.prepared.add(`${user}@${host}`)
    }
    const landing = landingPath(user, act.path)
    this.alive()
    this.prepared.delete(`${user}@${host}`) // a failed upload may be the landing place's fault
    await this.linked(host, () => this.engine.transport.put(target, source, landing, { onProgress }))
    this.prepared.add(`${user}@${host}`)
    this.engine.boundary('uploaded')
    return this.exec(host, login, { argv: stageTake(landing, act.path, source.sizeBytes), as: 'root', deadlineMs: smallDeadlineMs })
  }

  /** By a connection of its own. */
  login(host: HostId, login: { user: string; credentialId: string }): Promise<void> {
    this.alive()
    const target = { ...this.target(host, 'deploy'), login: { ...login, sudo: 'nopasswd' } } as const
    return this.linked(host, () => this.engine.transport.login(target))
  }

  http(host: HostId, login: LoginName, request: HttpRequest): Promise<HttpResponse> {
    this.alive()
    return this.linked(host, () => this.engine.transport.http(this.target(host, login), request))
  }

  /** Takes the host's lock for this attempt; waits for a command that an earlier one left. */
  take(host: HostId): Promise<CommandResult> {
    return this.byEither(host, (login) => this.read(host, login, lockTake(this.holder()), lockDeadlineMs))
  }

  release(host: HostId): Promise<CommandResult> {
    return this.byEither(host, (login) => this.read(host, login, lockRelease(this.holder()), lockDeadlineMs))
  }

  /** Clears away what the job has left there. */
  clean(host: HostId, argv: readonly string[]): Promise<CommandResult> {
    return this.byEither(host, (login) => this.exec(host, login, { argv, as: 'root', deadlineMs: smallDeadlineMs }))
  }

  /** The job's own work on a host that either login may do: a rotation of keys ends the first one on its way. */
  private async byEither<T>(host: HostId, work: (login: LoginName) => Promise<T>): Promise<T> {
    try {
      return await work('given')
    } catch (error) {
      if (!(error instanceof LinkLost) || error.code !== 'auth-refused' || !this.plan.hosts[host]?.given) throw error
      return work('deploy')
    }
  }

  /** What the job's scripts wrote down on a host, by step tag. */
  async made(host: HostId): Promise<ReadonlyMap<string, readonly string[]>> {
    return parseMade((await this.byEither(host, (login) => this.read(host, login, madeRead(this.claim.jobId)))).stdout)
  }

  private holder() {
    return { cluster: lockName(this.plan, this.claim), panelId: this.engine.panelId, jobId: this.claim.jobId, attempt: this.claim.attempt }
  }

  private async source(content: Extract<Act, { act: 'put' }>['content']): Promise<PutSource | (PutSource & { text: string })> {
    if ('package' in content) return this.engine.packages(content.package)
    if ('kept' in content) return this.engine.pushed(content.kept.id)
    const parts = await this.engine.blobs(content.blob.sha256)
    const texts = await Promise.all(parts.map((part) => ('text' in part ? part.text : this.resolve(part.secret))))
    const text = texts.join('')
    const bytes = Buffer.from(text, 'utf8')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (!content.blob.secret && sha256 !== content.blob.sha256)
      throw new Error(`the text ${content.blob.sha256} in the store has hash ${sha256}`)
    return { sizeBytes: bytes.length, sha256, text, open: (offset) => Readable.from([bytes.subarray(offset)]) }
  }

  private async resolve(credentialId: string): Promise<string> {
    const secret = await this.engine.secret(credentialId)
    for (const each of [secret, ...(await this.engine.masks(credentialId))]) if (!this.secrets.includes(each)) this.secrets.push(each)
    return secret
  }
}

import type { SshClient } from '@/server/domain/ssh-client'
import type { Secret } from './connect'
import { type ConnectionPool, createConnectionPool } from './connection-pool'
import type { PinnedKey } from './host-key'
import { quoteArgv } from './quote'
import { remoteArgv } from './remote-argv'
import { runCommand } from './run-command'
import { scanHostKeys } from './scan-host-keys'
import type { SystemSsh } from './system-link'
import { type Command, type CommandResult, LinkLost, type RunOptions, type Target, type Transport } from './transport'
import { tunnelHttp } from './tunnel-http'
import { upload } from './upload'

export type TransportSettings = {
  secretOf: (credentialId: string) => Promise<Secret>
  pinnedKeys: (address: string, port: number) => Promise<readonly PinnedKey[]>
  /** For the TCP connection; default 5000. */
  connectTimeoutMs?: number
  /** From there to the end of the login; default 15000. */
  loginTimeoutMs?: number
  keepaliveMs?: number
  /** An unused connection is closed after this long; default 60000. */
  idleMs?: number
  maxConnecting?: number
  channelsPerConnection?: number
  /** Of targets that don't say theirs; default `builtin`. */
  defaultClient?: SshClient
  /** Of the ssh-agent, for credentials that name one of its keys. */
  agentSocket?: string | undefined
  /** What a target's client `system` is; default `ssh`, found on the PATH. */
  systemSsh?: SystemSsh
}

/** The transport over ssh2, or the system's ssh where the target says so: one connection per host, user and credential. See `transport.ts` for what each method promises. */
export const createTransport = (settings: TransportSettings): Transport => {
  const pool = createConnectionPool({
    connectTimeoutMs: 5000,
    loginTimeoutMs: 15_000,
    keepaliveMs: 10_000,
    idleMs: 60_000,
    maxConnecting: 8,
    channelsPerConnection: 6,
    systemSsh: { program: 'ssh', options: [] },
    defaultClient: 'builtin',
    agentSocket: undefined,
    ...settings,
  })
  const run = (target: Target, command: Command, options: RunOptions = {}): Promise<CommandResult> =>
    runAs({ pool, secretOf: settings.secretOf }, target, command, options)
  return {
    run,
    put: (target, source, path, options = {}) =>
      upload(target.host, source, path, (work) => pool.use(target, options.signal, work), options),
    login: (target) => pool.fresh(target),
    http: (target, request, options = {}) =>
      pool.use(target, options.signal, async (link) => {
        const release = await link.channels.take(options.signal)
        try {
          return await tunnelHttp(target.host, link, request, options.signal)
        } finally {
          release()
        }
      }),
    hostKeys: (target, timeoutMs) => pool.useWay(target, (via) => scanHostKeys(target.address, target.port, timeoutMs, via)),
    close: () => pool.close(),
  }
}

type Means = { pool: ConnectionPool; secretOf: TransportSettings['secretOf'] }

const runAs = async (means: Means, target: Target, command: Command, options: RunOptions): Promise<CommandResult> => {
  const { argv, passwordFirst } = remoteArgv(command, target.login)
  const stdin = passwordFirst ? `${await sudoPassword(means, target)}\n` : (command.stdin ?? '')
  const result = await means.pool.use(target, options.signal, async (link) => {
    const release = await link.channels.take(options.signal)
    try {
      return await runCommand(target.host, link, { text: quoteArgv(argv), stdin, deadlineMs: command.deadlineMs }, options)
    } finally {
      release()
    }
  })
  if (argv[0] === 'sudo' && isSudoRefusal(result) && (isSudoProbe(command) || !(await sudoWorks(means, target)))) {
    throw new LinkLost('sudo-refused', target.host, result.stderr.trim())
  }
  return result
}

const sudoPassword = async (means: Means, target: Target): Promise<string> => {
  const { password } = await means.secretOf(target.login.credentialId)
  if (password === undefined) throw new LinkLost('sudo-refused', target.host, 'no password in the credential')
  if (/[\r\n]/.test(password)) throw new LinkLost('sudo-refused', target.host, 'the password holds a line break')
  return password
}

/** What a refusal looks like in any language: sudo names itself. A warning of a sudo that works can look the same. */
const isSudoRefusal = ({ exitCode, stdout, stderr }: CommandResult): boolean =>
  stdout === '' && ((exitCode === 1 && /^sudo: |sudoers|^Sorry, /m.test(stderr)) || (exitCode === 127 && /\bsudo:.*not found/.test(stderr)))

const sudoProbe: Command = { argv: ['true'], as: 'root', deadlineMs: 20_000 }
const isSudoProbe = (command: Command): boolean => command === sudoProbe

/** Settles the doubt: does sudo run `true`? */
const sudoWorks = async (means: Means, target: Target): Promise<boolean> => {
  try {
    return (await runAs(means, target, sudoProbe, {})).exitCode === 0
  } catch (error) {
    if (error instanceof LinkLost && error.code === 'sudo-refused') return false
    throw error
  }
}

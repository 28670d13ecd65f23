import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Askpass, offerPassword, type SshEnvironment, sshEnvironment } from './askpass'
import { channelOf } from './child-channel'
import type { ConnectSettings } from './connect'
import { algorithmsFor, type PinnedKey } from './host-key'
import { type KeyAgent, startKeyAgent } from './key-agent'
import type { Exit, Link, Running } from './link'
import { quoteArgv } from './quote'
import { scanHostKeys } from './scan-host-keys'
import { type AgentChoice, demandAgent } from './ssh-agent'
import { HttpFailed, LinkLost, type Target } from './transport'

/** The SSH client of this machine, for plug-ins, customised clients and `~/.ssh/config`. */
export type SystemSsh = {
  /** A name on the PATH, or a path. */
  program: string
  /** `Name=value`, as after `-o`. None of them can undo the pinned host keys: ssh takes the first value of an option. */
  options: readonly string[]
}

const killAfterMs = 500
/** How long after its socket an ssh that ends may live. */
const noticeMs = 2000
const pollMs = 25
/** Exit code of ssh itself; also what a command may exit with. */
const ownFailure = 255

/**
 * A link that a system ssh holds (ControlMaster); commands and tunnels are further ssh processes that share it. Host keys are the
 * pinned ones. Keys are signed with in this process, passwords are given through a pipe. Rejects with `LinkLost`. A command that a
 * signal ends has the exit code 128 + its number. `via`: the link of the last jump host, held by a system ssh too.
 */
export const connectBySystemSsh = async (target: Target, ssh: SystemSsh, settings: ConnectSettings, via?: Link): Promise<Link> => {
  const pinned = await settings.pinnedKeys(target.address, target.port)
  if (pinned.length === 0) throw new LinkLost('host-key-unknown', target.host, await shownKey(target, settings.connectTimeoutMs, via))
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dm-panel-ssh-'))
  const means: Means = { ...{ target, ssh, folder, control: path.join(folder, 'control') }, ends: [], lost: new AbortController() }
  try {
    return await master(means, { pinned, offer: await offerCredential(means, settings), settings, via })
  } catch (error) {
    await leave(means)
    throw error
  }
}

/** Not always reachable without the system's ssh: behind a ProxyCommand of its own, its key must be confirmed from a known_hosts text. */
const shownKey = async ({ address, port, connectTimeoutMs }: Target, timeoutMs: number, via: Link | undefined): Promise<string> => {
  try {
    const [best] = await scanHostKeys(address, port, connectTimeoutMs ?? timeoutMs, via)
    return best ? `${best.keyType} ${best.fingerprint}` : ''
  } catch (error) {
    if (error instanceof LinkLost) return error.detail
    throw error
  }
}

type Means = {
  target: Target
  ssh: SystemSsh
  folder: string
  control: string
  ends: (KeyAgent | Askpass)[]
  lost: AbortController
}

const leave = async ({ folder, ends }: Means): Promise<void> => {
  for (const one of ends.splice(0)) one.close()
  await rm(folder, { recursive: true, force: true })
}

type Offer = { env: SshEnvironment; options: readonly string[] }

/** Makes the credential's secrets usable by ssh. */
const offerCredential = async (means: Means, settings: ConnectSettings): Promise<Offer> => {
  const { target, folder, ends } = means
  const secret = await settings.secretOf(target.login.credentialId)
  const options: string[] = []
  if (secret.privateKey !== undefined) {
    const key = settings.parseKey(secret.privateKey, secret.passphrase)
    if (key instanceof Error) throw new LinkLost('auth-refused', target.host, `private key not readable: ${key.message}`)
    const socket = path.join(folder, 'agent')
    ends.push(await startKeyAgent(key, socket))
    options.push(`IdentityAgent=${socket}`)
  }
  if (secret.agent) options.push(...(await agentOptions(means, secret.agent, settings.agentSocket)))
  if (secret.password === undefined) return { env: sshEnvironment(), options: [...options, 'BatchMode=yes'] }
  const askpass = offerPassword(secret.password, folder)
  ends.push(askpass)
  return { env: { ...sshEnvironment(), ...askpass.env }, options: [...options, 'BatchMode=no'] }
}

/** A chosen key is named by its public half, the agent has the other one. */
const agentOptions = async ({ target, folder }: Means, choice: AgentChoice, agentSocket: string | undefined): Promise<string[]> => {
  const socket = await demandAgent(target.host, choice, agentSocket)
  if (choice.publicKey === '') return [`IdentityAgent=${socket}`]
  const publicHalf = path.join(folder, 'chosen.pub')
  await writeFile(publicHalf, `${choice.publicKey}\n`)
  return [`IdentityAgent=${socket}`, `IdentityFile=${publicHalf}`, 'IdentitiesOnly=yes']
}

type Login = { pinned: readonly PinnedKey[]; offer: Offer; settings: ConnectSettings; via: Link | undefined }

/** Starts the ssh that holds the connection; resolves when it has logged in. */
const master = async (means: Means, { pinned, offer, settings, via }: Login): Promise<Link> => {
  const { target, control } = means
  await writeFile(knownHosts(means), pinned.map(({ keyType, key }) => `${alias} ${keyType} ${key}\n`).join(''), { mode: 0o600 })
  const connectMs = target.connectTimeoutMs ?? settings.connectTimeoutMs
  const options = [
    ...hostKeyOptions(means, pinned),
    ...['ControlMaster=yes', 'ControlPersist=no', `ConnectTimeout=${Math.ceil(connectMs / 1000)}`, 'NumberOfPasswordPrompts=1'],
    ...[`ServerAliveInterval=${Math.ceil(settings.keepaliveMs / 1000)}`, 'ServerAliveCountMax=3', 'ForwardAgent=no', 'ForwardX11=no'],
    ...(via?.proxyCommand ? [`ProxyCommand=${via.proxyCommand(target.address, target.port)}`] : []),
    ...offer.options,
  ]
  const args = ['-N', '-T', ...asOptions([...options, ...means.ssh.options]), ...address(means)]
  const child = spawnIn(means, '/bin/sh', ['-c', lifeline, 'sh', means.ssh.program, ...args], offer.env)
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(-8000)
  })
  child.stdout.resume()
  const ended = new Promise<LinkLost>((resolve) => {
    child.once('error', (error) => resolve(new LinkLost('no-ssh-client', target.host, error.message)))
    child.once('close', (code) =>
      resolve(code === notFound ? new LinkLost('no-ssh-client', target.host, said.trim()) : failureOf(target, said)),
    )
  })
  const timer = setTimeout(() => child.stdin.end(), connectMs + settings.loginTimeoutMs)
  const polling = new AbortController()
  try {
    const early = await Promise.race([ended, whenListening(control, polling.signal)])
    if (early) throw early
  } finally {
    clearTimeout(timer)
    polling.abort()
  }
  return linkOf(means, child, ended)
}

/** Runs ssh until our end of stdin is closed, be it that this process was killed. */
const lifeline = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & ssh=$!',
  '{ cat <&3; kill "$ssh"; } >/dev/null 2>&1 & watch=$!',
  'exec 3<&-',
  'wait "$ssh"; code=$?',
  'kill "$watch" 2>/dev/null',
  'exit "$code"',
].join('\n')
/** What a shell says of a program that is not there. */
const notFound = 127

const linkOf = (means: Means, child: ChildProcessWithoutNullStreams, ended: Promise<LinkLost>): Link => {
  const { lost } = means
  void ended.then(async (reason) => {
    lost.abort(new LinkLost('dropped', reason.host, reason.detail || 'connection closed'))
    await leave(means)
  })
  return {
    lost: lost.signal,
    exec: (text) => exec(means, text),
    forward: (to, port, stop) => forward(means, { address: to, port }, stop),
    sftp: undefined,
    proxyCommand: (to, port) => proxyCommand(means, { address: to, port }),
    close: () => void child.stdin.end(),
  }
}

/** Resolves when ssh has logged in and listens for others; never rejects. */
const whenListening = async (control: string, stop: AbortSignal): Promise<undefined> => {
  while (!stop.aborted && !existsSync(control)) await sleep(pollMs)
}

/** Known hosts are looked up by this name, whatever `~/.ssh/config` makes of the address. */
const alias = 'dm-panel'
const knownHosts = ({ folder }: Means): string => path.join(folder, 'known_hosts')

const hostKeyOptions = (means: Means, pinned: readonly PinnedKey[]): string[] => [
  ...['StrictHostKeyChecking=yes', `UserKnownHostsFile=${knownHosts(means)}`, 'GlobalKnownHostsFile=/dev/null', `HostKeyAlias=${alias}`],
  ...['VerifyHostKeyDNS=no', 'CheckHostIP=no', 'UpdateHostKeys=no', `HostKeyAlgorithms=${algorithmsFor(pinned).join(',')}`],
]

const asOptions = (options: readonly string[]): string[] => options.flatMap((option) => ['-o', option])

/** Never more than the connection that stands: without it ssh would log in anew, past our host keys. */
const shared = ['-T', ...asOptions(['ControlMaster=no', 'ProxyCommand=false', 'BatchMode=yes'])]

const address = ({ target, control }: Means): string[] => [
  ...['-S', control, '-p', String(target.port), '-l', target.login.user],
  ...['--', target.address],
]

const start = ({ ssh, folder }: Means, args: readonly string[], env = sshEnvironment()): ChildProcessWithoutNullStreams =>
  spawnIn({ folder }, ssh.program, args, env)

const spawnIn = ({ folder }: Pick<Means, 'folder'>, program: string, args: readonly string[], env: SshEnvironment) =>
  // A session of its own: no terminal to ask at, and no Ctrl-C of ours.
  spawn(program, args, { cwd: folder, env: { ...env, NODE_ENV: process.env.NODE_ENV }, detached: true, stdio: 'pipe' })

/** The text runs under a shell of its own, so that a command's signal can be told from an end of ssh. */
const exec = async (means: Means, text: string): Promise<Running> => {
  const child = start(means, [...shared, ...address(means), quoteArgv(['/bin/sh', '-c', `${text}\nexit $?`])])
  const exit: Exit = { code: null, signal: null, seen: false }
  let ending = false
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(0, 1000)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', async (code) => {
      const seen = !ending && code !== null && (code !== ownFailure || (await stands(means)))
      if (seen && !(code === ownFailure && nothingRan.test(said))) Object.assign(exit, { code, seen })
      resolve()
    })
  })
  const end = (): void => {
    ending = true
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref()
  }
  return { channel: channelOf(child, ended), stderr: child.stderr, exit, end }
}

/** What a shared ssh says when the host gives it no channel. */
const nothingRan = /^mux_client_request_session:/m

/** Whether the connection is there still; when it is not, its end is known by then. */
const stands = async (means: Means): Promise<boolean> => {
  const isThere = await new Promise<boolean>((resolve) => {
    const child = start(means, ['-O', 'check', ...address(means)])
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
  if (!isThere && !means.lost.signal.aborted) await Promise.race([once(means.lost.signal, 'abort'), sleep(noticeMs)])
  return isThere
}

type Endpoint = { address: string; port: number }

/** To be called as a tunnel to `to`. */
const tunnelArgs = (means: Means, to: Endpoint): string[] => {
  const at = to.address.includes(':') ? `[${to.address}]` : to.address
  return [...shared, '-W', `${at}:${to.port}`, ...address(means)]
}

/** The other ssh gives it to a shell, and expands what follows a percent sign. */
const proxyCommand = (means: Means, to: Endpoint): string => quoteArgv([means.ssh.program, ...tunnelArgs(means, to)]).replaceAll('%', '%%')

const forward = async (means: Means, to: Endpoint, stop: AbortSignal): Promise<Duplex> => {
  const child = start(means, tunnelArgs(means, to))
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    // Its exit code is 0 as well when the link was lost.
    child.once('close', () => (stop.aborted ? resolve() : void stands(means).then(() => resolve())))
  })
  const channel = channelOf(child, ended)
  void ended.then(() => {
    if (!stop.aborted && said !== '') channel.destroy(new HttpFailed(/prohibited/.test(said) ? 'broken' : 'refused', said.trim()))
  })
  return channel
}

/** What ssh said when it could not log in, or ended. */
const failureOf = ({ host }: Target, said: string): LinkLost => {
  const fingerprint = /SHA256:[\w+/]+/.exec(said)?.[0]
  const last = said.trim().split(/\r?\n/).at(-1) ?? ''
  if (/HOST IDENTIFICATION HAS CHANGED|Host key verification failed|host key is known for/i.test(said))
    return new LinkLost('host-key-changed', host, fingerprint ?? last)
  if (/Permission denied|authentication (methods|failures)/i.test(said)) return new LinkLost('auth-refused', host, last)
  const refused = /(?:open|forwarding|request) failed: .*/.exec(said)?.[0]
  if (refused) return new LinkLost('unreachable', host, `the jump host can’t reach it: ${refused}`)
  if (/timed out/i.test(said)) return new LinkLost('connect-timeout', host, last)
  return new LinkLost('unreachable', host, last)
}

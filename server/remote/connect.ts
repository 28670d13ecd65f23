import { setMaxListeners } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2'
import { algorithmsFor, judgeHostKey, type PinnedKey, readHostKey } from './host-key'
import type { Link } from './link'
import { type AgentChoice, chosenAgent, demandAgent } from './ssh-agent'
import { ssh2Link } from './ssh2-link'
import { HttpFailed, LinkLost, type Target } from './transport'

/** `agent`: logged in by a key that the ssh-agent of this machine holds. */
export type Secret = { password?: string; privateKey?: string; passphrase?: string; agent?: AgentChoice }

export type ConnectSettings = {
  secretOf: (credentialId: string) => Promise<Secret>
  pinnedKeys: (address: string, port: number) => Promise<readonly PinnedKey[]>
  /** For the TCP connection. */
  connectTimeoutMs: number
  /** From there to the end of the login. */
  loginTimeoutMs: number
  keepaliveMs: number
  parseKey: (privateKey: string, passphrase: string | undefined) => ParsedKey | Error
  /** Of the ssh-agent; undefined: there is none. */
  agentSocket: string | undefined
}

/**
 * Connects and logs in. The host key is compared with the pinned ones in the key exchange, before any credential is sent.
 * `via`: the link of the last jump host. Rejects with `LinkLost` only, but for errors of `secretOf` and `pinnedKeys`.
 */
export const connect = async (target: Target, settings: ConnectSettings, via?: Link): Promise<Link> => {
  const pinned = await settings.pinnedKeys(target.address, target.port)
  const methods = await authMethods(target, await settings.secretOf(target.login.credentialId), settings)
  const timeoutMs = target.connectTimeoutMs ?? settings.connectTimeoutMs
  const socket = await (via ? openThrough(via, target, timeoutMs) : openSocket(target, timeoutMs))
  return login(target, { socket, pinned, methods }, settings)
}

/** A TCP connection; rejects with `LinkLost` unreachable or connect-timeout. */
export const openSocket = (target: Pick<Target, 'host' | 'address' | 'port'>, timeoutMs: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host: target.address, port: target.port, noDelay: true })
    const fail = (code: 'unreachable' | 'connect-timeout', detail: string): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new LinkLost(code, target.host, detail))
    }
    const timer = setTimeout(() => fail('connect-timeout', `no answer on port ${target.port} within ${timeoutMs} ms`), timeoutMs)
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ETIMEDOUT' ? 'connect-timeout' : 'unreachable', error.message || String(error.code)),
    )
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })

/** A TCP connection from a jump host; rejects as `openSocket` does. */
export const openThrough = async (via: Link, target: Pick<Target, 'host' | 'address' | 'port'>, timeoutMs: number): Promise<Duplex> => {
  const stop = new AbortController()
  const late = new LinkLost('connect-timeout', target.host, `no answer on port ${target.port} within ${timeoutMs} ms through the jump host`)
  const timer = setTimeout(() => stop.abort(late), timeoutMs)
  try {
    return await via.forward(target.address, target.port, stop.signal)
  } catch (error) {
    if (error instanceof HttpFailed) throw new LinkLost('unreachable', target.host, `the jump host can’t reach it: ${error.detail}`)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

type Entrance = { socket: Duplex; pinned: readonly PinnedKey[]; methods: AnyAuthMethod[] }

const login = (target: Target, { socket, pinned, methods }: Entrance, settings: ConnectSettings): Promise<Link> =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const lost = new AbortController()
    // Every unanswered SFTP write listens.
    setMaxListeners(0, lost.signal)
    let refusal: LinkLost | null = null
    let isReady = false
    const end = (error: LinkLost): void => {
      if (isReady) lost.abort(error)
      else reject(error)
      client.destroy()
    }
    client.on('ready', () => {
      isReady = true
      resolve(ssh2Link({ host: target.host, client, lost: lost.signal }))
    })
    client.on('error', (error) => end(refusal ?? (isReady ? dropped(target, error.message) : loginFailure(target, error))))
    client.on('close', () => end(refusal ?? (isReady ? dropped(target, 'connection closed') : closedEarly(target))))
    try {
      client.connect({
        sock: socket,
        username: target.login.user,
        readyTimeout: settings.loginTimeoutMs,
        keepaliveInterval: settings.keepaliveMs,
        keepaliveCountMax: 3,
        algorithms: { serverHostKey: algorithmsFor(pinned) },
        authHandler: methods,
        hostVerifier: (blob: Buffer) => {
          refusal = refusalOf(target, pinned, blob)
          return refusal === null
        },
      })
    } catch (error) {
      end(new LinkLost('auth-refused', target.host, error instanceof Error ? error.message : String(error)))
    }
  })

const refusalOf = (target: Target, pinned: readonly PinnedKey[], blob: Buffer): LinkLost | null => {
  const seen = readHostKey(blob)
  const verdict = judgeHostKey(pinned, seen)
  if (verdict === 'pinned') return null
  return new LinkLost(verdict === 'unknown' ? 'host-key-unknown' : 'host-key-changed', target.host, `${seen.keyType} ${seen.fingerprint}`)
}

const dropped = (target: Target, detail: string): LinkLost => new LinkLost('dropped', target.host, detail)
/** sshd closes new connections without a word when too many are logging in (MaxStartups). */
const closedEarly = (target: Target): LinkLost => new LinkLost('unreachable', target.host, 'connection closed before login')

const loginFailure = (target: Target, error: Error & { level?: string }): LinkLost => {
  const code =
    error.level === 'client-authentication' || error.level === 'agent'
      ? 'auth-refused'
      : error.level === 'client-timeout'
        ? 'connect-timeout'
        : 'unreachable'
  return new LinkLost(code, target.host, error.message)
}

const authMethods = async (target: Target, secret: Secret, settings: ConnectSettings): Promise<AnyAuthMethod[]> => {
  const username = target.login.user
  const methods: AnyAuthMethod[] = []
  if (secret.privateKey !== undefined) {
    const key = settings.parseKey(secret.privateKey, secret.passphrase)
    if (key instanceof Error) throw new LinkLost('auth-refused', target.host, `private key not readable: ${key.message}`)
    methods.push({ type: 'publickey', username, key })
  }
  if (secret.agent) {
    const socket = await demandAgent(target.host, secret.agent, settings.agentSocket)
    methods.push({ type: 'agent', username, agent: chosenAgent(socket, secret.agent) })
  }
  const { password } = secret
  if (password !== undefined) {
    methods.push({ type: 'password', username, password }, keyboardInteractive(username, password))
  }
  return methods
}

/** Answers one hidden question with the password; a question that would be echoed, or a second round, gets nothing. */
const keyboardInteractive = (username: string, password: string): AnyAuthMethod => {
  let answered = false
  return {
    type: 'keyboard-interactive' satisfies AuthenticationType,
    username,
    prompt: (_name, _instructions, _language, prompts, finish) => {
      const isPassword = !answered && prompts.length === 1 && prompts[0]?.echo !== true
      if (isPassword) answered = true
      finish(prompts.map(() => (isPassword ? password : '')))
    },
  }
}

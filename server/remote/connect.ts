import { setMaxListeners } from 'node:events'
import net from 'node:net'
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2'
import { algorithmsFor, judgeHostKey, type PinnedKey, readHostKey } from './host-key'
import type { Link } from './link'
import { ssh2Link } from './ssh2-link'
import { LinkLost, type Target } from './transport'

export type Secret = { password?: string; privateKey?: string; passphrase?: string }

export type ConnectSettings = {
  secretOf: (credentialId: string) => Promise<Secret>
  pinnedKeys: (address: string, port: number) => Promise<readonly PinnedKey[]>
  /** For the TCP connection. */
  connectTimeoutMs: number
  /** From there to the end of the login. */
  loginTimeoutMs: number
  keepaliveMs: number
  parseKey: (privateKey: string, passphrase: string | undefined) => ParsedKey | Error
}

/**
 * Connects and logs in. The host key is compared with the pinned ones in the key exchange, before any credential is sent.
 * Rejects with `LinkLost` only, but for errors of `secretOf` and `pinnedKeys`.
 */
export const connect = async (target: Target, settings: ConnectSettings): Promise<Link> => {
  const pinned = await settings.pinnedKeys(target.address, target.port)
  const methods = authMethods(target, await settings.secretOf(target.login.credentialId), settings)
  const socket = await openSocket(target, target.connectTimeoutMs ?? settings.connectTimeoutMs)
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

type Entrance = { socket: net.Socket; pinned: readonly PinnedKey[]; methods: AnyAuthMethod[] }

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
    error.level === 'client-authentication' ? 'auth-refused' : error.level === 'client-timeout' ? 'connect-timeout' : 'unreachable'
  return new LinkLost(code, target.host, error.message)
}

const authMethods = (target: Target, secret: Secret, settings: ConnectSettings): AnyAuthMethod[] => {
  const username = target.login.user
  const methods: AnyAuthMethod[] = []
  if (secret.privateKey !== undefined) {
    const key = settings.parseKey(secret.privateKey, secret.passphrase)
    if (key instanceof Error) throw new LinkLost('auth-refused', target.host, `private key not readable: ${key.message}`)
    methods.push({ type: 'publickey', username, key })
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

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import type { SshClient } from '@/server/domain/ssh-client'
import { type ConnectSettings, connect } from './connect'
import type { Link } from './link'
import { createSemaphore, orAborted, type Semaphore } from './semaphore'
import { connectBySystemSsh, type SystemSsh } from './system-link'
import { LinkLost, type Target } from './transport'
import { type Held, wayTo } from './way'

export type PoolSettings = Omit<ConnectSettings, 'parseKey'> & {
  /** What a target's client `system` is. */
  systemSsh: SystemSsh
  /** Of targets that don't say theirs. */
  defaultClient: SshClient
  maxConnecting: number
  channelsPerConnection: number
  /** An unused connection is closed after this long. */
  idleMs: number
}

export type PooledLink = Link & { channels: Semaphore }

export type ConnectionPool = {
  /** Runs `work` on the one connection of this host, user and credential, connecting when there is none. */
  use<T>(target: Target, signal: AbortSignal | undefined, work: (link: PooledLink) => Promise<T>): Promise<T>
  /** The same with the link of the target's last jump host; undefined when it has none. */
  useWay<T>(target: Target, work: (via: Link | undefined) => Promise<T>): Promise<T>
  /** Connects anew, whatever connections there are, and closes it. */
  fresh(target: Target): Promise<void>
  close(): Promise<void>
}

type Entry = { link: Promise<PooledLink>; users: number; idle: NodeJS.Timeout | null }

export const createConnectionPool = (settings: PoolSettings): ConnectionPool => {
  const entries = new Map<string, Entry>()
  const connecting = createSemaphore(settings.maxConnecting)
  const parseKey = createKeyReader()
  let isClosed = false

  /** Through the jump hosts, whose links are left when this one ends. */
  const make = async (target: Target): Promise<PooledLink> => {
    const way = await wayTo(target, hold)
    try {
      const made = await connectPatiently(target, { ...settings, parseKey }, connecting, way?.link)
      if (way) made.lost.addEventListener('abort', way.leave, { once: true })
      if (made.lost.aborted) way?.leave()
      return { ...made, channels: createSemaphore(settings.channelsPerConnection) }
    } catch (error) {
      way?.leave()
      throw error
    }
  }

  const hold = (target: Target): Held & { link: Promise<PooledLink> } => {
    if (isClosed) throw new LinkLost('dropped', target.host, 'transport closed')
    const { login, address, port, jump = [] } = target
    const key = JSON.stringify([login.user, address, port, login.credentialId, clientOf(target, settings), jump])
    const entry = entries.get(key) ?? open(key, target)
    entry.users += 1
    if (entry.idle) clearTimeout(entry.idle)
    let isLeft = false
    const leaveOnce = (): void => {
      if (!isLeft) leave(entry)
      isLeft = true
    }
    return { link: entry.link, leave: leaveOnce }
  }

  const open = (key: string, target: Target): Entry => {
    const link = make(target)
    const entry: Entry = { link, users: 0, idle: null }
    const forget = (): void => {
      if (entry.idle) clearTimeout(entry.idle)
      if (entries.get(key) === entry) entries.delete(key)
    }
    link.then((made) => (made.lost.aborted ? forget() : made.lost.addEventListener('abort', forget, { once: true })), forget)
    entries.set(key, entry)
    return entry
  }

  const leave = (entry: Entry): void => {
    entry.users -= 1
    if (entry.users > 0) return
    entry.idle = setTimeout(() => void entry.link.then((link) => link.close(), ignoreFailedLink), settings.idleMs)
    entry.idle.unref()
  }

  return {
    async use(target, signal, work) {
      const held = hold(target)
      try {
        return await work(await orAborted(held.link, signal))
      } finally {
        held.leave()
      }
    },
    async useWay(target, work) {
      const way = await wayTo(target, hold)
      try {
        return await work(way?.link)
      } finally {
        way?.leave()
      }
    },
    fresh: async (target) => (await make(target)).close(),
    async close() {
      isClosed = true
      await Promise.all([...entries.values()].map((entry) => entry.link.then((link) => link.close(), ignoreFailedLink)))
      entries.clear()
    },
  }
}

/** Who asked for the link was told why it failed; closing has nothing to close then. */
const ignoreFailedLink = (): void => {}

/** Pauses before further attempts when sshd dropped a connection unread. */
const retryPausesMs = [200, 600, 1500]

const clientOf = (target: Target, { defaultClient }: Pick<PoolSettings, 'defaultClient'>): SshClient => target.client ?? defaultClient

const connectPatiently = async (
  target: Target,
  settings: Omit<PoolSettings, 'idleMs'> & ConnectSettings,
  connecting: Semaphore,
  via: Link | undefined,
): Promise<Link> => {
  for (let attempt = 0; ; attempt += 1) {
    const release = await connecting.take()
    try {
      return await (clientOf(target, settings) === 'system'
        ? connectBySystemSsh(target, settings.systemSsh, settings, via)
        : connect(target, settings, via))
    } catch (error) {
      const pauseMs = retryPausesMs[attempt]
      if (pauseMs === undefined || !isDroppedUnread(error)) throw error
      release()
      await sleep(pauseMs)
    } finally {
      release()
    }
  }
}

const isDroppedUnread = (error: unknown): boolean =>
  error instanceof LinkLost &&
  error.code === 'unreachable' &&
  /closed before login|before handshake|ECONNRESET|kex_exchange_identification/i.test(error.detail)

/** Deriving the key of a passphrase takes half a second of CPU on the event loop: once per key. */
const createKeyReader = (): ConnectSettings['parseKey'] => {
  const known = new Map<string, ParsedKey | Error>()
  return (privateKey, passphrase) => {
    const id = createHash('sha256')
      .update(JSON.stringify([privateKey, passphrase ?? null]))
      .digest('hex')
    const key = known.get(id) ?? ssh2.utils.parseKey(privateKey, passphrase)
    known.set(id, key)
    return key
  }
}

import type { Readable } from 'node:stream'
import type { HostId } from '@/server/domain/instance'
import type { Login } from '@/server/domain/plan'
import type { Hop, SshClient } from '@/server/domain/ssh-client'
import type { SeenHostKey } from './host-key'

/** Where and as whom; no secret. The transport gets secrets by `credentialId` from the resolver it was made with. */
export type Target = {
  host: HostId
  address: string
  port: number
  login: Login
  /** For the TCP connection; the transport's own when it is left out. Of a link that stands already it changes nothing. */
  connectTimeoutMs?: number
  /** Who holds the connection; the transport's own default when it is left out. */
  client?: SshClient
  /** Jump hosts on the way, the first one first. */
  jump?: readonly Hop[]
}

export type Command = {
  /** Never a shell string: it is quoted once, on the wire (`quote.ts`). */
  argv: readonly string[]
  stdin?: string
  /** `login`: as the login user, without sudo. A name: that user, by way of root. */
  as: 'login' | 'root' | { user: string }
  deadlineMs: number
}

/** A non-zero exit is a value. */
export type CommandResult = {
  /** null when a signal ended it. */
  exitCode: number | null
  signal: string | null
  /** Head and tail kept to `captureBytes` (default 4 MiB) for parsing; the stream is never cut. */
  stdout: string
  stderr: string
  durationMs: number
  /** The deadline passed and the command was ended. */
  timedOut: boolean
}

export type RunOptions = {
  onOutput?: (stream: 'stdout' | 'stderr', text: string) => void
  signal?: AbortSignal
}

export type PutSource = { sizeBytes: number; sha256: string; open: (offset: number) => Readable }

export type HttpRequest = {
  /** As seen from the target host. */
  address: string
  port: number
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string
  timeoutMs: number
}
export type HttpResponse = { status: number; headers: Readonly<Record<string, string>>; body: string }

/** How the product reaches hosts. Only a lost link throws (`LinkLost`); so do a changed host key and a refused login. */
export type Transport = {
  run(target: Target, command: Command, options?: RunOptions): Promise<CommandResult>
  /** Uploads to `path` as the login user and verifies size and sha256 on the host; continues a partial file of the same source. */
  put(
    target: Target,
    source: PutSource,
    path: string,
    options?: { onProgress?: (doneBytes: number) => void; signal?: AbortSignal },
  ): Promise<void>
  /** Logs in by a connection of its own, past those that there are, and leaves at once. */
  login(target: Target): Promise<void>
  /** HTTP through an SSH tunnel from the target. Rejects with `LinkLost` only when the SSH link is lost; `HttpFailed` otherwise. */
  http(target: Target, request: HttpRequest, options?: { signal?: AbortSignal }): Promise<HttpResponse>
  /** The keys that a host shows, one per type, best first; by way of its jump hosts. Nobody logs in to it. */
  hostKeys(target: Target, timeoutMs: number): Promise<SeenHostKey[]>
  close(): Promise<void>
}

/** The SSH link could not be had or was lost; whether the command ran is not known. */
export class LinkLost extends Error {
  override name = 'LinkLost'
  constructor(
    readonly code:
      | 'unreachable'
      | 'connect-timeout'
      | 'auth-refused'
      | 'host-key-unknown'
      | 'host-key-changed'
      | 'dropped'
      | 'sudo-refused'
      | 'upload-corrupt'
      | 'no-ssh-client'
      | 'no-agent',
    readonly host: HostId,
    readonly detail: string,
  ) {
    super(`${host}: ${code}: ${detail}`)
  }
}

/** The tunnel stood, but the HTTP exchange failed (refused, timeout, not HTTP). */
export class HttpFailed extends Error {
  override name = 'HttpFailed'
  constructor(
    readonly code: 'refused' | 'timeout' | 'broken',
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`)
  }
}

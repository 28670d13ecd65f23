import type { Duplex, Readable } from 'node:stream'
import type { SFTPWrapper } from 'ssh2'
import { LinkLost } from './transport'

/** How a command ended; `seen`: the host said so. */
export type Exit = { code: number | null; signal: string | null; seen: boolean }

/** A command that runs. `channel` is its stdin and stdout, and closes when it is over and all its output was given. */
export type Running = {
  channel: Duplex
  stderr: Readable
  exit: Exit
  /** SIGTERM, then SIGKILL, where the host lets us signal it; then the channel is closed. */
  end(): void
}

/** A logged-in connection, whichever SSH client holds it. `lost` aborts with a `LinkLost` as its reason when it ends. */
export type Link = {
  lost: AbortSignal
  /** Runs a shell text. Rejects with `LinkLost` when no channel can be had. */
  exec(text: string): Promise<Running>
  /** A TCP connection from the host to `address:port`, both as the host sees them. Rejects with `HttpFailed` or `LinkLost`. */
  forward(address: string, port: number, stop: AbortSignal): Promise<Duplex>
  /** undefined: this client has none; null: the host has none. */
  sftp: (() => Promise<SFTPWrapper | null>) | undefined
  /** What another system ssh runs as its ProxyCommand to come through here; undefined: this client has none. */
  proxyCommand: ((address: string, port: number) => string) | undefined
  close(): void
}

/** Why the link ended; for callers that know that it did. */
export const lostReason = (host: string, link: Pick<Link, 'lost'>): Error =>
  link.lost.reason instanceof Error ? link.lost.reason : new LinkLost('dropped', host, 'channel closed without an exit status')

import type { PullStore } from '@/server/domain/files'
import type { ExportedFile } from '@/server/domain/step'
import type { PutSource, Transport } from '@/server/remote/transport'
import type { Db } from '@/server/store/database'
import type { Holder } from '@/server/store/jobs'

export type Clock = { now(): number; sleep(ms: number): Promise<void> }

export const systemClock: Clock = { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }

/** A text of the blob store: literal parts, and secrets by the id of their credential. */
export type BlobPart = { text: string } | { secret: string }

export type ExportToKeep = {
  jobId: string
  cluster: string
  version: string
  revision: number
  files: readonly ExportedFile[]
  /** dmctl's tar.gz; passwords in plain text. */
  bytes: Buffer
}
export type KeptExport = { sha256: string; sizeBytes: number; sources: number; tasks: number }

/** All that the engine needs of the world. */
export type Engine = {
  db: Db
  transport: Transport
  /** Parts of a blob by its sha256; throws when there is none. */
  blobs: (sha256: string) => Promise<readonly BlobPart[]>
  /** The secret of a credential, in clear; asked at the wire only. */
  secret: (credentialId: string) => Promise<string>
  /** What is to be masked besides: pieces of a secret that others may repeat. */
  masks: (credentialId: string) => Promise<readonly string[]>
  /** A package of the store by its sha256; throws when there is none. */
  packages: (sha256: string) => Promise<PutSource>
  /** A file that was uploaded for hosts, by its id; throws when it is gone. */
  pushed: (id: string) => Promise<PutSource>
  pulls: PullStore
  /** Of one reading; in base64 it must be less than what of an output is kept for parsing. */
  pullPieceBytes: number
  /** Keeps what dmctl exported, sealed, with a record in the audit; the job's second one takes the first one's place. */
  keepExport: (kept: ExportToKeep) => Promise<KeptExport | { unreadable: string }>
  clock: Clock
  /** Named points between two effects; a no-op in production. */
  boundary: (name: string) => void
  panelId: string
  runner: Holder
  leaseMs: number
  heartbeatMs: number
  /** How often a gate asks, and how often a job looks for what users said. */
  pollMs: number
  /** Waits between attempts to reach a host whose link was lost; then a person is asked. */
  reconnectMs: readonly number[]
  /** Aborted: running steps end, then the job is given back. */
  stopping: AbortSignal
}

const noStore = (): Promise<never> => Promise.reject(new Error('this engine has no store for files'))

export const engineDefaults = {
  clock: systemClock,
  boundary: () => {},
  masks: (_credentialId: string) => Promise.resolve([]),
  keepExport: () => Promise.reject(new Error('this engine has no store for exports')),
  pushed: () => Promise.reject(new Error('this engine has no files')),
  pullPieceBytes: 2 * 1024 ** 2,
  pulls: { begin: noStore, append: noStore, hash: noStore, keep: noStore },
  leaseMs: 45_000,
  heartbeatMs: 10_000,
  pollMs: 1000,
  reconnectMs: [1000, 2000, 4000, 8000, 15_000],
} as const

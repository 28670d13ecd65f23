import type { Role } from './api'
import type { Entry } from './journal'

/**
 * The live socket: path `/socket.io/`, websocket only, signed in by the session cookie, an `Authorization: Bearer` header,
 * or `auth: { token }`. A live view is a replay that has not ended: the browser sends the last `seq` it has.
 */
export const watchEvents = {
  /** `WatchJob`: entries after the cursor, then those that follow. */
  job: 'watch-job',
  leaveJob: 'leave-job',
  /** `WatchCluster`: keeps the cluster's status fresh while watched. */
  cluster: 'watch-cluster',
  leaveCluster: 'leave-cluster',
  /** Changes of the list of jobs. */
  jobs: 'watch-jobs',
  leaveJobs: 'leave-jobs',
} as const
export type WatchEvent = (typeof watchEvents)[keyof typeof watchEvents]

/** The least role for each event that a browser may send. */
export const watchAccess = {
  'watch-job': 'viewer',
  'leave-job': 'viewer',
  'watch-cluster': 'viewer',
  'leave-cluster': 'viewer',
  'watch-jobs': 'viewer',
  'leave-jobs': 'viewer',
} as const satisfies Record<WatchEvent, Role>

/** What the server sends. */
export const liveEvents = {
  /** `JobEntries`; the browser acknowledges each batch, only then the next is sent. */
  entries: 'job-entries',
  /** `ClusterChanged`: the cached status is newer; read it again. */
  cluster: 'cluster-changed',
  /** No payload: the list of jobs has changed; read it again. */
  jobs: 'jobs-changed',
  /** The session has ended; the socket closes. */
  signedOut: 'signed-out',
} as const

export type WatchJob = { job: string; after: number }
type WatchCluster = { cluster: string }
export type JobEntries = { job: string; entries: readonly Entry[] }
export type ClusterChanged = { cluster: string; at: string }

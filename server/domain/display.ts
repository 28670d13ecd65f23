import type { ComponentName } from './component'
import type { HostId, InstanceId } from './instance'

/** A value with where it was learnt and when (ISO). */
export type Seen<T> = { value: T; source: 'dm-api' | 'systemd' | 'http' | 'topology' | 'none'; at: string | null; why?: string }

/** One row of the live page; the words are those of `tiup dm display`. */
export type DisplayRow = {
  id: InstanceId
  role: ComponentName
  patched: boolean
  host: string
  hostId: HostId
  /** `8261/8291` */
  ports: string
  /** `linux/x86_64` */
  osArch: string
  /** Up, Down, Healthy, Healthy|L, Unhealthy, Free, Bound, Relay, Offline, N/A */
  status: Seen<string>
  /** Start of the process, ISO, or null. */
  since: Seen<string | null>
  dataDir: string
  deployDir: string
  name: string
  /** Source that a worker serves. */
  source: string
  /** Release Version of the running process, '' if unknown. */
  version: Seen<string>
  /** `active (running)` */
  unitState: Seen<string>
  /** systemd's `enabled` or `disabled`; statuses from before this was kept do not have it. */
  boots?: Seen<string>
  unit: string
  pid: number
}

export type WorstStatus = 'ok' | 'warn' | 'bad' | 'unknown' | 'stopped'

/** What the watcher keeps per cluster. */
export type ClusterStatus = {
  at: string
  rows: readonly DisplayRow[]
  leader: string
  worst: WorstStatus
  /** Hosts that did not answer: id → what happened. */
  silent: Readonly<Record<HostId, string>>
  membersError: string
}

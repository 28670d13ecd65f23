import type { FolderPart } from './facts'
import type { InstanceId } from './instance'

/** A question about a host; read-only, safe at any time. All probes of a host go in one exec (`probes/batch.ts`). */
export type HostProbe =
  | { probe: 'system' }
  | { probe: 'user'; user: string }
  | { probe: 'path'; path: string; hash: boolean }
  | { probe: 'unit'; unit: string; hashExe: boolean }
  | { probe: 'listeners' }
  | { probe: 'disk'; path: string }
  | { probe: 'authorized-key'; user: string; key: string }
  | { probe: 'package'; sha256: string }
  | { probe: 'reach'; address: string; port: number }
  /** What lies in a folder: all of it, or its log files only. `size`: also how much room it takes. */
  | { probe: 'usage'; path: string; only: FolderPart; size: boolean }
  /** systemd services that run as this user, whether they are started or not. */
  | { probe: 'user-units'; user: string }
  /** A path as this user sees it, without any privilege that he could get by sudo. */
  | { probe: 'file-as'; path: string; user: string; hash: boolean }

/** A question about the cluster, asked over HTTP through an SSH tunnel. */
export type ClusterProbe =
  | { probe: 'members' }
  | { probe: 'health'; instance: InstanceId }
  | { probe: 'version'; instance: InstanceId }
  | { probe: 'up'; instance: InstanceId }
  /** Status of one task by its name, from a master's gateway. */
  | { probe: 'task'; task: string }
  /** All tasks and sources: known to dmctl only (`query-status`); asked before a plan, by `dmctl` of that package. */
  | { probe: 'tasks'; dmctl: string }
  | { probe: 'leader-count'; instance: InstanceId }

import type { InstanceId } from './instance'

/** What was seen on a host or of a cluster. A missing fact is unknown, never a default. Pure data, with `observedAt` (ISO, panel's clock). */

export type PathFact =
  | { exists: false }
  | {
      exists: true
      type: 'file' | 'directory' | 'link' | 'other'
      /** Four octal digits, `0644`. */
      mode: string
      owner: string
      group: string
      sizeBytes: number
      /** Only when asked for, and only of files. */
      sha256?: string
      mountPoint: boolean
      /** Of a directory: has no entry. */
      empty?: boolean
    }

/** A path as one user of the host sees it, links followed: what he may not see is absent. */
export type FileFact = {
  kind: 'absent' | 'file' | 'directory' | 'other'
  /** The path itself is a link. */
  link: boolean
  readable: boolean
  /** Of the folder that it is in: whether he may make files there. */
  folder: 'absent' | 'there' | 'writable'
  /** Four octal digits. */
  mode: string
  owner: string
  group: string
  sizeBytes: number
  /** Only when asked for, of a readable file of at most 4 GiB. */
  sha256?: string
}

/** Of a folder's content: everything, or what matches `*.log` and `*.log.*` right in it. */
export type FolderPart = 'all' | 'logs'

export type UsageFact = {
  /** Entries right in the folder, `lost+found` not counted. */
  entries: number
  /** Only when asked for, and when it could be counted in time. */
  bytes?: number
  /** The folder's path without links; another path when a link lies in it. '' when nothing is there. */
  real: string
}

/** Fields of `systemctl show`, in systemd's own words. */
export type UnitFact = {
  loadState: string
  activeState: string
  subState: string
  result: string
  /** `enabled`, `disabled`, '' when there is no unit file. */
  unitFileState: string
  execMainStatus: number
  mainPid: number
  nRestarts: number
  /** 0 when it never ran in this boot. */
  activeEnterMonotonicUs: number
  activeEnterTimestamp: string
  needDaemonReload: boolean
  /** sha256 of /proc/PID/exe, only when asked for and running. */
  exeSha256?: string
}

export type UserFact = { exists: false } | { exists: true; uid: number; primaryGroup: string; home: string; shell: string }

export type SystemFact = {
  hostname: string
  /** `linux` */
  os: string
  /** amd64, arm64, or what uname said. */
  arch: string
  distribution: string
  bootId: string
  clockMs: number
  cpus: number
  memoryMiB: number
  /** PID 1's name; `systemd` is what is needed. */
  init: string
  systemdVersion: string
  /** Of the asked names, those that the host has. */
  commands: readonly string[]
  openFilesHard: number
  timezone: string
}

export type Listener = { port: number; pid: number; process: string; unit: string }
export type DiskFact = { mount: string; freeBytes: number; sizeBytes?: number }

export type HostFacts = {
  observedAt: string
  system?: SystemFact
  /** Whether root can be had as the login user: by being root, by sudo, or not. */
  root?: 'yes' | 'sudo' | 'password-needed' | 'no'
  users: Readonly<Record<string, UserFact>>
  paths: Readonly<Record<string, PathFact>>
  units: Readonly<Record<string, UnitFact>>
  listeners?: readonly Listener[]
  disks: Readonly<Record<string, DiskFact>>
  /** `user key-body` → how many lines of that user's authorized_keys hold the key. */
  authorizedKeys: Readonly<Record<string, number>>
  /** `address:port` as reached from this host. */
  reach: Readonly<Record<string, 'open' | 'refused' | 'silent'>>
  /** Of a content-addressed host cache: sha256 → size of what lies there. */
  packages: Readonly<Record<string, number>>
  /** `usageKey` → what lies there. */
  usage: Readonly<Record<string, UsageFact>>
  /** User → services that run as it. */
  userUnits: Readonly<Record<string, readonly string[]>>
  /** `fileKey` → what a user sees there. */
  files: Readonly<Record<string, FileFact>>
}

/** Of `HostFacts.files`. */
export const fileKey = (user: string, path: string): string => `${user} ${path}`

export const usageKey = (path: string, only: FolderPart): string => `${only} ${path}`

export const noHostFacts = (observedAt: string): HostFacts => ({
  observedAt,
  users: {},
  paths: {},
  units: {},
  disks: {},
  authorizedKeys: {},
  reach: {},
  packages: {},
  usage: {},
  userUnits: {},
  files: {},
})

export type MasterFact = { name: string; memberId: string; alive: boolean; peerUrls: readonly string[]; clientUrls: readonly string[] }
/** DM's own stages. */
export type WorkerFact = { name: string; addr: string; stage: 'offline' | 'free' | 'bound' | 'relay'; source: string }

export type MembersFact = {
  leader: { name: string; addr: string } | null
  masters: readonly MasterFact[]
  workers: readonly WorkerFact[]
  /** The master that was asked; a follower forwards. */
  seenFrom: InstanceId
}

export type MasterHealthFact = { answered: boolean; healthy: boolean; reason: string }

/** One task on one source, in DM's own words. */
export type SubtaskFact = {
  task: string
  source: string
  worker: string
  /** New, Running, Paused, Stopped, Finished, Pausing, Resuming, Stopping */
  stage: string
  /** Check, Dump, Load, Sync */
  unit: string
  /** secondsBehindMaster of Sync; unknown elsewhere. */
  lagS?: number
  /** DM's first error text; '' when it has none. */
  error: string
  /** '' when no DDL lock is open. */
  ddlLock: string
}

/** A source as query-status sees it. */
export type SourceFact = { source: string; worker: string; relay: boolean }

export type ClusterFacts = {
  observedAt: string
  /** undefined: nobody answered with a leader. `membersError` then says what was heard. */
  members?: MembersFact
  membersError?: string
  health: Readonly<Record<InstanceId, MasterHealthFact>>
  /** Release Version of the running process, from its `/status`. */
  versions: Readonly<Record<InstanceId, string>>
  /** 2xx of a monitor's health path. */
  up: Readonly<Record<InstanceId, boolean>>
  /** Every subtask; undefined: nobody could be asked, `tasksError` says why. */
  tasks?: readonly SubtaskFact[]
  tasksError?: string
  /** With relay known; undefined like `tasks`. */
  sources?: readonly SourceFact[]
  /** `dm_master_start_leader_counter` of a master's process: how often it has led. */
  leaderCounts: Readonly<Record<InstanceId, number>>
}

export const noClusterFacts = (observedAt: string): ClusterFacts => ({ observedAt, health: {}, versions: {}, up: {}, leaderCounts: {} })

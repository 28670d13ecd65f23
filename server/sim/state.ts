/** What a simulated host holds: plain data, kept in a JSON file. */

export type SimNode = {
  type: 'dir' | 'file'
  mode: string
  owner: string
  group: string
  size: number
  sha256: string
  /** base64 of small files; large ones are kept as hash and size only. */
  content?: string
  /** Where the bytes of an upload under way lie on the simulator's own disk. */
  spool?: string
  /** Of a program: what its `-V` says. */
  version?: string
}

export type SimProcess = {
  component: string
  program: string
  flags: Record<string, string>
  ports: number[]
  version: string
  /** Of a master: that it once saw a quorum. Of a worker: that a leader registered it. */
  settled: boolean
  /** When it began, epoch ms; a state kept by an older panel has none. */
  startedMs?: number
  /** sha256 of the program as it was when it began. */
  exeSha256?: string
}

export type SimUnit = {
  /** The unit file as systemd read it last. */
  loaded: string
  enabled: boolean
  active: 'inactive' | 'active' | 'activating' | 'failed'
  sub: string
  result: string
  exitStatus: number
  pid: number
  nRestarts: number
  enteredUs: number
  enteredMs: number
  retryAtMs: number
  process?: SimProcess
}

export type SimUser = { uid: number; group: string; home: string; shell: string; password?: string }

export type MachineState = {
  name: string
  address: string
  arch: 'x86_64' | 'aarch64'
  bootId: string
  bootedMs: number
  users: Record<string, SimUser>
  groups: Record<string, number>
  nodes: Record<string, SimNode>
  units: Record<string, SimUnit>
  nextPid: number
}

/** Where the process of a member or worker was seen last. */
export type DmSeat = { address: string; unit: string; pid: number }

export type DmMember = { name: string; memberId: string; peerUrl: string; clientUrl: string; seat?: DmSeat }
export type DmWorker = {
  name: string
  addr: string
  /** '' when it holds none. */
  source: string
  /** The source that it held last: it gets that one back first. */
  last: string
  seat?: DmSeat
  /** Its `keepalive-ttl` when it registered, seconds; 60 in a state kept by an older panel. */
  ttlS?: number
  /** Its process is gone without a word: its lease lasts until then. */
  leaseUntilMs?: number
}
export type DmSource = { id: string; config: string; relay: boolean }
export type DmSubtask = { source: string; stage: string; unit: string; lagS: number; error: string; ddlLock: string }
export type DmTask = { name: string; config: string; subtasks: DmSubtask[] }
export type DmLock = { id: string; task: string; mode: string; owner: string; ddls: string[]; synced: string[]; unsynced: string[] }

/** A simulated DM cluster, known by the peer list that it was bootstrapped with. */
export type DmClusterState = {
  key: string
  members: DmMember[]
  leader: string
  /** The leader's process: another one under that name has not been elected. */
  leaderPid: number
  /** Until then nobody leads: the last leader went without resigning. */
  headlessUntilMs: number
  /** Names of masters that were told to resign, with the pid that was told. */
  evicted: Record<string, number>
  /** Names of masters whose removal was refused: they may not take over as long as that process lives (recorded b3, b4). */
  barred: Record<string, number>
  /** Names of removed masters, with the pid that went on running. */
  removed: Record<string, number>
  /** How often each master's process has begun to lead. */
  terms: Record<string, { pid: number; count: number }>
  workers: DmWorker[]
  sources: DmSource[]
  /** source → workers that read its relay log. */
  relay: Record<string, string[]>
  tasks: DmTask[]
  locks: DmLock[]
}

export type WorldState = { format: 1; machines: MachineState[]; clusters: DmClusterState[] }

export type Outcome = { code: number; out: string; err: string }
export const ok = (out = ''): Outcome => ({ code: 0, out, err: '' })
export const fail = (code: number, err: string): Outcome => ({ code, out: '', err: `${err}\n` })

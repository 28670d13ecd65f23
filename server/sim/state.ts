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

export type DmMember = { name: string; memberId: string; peerUrl: string; clientUrl: string }
export type DmWorker = { name: string; addr: string; source: string }

/** A simulated DM cluster, known by the peer list that it was bootstrapped with. */
export type DmClusterState = {
  key: string
  members: DmMember[]
  leader: string
  /** Names of masters that were told to resign, with the pid that was told. */
  evicted: Record<string, number>
  workers: DmWorker[]
}

export type WorldState = { format: 1; machines: MachineState[]; clusters: DmClusterState[] }

export type Outcome = { code: number; out: string; err: string }
export const ok = (out = ''): Outcome => ({ code: 0, out, err: '' })
export const fail = (code: number, err: string): Outcome => ({ code, out: '', err: `${err}\n` })

import type { HostId, InstanceId } from './instance'

/** A question that a gate asks until it holds. Judged by pure code in `server/steps/judge-health.ts`. */
export type HealthQuestion =
  /** A leader is known, this master is alive in the leader's list and its own /health is true. */
  | { ask: 'master-ready'; instance: InstanceId; name: string; host: HostId; unit: string; masters: number; running: number }
  /** The worker's stage is free, bound or relay. */
  | { ask: 'worker-ready'; instance: InstanceId; name: string; host: HostId; unit: string }
  /** The monitor's health path answers 2xx. */
  | { ask: 'http-up'; instance: InstanceId; component: string; host: HostId; unit: string; address: string; port: number; path: string }
  | { ask: 'unit-active'; host: HostId; unit: string }
  /** The running process of the unit is this very program: sha256 of /proc/PID/exe. */
  | { ask: 'process-is'; host: HostId; unit: string; sha256: string }
  /** `/status` of that process says this Release Version. */
  | { ask: 'version-is'; host: HostId; unit: string; instance: InstanceId; version: string }
  /** Some other master leads. `host`: from where the masters are asked. */
  | { ask: 'leader-elsewhere'; host: HostId; name: string }
  /** No source is bound to this worker. */
  | { ask: 'worker-unbound'; host: HostId; name: string }
  /** Bound to any worker that is online. */
  | { ask: 'source-bound'; host: HostId; source: string }
  /** Stage and unit as they were at review or further on, lag at most `lagS` (none: not asked). */
  | { ask: 'subtask-as-before'; host: HostId; task: string; source: string; stage: string; unit: string; lagS: number | null }
  /** DM lists no such member. `type`: master or worker. */
  | { ask: 'member-absent'; host: HostId; type: 'master' | 'worker'; name: string }
  | { ask: 'worker-offline'; host: HostId; name: string }
  /** A leader is known and every listed master is alive, `except` apart: a member may be added or taken away. */
  | { ask: 'masters-settled'; host: HostId; names: readonly string[]; except: readonly string[] }

export type Gate = {
  questions: readonly HealthQuestion[]
  timeoutMs: number
  /** The questions must hold this long without a break. */
  stableMs: number
}

/** How one question stands. `hopeless`: waiting longer can't help (the unit died, the quorum can't be reached). */
export type HealthAnswer = { ok: boolean; expected: string; seen: string; hopeless: boolean }

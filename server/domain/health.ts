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

export type Gate = {
  questions: readonly HealthQuestion[]
  timeoutMs: number
  /** The questions must hold this long without a break. */
  stableMs: number
}

/** How one question stands. `hopeless`: waiting longer can't help (the unit died, the quorum can't be reached). */
export type HealthAnswer = { ok: boolean; expected: string; seen: string; hopeless: boolean }

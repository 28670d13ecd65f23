import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { DmTiming } from './dm-cluster'
import type { WorldState } from './state'
import { SimWorld } from './world'

const text = z.string()
const node = z.object({
  type: z.enum(['dir', 'file']),
  mode: text,
  owner: text,
  group: text,
  size: z.number(),
  sha256: text,
  content: text.exactOptional(),
  spool: text.exactOptional(),
  version: text.exactOptional(),
})
const process = z.object({
  component: text,
  program: text,
  flags: z.record(text, text),
  ports: z.array(z.number()),
  version: text,
  settled: z.boolean(),
  startedMs: z.number().exactOptional(),
  exeSha256: text.exactOptional(),
})
const unit = z.object({
  loaded: text,
  enabled: z.boolean(),
  active: z.enum(['inactive', 'active', 'activating', 'failed']),
  sub: text,
  result: text,
  exitStatus: z.number(),
  pid: z.number(),
  nRestarts: z.number(),
  enteredUs: z.number(),
  enteredMs: z.number(),
  retryAtMs: z.number(),
  process: process.exactOptional(),
})
const user = z.object({ uid: z.number(), group: text, home: text, shell: text, password: text.exactOptional() })
const machine = z.object({
  name: text,
  address: text,
  arch: z.enum(['x86_64', 'aarch64']),
  bootId: text,
  bootedMs: z.number(),
  users: z.record(text, user),
  groups: z.record(text, z.number()),
  nodes: z.record(text, node),
  units: z.record(text, unit),
  nextPid: z.number(),
})
const seat = z.object({ address: text, unit: text, pid: z.number() })
const pids = z.record(text, z.number()).default({})
const lock = z.object({
  id: text,
  task: text,
  mode: text,
  owner: text,
  ddls: z.array(text),
  synced: z.array(text),
  unsynced: z.array(text),
})
const subtask = z.object({ source: text, stage: text, unit: text, lagS: z.number(), error: text, ddlLock: text })
const dmWorker = z.object({
  name: text,
  addr: text,
  source: text,
  last: text.default(''),
  ttlS: z.number().exactOptional(),
  seat: seat.exactOptional(),
  leaseUntilMs: z.number().exactOptional(),
})
/** What older panels did not keep has a default. */
const cluster = z.object({
  key: text,
  members: z.array(z.object({ name: text, memberId: text, peerUrl: text, clientUrl: text, seat: seat.exactOptional() })),
  leader: text,
  leaderPid: z.number().default(0),
  headlessUntilMs: z.number().default(0),
  evicted: pids,
  barred: pids,
  removed: pids,
  terms: z.record(text, z.object({ pid: z.number(), count: z.number() })).default({}),
  workers: z.array(dmWorker),
  sources: z.array(z.object({ id: text, config: text, relay: z.boolean() })).default([]),
  relay: z.record(text, z.array(text)).default({}),
  tasks: z.array(z.object({ name: text, config: text, subtasks: z.array(subtask) })).default([]),
  locks: z.array(lock).default([]),
})
const world = z.object({ format: z.literal(1), machines: z.array(machine), clusters: z.array(cluster) })

/** Quiet time before a change is written; more where writing takes long, so that many hosts don't spend their time on it. */
const settleMs = 100
const shareOfTime = 20

export type StoredWorld = { world: SimWorld; save(): void }

/**
 * The hosts of a folder: those of its `state.json`, with fresh ones for addresses that are not in it. Changes are written a moment
 * later; `save` writes at once. Faults are read from `faults/<address>`, one a line: `disk-full`,
 * `fail-start dm-worker-8262` (it exits at once), `crash dm-worker-8262` (it dies now, and at each start), `silent` (no answer to SSH).
 */
export const openWorld = (dir: string, addresses: readonly string[], now: () => number, timing: Partial<DmTiming> = {}): StoredWorld => {
  mkdirSync(join(dir, 'faults'), { recursive: true })
  const path = join(dir, 'state.json')
  let pending: NodeJS.Timeout | undefined
  let tookMs = 0
  const save = (): void => {
    clearTimeout(pending)
    pending = undefined
    const began = performance.now()
    writeFileSync(`${path}.new`, JSON.stringify(opened.state))
    renameSync(`${path}.new`, path)
    tookMs = performance.now() - began
  }
  const options = {
    now,
    timing,
    faultsOf: oncePerTurn((address) => linesOf(join(dir, 'faults', address))),
    onChange: () => {
      pending ??= setTimeout(save, Math.max(settleMs, shareOfTime * tookMs))
    },
  }
  const before: WorldState | undefined = existsSync(path) ? world.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  const known = new Set(before?.machines.map((one) => one.address))
  const fresh = SimWorld.fresh(addresses, options).state.machines.filter((one) => !known.has(one.address))
  const opened = new SimWorld({ format: 1, machines: [...(before?.machines ?? []), ...fresh], clusters: before?.clusters ?? [] }, options)
  save()
  return { world: opened, save }
}

/** Read once for all that happens at one moment: many hosts are asked for theirs again and again. */
const oncePerTurn = (read: (address: string) => string[]): ((address: string) => string[]) => {
  const known = new Map<string, string[]>()
  return (address) => {
    if (known.size === 0) setImmediate(() => known.clear())
    const lines = known.get(address) ?? read(address)
    known.set(address, lines)
    return lines
  }
}

const linesOf = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.trim())
    : []

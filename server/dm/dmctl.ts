import type { DmctlRef } from '@/server/domain/step'
import {
  type DdlLock,
  type DmctlRefused,
  type DmctlSaid,
  type DmStatus,
  parseDdlLocks,
  parseDmctlRun,
  parseSources,
  parseStatus,
  type SourceBinding,
} from '@/server/probes/dmctl-answers'
import type { DmctlCommand } from '@/server/probes/dmctl-commands'
import { type DmctlHow, runDmctl } from '@/server/probes/dmctl-script'
import type { Target, Transport } from '@/server/remote/transport'

/**
 * dmctl on a master's host, for questions. Its package must lie in that host's cache (step `package-cached`).
 *
 * What is asked of a master's HTTP gateway instead, because it needs no package and takes milliseconds (dm-client.ts, ask-cluster.ts): member
 * list, evict and cancel, DELETE of a member, status of one task by its name. What only dmctl can, because DM offers it by gRPC alone while
 * its OpenAPI is off: all tasks at once, DDL locks, transfer of a source, relay of workers, export and import. Changes run as acts of steps
 * with the argv of probes/dmctl-script.ts, so that they are fenced and journalled.
 */
export type DmctlHost = { transport: Pick<Transport, 'run'>; target: Target; ref: DmctlRef; how?: DmctlHow }

/** Beyond dmctl's own time: unpacking of its package on a slow disk. */
const unpackMs = 120_000
const defaultSeconds = 60

/** Calls dmctl once per command, in one go. Fewer answers than commands: one failed. Rejects with `LinkLost` only. */
export const askDmctl = async (at: DmctlHost, commands: readonly DmctlCommand[]): Promise<DmctlSaid[] | DmctlRefused> => {
  const deadlineMs = unpackMs + commands.length * ((at.how?.seconds ?? defaultSeconds) + 10) * 1000
  const result = await at.transport.run(at.target, { argv: runDmctl(at.ref, commands, at.how), as: 'root', deadlineMs })
  const said = parseDmctlRun(result.stdout)
  if (said.length > 0) return said
  const why = result.timedOut ? 'dmctl did not end in time' : result.stderr.trim().split('\n').at(-1)
  return { error: why || `dmctl ended with ${result.exitCode}` }
}

export type DmBaseline = { status: DmStatus; bindings: readonly SourceBinding[]; locks: readonly DdlLock[] }

/** As `readBaseline`, with query-status as DM said it, for who shows more of it. */
export type DmWhole = { said: DmctlSaid; bindings: readonly SourceBinding[]; locks: readonly DdlLock[] }

/**
 * Sources, locks and every subtask, as a review needs them. A source without a worker is among `bindings` only. Rejects with `LinkLost` only.
 */
export const readBaseline = async (at: DmctlHost): Promise<DmBaseline | DmctlRefused> => {
  const whole = await readWhole(at)
  if ('error' in whole) return whole
  const { said, bindings, locks } = whole
  const status = parseStatus(said)
  return 'error' in status ? status : { status, bindings, locks }
}

/** dmctl before v6.2 knows no `--more`; then the sources are named. Rejects with `LinkLost` only. */
export const readWhole = async (at: DmctlHost): Promise<DmWhole | DmctlRefused> => {
  const said = await askDmctl(at, [{ do: 'show-sources' }, { do: 'show-ddl-locks' }, { do: 'query-status', more: true }])
  if ('error' in said) return said
  const [showed, locked, full] = said
  const bound = parseSources(showed)
  if ('error' in bound) return bound
  const locks = parseDdlLocks(locked)
  if ('error' in locks) return locks
  const status = knowsNoMore(full) ? await statusOfSources(at, bound.sources) : full
  if (status && 'error' in status) return status
  return { said: status ?? nothing, bindings: bound.sources, locks: locks.locks }
}

const knowsNoMore = (said: DmctlSaid | undefined): boolean => /unknown flag: --more/.test(said?.text ?? '')

const nothing: DmctlSaid = { exit: 0, text: '', json: { result: true, msg: '', sources: [] } }

const statusOfSources = async (at: DmctlHost, bindings: readonly SourceBinding[]): Promise<DmctlSaid | DmctlRefused> => {
  const sources = bindings.map(({ source }) => source)
  if (sources.length === 0) return nothing
  const said = await askDmctl(at, [{ do: 'query-status', sources }])
  return 'error' in said ? said : (said[0] ?? nothing)
}

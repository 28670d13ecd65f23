import type { HostId } from './instance'
import type { Entry } from './journal'
import type { Plan } from './plan'
import { stepsOf } from './plan'
import type { StepId } from './step'

/** What came of a command on one host. `unknown`: it may or may not have run to its end. */
export type CommandResult = {
  step: StepId
  host: HostId
  /** A shell's, with an exit status; or a line of dmctl, where DM's answer decides. */
  by: 'sh' | 'dmctl'
  command: string
  sudo: boolean
  state: 'pending' | 'running' | 'done' | 'failed' | 'unknown'
  /** null while it runs, and where it is not known. */
  exitCode: number | null
  /** Why it has no exit status, or another than the command's own: `engine.command-timeout`, `remote.dropped` …; '' otherwise. */
  why: string
  /** What DM said when it refused; '' otherwise. */
  said: string
  stdout: string
  stderr: string
  /** What the panel says of it. */
  notes: string
  startedAt: string | null
  durationMs: number | null
}

type Draft = Map<StepId, CommandResult>
export type GrowingResults = { list: () => CommandResult[]; add: (entry: Entry) => void }

/** Results that grow with the journal: an entry costs the same however much was printed before. */
export const growingResults = (plan: Plan): GrowingResults => {
  const drafts: Draft = new Map()
  for (const step of stepsOf(plan))
    if (step.kind === 'command' || step.kind === 'dmctl')
      drafts.set(step.id, {
        ...{ step: step.id, host: step.host, state: 'pending', exitCode: null, why: '', said: '' },
        ...(step.kind === 'dmctl'
          ? { by: 'dmctl', command: `dmctl ${step.line}`, sudo: false }
          : { by: 'sh', command: step.command, sudo: step.sudo }),
        ...{ stdout: '', stderr: '', notes: '', startedAt: null, durationMs: null },
      })
  return {
    list: () => [...drafts.values()],
    add(entry) {
      const before = entry.step === undefined ? undefined : drafts.get(entry.step)
      if (before) drafts.set(before.step, after(before, entry))
      if (entry.kind === 'claimed' && entry.resumed)
        for (const one of drafts.values()) if (one.state === 'running') drafts.set(one.step, { ...one, state: 'unknown' })
    },
  }
}

/** The whole journal at once. */
export const commandResults = (plan: Plan, entries: readonly Entry[]): CommandResult[] => {
  const growing = growingResults(plan)
  entries.forEach(growing.add)
  return growing.list()
}

const after = (one: CommandResult, entry: Entry): CommandResult => {
  switch (entry.kind) {
    case 'started':
      // Begun anew because somebody said so: what it printed before belongs to the run before.
      return {
        ...one,
        state: 'running',
        exitCode: null,
        why: '',
        said: '',
        stdout: '',
        stderr: '',
        notes: '',
        startedAt: entry.at,
        durationMs: null,
      }
    case 'output':
      if (entry.stream === 'note') return { ...one, notes: one.notes + entry.text }
      return entry.stream === 'stdout' ? { ...one, stdout: one.stdout + entry.text } : { ...one, stderr: one.stderr + entry.text }
    case 'done':
      return { ...one, state: 'done', exitCode: one.by === 'sh' ? 0 : null, durationMs: lasted(one, entry) }
    case 'failed': {
      const { code, params } = entry.error
      const own = code === 'engine.command-exit'
      const known = own || code.startsWith('engine.command-')
      const exitCode = known && typeof params.status === 'number' ? params.status : null
      const state = code.startsWith('remote.') ? 'unknown' : 'failed'
      const said = typeof params.said === 'string' ? params.said : ''
      return { ...one, state, exitCode, why: own ? '' : code, said, durationMs: lasted(one, entry) }
    }
    case 'skipped':
      return { ...one, state: 'unknown' }
    default:
      return one
  }
}

const lasted = ({ startedAt }: CommandResult, { at }: Entry): number | null =>
  startedAt === null ? null : Date.parse(at) - Date.parse(startedAt)

export type ResultGroup = { hosts: readonly CommandResult[]; first: CommandResult }

/** Kept per result: one that has ended is replaced no more, and its output may be long. */
const keys = new WeakMap<CommandResult, string>()
const keyOf = (one: CommandResult): string => {
  if (one.state === 'running') return one.step
  const key = keys.get(one) ?? JSON.stringify([one.state, one.exitCode, one.why, one.notes, one.stdout, one.stderr])
  keys.set(one, key)
  return key
}

/** Hosts whose command came to the very same end with the very same output, largest group first. One that still runs is alone. */
export const groupResults = (results: readonly CommandResult[]): ResultGroup[] => {
  const groups = new Map<string, CommandResult[]>()
  for (const one of results) {
    const key = keyOf(one)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
    .flatMap((hosts) => (hosts[0] ? [{ hosts, first: hosts[0] }] : []))
    .toSorted((a, b) => b.hosts.length - a.hosts.length)
}

import { describe, expect, it } from 'vitest'
import type { HealthAnswer, HealthQuestion } from './health'
import type { Entry, EntryBody } from './journal'
import type { Lane, Plan } from './plan'
import { addToOutages, foldOutages, noOutages, sourcesAtStake } from './replication-pause'
import type { Step } from './step'

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()
const host = '10.0.0.1'
const dmctl = { packageSha256: '', entry: '', user: 'tidb', masters: [] }
const steps = {
  guard: { kind: 'guard', id: 'g', host, asks: { guard: 'unit-known', unit: 'u' } },
  move: { kind: 'source-bound-elsewhere', id: 'm', host, instance: 'w1', name: 'w1', dmctl, timeoutMs: 1 },
  stop: { kind: 'unit-stopped', id: 's', host, unit: 'u' },
  start: { kind: 'unit-running', id: 'r', host, unit: 'u', started: 'this-turn', logs: [] },
} satisfies Record<string, Step>
const bound = (source: string): HealthQuestion => ({ ask: 'source-bound', host, source })
const workerReady: HealthQuestion = { ask: 'worker-ready', instance: 'w1', name: 'w1', host, unit: 'u' }
const masterReady: HealthQuestion = { ask: 'master-ready', instance: 'm1', name: 'm1', host, unit: 'u', masters: 1, running: 1 }

const laneOf = (own: readonly Step[], questions: readonly HealthQuestion[], instance = 'w1'): Lane => ({
  ...{ id: '1.1', subject: instance, login: 'deploy', instance, steps: own },
  gate: { questions, timeoutMs: 1, stableMs: 0 },
})
const planOf = (lane: Lane): Plan => ({
  ...{ format: 1, operation: 'restart', cluster: 'c', topologyRevision: 1, deployUser: 'tidb', hosts: {}, problems: [] },
  phases: [{ id: '1', title: { word: 'x' }, width: 1, tolerance: 0, lanes: [lane] }],
  ...{ impact: { sources: [], masterOutageS: 0 }, tiupCommand: '', destructive: false },
})
const answer = (ok: boolean): HealthAnswer => ({ ok, expected: '', seen: '', hopeless: false })
const done: EntryBody = { kind: 'done', made: [], durationMs: 0 }
type Said = [second: number, body: EntryBody, step?: string]
const journal = (...said: Said[]): Entry[] =>
  said.map(([second, body, step], i) => ({
    ...body,
    seq: i + 1,
    at: at(second),
    attempt: 1,
    phase: '1',
    lane: '1.1',
    ...(step && { step }),
  }))

describe('how long a source is away', () => {
  const plain = planOf(laneOf([steps.guard, steps.stop, steps.start], [workerReady, bound('mysql-01')]))

  it('is from the first disruptive step to the answer that it is bound again', () => {
    const entries = journal(
      [0, { kind: 'started' }, 'g'],
      [1, done, 'g'],
      [2, { kind: 'started' }, 's'],
      [3, done, 's'],
      [4, { kind: 'started' }, 'r'],
      [5, done, 'r'],
      [6, { kind: 'gate-waiting', answers: [answer(true), answer(false)], untilMs: 0 }],
      [9, { kind: 'gate-waiting', answers: [answer(true), answer(true)], untilMs: 0 }],
      [12, { kind: 'gate-passed' }],
    )
    expect(foldOutages(plain, entries)).toEqual([
      { of: 'source', subject: 'mysql-01', instance: 'w1', lane: '1.1', startedAt: at(2), endedAt: at(9) },
    ])
    expect(sourcesAtStake(plain)).toEqual([{ source: 'mysql-01', worker: 'w1' }])
  })

  it('goes on while nothing says that it is back, also over a waived gate', () => {
    const entries = journal(
      [2, { kind: 'started' }, 's'],
      [6, { kind: 'gate-waiting', answers: [answer(true), answer(false)], untilMs: 0 }],
      [7, { kind: 'gate-waived', reason: 'r', by: 'b' }],
    )
    expect(foldOutages(plain, entries)).toEqual([{ of: 'source', subject: 'mysql-01', instance: 'w1', lane: '1.1', startedAt: at(2) }])
  })

  it('is only the move where it was moved before its worker stopped', () => {
    const moved = planOf(laneOf([steps.move, steps.stop, steps.start], [bound('mysql-01')]))
    const entries = journal(
      [1, { kind: 'started' }, 'm'],
      [2, done, 'm'],
      [3, { kind: 'started' }, 's'],
      [9, { kind: 'gate-waiting', answers: [answer(true)], untilMs: 0 }],
    )
    expect(foldOutages(moved, entries)).toEqual([
      { of: 'source', subject: 'mysql-01', instance: 'w1', lane: '1.1', startedAt: at(1), endedAt: at(2) },
    ])
    const skipped = journal(
      [1, { kind: 'started' }, 'm'],
      [2, { kind: 'skipped', reason: 'r', by: 'b' }, 'm'],
      [3, { kind: 'started' }, 's'],
      [9, { kind: 'gate-waiting', answers: [answer(true)], untilMs: 0 }],
    )
    expect(foldOutages(moved, skipped)[0]).toMatchObject({ startedAt: at(1), endedAt: at(9) })
  })

  it('is not counted where the step was so already, nor for lanes that hold no source', () => {
    expect(foldOutages(plain, journal([1, { kind: 'already' }, 's']))).toEqual([])
    const free = planOf(laneOf([steps.stop], [workerReady]))
    expect(foldOutages(free, journal([1, { kind: 'started' }, 's']))).toEqual([])
  })

  it('is counted for masters by their own answer, and grows entry by entry to the same', () => {
    const plan = planOf(laneOf([steps.start], [masterReady], 'm1'))
    const entries = journal(
      [1, { kind: 'started' }, 'r'],
      [2, done, 'r'],
      [4, { kind: 'gate-waiting', answers: [answer(false)], untilMs: 0 }],
      [5, { kind: 'gate-waiting', answers: [answer(true)], untilMs: 0 }],
    )
    const all = foldOutages(plan, entries)
    expect(all).toEqual([{ of: 'master', subject: 'm1', instance: 'm1', lane: '1.1', startedAt: at(1), endedAt: at(5) }])
    let grown = noOutages(plan)
    for (const entry of entries) grown = addToOutages(grown, entry)
    expect(grown.found).toEqual(all)
  })
})

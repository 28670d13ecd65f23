import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeBinary } from './judge-binary'
import { formerOf, formersOf, hotfixesOnInstances, isRelease, type LedgerEntry, type LedgerKind } from './ledger'
import { dueHotfixes, programsOf, standingProblems } from './ledger-standing'
import type { PackageInfo } from './package'

const day = (n: number): string => new Date(Date.UTC(2026, 10, 1 + n)).toISOString()
/** The history of one instance: packages by a letter, in order. */
const history = (instance: string, steps: readonly [sha256: string, kind: LedgerKind, more?: Partial<LedgerEntry>][]): LedgerEntry[] =>
  steps.map(([one, kind, more], i) => ({
    ...{ id: `${instance} ${i}`, instance, packageSha256: one, entrySha256: `exe of ${one}`, since: day(i), by: 'ann', jobId: null, kind },
    ...{ ticket: '', notes: '', due: null, offline: false, supersededAt: i === steps.length - 1 ? null : day(i + 1) },
    ...more,
  }))
const undo = (...packages: string[]) =>
  formerOf(
    history(
      'a',
      packages.map((one) => [one, 'patch']),
    ),
    'a',
  )

describe('what an instance goes back to', () => {
  it('is the one before, as a series of undos finds it', () => {
    expect(undo('A')).toBeUndefined()
    expect(undo('A', 'B')).toBe('A')
    expect(undo('A', 'B', 'C')).toBe('B')
    expect(undo('A', 'B', 'C', 'B')).toBe('A')
    expect(undo('A', 'B', 'C', 'B', 'A')).toBeUndefined()
    expect(undo('A', 'B', 'A', 'C')).toBe('A')
    expect(undo('A', 'A')).toBeUndefined()
  })

  it('is never what another instance of that address had before it left', () => {
    const left = { supersededAt: day(2), leftBy: 'job-1' }
    const twice = history('a', [
      ['A', 'deploy'],
      ['B', 'patch', left],
      ['C', 'scale-out'],
    ])
    expect(formerOf(twice, 'a')).toBeUndefined()
    expect(formersOf(twice, 'a')).toEqual([])
    expect(formerOf([...twice, ...history('a', [['D', 'patch', { since: day(9) }]])], 'a')).toBe('C')
  })

  it('ends: going back again and again reaches the first one, never the one that it came from', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<string>('A', 'B', 'C', 'D'), { minLength: 1, maxLength: 8 }), (packages) => {
        const run = [...packages]
        for (let turns = 0; ; turns++) {
          expect(turns).toBeLessThan(8)
          const former = undo(...run)
          if (former === undefined) break
          expect(former).not.toBe(run.at(-1))
          run.push(former)
        }
        expect(run.at(-1)).toBe(packages[0])
      }),
    )
  })

  it('offers all others that were there, the latest first', () => {
    const entries = history('a', [
      ['A', 'deploy'],
      ['B', 'patch'],
      ['C', 'patch'],
      ['B', 'rollback'],
    ])
    expect(formersOf(entries, 'a')).toEqual(['C', 'A'])
    expect(formersOf(entries, 'b')).toEqual([])
  })
})

const info = (sha256: string, from: PackageInfo['origin']['from'], version = 'v8.5.0'): PackageInfo => ({
  ...{ sha256, component: 'dm-worker', version, os: 'linux', arch: 'amd64', sizeBytes: 1, entry: 'e', entrySha256: 's' },
  ...{ origin: { from, detail: '' }, texts: {} },
})

it('a release is what a mirror signed, or what a deploy or an upgrade put there', () => {
  const entries = history('a', [
    ['up', 'deploy'],
    ['hand', 'patch'],
  ])
  expect(isRelease(info('m', 'mirror'), 'v8.5.0', [])).toBe(true)
  expect(isRelease(info('m', 'mirror', 'v8.5.1'), 'v8.5.0', [])).toBe(false)
  expect(isRelease(info('up', 'upload'), 'v8.5.0', entries)).toBe(true)
  expect(isRelease(info('hand', 'upload'), 'v8.5.0', entries)).toBe(false)
  expect(isRelease(info('up', 'hotfix'), 'v8.5.0', entries)).toBe(false)
})

it('an upgrade is told the hotfixes that it replaces, by package, with their tickets', () => {
  const entries = [
    ...history('a', [
      ['A', 'deploy'],
      ['H', 'patch', { ticket: 'DM-1' }],
    ]),
    ...history('b', [
      ['A', 'deploy'],
      ['H', 'patch', { ticket: 'DM-1', notes: 'lag' }],
    ]),
    ...history('c', [['H', 'scale-out']]),
    ...history('d', [
      ['A', 'deploy'],
      ['H', 'patch'],
      ['A', 'rollback'],
    ]),
  ]
  expect(hotfixesOnInstances(entries, ['a', 'b', 'c', 'd'])).toEqual([
    { packageSha256: 'H', instances: ['a', 'b', 'c'], tickets: ['DM-1'], notes: ['lag'] },
  ])
  expect(hotfixesOnInstances(entries, ['d'])).toEqual([])
})

describe('standing warnings', () => {
  const seat = (id: string, arch = 'amd64') => ({ id, component: 'dm-worker' as const, os: 'linux', arch })
  const seen = { today: '2026-11-21', startedAt: {} }
  const codes = (...args: Parameters<typeof standingProblems>) => standingProblems(...args).map(({ code }) => code)

  it('name the programs of a role that differ; two platforms of one release do not', () => {
    const entries = [
      ...history('a', [['A', 'deploy']]),
      ...history('b', [
        ['A', 'deploy'],
        ['H', 'patch'],
      ]),
    ]
    expect(codes([seat('a'), seat('b')], entries, seen)).toEqual(['ledger.mixed'])
    expect(codes([seat('a'), seat('b', 'arm64')], entries, seen)).toEqual([])
    expect(programsOf([seat('a'), seat('b')], entries)[0]?.programs.map(({ instances }) => instances)).toEqual([['a'], ['b']])
  })

  it('name hotfixes from the day after their own, while they lie there', () => {
    const due = (when: string) => history('a', [['H', 'patch', { due: when, ticket: 'DM-1' }]])
    expect(codes([seat('a')], due('2026-11-20'), seen)).toEqual(['ledger.overdue'])
    expect(codes([seat('a')], due('2026-11-21'), seen)).toEqual([])
    const gone = history('a', [
      ['H', 'patch', { due: '2026-11-20' }],
      ['A', 'rollback'],
    ])
    expect(codes([seat('a')], gone, seen)).toEqual([])
    expect(dueHotfixes(due('2026-11-21'), '2026-11-21')).toMatchObject([{ due: '2026-11-21', overdue: false, instances: ['a'] }])
  })

  it('name programs on the disk only until the process is younger; what nobody saw run is not claimed', () => {
    const entries = history('a', [['H', 'patch', { offline: true, since: '2026-11-20T12:00:00.000Z' }]])
    const started = (at: string | null) => codes([seat('a')], entries, { ...seen, startedAt: { a: at } })
    expect(started('2026-11-20T11:00:00.000Z')).toEqual(['ledger.on-disk-only'])
    expect(started('2026-11-20T13:00:00.000Z')).toEqual([])
    expect(started(null)).toEqual([])
  })
})

it('a binary is judged by disk first, then by its process', () => {
  const at = { component: 'dm-worker', disk: 'x', process: 'x', running: true, lost: false } as const
  expect(judgeBinary('x', at)).toBe('as-noted')
  expect(judgeBinary('x', { ...at, process: 'old' })).toBe('restart-needed')
  expect(judgeBinary('x', { ...at, process: null })).toBe('unseen')
  expect(judgeBinary('x', { ...at, running: false, process: null })).toBe('not-running')
  expect(judgeBinary('x', { ...at, disk: 'y' })).toBe('disk-differs')
  expect(judgeBinary('x', { ...at, disk: null })).toBe('missing')
  expect(judgeBinary(null, at)).toBe('not-noted')
  expect(judgeBinary('x', { ...at, lost: true })).toBe('unseen')
  expect(judgeBinary('x', { ...at, component: 'grafana', process: 'wrapped' })).toBe('as-noted')
})

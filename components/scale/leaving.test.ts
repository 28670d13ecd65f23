import { describe, expect, it } from 'vitest'
import type { InstanceRow } from '@/components/rolling/selection'
import { barredOf, quorumOf, unboundOf } from './leaving'

const row = (id: string, role: string, status: string, source = ''): InstanceRow =>
  ({ id, role, source, status: { value: status, source: 'dm-api', at: null } }) as InstanceRow // only what is judged
const masters = (...states: string[]) => states.map((status, i) => row(`m${i + 1}`, 'dm-master', status))
const barred = (rows: readonly InstanceRow[], nodes: readonly string[] = []) => rows.map((one) => barredOf(rows, nodes, one))

describe('which masters may leave', () => {
  it('never the last one, and one at a time', () => {
    expect(barred(masters('Healthy|L'))).toEqual(['last-master'])
    expect(barred(masters('Healthy|L', 'Healthy', 'Healthy'), ['m2'])).toEqual(['one-master', undefined, 'one-master'])
  })

  it('by the majority of those alive: of three with one dead only the dead one', () => {
    expect(barred(masters('Healthy|L', 'Healthy', 'Healthy'))).toEqual([undefined, undefined, undefined])
    expect(barred(masters('Healthy|L', 'Healthy', 'Down'))).toEqual(['quorum', 'quorum', undefined])
    expect(barred(masters('Healthy|L', 'Healthy'))).toEqual([undefined, undefined])
    expect([1, 2, 3, 4, 5].map(quorumOf)).toEqual([1, 2, 2, 3, 3])
  })

  it('is not judged while nothing of a stopped cluster is known', () => {
    expect(barred(masters('Down', 'Down', 'Down'))).toEqual([undefined, undefined, undefined])
  })
})

describe('which workers need a reason', () => {
  it('those that leave bound when too few stay free', () => {
    const rows = [row('w1', 'dm-worker', 'Bound', 's1'), row('w2', 'dm-worker', 'Bound', 's2'), row('w3', 'dm-worker', 'Free')]
    const named = (nodes: string[]) => unboundOf(rows, nodes).map(({ id }) => id)
    expect(named(['w1'])).toEqual([])
    expect(named(['w1', 'w3'])).toEqual(['w1'])
    expect(named(['w1', 'w2'])).toEqual(['w1', 'w2'])
    expect(named(['w3'])).toEqual([])
  })
})

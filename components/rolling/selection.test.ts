import { describe, expect, it } from 'vitest'
import { chosenOf, countByRole, flipped, membershipOf, selectionFlags } from './selection'

const rows = [
  { id: 'a:8261', role: 'dm-master' },
  { id: 'a:8262', role: 'dm-worker' },
  { id: 'b:8262', role: 'dm-worker' },
]
const ids = (selection: Parameters<typeof chosenOf>[1]) => chosenOf(rows, selection).map(({ id }) => id)

describe('what -R and -N name', () => {
  it('is all without either, and the intersection of both', () => {
    expect(ids({ roles: [], nodes: [] })).toEqual(['a:8261', 'a:8262', 'b:8262'])
    expect(ids({ roles: ['dm-worker'], nodes: [] })).toEqual(['a:8262', 'b:8262'])
    expect(ids({ roles: [], nodes: ['a:8261', 'b:8262'] })).toEqual(['a:8261', 'b:8262'])
    expect(ids({ roles: ['dm-worker'], nodes: ['a:8261', 'b:8262'] })).toEqual(['b:8262'])
    expect(ids({ roles: ['dm-worker'], nodes: ['a:8261'] })).toEqual([])
  })

  it('says why a row is out: its role first', () => {
    const selection = { roles: ['dm-worker'], nodes: ['b:8262'] }
    expect(rows.map((row) => membershipOf(selection, row))).toEqual(['other-role', 'not-ticked', 'in'])
  })

  it('is written as tiup takes it', () => {
    expect(selectionFlags({ roles: [], nodes: [] })).toBe('')
    expect(selectionFlags({ roles: ['dm-master', 'dm-worker'], nodes: ['a:8261'] })).toBe(' -R dm-master,dm-worker -N a:8261')
  })

  it('flips and counts', () => {
    expect(flipped(['x'], 'y')).toEqual(['x', 'y'])
    expect(flipped(['x', 'y'], 'x')).toEqual(['y'])
    expect(countByRole(rows)).toEqual([
      ['dm-master', 1],
      ['dm-worker', 2],
    ])
  })
})

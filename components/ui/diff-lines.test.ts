import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffLines } from './diff-lines'

const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\n`).join(''))

describe('diffLines', () => {
  it('gives both texts back', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = diffLines(before, after, 99).filter((line) => line.kind !== 'gap')
        const side = (not: 'add' | 'del'): string =>
          lines
            .filter((line) => line.kind !== not)
            .map((line) => `${line.text}\n`)
            .join('')
        if (before !== after) {
          expect(side('add')).toBe(before)
          expect(side('del')).toBe(after)
        }
      }),
    )
  })

  it('folds what is far from a change', () => {
    const before = 'a\nb\nc\nd\ne\nf\n'
    expect(diffLines(before, before.replace('f', 'g'), 1)).toEqual([
      { kind: 'gap', count: 4 },
      { kind: 'same', text: 'e', old: 5, new: 5 },
      { kind: 'del', text: 'f', old: 6 },
      { kind: 'add', text: 'g', new: 6 },
    ])
  })
})

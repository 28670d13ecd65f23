import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folded, lineDiff } from './line-diff'

const shown = (before: string, after: string): string[] =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`)

describe('lineDiff', () => {
  it('says what goes and what comes, with the numbers of both sides', () => {
    expect(shown('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d'])
    expect(lineDiff('a\nb\n', 'b\n')).toEqual([
      { kind: 'removed', text: 'a', before: 1 },
      { kind: 'same', text: 'b', before: 2, after: 1 },
    ])
    expect(shown('', 'a\n')).toEqual(['+a'])
    expect(shown('same\n', 'same\n')).toEqual([' same'])
  })

  it('leads from the one text to the other, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\n`).join(''))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after)
        const side = (kind: 'removed' | 'added') =>
          lines.filter((one) => one.kind === kind || one.kind === 'same').map((one) => `${one.text}\n`)
        expect(side('removed').join('')).toBe(before)
        expect(side('added').join('')).toBe(after)
      }),
    )
  })

  it('folds what is equal far away', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`)
    const diff = folded(lineDiff(lines.join('\n'), lines.with(10, 'other').join('\n')), 1)
    expect(diff.map((one) => one?.text ?? null)).toEqual([null, 'line 9', 'line 10', 'other', 'line 11', null])
  })
})

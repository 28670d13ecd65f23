import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry, EntryBody } from '@/server/domain/journal'
import { addEntry, emptyLog } from './log-lines'
import { ansiPieces, findLines } from './log-search'

const entry = (seq: number, body: EntryBody, step = '1.1/h/file/x'): Entry => ({
  ...body,
  seq,
  at: `2026-01-01T00:00:0${seq % 10}Z`,
  attempt: 1,
  step,
})
const foldLog = (entries: readonly Entry[]) => {
  const log = emptyLog()
  for (const one of entries) addEntry(log, one)
  return log.lines
}

describe('the log of a job', () => {
  it('joins what was cut in mid-line, and keeps streams apart', () => {
    const lines = foldLog([
      entry(1, { kind: 'output', stream: 'stdout', text: 'one\ntw' }),
      entry(2, { kind: 'output', stream: 'stderr', text: 'bad\n' }),
      entry(3, { kind: 'output', stream: 'stdout', text: 'o\nthree' }),
    ])
    expect(lines.map((line) => [line.number, line.kind, line.text])).toEqual([
      [1, 'out', 'one'],
      [2, 'out', 'two'],
      [3, 'err', 'bad'],
      [4, 'out', 'three'],
    ])
  })

  it('is the same text however the output was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'é') }), { maxLength: 20 }), (chunks) => {
        const whole = chunks.join('')
        const lines = foldLog(chunks.map((text, n) => entry(n, { kind: 'output', stream: 'stdout', text })))
        const expected = whole.split('\n')
        if (expected.at(-1) === '') expected.pop()
        expect(lines.map((line) => line.text)).toEqual(expected)
        expect(lines.map((line) => line.number)).toEqual(lines.map((_, n) => n + 1))
      }),
    )
  })

  it('shows the tails of a failed step', () => {
    const failed: EntryBody = {
      kind: 'failed',
      expected: 'active',
      seen: 'failed',
      error: { code: 'step.not-reached', params: {} },
      tails: [{ file: 'dm-worker_stdout.log', lines: ['bind: address already in use'] }],
    }
    expect(foldLog([entry(1, failed)]).map((line) => line.word?.word ?? line.text)).toEqual([
      'log.failed',
      'log.tail',
      'bind: address already in use',
    ])
  })

  it('finds without regard to case', () => {
    const lines = foldLog([entry(1, { kind: 'output', stream: 'stdout', text: 'Alpha\nbeta\nALPHA\n' })])
    expect(findLines(lines, 'alpha', (line) => line.text)).toEqual([0, 2])
    expect(findLines(lines, '  ', (line) => line.text)).toEqual([])
  })

  it('keeps colours and drops other control sequences', () => {
    expect(ansiPieces('\u001b[31mred\u001b[0m plain\u001b[2K')).toEqual([{ text: 'red', color: 'red' }, { text: ' plain' }])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutputFilter } from './output-filter'

const filtered = (chunks: readonly string[], secrets: readonly string[] = []) => {
  let text = ''
  const filter = createOutputFilter(secrets, (part) => {
    text += part
  })
  for (const chunk of chunks) filter.push(chunk)
  filter.end()
  return { text, made: filter.made }
}

/** The same text cut at any places. */
const cuts = (whole: string) =>
  fc.array(fc.nat(whole.length), { maxLength: 12 }).map((places) => {
    const sorted = [0, ...places.sort((a, b) => a - b), whole.length]
    return sorted.slice(1).map((to, i) => whole.slice(sorted[i], to))
  })

describe('createOutputFilter', () => {
  const whole = 'one\n\n\n::made /a b\ntwo ::made no\npw=hunter2x\n::made user x\n:: three\nlast'

  it('takes out what was made, the secrets and the probe that follows, however the output is cut', () => {
    fc.assert(
      fc.property(cuts(`${whole}\n::then-probe 0\n::probe probe_unit\nx=1\n`), (chunks) => {
        expect(filtered(chunks, ['hunter2x'])).toEqual({
          text: 'one\n\n\ntwo ::made no\npw=******\n:: three\nlast\n',
          made: ['/a b', 'user x'],
        })
      }),
      { numRuns: 500 },
    )
  })

  it('passes ordinary output as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (chunks) => {
        fc.pre(!/::made |::then-probe /.test(chunks.join('')))
        expect(filtered(chunks).text).toBe(chunks.join(''))
      }),
    )
  })

  it('lets a line without its end through at once', () => {
    let text = ''
    const filter = createOutputFilter([], (part) => {
      text += part
    })
    filter.push('50 %')
    expect(text).toBe('50 %')
  })
})

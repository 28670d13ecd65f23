import { describe, expect, it } from 'vitest'
import { marksIn, plotHeight, plotOf, plotWidth, valueText } from './plot'

const chart = (points: [number, number][]) => ({ id: 'lag' as const, more: 0, series: [{ name: 't', points }] })
const at = { unit: 's', stepS: 60 }

describe('a chart', () => {
  it('ends at its last point, begins at the bottom, and leaves holes', () => {
    const { lines, top, fromS } = plotOf(
      chart([
        [3600, 0],
        [3660, 4],
        [3900, 2],
        [7200, 2],
      ]),
      at,
    )
    expect([top, fromS]).toEqual([5, 3600])
    expect(lines[0]?.path).toBe(`M0.0 ${plotHeight}.0L5.3 17.6M26.7 52.8M${plotWidth}.0 52.8`)
    expect(lines[0]?.last).toBe(2)
  })

  it('shows percent of the whole, a single point, and nothing at all', () => {
    expect(plotOf(chart([[60, 37]]), { unit: '%', stepS: 60 })).toMatchObject({ top: 100, lines: [{ path: `M${plotWidth}.0 55.4h1` }] })
    expect(plotOf({ id: 'lag', more: 0, series: [] }, at)).toMatchObject({ top: 1, lines: [] })
    expect(plotOf(chart([[60, 0.0004]]), at).top).toBe(0.0005)
  })

  it('marks the jobs of its time only', () => {
    const jobs = [{ createdAt: new Date(1800_000).toISOString() }, { createdAt: new Date(9000_000).toISOString() }]
    expect(marksIn({ fromS: 0, toS: 3600 }, jobs).map(({ x }) => x)).toEqual([plotWidth / 2])
  })

  it('writes values short', () => {
    expect([valueText(12345, '/s'), valueText(0.4321, 's'), valueText(37, '%')]).toEqual(['12.3k/s', '0.432 s', '37 %'])
  })
})

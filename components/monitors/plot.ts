import { type ChartView, chartSpanS } from '@/server/domain/monitors'

export const plotWidth = 320
export const plotHeight = 88

/** Where a chart's lines run, in the units of its viewBox. */
export type Plot = {
  lines: readonly { name: string; path: string; last: number }[]
  /** The value at the top edge. */
  top: number
  fromS: number
  toS: number
}

/** Lines between points that follow one another; a hole stays a hole. The span is that of the question, however few points there are. */
export const plotOf = ({ series }: ChartView, { unit, stepS }: { unit: string; stepS: number }): Plot => {
  const times = series.flatMap(({ points }) => points.map(([at]) => at))
  const toS = Math.max(...times, 0)
  const fromS = toS - chartSpanS
  const top = topOf(Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)), 0), unit)
  const x = (at: number): string => (((at - fromS) / chartSpanS) * plotWidth).toFixed(1)
  const y = (value: number): string => (plotHeight - (Math.min(Math.max(value, 0), top) / top) * plotHeight).toFixed(1)
  const lines = series.map(({ name, points }) => {
    const parts = points.map(([at, value], i) => {
      const before = points[i - 1]
      return `${before && at - before[0] <= stepS * 1.5 ? 'L' : 'M'}${x(at)} ${y(value)}`
    })
    const [only] = points
    const path = points.length === 1 && only ? `${parts[0]}h1` : parts.join('')
    return { name, path, last: points.at(-1)?.[1] ?? 0 }
  })
  return { lines, top, fromS, toS }
}

/** A round value above all; of percent, the whole. */
const topOf = (max: number, unit: string): number => {
  if (unit === '%' && max <= 100) return 100
  if (max <= 0) return 1
  const size = 10 ** Math.floor(Math.log10(max))
  return [1, 2, 5, 10].map((each) => each * size).find((each) => each >= max) ?? max
}

/** `1.2k/s`, `37 %`, `0.4 s`. */
export const valueText = (value: number, unit: string): string => {
  const short = value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)))
  return unit.startsWith('/') ? `${short}${unit}` : `${short} ${unit}`
}

/** Jobs that began while the chart's span lasted, as places on its width. */
export const marksIn = <J extends { createdAt: string }>(
  { fromS, toS }: Pick<Plot, 'fromS' | 'toS'>,
  jobs: readonly J[],
): { job: J; x: number }[] =>
  jobs.flatMap((job) => {
    const at = Date.parse(job.createdAt) / 1000
    return at >= fromS && at <= toS ? [{ job, x: ((at - fromS) / chartSpanS) * plotWidth }] : []
  })

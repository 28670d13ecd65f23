import { z } from 'zod'
import { type AlertView, type ChartView, charts, maxSeries, type Series } from '@/server/domain/monitors'

/** Alertmanager's API v2: what fires and is not inhibited; silenced ones too, they say so. */
export const alertsPath = '/api/v2/alerts?active=true&silenced=true&inhibited=false'

/** Prometheus' HTTP API: points from `fromS` to `toS`, seconds. */
export const rangePath = (query: string, { fromS, toS, stepS }: { fromS: number; toS: number; stepS: number }): string =>
  `/api/v1/query_range?${new URLSearchParams({ query, start: String(fromS), end: String(toS), step: String(stepS) })}`

const texts = z.record(z.string(), z.string()).default({})
const alert = z.object({
  fingerprint: z.string(),
  labels: texts,
  annotations: texts,
  startsAt: z.string(),
  status: z.object({ state: z.string() }).default({ state: 'active' }),
})

/** undefined: not an answer of Alertmanager. The worst first, then the oldest. */
export const parseAlerts = (body: string): AlertView[] | undefined => {
  const read = z.array(alert).safeParse(parsed(body))
  if (!read.success) return undefined
  return read.data
    .map(({ fingerprint, labels, annotations, startsAt, status }): AlertView => {
      const { alertname, level, severity, expr: _expr, monitor: _monitor, ...rest } = labels
      const summary = annotations.summary ?? annotations.description ?? ''
      const silenced = status.state === 'suppressed'
      return { id: fingerprint, name: alertname ?? '', level: level ?? severity ?? '', summary, labels: rest, since: startsAt, silenced }
    })
    .sort((a, b) => rankOf(a) - rankOf(b) || a.since.localeCompare(b.since) || a.id.localeCompare(b.id))
}

const ranks = ['emergency', 'critical', 'error', 'warning', 'info']

const rankOf = ({ level, silenced }: AlertView): number => {
  const rank = ranks.indexOf(level)
  return (rank < 0 ? ranks.length : rank) + (silenced ? 100 : 0)
}

const matrix = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: texts, values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
})

/** undefined: not an answer of Prometheus to such a question. Values that are no numbers are left out. */
export const parseRange = (id: ChartView['id'], body: string): ChartView | undefined => {
  const read = matrix.safeParse(parsed(body))
  if (!read.success) return undefined
  const about = charts.find((chart) => chart.id === id)?.about
  const all = read.data.data.result
    .map(({ metric, values }): Series => {
      const { task = '', source_id: source = '', instance = '' } = metric
      const name = about === 'task' ? [task, source].filter((one) => one !== '').join(' ') : about === 'host' ? hostOf(instance) : instance
      const points = values.flatMap(([at, text]): [number, number][] => (Number.isFinite(Number(text)) ? [[at, round(Number(text))]] : []))
      return { name, points }
    })
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => lastOf(b) - lastOf(a) || a.name.localeCompare(b.name))
  return { id, series: all.slice(0, maxSeries), more: Math.max(0, all.length - maxSeries) }
}

const hostOf = (instance: string): string => instance.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')

const lastOf = ({ points }: Series): number => points.at(-1)?.[1] ?? 0

const round = (value: number): number => Number(value.toPrecision(4))

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

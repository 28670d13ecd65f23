import { z } from 'zod'

/** File systems that can fill up. */
const realDisks = 'fstype!~"tmpfs|ramfs|devtmpfs|squashfs|iso9660|nsfs|autofs"'

/**
 * What a cluster's own monitors say. Metric names are DM's own (its Grafana dashboards and `metrics.go` of dm-worker's syncer) and
 * node_exporter's; `or` where a release of DM has renamed one.
 */
export const charts = [
  {
    id: 'lag',
    unit: 's',
    about: 'task',
    query: 'max by (task, source_id) (dm_syncer_replication_lag_gauge or dm_syncer_replication_lag)',
  },
  { id: 'events', unit: '/s', about: 'task', query: 'sum by (task, source_id) (rate(dm_syncer_binlog_transform_cost_count[2m]))' },
  { id: 'rows', unit: '/s', about: 'task', query: 'sum by (task, source_id) (rate(dm_syncer_finished_jobs_total[2m]))' },
  { id: 'dm-cpu', unit: '%', about: 'instance', query: '100 * rate(process_cpu_seconds_total{job=~"dm_worker|dm_master"}[2m])' },
  { id: 'cpu', unit: '%', about: 'host', query: '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m])))' },
  {
    id: 'memory',
    unit: '%',
    about: 'host',
    query: '100 * (1 - max by (instance) (node_memory_MemAvailable_bytes) / max by (instance) (node_memory_MemTotal_bytes))',
  },
  {
    id: 'disk',
    unit: '%',
    about: 'host',
    query: `100 * min by (instance) (node_filesystem_avail_bytes{${realDisks}} / node_filesystem_size_bytes{${realDisks}})`,
  },
] as const

/** How far back, and how far apart the points are. */
export const chartSpanS = 3600
export const chartStepS = 60
/** Lines of one chart; those with the highest last values are kept. */
export const maxSeries = 24

const iso = z.string()
const chartIds = charts.map(({ id }) => id)
export const series = z.object({
  /** What it is of: `task source`, `host`, `host:port`. */
  name: z.string(),
  /** Seconds since 1970, value. */
  points: z.array(z.tuple([z.number(), z.number()])),
})
export const chartView = z.object({ id: z.enum(chartIds), series: z.array(series), more: z.number() })
export const alertView = z.object({
  id: z.string(),
  name: z.string(),
  level: z.string(),
  summary: z.string(),
  /** What it is about: its labels without name, level and expression. */
  labels: z.record(z.string(), z.string()),
  since: iso,
  silenced: z.boolean(),
})
/** `at`: when this was seen; null: never. `error`: why it can't be seen now, what is shown is from before. */
const block = <T extends z.ZodType>(seen: T) =>
  z.object({ from: z.string(), at: iso.nullable(), seen, error: z.object({ code: z.string(), at: iso, from: z.string() }).nullable() })
export const monitorsView = z.object({
  /** null: the cluster has no Alertmanager. */
  alerts: block(z.array(alertView)).nullable(),
  /** null: the cluster has no Prometheus. */
  charts: block(z.array(chartView)).nullable(),
})
export type Series = z.infer<typeof series>
export type ChartView = z.infer<typeof chartView>
export type AlertView = z.infer<typeof alertView>
export type MonitorsView = z.infer<typeof monitorsView>

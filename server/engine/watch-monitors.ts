import type { Instance } from '@/server/domain/instance'
import { type ChartView, chartSpanS, chartStepS, charts, type MonitorsView } from '@/server/domain/monitors'
import { instancesOf } from '@/server/domain/topology/instances'
import { alertsPath, parseAlerts, parseRange, rangePath } from '@/server/probes/monitor-answers'
import type { Transport } from '@/server/remote/transport'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { monitorsDue, readMonitors, writeMonitors } from '@/server/store/monitor-views'
import { get } from './ask-cluster'
import type { Clock } from './engine'
import { targets } from './watch-status'

export type MonitorWatch = { db: Db; transport: Transport; clock: Clock; everyMs?: number; onBug: (error: unknown) => void }

const usualMs = 30_000
const atOnce = 2

/** Asks the monitors of clusters that somebody looks at, seldom, apart from the status: a slow one delays nothing else. */
export const watchMonitors = async (options: MonitorWatch, stopping: AbortSignal): Promise<void> => {
  const { db, clock, everyMs = usualMs } = options
  const reading = new Map<string, Promise<void>>()
  while (!stopping.aborted) {
    const now = clock.now()
    for (const cluster of await monitorsDue(db, new Date(now), new Date(now - everyMs))) {
      if (reading.has(cluster) || reading.size >= atOnce) continue
      const read = refreshMonitors(options, cluster)
        .catch(options.onBug)
        .finally(() => reading.delete(cluster))
      reading.set(cluster, read)
    }
    await clock.sleep(1000)
  }
  await Promise.all(reading.values())
}

/** Asks now and keeps what was said; what can't be asked keeps what was last seen, with its age. */
export const refreshMonitors = async ({ db, transport, clock }: MonitorWatch, name: string): Promise<void> => {
  const cluster = await findCluster(db, name)
  if (!cluster || cluster.lifecycle === 'deploying') return
  const before = await readMonitors(db, name)
  const at = clock.now()
  await writeMonitors(db, name, await askMonitors({ transport, at }, cluster, before), new Date(at))
}

type Asking = { transport: Transport; at: number }

export const askMonitors = async (
  asking: Asking,
  cluster: ClusterWithTopology,
  before: MonitorsView | undefined,
): Promise<MonitorsView> => {
  const instances = instancesOf(cluster.topology)
  const of = (component: string): Instance[] => instances.filter((one) => one.component === component)
  const targetOf = targets(cluster, instances)
  const http = (host: string, request: Parameters<Transport['http']>[1]) => asking.transport.http(targetOf(host), request)
  const ask = async <T>(instance: Instance, path: string, parse: (body: string) => T | undefined): Promise<T | { error: string }> => {
    const answer = await get({ http }, instance.hostId, { host: instance.host, ports: instance.ports }, path)
    if (typeof answer === 'string') return { error: answer }
    return parse(answer.body) ?? { error: answer.status === 200 ? 'monitor-answer' : `status-${answer.status}` }
  }
  const [alerts, drawn] = await Promise.all([
    firstOf(of('alertmanager'), asking, before?.alerts, (one) => ask(one, alertsPath, parseAlerts)),
    firstOf(of('prometheus'), asking, before?.charts, (one) => askCharts(asking, (path, parse) => ask(one, path, parse))),
  ])
  return { alerts, charts: drawn }
}

type Block<T> = { from: string; at: string | null; seen: T[]; error: { code: string; at: string; from: string } | null }

/** The first that answers; null where there is none to ask. */
const firstOf = async <T>(
  instances: readonly Instance[],
  { at }: Asking,
  before: Block<T> | null | undefined,
  ask: (instance: Instance) => Promise<T[] | { error: string }>,
): Promise<Block<T> | null> => {
  const now = new Date(at).toISOString()
  let error: Block<T>['error'] = null
  for (const instance of instances) {
    const seen = await ask(instance)
    if (!('error' in seen)) return { from: instance.id, at: now, seen, error: null }
    error ??= { code: seen.error, at: now, from: instance.id }
  }
  return error ? { from: before?.from ?? '', at: before?.at ?? null, seen: before?.seen ?? [], error } : null
}

type Ask = <T>(path: string, parse: (body: string) => T | undefined) => Promise<T | { error: string }>

/** All charts or, when the first can't be had, why: one that is cut off must not be asked seven times. */
const askCharts = async ({ at }: Asking, ask: Ask): Promise<ChartView[] | { error: string }> => {
  const toS = Math.floor(at / 1000 / chartStepS) * chartStepS
  const range = { fromS: toS - chartSpanS, toS, stepS: chartStepS }
  const seen: ChartView[] = []
  for (const { id, query } of charts) {
    const one = await ask(rangePath(query, range), (body) => parseRange(id, body))
    if ('error' in one) return one
    seen.push(one)
  }
  return seen
}

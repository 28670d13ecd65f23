import { charts } from '@/server/domain/monitors'
import { hashText } from './machine'
import type { DmClusterState, SimProcess } from './state'
import type { SimWorld } from './world'

type Ask = { address: string; process: SimProcess; path: string }

/** What a simulated Prometheus or Alertmanager says of its cluster; undefined: another path. Shaped like the answers of real ones. */
export const monitorBody = (world: SimWorld, { address, process, path }: Ask): string | undefined => {
  const { pathname, searchParams } = new URL(path, 'http://sim')
  if (process.component === 'prometheus' && pathname === '/api/v1/query_range')
    return JSON.stringify({
      status: 'success',
      data: { resultType: 'matrix', result: rangeOf(world, hostsIn(world, address, process), searchParams) },
    })
  if (process.component === 'alertmanager' && pathname === '/api/v2/alerts') return JSON.stringify(alertsOf(world, address))
  return undefined
}

/** Hosts that its prometheus.yml has as targets. */
const hostsIn = (world: SimWorld, address: string, { program }: SimProcess): string[] => {
  const folder = program.replace(/\/bin\/.*$/, '')
  const text = world.host(address)?.machine.text(`${folder}/conf/prometheus.yml`) ?? ''
  return [...new Set([...text.matchAll(/- '([^':]+):\d+'/g)].map(([, host]) => host ?? ''))]
}

const clustersOn = (world: SimWorld, hosts: readonly string[]): DmClusterState[] => {
  const near = world.dm.clusters.filter(({ workers }) => workers.some(({ addr }) => hosts.includes(addr.replace(/:\d+$/, ''))))
  return near.length > 0 || world.dm.clusters.length !== 1 ? near : [...world.dm.clusters]
}

const rangeOf = (world: SimWorld, hosts: readonly string[], asked: URLSearchParams): unknown[] => {
  const chart = charts.find(({ query }) => query === asked.get('query'))
  const [fromS, toS, stepS] = ['start', 'end', 'step'].map((name) => Number(asked.get(name)))
  if (!chart || !fromS || !toS || !stepS) return []
  const times = Array.from({ length: Math.floor((toS - fromS) / stepS) + 1 }, (_, i) => fromS + i * stepS)
  const line = (metric: Record<string, string>, middle: number, swing: number) => {
    const seed = Number.parseInt(hashText(`${chart.id} ${JSON.stringify(metric)}`).slice(0, 6), 16)
    const at = (t: number) => Math.max(0, middle + swing * (Math.sin((t + seed) / 400) + 0.4 * Math.sin((t + seed) / 70)))
    return { metric, values: times.map((t) => [t, at(t).toFixed(3)]) }
  }
  const tasks = clustersOn(world, hosts).flatMap(({ tasks: all }) =>
    all.flatMap(({ name, subtasks }) => subtasks.map(({ source, lagS }) => ({ task: name, source_id: source, lagS }))),
  )
  const levels = {
    lag: [0, 0.4],
    events: [420, 160],
    rows: [900, 380],
    'dm-cpu': [6, 3],
    cpu: [18, 7],
    memory: [46, 3],
    disk: [61, 1],
  } as const
  const [middle, swing] = levels[chart.id]
  if (chart.about === 'task') return tasks.map(({ lagS, ...metric }) => line(metric, middle + (chart.id === 'lag' ? lagS : 0), swing))
  return hosts.map((host) => line({ instance: `${host}:${chart.about === 'host' ? 9100 : 8262}` }, middle, swing))
}

/** Workers that are offline and subtasks that stand with an error, as rules of DM tell them. */
const alertsOf = (world: SimWorld, address: string): unknown[] => {
  const startsAt = new Date(Math.floor(world.dm.now() / 600_000) * 600_000).toISOString()
  return clustersOn(world, [address]).flatMap((cluster) => {
    const offline = cluster.workers.filter((worker) => world.dm.schedule.stageOf(cluster, worker).stage === 'offline')
    const failed = cluster.tasks.flatMap(({ name, subtasks }) =>
      subtasks.filter(({ error }) => error !== '').map(({ source }) => ({ name, source })),
    )
    return [
      ...offline.map(({ name }) =>
        alert('DM_worker_offline', { level: 'warning', startsAt }, { worker: name }, `DM-worker ${name} is offline`),
      ),
      ...failed.map(({ name, source }) =>
        alert(
          'DM_sync_process_exists_with_error',
          { level: 'critical', startsAt },
          { task: name, source_id: source },
          `Task ${name} of ${source} stands with an error`,
        ),
      ),
    ]
  })
}

const alert = (
  alertname: string,
  { level, startsAt }: { level: string; startsAt: string },
  labels: Record<string, string>,
  summary: string,
) => ({
  ...{
    annotations: { summary },
    endsAt: '2099-01-01T00:00:00.000Z',
    startsAt,
    updatedAt: startsAt,
  },
  fingerprint: hashText(`${alertname} ${JSON.stringify(labels)}`).slice(0, 16),
  ...{ receivers: [{ name: 'blackhole' }], status: { inhibitedBy: [], silencedBy: [], state: 'active' } },
  ...{ generatorURL: '', labels: { alertname, level, ...labels } },
})

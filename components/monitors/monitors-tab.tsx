'use client'

import Link from 'next/link'
import { useMonitors } from '@/components/data/monitor-queries'
import { useJobs } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Banner, Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { type Shape, Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { ClusterDetail, JobRow } from '@/server/domain/api'
import { type AlertView, chartSpanS, type MonitorsView } from '@/server/domain/monitors'
import { Chart } from './chart'

/** Whether the cluster has monitors of its own to ask. */
export const hasMonitors = ({ nodes }: ClusterDetail): boolean => (nodes.prometheus ?? 0) + (nodes.alertmanager ?? 0) > 0

/** How many alerts fire and are not silenced; undefined while nobody knows. */
export const useFiring = (cluster: ClusterDetail): AlertView[] | undefined =>
  useMonitors(cluster.name, hasMonitors(cluster)).data?.alerts?.seen.filter(({ silenced }) => !silenced)

/** One line over the cluster's page while something fires. */
export function FiringBanner({ cluster, onOpen }: { cluster: ClusterDetail; onOpen: () => void }) {
  const { say } = useWords()
  const firing = useFiring(cluster)
  if (!firing || firing.length === 0) return null
  const names = [...new Set(firing.map(({ name }) => name))]
  return (
    <Banner
      action={
        <Button size="small" onClick={onOpen}>
          {say('cluster.monitors')}
        </Button>
      }
    >
      {say('monitors.banner', { count: firing.length, names: names.slice(0, 4).join(', ') })}
    </Banner>
  )
}

/** Alerts of the cluster's own Alertmanager, charts of its own Prometheus; each block with its own age and its own error. */
export function MonitorsTab({ cluster }: { cluster: ClusterDetail }) {
  const { say } = useWords()
  const monitors = useMonitors(cluster.name)
  return (
    <div className="scroll">
      <Loaded query={monitors} columns={4}>
        {(view) =>
          view === null ? (
            <p className="pad t3 py-4">{say('monitors.waiting')}</p>
          ) : (
            <>
              {view.alerts ? <Alerts block={view.alerts} /> : null}
              {view.charts ? <Charts block={view.charts} cluster={cluster} /> : null}
            </>
          )
        }
      </Loaded>
    </div>
  )
}

type Block<K extends keyof MonitorsView> = NonNullable<MonitorsView[K]>

function Head({ title, block, children }: { title: string; block: Block<'alerts'> | Block<'charts'>; children?: React.ReactNode }) {
  const { say } = useWords()
  return (
    <div className="sec pad h-auto! min-h-8 flex-wrap">
      <h2>{title}</h2>
      {block.at ? (
        <span className="c">
          {say('monitors.from', { from: block.from })} · <Time at={block.at} />
        </span>
      ) : null}
      <span className="grow" />
      {children}
    </div>
  )
}

/** Why a monitor can't be asked now; what was seen before stays, with its age. */
function Trouble({ what, block }: { what: string; block: Block<'alerts'> | Block<'charts'> }) {
  const { say, sayMaybe } = useWords()
  if (!block.error) return null
  const { code, from } = block.error
  const status = /^status-(\d+)$/.exec(code)?.[1]
  const why = status ? say('monitors.why.status', { status }) : sayMaybe(`monitors.why.${code}`, code)
  return (
    <div className="pad max-w-3xl pb-3">
      <Note tone="warn" title={say('monitors.down', { what, from, why })}>
        {block.at ? (
          <>
            {say('monitors.last')} <Time at={block.at} />
          </>
        ) : null}
      </Note>
    </div>
  )
}

const shapeOf = ({ level, silenced }: AlertView): Shape =>
  silenced ? 'off' : level === 'emergency' || level === 'critical' || level === 'error' ? 'bad' : level === 'info' ? 'unknown' : 'warn'

function Alerts({ block }: { block: Block<'alerts'> }) {
  const { say } = useWords()
  const columns: Column<AlertView>[] = [
    {
      key: 'level',
      title: say('monitors.level'),
      width: 130,
      cell: (row) => <Status shape={shapeOf(row)}>{row.silenced ? say('monitors.silenced') : row.level || '–'}</Status>,
    },
    { key: 'name', title: say('monitors.alert'), width: 280, cell: (row) => <span className="m">{row.name}</span> },
    {
      key: 'about',
      title: say('monitors.about'),
      cell: (row) => {
        const labels = Object.entries(row.labels).map(([key, value]) => `${key}=${value}`)
        return (
          <span title={[row.summary, ...labels].join('\n')}>{[row.summary, labels.join(' ')].filter((one) => one !== '').join(' · ')}</span>
        )
      },
    },
    { key: 'since', title: say('monitors.since'), width: 120, cell: (row) => <Time at={row.since} /> },
  ]
  return (
    <section aria-label={say('monitors.alerts')}>
      <Head title={say('monitors.alerts')} block={block} />
      <Trouble what="Alertmanager" block={block} />
      {block.seen.length > 0 ? (
        <Table label={say('monitors.alerts')} columns={columns} rows={block.seen} rowKey={(row) => row.id} />
      ) : block.at ? (
        <p className="pad t3 pb-3">{say('monitors.no-alerts')}</p>
      ) : null}
    </section>
  )
}

function Charts({ block, cluster }: { block: Block<'charts'>; cluster: ClusterDetail }) {
  const { say, sayMaybe } = useWords()
  const all = useJobs().data ?? []
  const since = block.at ? new Date(Date.parse(block.at) - chartSpanS * 1000).toISOString() : ''
  const jobs: JobRow[] = block.at ? all.filter((job) => job.cluster === cluster.name && job.createdAt >= since) : []
  return (
    <section aria-label={say('monitors.charts')} className="mt-2">
      <Head title={say('monitors.charts')} block={block}>
        {cluster.grafanaUrls.map((url) => (
          <a key={url} href={`${url}/dashboards?query=DM`} target="_blank" rel="noreferrer">
            {say('monitors.grafana')}
          </a>
        ))}
      </Head>
      <Trouble what="Prometheus" block={block} />
      <div className="charts pad">
        {block.seen.map((chart) => (
          <Chart key={chart.id} chart={chart} jobs={jobs} />
        ))}
      </div>
      {jobs.length > 0 ? (
        <div className="pad t3 sm flex flex-wrap gap-x-3 py-3">
          <span>{say('monitors.jobs')}:</span>
          {jobs.map((job) => (
            <span key={job.id}>
              <Link href={`/jobs/${job.id}`}>
                {say('monitors.job-mark', {
                  ...{ job: job.number, operation: sayMaybe(`op.${job.operation}`, job.operation) },
                  state: sayMaybe(`job-state.${job.state}`, job.state),
                })}
              </Link>{' '}
              <Time at={job.createdAt} />
            </span>
          ))}
        </div>
      ) : null}
    </section>
  )
}

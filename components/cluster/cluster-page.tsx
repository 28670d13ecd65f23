'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { AuditTable } from '@/components/audit/audit-table'
import { NotApplied } from '@/components/config/not-applied'
import { useConnected, useLiveCluster } from '@/components/data/live'
import { useCluster, useJobs } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { JobsTable } from '@/components/layout/jobs-table'
import { Changes } from '@/components/monitors/changes'
import { FiringBanner, hasMonitors, MonitorsTab, useFiring } from '@/components/monitors/monitors-tab'
import { TiupChanged } from '@/components/tiup/tiup-changed'
import { Banner } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Status } from '@/components/ui/status-shape'
import { focusRow } from '@/components/ui/table'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import type { ClusterDetail } from '@/server/domain/api'
import { ClusterActions, useReason } from './cluster-actions'
import { DisplayTable } from './display-table'
import { InstanceDrawer } from './instance-drawer'
import { worstShape } from './shapes'
import { SilentHosts } from './silent-hosts'
import { TopologyPicture } from './topology-picture'

const tabs = ['overview', 'topology', 'monitors', 'config', 'jobs', 'audit'] as const
type Tab = (typeof tabs)[number]

/** One cluster, live: what `tiup dm display` says and more. Tab, filter and open instance are in the address. */
export function ClusterPage({ name }: { name: string }) {
  const cluster = useCluster(name)
  useLiveCluster(name)
  return (
    <Loaded query={cluster} columns={7} title={name}>
      {(detail) => <Body cluster={detail} />}
    </Loaded>
  )
}

function Body({ cluster }: { cluster: ClusterDetail }) {
  const { say } = useWords()
  const router = useRouter()
  const url = useUrlState()
  const jobs = useJobs().data?.filter((job) => job.cluster === cluster.name)
  const tab: Tab = tabs.find((one) => one === url.get('tab')) ?? 'overview'
  const firing = useFiring(cluster)
  const rows = cluster.status?.rows ?? []
  const open = tab === 'overview' || tab === 'topology' ? rows.find((row) => row.id === url.get('instance')) : undefined
  const close = (): void => {
    url.set({ instance: '' })
    if (open) requestAnimationFrame(() => focusRow(open.id))
  }
  const walk = (step: 1 | -1): void => {
    const next = open && rows[rows.indexOf(open) + step]
    if (next) url.set({ instance: next.id })
  }
  return (
    <>
      <div className={open ? 'pushed flex min-h-0 flex-1 flex-col' : 'flex min-h-0 flex-1 flex-col'}>
        <Head cluster={cluster} narrow={Boolean(open)} />
        <Banners cluster={cluster} />
        {tab === 'monitors' ? null : <FiringBanner cluster={cluster} onOpen={() => url.set({ tab: 'monitors' })} />}
        <Tabs
          label={say('cluster.tabs')}
          value={tab}
          onChange={(next) => url.set({ tab: next === 'overview' ? '' : next, instance: '' })}
          tabs={[
            { value: 'overview', label: say('cluster.overview') },
            { value: 'topology', label: say('cluster.topology') },
            ...(hasMonitors(cluster)
              ? [{ value: 'monitors' as const, label: say('cluster.monitors'), count: firing?.length || undefined }]
              : []),
            { value: 'config', label: say('cluster.config'), count: `r${cluster.revision}` },
            { value: 'jobs', label: say('nav.jobs'), count: jobs?.length },
            { value: 'audit', label: say('nav.audit') },
          ]}
        >
          <TabPanel value="overview">
            <DisplayTable cluster={cluster} selected={open?.id ?? null} onOpen={(row) => url.set({ instance: row.id })} />
          </TabPanel>
          <TabPanel value="topology">
            <TopologyPicture cluster={cluster} selected={open?.id ?? null} onOpen={(row) => url.set({ instance: row.id })} />
          </TabPanel>
          <TabPanel value="monitors">
            <MonitorsTab cluster={cluster} />
          </TabPanel>
          <TabPanel value="config">
            <Yaml cluster={cluster} />
          </TabPanel>
          <TabPanel value="jobs">
            <div className="scroll">
              {jobs && jobs.length > 0 ? <JobsTable jobs={jobs} /> : <p className="pad t3 py-4">{say('jobs.none')}</p>}
            </div>
          </TabPanel>
          <TabPanel value="audit">
            <div className="scroll">
              <Changes cluster={cluster.name} />
              <AuditTable
                filter={{ cluster: cluster.name }}
                onOpen={(row) => router.push(`/audit?${new URLSearchParams({ cluster: cluster.name, time: 'all', record: row.id })}`)}
              />
            </div>
          </TabPanel>
        </Tabs>
      </div>
      {open ? <InstanceDrawer key={open.id} cluster={cluster} row={open} onClose={close} onWalk={walk} /> : null}
    </>
  )
}

function Head({ cluster, narrow }: { cluster: ClusterDetail; narrow: boolean }) {
  const { say } = useWords()
  const connected = useConnected()
  const facts = [
    say('cluster.user', { user: cluster.user }),
    say('cluster.ssh', { type: cluster.sshType }),
    say(cluster.tls ? 'cluster.tls-on' : 'cluster.tls-off'),
    ...(cluster.adopted ? [say('cluster.adopted')] : []),
  ]
  return (
    <>
      <div className="ph">
        <h1 title={cluster.name}>{cluster.name}</h1>
        <CopyButton text={cluster.name} label={say('act.copy')} />
        <span className="mono">{cluster.version}</span>
        <span className="sep" />
        <span className="sm t2 tr">{facts.join(' · ')}</span>
        <span className="grow" />
        <ClusterActions cluster={cluster} narrow={narrow} />
      </div>
      <div className={narrow ? 'phsub flex-wrap whitespace-normal! pb-2' : 'phsub overflow-hidden pb-2'}>
        <span className="shrink-0">
          <Status shape={cluster.status ? worstShape(cluster.worst) : 'unknown'}>
            <span className="m">{say(`worst.${cluster.worst}`)}</span>
          </Status>
        </span>
        {Object.entries(cluster.nodes).map(([role, count]) => (
          <span key={role}>
            <span className="dot">·</span> {count} {role}
          </span>
        ))}
        <span className="dot">·</span>
        <span>
          {say('cluster.leader')} {cluster.leader ? <span className="mono">{cluster.leader}</span> : say('clusters.no-leader')}
        </span>
        {cluster.grafanaUrls.map((grafana) => (
          <a key={grafana} href={grafana} target="_blank" rel="noreferrer">
            Grafana
          </a>
        ))}
        <span className="grow" />
        {cluster.status ? (
          <span className="t3">
            {say('cluster.seen')} <Time at={cluster.status.at} />
            {narrow ? null : ` · ${connected ? say('state.live') : say('state.polling')}`}
          </span>
        ) : null}
      </div>
    </>
  )
}

function Banners({ cluster }: { cluster: ClusterDetail }) {
  const { say, sayMaybe } = useWords()
  const { runningJob: job, status } = cluster
  return (
    <>
      {job ? (
        <Banner action={<Link href={`/jobs/${job.id}`}>{say('act.open')}</Link>}>
          {say('cluster.job-running', { job: job.number, operation: sayMaybe(`op.${job.operation}`, job.operation) })}
        </Banner>
      ) : null}
      {cluster.lifecycle === 'deploying' && !job ? <HalfDeployed cluster={cluster} /> : null}
      {status?.membersError && !mastersAreDown(status.rows) ? (
        <Banner>{say('cluster.members-error', { why: status.membersError })}</Banner>
      ) : null}
      <SilentHosts cluster={cluster} />
      <TiupChanged cluster={cluster} />
      <NotApplied cluster={cluster.name} newest={cluster.revision} unapplied={cluster.unapplied} />
      {job ? null : <Unfinished cluster={cluster} />}
    </>
  )
}

/** What stands out for longer: programs of the ledger, and instances that a broken-off scale has left between two states. */
function Unfinished({ cluster }: { cluster: ClusterDetail }) {
  const { say, sayProblem } = useWords()
  const at = `/clusters/${encodeURIComponent(cluster.name)}`
  return (
    <>
      {cluster.standing.map((problem) => (
        <Banner key={`${problem.code} ${JSON.stringify(problem.params)}`} action={<Link href={`${at}/ledger`}>{say('crumb.ledger')}</Link>}>
          {sayProblem(problem).message}
        </Banner>
      ))}
      {cluster.formerKeyOn.length > 0 ? (
        <Banner action={<Link href={`${at}?do=rotate-ssh`}>{say('cluster.former-key-go')}</Link>}>
          {say('cluster.former-key', { hosts: cluster.formerKeyOn.join(', ') })}
        </Banner>
      ) : null}
      {cluster.joining.length > 0 ? (
        <Banner action={<Link href={`${at}/scale-out`}>{say('crumb.scale-out')}</Link>}>
          {say('cluster.half-joined', { nodes: cluster.joining.join(', ') })}
        </Banner>
      ) : null}
      {cluster.leaving.length > 0 ? (
        <Banner action={<Link href={`${at}/scale-in`}>{say('crumb.scale-in')}</Link>}>
          {say('cluster.half-gone', { nodes: cluster.leaving.join(', ') })}
        </Banner>
      ) : null}
    </>
  )
}

/** A stopped DM-master can't list anything: that is no news. */
const mastersAreDown = (rows: NonNullable<ClusterDetail['status']>['rows']): boolean =>
  rows.filter((row) => row.role === 'dm-master').every((row) => row.unitState.value.startsWith('inactive'))

/** A deploy that ended before its end: what it made can be looked at, or removed by a plan of its own. */
function HalfDeployed({ cluster }: { cluster: ClusterDetail }) {
  const { say } = useWords()
  const url = useUrlState()
  const reason = useReason(cluster)
  const jobs = useJobs().data?.filter((job) => job.cluster === cluster.name && job.operation === 'deploy')
  const last = jobs?.[0]
  return (
    <Banner
      tone="bad"
      action={
        <span className="end row">
          {last ? <Link href={`/jobs/${last.id}`}>{say('cluster.deploy-job', { job: last.number })}</Link> : null}
          <Button size="small" look="danger" reason={reason} onClick={() => url.set({ do: 'remove-deploy' })}>
            {say('cluster.remove-deploy')}
          </Button>
        </span>
      }
    >
      {say('cluster.half-deployed')}
    </Banner>
  )
}

function Yaml({ cluster }: { cluster: ClusterDetail }) {
  const { say } = useWords()
  return (
    <div className="scroll pad py-3">
      <div className="row pb-2">
        <p className="t3 sm">{say('cluster.yaml-note', { revision: cluster.revision })}</p>
        <CopyButton text={cluster.yaml} label={say('act.copy')} />
        <span className="grow" />
        <ButtonLink size="small" href={`/clusters/${encodeURIComponent(cluster.name)}/revisions`}>
          {say('edit.history')}
        </ButtonLink>
        {cluster.adopted ? null : (
          <ButtonLink size="small" href={`/clusters/${encodeURIComponent(cluster.name)}/edit-config`}>
            {say('edit.open')}
          </ButtonLink>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="pre overflow-auto" tabIndex={0}>
        {cluster.yaml}
      </pre>
    </div>
  )
}

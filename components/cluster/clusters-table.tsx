'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useWords } from '@/components/data/words'
import { jobShape } from '@/components/layout/job-shape'
import { Middle, PathText } from '@/components/ui/middle'
import { Status, StatusShape } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { Time, useNow } from '@/components/ui/time'
import type { ClusterRow } from '@/server/domain/api'
import type { JobState } from '@/server/domain/job'
import { worstOrder, worstShape } from './shapes'

const pageOf = (row: ClusterRow): string => `/clusters/${encodeURIComponent(row.name)}`
const jobStates: readonly JobState[] = ['queued', 'running', 'waiting']

/** Worst first. A cluster that was not read for a minute keeps its last values in grey, with their age. */
export function ClustersTable({ rows }: { rows: readonly ClusterRow[] }) {
  const { say } = useWords()
  const router = useRouter()
  const now = useNow()
  const columns = useColumns(now)
  return (
    <Table
      label={say('nav.clusters')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.name}
      sort={{ key: 'status', down: false }}
      onOpen={(row) => router.push(pageOf(row))}
    />
  )
}

const isStale = (row: ClusterRow, now: number | null): boolean =>
  now !== null && row.statusAt !== null && now - Date.parse(row.statusAt) > 90_000

const useColumns = (now: number | null): readonly Column<ClusterRow>[] => {
  const { say, sayMaybe } = useWords()
  const grey = (row: ClusterRow): string | undefined => (isStale(row, now) ? 't3' : undefined)
  return [
    {
      key: 'name',
      title: say('col.name'),
      width: 160,
      sortBy: (row) => row.name,
      cell: (row) => (
        <Link href={pageOf(row)} className="b" style={{ color: 'var(--text)' }}>
          <Middle text={row.name} max={26} />
        </Link>
      ),
    },
    { key: 'user', title: say('col.user'), width: 60, sortBy: (row) => row.user, cell: (row) => row.user },
    {
      key: 'version',
      title: say('col.version'),
      width: 72,
      sortBy: (row) => row.version,
      cell: (row) => <span className="mono">{row.version}</span>,
    },
    {
      key: 'status',
      title: say('col.status'),
      width: 112,
      sortBy: (row) => worstOrder.indexOf(row.worst),
      cell: (row) => (
        <span className={grey(row)}>
          <Status shape={isStale(row, now) ? 'unknown' : worstShape(row.worst)}>{say(`worst.${row.worst}`)}</Status>
          {row.unapplied.length > 0 ? (
            <Link className="warn sm ml-2" href={`${pageOf(row)}/reload`}>
              {say('pending.badge', { revision: row.revision })}
            </Link>
          ) : null}
        </span>
      ),
    },
    {
      key: 'nodes',
      title: say('col.nodes'),
      cell: (row) => {
        const text = Object.entries(row.nodes)
          .map(([role, count]) => `${count} ${role}`)
          .join(', ')
        return (
          <span className={grey(row)} title={text}>
            {text}
          </span>
        )
      },
    },
    {
      key: 'leader',
      title: say('col.leader'),
      width: 158,
      cell: (row) => (row.leader ? <span className="mono t2">{row.leader}</span> : <span className="t3">{say('clusters.no-leader')}</span>),
    },
    {
      key: 'job',
      title: say('col.job'),
      width: 120,
      cell: ({ runningJob: job }) =>
        job ? (
          <Link href={`/jobs/${job.id}`} className="st">
            <StatusShape shape={jobShape(jobStates.find((state) => state === job.state) ?? 'running')} />
            <span>
              #{job.number} {sayMaybe(`op.${job.operation}`, job.operation)}
            </span>
          </Link>
        ) : (
          <span className="t3">–</span>
        ),
    },
    { key: 'path', title: say('col.path'), width: 120, cell: (row) => <PathText path={row.path} /> },
    {
      key: 'key',
      title: say('col.key'),
      width: 100,
      cell: (row) => (
        <span title={row.privateKey.fingerprint}>
          {row.privateKey.name} <span className="mono t3">{row.privateKey.fingerprint.slice(0, 16)}</span>
        </span>
      ),
    },
    { key: 'changed', title: say('col.changed'), width: 92, sortBy: (row) => row.lastChange, cell: (row) => <Time at={row.lastChange} /> },
    {
      key: 'seen',
      title: say('col.seen'),
      width: 76,
      numeric: true,
      sortBy: (row) => row.statusAt ?? '',
      cell: (row) =>
        row.statusAt ? (
          <span className={isStale(row, now) ? 'warn' : 't3'}>
            <Time at={row.statusAt} look="age" />
          </span>
        ) : (
          <span className="t3">{say('clusters.never-seen')}</span>
        ),
    },
  ]
}

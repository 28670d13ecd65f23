'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useWords } from '@/components/data/words'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { durationText, Time } from '@/components/ui/time'
import type { JobRow } from '@/server/domain/api'
import { jobShape } from './job-shape'

export function JobsTable({ jobs }: { jobs: readonly JobRow[] }) {
  const { say, sayMaybe } = useWords()
  const router = useRouter()
  const columns: Column<JobRow>[] = [
    { key: 'number', title: '#', width: 72, sortBy: (job) => job.number, cell: (job) => <span className="mono t3">#{job.number}</span> },
    {
      key: 'operation',
      title: say('jobs.operation'),
      sortBy: (job) => job.operation,
      cell: (job) => (
        <Link href={`/jobs/${job.id}`} className="m" style={{ color: 'var(--text)' }}>
          {sayMaybe(`op.${job.operation}`, job.operation)}
        </Link>
      ),
    },
    {
      key: 'cluster',
      title: say('jobs.cluster'),
      sortBy: (job) => job.cluster,
      cell: (job) => <Link href={`/clusters/${encodeURIComponent(job.cluster)}`}>{job.cluster}</Link>,
    },
    {
      key: 'state',
      title: say('jobs.state'),
      width: 160,
      sortBy: (job) => job.state,
      cell: (job) => <Status shape={jobShape(job.state)}>{sayMaybe(`job-state.${job.state}`, job.state)}</Status>,
    },
    {
      key: 'by',
      title: say('jobs.by'),
      width: 160,
      sortBy: (job) => job.startedBy,
      cell: (job) => <span className="t2">{job.startedBy}</span>,
    },
    { key: 'began', title: say('jobs.began'), width: 120, sortBy: (job) => job.createdAt, cell: (job) => <Time at={job.createdAt} /> },
    {
      key: 'took',
      title: say('jobs.took'),
      width: 110,
      numeric: true,
      cell: (job) =>
        job.endedAt ? durationText(Date.parse(job.endedAt) - Date.parse(job.createdAt)) : <Time at={job.createdAt} look="age" />,
    },
  ]
  return (
    <Table
      label={say('nav.jobs')}
      columns={columns}
      rows={jobs}
      rowKey={(job) => job.id}
      onOpen={(job) => router.push(`/jobs/${job.id}`)}
    />
  )
}

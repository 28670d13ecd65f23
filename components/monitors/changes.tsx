'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useDeed } from '@/components/audit/audit-words'
import { useChanges } from '@/components/data/monitor-queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { ChangeRow } from '@/server/domain/api-changes'

const spans = [24, 72, 168, 720] as const

/** What changed of a cluster: jobs, revisions, settings, host keys, other acts. */
export function Changes({ cluster }: { cluster: string }) {
  const { say } = useWords()
  const [hours, setHours] = useState(24)
  const changes = useChanges(cluster, hours)
  const columns = useColumns(cluster)
  return (
    <section aria-label={say('changes.title')} className="mb-4">
      <div className="sec pad">
        <h2>{say('changes.title')}</h2>
        <span className="grow" />
        <label className="row t2 sm">
          {say('changes.time')}
          <span className="in">
            <select className="select" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
              {spans.map((span) => (
                <option key={span} value={span}>
                  {span === 24 ? say('changes.hours', { count: span }) : say('changes.days', { count: span / 24 })}
                </option>
              ))}
            </select>
          </span>
        </label>
      </div>
      <Loaded query={changes} columns={4}>
        {({ changes: rows }) =>
          rows.length === 0 ? (
            <p className="pad t3 pb-2">{say('changes.none')}</p>
          ) : (
            <Table label={say('changes.title')} columns={columns} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Loaded>
    </section>
  )
}

const useColumns = (cluster: string): readonly Column<ChangeRow>[] => {
  const { say, sayMaybe } = useWords()
  const deed = useDeed()
  const at = `/clusters/${encodeURIComponent(cluster)}`
  const what = (row: ChangeRow): string => {
    if (row.kind === 'revision') return say('changes.revision', { revision: row.revision ?? 0 })
    return row.kind === 'job' ? sayMaybe(`op.${row.what}`, row.what) : deed(row.what)
  }
  const detail = (row: ChangeRow): string => (row.kind === 'job' ? sayMaybe(`job-state.${row.detail}`, row.detail) : row.detail)
  return [
    { key: 'when', title: say('changes.when'), width: 120, cell: (row) => <Time at={row.at} /> },
    {
      key: 'what',
      title: say('changes.what'),
      width: 260,
      cell: (row) => (
        <span className="row">
          {row.kind === 'revision' ? <Link href={`${at}/revisions`}>{what(row)}</Link> : <span className="m">{what(row)}</span>}
          {row.job ? <Link href={`/jobs/${row.job.id}`}>{say('changes.job', { job: row.job.number })}</Link> : null}
        </span>
      ),
    },
    { key: 'detail', title: say('changes.detail'), cell: (row) => <span title={detail(row)}>{detail(row) || '–'}</span> },
    { key: 'by', title: say('changes.by'), width: 220, cell: (row) => row.by },
  ]
}

'use client'

import Link from 'next/link'
import { Result } from '@/components/audit/audit-words'
import { useWords } from '@/components/data/words'
import { Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { DmctlPast } from '@/server/domain/dmctl/input'

/** What was run on this cluster, newest first; a line goes back into the command line. */
export function HistoryTable({ history, onLine }: { history: readonly DmctlPast[]; onLine: (line: string) => void }) {
  const { say } = useWords()
  if (history.length === 0) return <p className="pad t3 py-4">{say('console.history-none')}</p>
  return (
    <Table<DmctlPast>
      label={say('console.history')}
      rows={history}
      rowKey={({ act }) => act}
      columns={[
        { key: 'at', title: say('console.when'), width: 150, cell: (one) => <Time at={one.at} /> },
        {
          key: 'line',
          title: say('console.line'),
          cell: (one) => (
            <button
              type="button"
              className="link mono max-w-full truncate text-left"
              title={say('console.again', { line: one.line })}
              onClick={() => onLine(one.line)}
            >
              {one.line}
            </button>
          ),
        },
        { key: 'by', title: say('console.who'), width: 190, cell: (one) => <span title={one.by}>{one.by}</span> },
        {
          key: 'result',
          title: say('console.result'),
          width: 220,
          cell: (one) => <Result row={{ phase: one.result === null ? 'intent' : 'outcome', result: one.result ?? '' }} />,
        },
        {
          key: 'job',
          title: say('console.job'),
          width: 90,
          cell: (one) =>
            one.jobId === null ? <span className="t3">–</span> : <Link href={`/jobs/${one.jobId}`}>#{one.jobNumber ?? '…'}</Link>,
        },
      ]}
    />
  )
}

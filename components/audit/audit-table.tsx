'use client'

import { useAudit } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { AuditRow } from '@/server/domain/api'
import { Result, useDeed } from './audit-words'

type Props = {
  filter: Readonly<Record<string, string>>
  /** Of the records that were read, those to show. */
  keep?: (row: AuditRow) => boolean
  selected?: string | null
  onOpen?: (row: AuditRow) => void
}

const dayOf = (at: string, language: string): string => new Date(at).toLocaleDateString(language, { dateStyle: 'full' })

/** Records, newest first, older ones on demand. */
export function AuditTable({ filter, keep, selected, onOpen }: Props) {
  const { say, language } = useWords()
  const pages = useAudit(filter)
  const columns = useColumns()
  const query = { ...pages, data: pages.data?.pages.flatMap((page) => page.records) }
  return (
    <Loaded query={query} columns={6}>
      {(read) => {
        const rows = keep ? read.filter(keep) : read
        return (
          <>
            {rows.length === 0 ? <p className="pad t3 py-4">{say('audit.none')}</p> : null}
            <Table
              label={say('nav.audit')}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              selected={selected ?? null}
              narrow={Boolean(selected)}
              groupOf={(row) => dayOf(row.at, language)}
              {...(onOpen && { onOpen })}
            />
            {pages.hasNextPage ? (
              <div className="pad py-3">
                <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                  {say('audit.more')}
                </Button>
              </div>
            ) : null}
          </>
        )
      }}
    </Loaded>
  )
}

const useColumns = (): readonly Column<AuditRow>[] => {
  const { say } = useWords()
  const deedOf = useDeed()
  return [
    { key: 'time', title: say('audit.time'), width: 92, cell: (row) => <Time at={row.at} look="clock" /> },
    { key: 'who', title: say('audit.who'), width: 168, cell: (row) => <span title={row.actor}>{row.actor}</span> },
    { key: 'what', title: say('audit.what'), width: 190, cell: (row) => <span className="m">{deedOf(row.what)}</span> },
    {
      key: 'command',
      title: say('audit.command'),
      cell: (row) => (
        <span className="mono t2" title={row.command}>
          {row.command}
        </span>
      ),
    },
    { key: 'cluster', title: say('jobs.cluster'), width: 140, spare: true, cell: (row) => row.cluster ?? <span className="t3">–</span> },
    {
      key: 'result',
      title: say('audit.result'),
      width: 210,
      cell: (row) => <Result row={row} />,
    },
    {
      key: 'number',
      title: say('audit.number'),
      width: 104,
      numeric: true,
      spare: true,
      cell: (row) => <span className="mono t3">{row.number ?? say('audit.not-sealed')}</span>,
    },
  ]
}

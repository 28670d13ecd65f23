'use client'

import { useState } from 'react'
import { type HostKeyRow, useSession } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { FilterBox } from '@/components/ui/filter-box'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { ForgetKeyDialog } from './forget-key-dialog'

/** The pinned keys. There is no “accept” here: a key that changed is looked at first. */
export function HostKeys({ rows }: { rows: readonly HostKeyRow[] }) {
  const { say } = useWords()
  const url = useUrlState()
  const [leaving, setLeaving] = useState<HostKeyRow>()
  const columns = useColumns(setLeaving)
  const text = url.get('q').toLowerCase()
  const shown = rows.filter((row) => `${row.address}:${row.port} ${row.fingerprint}`.toLowerCase().includes(text))
  return (
    <>
      <div className="row pad py-3">
        <FilterBox label={say('hosts.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} />
      </div>
      <div className="scroll">
        {shown.length === 0 ? <p className="pad t3 py-4">{say('hosts.none-match')}</p> : null}
        <Table
          label={say('hosts.tab-keys')}
          columns={columns}
          rows={shown}
          rowKey={(row) => `${row.address}:${row.port} ${row.keyType}`}
          sort={{ key: 'address', down: false }}
        />
      </div>
      {leaving ? <ForgetKeyDialog row={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </>
  )
}

const useColumns = (onForget: (row: HostKeyRow) => void): readonly Column<HostKeyRow>[] => {
  const { say } = useWords()
  return [
    {
      key: 'address',
      title: say('hosts.address'),
      width: 190,
      sortBy: (row) => row.address,
      cell: (row) => (
        <span className="mono m" title={row.address}>
          {row.address}
        </span>
      ),
    },
    { key: 'port', title: say('hosts.port'), width: 68, cell: (row) => <span className="mono t2">{row.port}</span> },
    {
      key: 'key',
      title: say('hosts.key'),
      cell: (row) => (
        <span className="row g1">
          <span className="t2 shrink-0">{row.keyType}</span>
          <span className="mono tr" title={row.fingerprint}>
            {row.fingerprint}
          </span>
          <CopyButton text={row.fingerprint} label={say('act.copy')} />
        </span>
      ),
    },
    { key: 'by', title: say('hosts.by'), width: 170, cell: (row) => <span title={row.confirmedBy}>{row.confirmedBy}</span> },
    { key: 'when', title: say('hosts.when'), width: 104, sortBy: (row) => row.confirmedAt, cell: (row) => <Time at={row.confirmedAt} /> },
    { key: 'act', title: say('hosts.acts'), width: 168, numeric: true, cell: (row) => <Acts row={row} onForget={onForget} /> },
  ]
}

function Acts({ row, onForget }: { row: HostKeyRow; onForget: (row: HostKeyRow) => void }) {
  const { say } = useWords()
  const url = useUrlState()
  const role = useSession().data?.user?.role
  const host = row.address.includes(':') ? `[${row.address}]:${row.port}` : `${row.address}:${row.port}`
  return (
    <span className="row justify-end">
      <Button
        size="small"
        aria-label={say('key.check', { host })}
        reason={role === 'viewer' ? say('role.needs-operator') : undefined}
        onClick={() => url.set({ check: host })}
      >
        {say('key.check-short')}
      </Button>
      <Button
        size="small"
        look="danger"
        aria-label={say('key.forget', { host: `${host} ${row.keyType}` })}
        reason={role === 'admin' ? undefined : say('role.needs-admin')}
        onClick={() => onForget(row)}
      >
        {say('key.forget-short')}
      </Button>
    </span>
  )
}

'use client'

import { Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { type HostKeyRow, useHostKeys } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { FilterBox } from '@/components/ui/filter-box'
import { type Column, Table } from '@/components/ui/table'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import { CredentialDialog } from './credential-dialog'
import { Credentials } from './credentials'
import { ProbeDialog } from './probe-dialog'

/** Hosts whose key is pinned, and the credentials to log in with. */
export function HostsPage() {
  const { say } = useWords()
  const url = useUrlState()
  const keysQuery = useHostKeys()
  const [dialog, setDialog] = useState<'probe' | 'credential' | null>(null)
  const tab = url.get('tab') === 'credentials' ? 'credentials' : 'hosts'
  return (
    <>
      <PageHead title={say('nav.hosts')} note={keysQuery.data?.length}>
        <Button onClick={() => setDialog('credential')}>
          <Plus className="i" aria-hidden="true" />
          {say('credentials.add')}
        </Button>
        <Button look="primary" onClick={() => setDialog('probe')}>
          <RefreshCw className="i" aria-hidden="true" />
          {say('hosts.check')}
        </Button>
      </PageHead>
      <Tabs
        label={say('nav.hosts')}
        value={tab}
        onChange={(next) => url.set({ tab: next === 'hosts' ? '' : next })}
        tabs={[
          { value: 'hosts', label: say('hosts.tab-keys') },
          { value: 'credentials', label: say('hosts.tab-credentials') },
        ]}
      >
        <TabPanel value="hosts">
          <Loaded query={keysQuery} columns={5}>
            {(rows) => <HostKeys rows={rows} onCheck={() => setDialog('probe')} />}
          </Loaded>
        </TabPanel>
        <TabPanel value="credentials">
          <Credentials onAdd={() => setDialog('credential')} />
        </TabPanel>
      </Tabs>
      {dialog === 'probe' ? <ProbeDialog onClose={() => setDialog(null)} /> : null}
      {dialog === 'credential' ? <CredentialDialog onClose={() => setDialog(null)} /> : null}
    </>
  )
}

function HostKeys({ rows, onCheck }: { rows: readonly HostKeyRow[]; onCheck: () => void }) {
  const { say } = useWords()
  const url = useUrlState()
  const text = url.get('q').toLowerCase()
  if (rows.length === 0)
    return (
      <EmptyState
        title={say('hosts.none')}
        action={
          <Button look="primary" onClick={onCheck}>
            {say('hosts.check')}
          </Button>
        }
      >
        {say('hosts.none-note')}
      </EmptyState>
    )
  const columns: Column<HostKeyRow>[] = [
    {
      key: 'address',
      title: say('hosts.address'),
      width: 200,
      sortBy: (row) => row.address,
      cell: (row) => <span className="mono m">{row.address}</span>,
    },
    { key: 'port', title: say('hosts.port'), width: 72, cell: (row) => <span className="mono t2">{row.port}</span> },
    {
      key: 'key',
      title: say('hosts.key'),
      cell: (row) => (
        <span className="row g1">
          <span className="t2">{row.keyType}</span>
          <span className="mono tr" title={row.fingerprint}>
            {row.fingerprint}
          </span>
          <CopyButton text={row.fingerprint} label={say('act.copy')} />
        </span>
      ),
    },
    { key: 'by', title: say('hosts.by'), width: 180, cell: (row) => row.confirmedBy },
    { key: 'when', title: say('hosts.when'), width: 110, sortBy: (row) => row.confirmedAt, cell: (row) => <Time at={row.confirmedAt} /> },
  ]
  return (
    <>
      <div className="row pad py-3">
        <FilterBox label={say('hosts.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} />
      </div>
      <div className="scroll">
        <Table
          label={say('nav.hosts')}
          columns={columns}
          rows={rows.filter((row) => `${row.address}:${row.port} ${row.fingerprint}`.toLowerCase().includes(text))}
          rowKey={(row) => `${row.address}:${row.port} ${row.keyType}`}
        />
      </div>
    </>
  )
}

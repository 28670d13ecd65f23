'use client'

import { ClipboardPaste, Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useHostKeys, useHosts, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import type { HostRow } from '@/server/domain/api-hosts'
import { CredentialDialog } from './credential-dialog'
import { Credentials } from './credentials'
import { HostKeys } from './host-keys'
import { HostsTable } from './hosts-table'
import { KnownHostsDialog } from './known-hosts-dialog'
import { ProbeDialog } from './probe-dialog'

const tabs = ['hosts', 'keys', 'credentials'] as const

/** The hosts and what was last seen of them, the keys that are pinned, and the credentials to log in with. */
export function HostsPage() {
  const { say } = useWords()
  const url = useUrlState()
  const hosts = useHosts()
  const keysQuery = useHostKeys()
  const [dialog, setDialog] = useState<'probe' | 'credential' | 'paste' | null>(null)
  const role = useSession().data?.user?.role
  const reason = role === 'viewer' ? say('role.needs-operator') : undefined
  const check = url.get('check')
  const tab = tabs.find((one) => one === url.get('tab')) ?? 'hosts'
  const openCheck = (): void => setDialog('probe')
  const openPaste = (): void => setDialog('paste')
  return (
    <>
      <PageHead title={say('nav.hosts')} note={hosts.data ? <Counts rows={hosts.data} /> : undefined}>
        <Button reason={reason} onClick={() => setDialog('credential')}>
          <Plus className="i" aria-hidden="true" />
          {say('credentials.add')}
        </Button>
        <Button reason={reason} onClick={openPaste}>
          <ClipboardPaste className="i" aria-hidden="true" />
          {say('key.paste')}
        </Button>
        <Button look="primary" reason={reason} onClick={openCheck}>
          <RefreshCw className="i" aria-hidden="true" />
          {say('hosts.check')}
        </Button>
      </PageHead>
      <Tabs
        label={say('nav.hosts')}
        value={tab}
        onChange={(next) => url.set({ tab: next === 'hosts' ? '' : next, q: '', state: '' })}
        tabs={tabs.map((value) => ({ value, label: say(`hosts.tab-${value}`) }))}
      >
        <TabPanel value="hosts">
          <Loaded query={hosts} columns={8}>
            {(rows) => (rows.length === 0 ? <NoHosts onCheck={openCheck} onPaste={openPaste} /> : <HostsTable rows={rows} />)}
          </Loaded>
        </TabPanel>
        <TabPanel value="keys">
          <Loaded query={keysQuery} columns={5}>
            {(rows) => (rows.length === 0 ? <NoHosts onCheck={openCheck} onPaste={openPaste} /> : <HostKeys rows={rows} />)}
          </Loaded>
        </TabPanel>
        <TabPanel value="credentials">
          <Credentials onAdd={() => setDialog('credential')} />
        </TabPanel>
      </Tabs>
      {dialog === 'probe' ? <ProbeDialog onClose={() => setDialog(null)} /> : null}
      {check && !reason ? <ProbeDialog key={check} hosts={check} onClose={() => url.set({ check: '' })} /> : null}
      {dialog === 'paste' ? <KnownHostsDialog onClose={() => setDialog(null)} /> : null}
      {dialog === 'credential' ? <CredentialDialog onClose={() => setDialog(null)} /> : null}
    </>
  )
}

function Counts({ rows }: { rows: readonly HostRow[] }) {
  const { say } = useWords()
  const clusters = new Set(rows.flatMap((row) => row.clusters.map(({ name }) => name)))
  return say(clusters.size === 1 ? 'hosts.in-clusters-one' : 'hosts.in-clusters', {
    hosts: rows.filter((row) => row.clusters.length > 0).length,
    clusters: clusters.size,
  })
}

function NoHosts({ onCheck, onPaste }: { onCheck: () => void; onPaste: () => void }) {
  const { say } = useWords()
  return (
    <EmptyState
      title={say('hosts.none')}
      action={
        <span className="row flex-wrap">
          <Button look="primary" onClick={onCheck}>
            {say('hosts.check')}
          </Button>
          <Button onClick={onPaste}>{say('key.paste')}</Button>
        </span>
      }
    >
      {say('hosts.none-note')}
    </EmptyState>
  )
}

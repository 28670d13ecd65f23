'use client'

import { ClipboardPaste, Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useHostKeys, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Button } from '@/components/ui/button'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import { CredentialDialog } from './credential-dialog'
import { Credentials } from './credentials'
import { HostKeys } from './host-keys'
import { KnownHostsDialog } from './known-hosts-dialog'
import { ProbeDialog } from './probe-dialog'

/** Hosts whose key is pinned, and the credentials to log in with. */
export function HostsPage() {
  const { say } = useWords()
  const url = useUrlState()
  const keysQuery = useHostKeys()
  const [dialog, setDialog] = useState<'probe' | 'credential' | 'paste' | null>(null)
  const role = useSession().data?.user?.role
  const reason = role === 'viewer' ? say('role.needs-operator') : undefined
  const check = url.get('check')
  const tab = url.get('tab') === 'credentials' ? 'credentials' : 'hosts'
  return (
    <>
      <PageHead title={say('nav.hosts')} note={keysQuery.data?.length}>
        <Button reason={reason} onClick={() => setDialog('credential')}>
          <Plus className="i" aria-hidden="true" />
          {say('credentials.add')}
        </Button>
        <Button reason={reason} onClick={() => setDialog('paste')}>
          <ClipboardPaste className="i" aria-hidden="true" />
          {say('key.paste')}
        </Button>
        <Button look="primary" reason={reason} onClick={() => setDialog('probe')}>
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
            {(rows) => <HostKeys rows={rows} onCheck={() => setDialog('probe')} onPaste={() => setDialog('paste')} />}
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

'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useCredentials, useSend } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { CredentialRow } from '@/server/domain/api'

export function Credentials({ onAdd }: { onAdd: () => void }) {
  const { say } = useWords()
  const credentials = useCredentials()
  const [leaving, setLeaving] = useState<CredentialRow>()
  const columns: Column<CredentialRow>[] = [
    { key: 'name', title: say('credentials.name'), sortBy: (row) => row.name, cell: (row) => <span className="m">{row.name}</span> },
    { key: 'kind', title: say('credentials.kind'), width: 150, cell: (row) => say(`credentials.kind.${row.kind}`) },
    { key: 'user', title: say('credentials.user'), width: 110, cell: (row) => <span className="mono">{row.username}</span> },
    { key: 'sudo', title: say('credentials.sudo'), width: 170, cell: (row) => say(`credentials.sudo.${row.sudo}`) },
    {
      key: 'fingerprint',
      title: say('credentials.fingerprint'),
      cell: (row) => (
        <span className="mono t2" title={row.fingerprint}>
          {row.fingerprint || '–'}
        </span>
      ),
    },
    { key: 'added', title: say('packages.added'), width: 110, cell: (row) => <Time at={row.createdAt} /> },
    {
      key: 'act',
      title: say('act.delete'),
      width: 100,
      numeric: true,
      cell: (row) => (
        <Button
          size="small"
          look="danger"
          reason={row.kind === 'generated-key' ? say('credentials.own-key') : undefined}
          aria-label={say('credentials.delete-title', { name: row.name })}
          onClick={() => setLeaving(row)}
        >
          {say('act.delete')}
        </Button>
      ),
    },
  ]
  return (
    <div className="scroll">
      <Loaded query={credentials} columns={6}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState
              title={say('credentials.none')}
              action={
                <Button look="primary" onClick={onAdd}>
                  {say('credentials.add')}
                </Button>
              }
            >
              {say('credentials.none-note')}
            </EmptyState>
          ) : (
            <Table label={say('hosts.tab-credentials')} columns={columns} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Loaded>
      {leaving ? <DeleteDialog credential={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </div>
  )
}

function DeleteDialog({ credential, onClose }: { credential: CredentialRow; onClose: () => void }) {
  const { say } = useWords()
  const send = useSend(() => api(`/api/credentials/${credential.id}`, { method: 'DELETE' }), [keys.credentials])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('credentials.delete-title', { name: credential.name })}
      footer={
        <>
          <Button onClick={onClose}>{say('credentials.keep')}</Button>
          <Button look="danger-solid" busy={send.isPending} onClick={() => send.mutate(undefined, { onSuccess: onClose })}>
            {say('act.delete')}
          </Button>
        </>
      }
    >
      <p className="t2">{say('credentials.delete-note')}</p>
      <ErrorNote error={send.error} />
    </Dialog>
  )
}

'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend, useTokens } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState, Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Field, SelectField } from '@/components/ui/field'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { roles, type TokenRow } from '@/server/domain/api'

export function Tokens() {
  const { say } = useWords()
  const tokens = useTokens()
  const [adding, setAdding] = useState(false)
  const drop = useSend((id: string) => api(`/api/tokens/${id}`, { method: 'DELETE' }), [keys.tokens])
  const columns: Column<TokenRow>[] = [
    { key: 'name', title: say('credentials.name'), cell: (row) => <span className="m">{row.name}</span> },
    { key: 'scope', title: say('users.role'), width: 140, cell: (row) => say(`role.${row.scope}`) },
    { key: 'expires', title: say('tokens.expires'), width: 180, cell: (row) => <span className="n">{row.expiresAt.slice(0, 10)}</span> },
    { key: 'used', title: say('tokens.used'), width: 140, cell: (row) => <Time at={row.lastUsedAt} /> },
    { key: 'created', title: say('users.created'), width: 140, cell: (row) => <Time at={row.createdAt} /> },
    {
      key: 'act',
      title: say('act.delete'),
      width: 100,
      numeric: true,
      cell: (row) => (
        <Button
          size="small"
          look="danger"
          aria-label={say('credentials.delete-title', { name: row.name })}
          onClick={() => drop.mutate(row.id)}
        >
          {say('act.delete')}
        </Button>
      ),
    },
  ]
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      {say('tokens.add')}
    </Button>
  )
  return (
    <div className="scroll">
      <div className="pad empty:hidden">{drop.error ? <ErrorNote error={drop.error} /> : null}</div>
      <Loaded query={tokens} columns={5}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title={say('tokens.none')} action={add}>
              {say('tokens.none-note')}
            </EmptyState>
          ) : (
            <>
              <div className="row pad py-3">{add}</div>
              <Table label={say('settings.tokens')} columns={columns} rows={rows} rowKey={(row) => row.id} />
            </>
          )
        }
      </Loaded>
      {adding ? <NewToken onClose={() => setAdding(false)} /> : null}
    </div>
  )
}

function NewToken({ onClose }: { onClose: () => void }) {
  const { say } = useWords()
  const [form, setForm] = useState({ name: '', scope: 'viewer', days: 30 })
  const send = useSend(() => api<TokenRow & { token: string }>('/api/tokens', { method: 'POST', body: form }), [keys.tokens])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('tokens.add')}
      footer={
        <>
          <Button onClick={onClose}>{say('act.close')}</Button>
          {send.data ? null : (
            <Button look="primary" type="submit" form="new-token" busy={send.isPending}>
              {say('tokens.save')}
            </Button>
          )}
        </>
      }
    >
      {send.data ? (
        <Note tone="ok" title={say('tokens.once')}>
          <span className="row">
            <code className="break-all">{send.data.token}</code>
            <CopyButton text={send.data.token} label={say('act.copy')} />
          </span>
        </Note>
      ) : (
        <form
          id="new-token"
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            send.mutate()
          }}
        >
          <ErrorNote error={send.error} />
          <Field
            label={say('credentials.name')}
            required
            maxLength={100}
            value={form.name}
            onChange={(event) => setForm({ ...form, name: event.target.value })}
          />
          <SelectField
            label={say('users.role')}
            value={form.scope}
            onChange={(event) => setForm({ ...form, scope: event.target.value })}
            options={roles.map((value) => ({ value, label: say(`role.${value}`) }))}
          />
          <Field
            label={say('tokens.days')}
            type="number"
            min={1}
            max={365}
            required
            value={form.days}
            onChange={(event) => setForm({ ...form, days: Number(event.target.value) })}
          />
        </form>
      )}
    </Dialog>
  )
}

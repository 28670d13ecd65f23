'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend, useSession, useUsers } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PasswordField } from '@/components/layout/password-field'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, SelectField } from '@/components/ui/field'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { roles } from '@/server/domain/api'
import type { UserRow } from '@/server/domain/api-people'
import { ChangeUser, SudoTick } from './change-user'

export function Users() {
  const { say } = useWords()
  const users = useUsers()
  const me = useSession().data?.user?.id
  const [adding, setAdding] = useState(false)
  const [changing, setChanging] = useState<UserRow>()
  const columns: Column<UserRow>[] = [
    { key: 'name', title: say('setup.name'), sortBy: (row) => row.name, cell: (row) => <span className="m">{row.name}</span> },
    { key: 'email', title: say('sign-in.email'), sortBy: (row) => row.email, cell: (row) => row.email },
    {
      key: 'role',
      title: say('users.role'),
      width: 170,
      sortBy: (row) => row.role,
      cell: (row) => `${say(`role.${row.role}`)}${row.maySudo && row.role === 'operator' ? ` ${say('users.with-sudo')}` : ''}`,
    },
    {
      key: 'state',
      title: say('users.state'),
      width: 140,
      cell: (row) => <Status shape={row.disabled ? 'off' : 'ok'}>{say(row.disabled ? 'users.disabled' : 'users.enabled')}</Status>,
    },
    { key: 'created', title: say('users.created'), width: 120, cell: (row) => <Time at={row.createdAt} /> },
    {
      key: 'act',
      title: say('users.change-short'),
      width: 110,
      numeric: true,
      cell: (row) =>
        row.id === me ? (
          <span className="t3">{say('users.self')}</span>
        ) : (
          <Button size="small" aria-label={say('users.change', { name: row.name })} onClick={() => setChanging(row)}>
            {say('users.change-short')}
          </Button>
        ),
    },
  ]
  return (
    <div className="scroll">
      <div className="row pad py-3">
        <Button look="primary" onClick={() => setAdding(true)}>
          {say('users.add')}
        </Button>
      </div>
      <Loaded query={users} columns={5}>
        {(rows) => <Table label={say('settings.users')} columns={columns} rows={rows} rowKey={(row) => row.id} />}
      </Loaded>
      {adding ? <NewUser onClose={() => setAdding(false)} /> : null}
      {changing ? <ChangeUser user={changing} onClose={() => setChanging(undefined)} /> : null}
    </div>
  )
}

function NewUser({ onClose }: { onClose: () => void }) {
  const { say } = useWords()
  const [form, setForm] = useState({ name: '', email: '', password: '', role: 'operator', maySudo: false })
  const send = useSend(() => api('/api/users', { method: 'POST', body: form }), [keys.users])
  const set = (name: 'name' | 'email' | 'password' | 'role') => (event: { target: { value: string } }) =>
    setForm({ ...form, [name]: event.target.value })
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('users.add')}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button look="primary" type="submit" form="new-user" busy={send.isPending}>
            {say('users.save')}
          </Button>
        </>
      }
    >
      <form
        id="new-user"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <ErrorNote error={send.error} />
        <Field label={say('setup.name')} required value={form.name} onChange={set('name')} />
        <Field label={say('sign-in.email')} type="email" required value={form.email} onChange={set('email')} />
        <SelectField
          label={say('users.role')}
          value={form.role}
          onChange={set('role')}
          options={roles.map((value) => ({ value, label: say(`role.${value}`) }))}
        />
        <SudoTick role={form.role} maySudo={form.maySudo} onChange={(maySudo) => setForm({ ...form, maySudo })} />
        <PasswordField
          label={say('sign-in.password')}
          required
          minLength={12}
          autoComplete="new-password"
          value={form.password}
          onChange={set('password')}
        />
      </form>
    </Dialog>
  )
}

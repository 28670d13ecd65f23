'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PasswordField } from '@/components/layout/password-field'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { SelectField, Tick } from '@/components/ui/field'
import { roles } from '@/server/domain/api'
import type { UserRow } from '@/server/domain/api-people'

/** Role, sign-in and password of somebody else. */
export function ChangeUser({ user, onClose }: { user: UserRow; onClose: () => void }) {
  const { say } = useWords()
  const [role, setRole] = useState(user.role)
  const [disabled, setDisabled] = useState(user.disabled)
  const [maySudo, setMaySudo] = useState(user.maySudo)
  const [password, setPassword] = useState('')
  const body = { role, disabled, maySudo, ...(password !== '' && { password }) }
  const send = useSend(() => api(`/api/users/${user.id}`, { method: 'PATCH', body }), [keys.users])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('users.change-title', { name: user.name })}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button look="primary" type="submit" form="change-user" busy={send.isPending}>
            {say('users.save-change')}
          </Button>
        </>
      }
    >
      <form
        id="change-user"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <p className="t2">{say('users.change-note')}</p>
        <ErrorNote error={send.error} />
        <SelectField
          label={say('users.role')}
          value={role}
          onChange={(event) => setRole(roles.find((one) => one === event.target.value) ?? role)}
          options={roles.map((value) => ({ value, label: say(`role.${value}`) }))}
        />
        <SudoTick role={role} maySudo={maySudo} onChange={setMaySudo} />
        <Tick checked={!disabled} onChange={(may) => setDisabled(!may)}>
          {say('users.may-sign-in')}
        </Tick>
        <PasswordField
          label={say('users.new-password')}
          minLength={12}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </form>
    </Dialog>
  )
}

/** Root on hosts by one's own commands: apart from the role, but an administrator could give it to himself. */
export function SudoTick({ role, maySudo, onChange }: { role: string; maySudo: boolean; onChange: (may: boolean) => void }) {
  const { say } = useWords()
  if (role !== 'operator') return <p className="t3 sm">{say(role === 'admin' ? 'users.sudo-admin' : 'users.sudo-viewer')}</p>
  return (
    <Tick checked={maySudo} onChange={onChange}>
      {say('users.may-sudo')}
    </Tick>
  )
}

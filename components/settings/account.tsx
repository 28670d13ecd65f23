'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PasswordField } from '@/components/layout/password-field'
import { Button } from '@/components/ui/button'
import { KeyValues } from '@/components/ui/drawer'

/** Who the reader is, and his own password. */
export function Account() {
  const { say } = useWords()
  const user = useSession().data?.user
  return (
    <div className="scroll pad py-4">
      <div className="flex max-w-[376px] flex-col gap-4">
        {user ? (
          <KeyValues
            rows={[
              [say('setup.name'), user.name],
              [say('sign-in.email'), user.email],
              [say('users.role'), say(`role.${user.role}`)],
            ]}
          />
        ) : null}
        <OwnPassword />
      </div>
    </div>
  )
}

function OwnPassword() {
  const { say } = useWords()
  const [form, setForm] = useState({ current: '', password: '' })
  const send = useSend(() => api('/api/session/password', { method: 'POST', body: form }), [])
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value })
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        send.mutate(undefined, { onSuccess: () => window.location.assign('/sign-in') })
      }}
    >
      <h2 className="b">{say('account.password-title')}</h2>
      <p className="t2">{say('account.password-note')}</p>
      <ErrorNote error={send.error} />
      <PasswordField
        label={say('account.current')}
        required
        autoComplete="current-password"
        value={form.current}
        onChange={set('current')}
      />
      <PasswordField
        label={say('account.new')}
        required
        minLength={12}
        autoComplete="new-password"
        hint={say('account.new-help')}
        value={form.password}
        onChange={set('password')}
      />
      <div>
        <Button look="primary" type="submit" busy={send.isPending}>
          {say('account.save')}
        </Button>
      </div>
    </form>
  )
}

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
import { AreaField, Field, SelectField } from '@/components/ui/field'
import { AgentKeyField, useAgentKeys } from './agent-key'

const sudos = ['root', 'nopasswd', 'password'] as const

export function CredentialDialog({ onClose }: { onClose: () => void }) {
  const { say } = useWords()
  const [form, setForm] = useState({ name: '', username: 'root', sudo: 'root', password: '', privateKey: '', passphrase: '' })
  const [by, setBy] = useState<'typed' | 'agent'>('typed')
  const [publicKey, setPublicKey] = useState('')
  const agent = useAgentKeys()
  const byAgent = agent?.offered && by === 'agent'
  const { privateKey, passphrase, ...rest } = form
  const given = {
    ...Object.fromEntries(Object.entries(byAgent ? rest : form).filter(([, value]) => value !== '')),
    ...(byAgent && { agent: { publicKey } }),
  }
  const send = useSend(() => api('/api/credentials', { method: 'POST', body: given }), [keys.credentials])
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value })
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('credentials.add')}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button look="primary" type="submit" form="credential" busy={send.isPending}>
            {say('credentials.save')}
          </Button>
        </>
      }
    >
      <form
        id="credential"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <p className="t2">{say('credentials.none-note')}</p>
        <ErrorNote error={send.error} />
        <Field label={say('credentials.name')} required maxLength={100} value={form.name} onChange={set('name')} />
        <div className="grid grid-cols-2 gap-3">
          <Field mono label={say('credentials.user')} required maxLength={32} value={form.username} onChange={set('username')} />
          <SelectField
            label={say('credentials.sudo')}
            value={form.sudo}
            onChange={set('sudo')}
            options={sudos.map((value) => ({ value, label: say(`credentials.sudo.${value}`) }))}
          />
        </div>
        {agent?.offered ? (
          <SelectField
            label={say('credentials.by')}
            value={by}
            onChange={(event) => setBy(event.target.value === 'agent' ? 'agent' : 'typed')}
            options={(['typed', 'agent'] as const).map((value) => ({ value, label: say(`credentials.by.${value}`) }))}
          />
        ) : null}
        {agent && byAgent ? (
          <AgentKeyField agent={agent} chosen={publicKey} onChoose={setPublicKey} />
        ) : (
          <>
            <PasswordField label={say('credentials.password')} autoComplete="off" value={form.password} onChange={set('password')} />
            <AreaField
              label={say('credentials.key')}
              hint={say('credentials.key-help')}
              spellCheck={false}
              value={privateKey}
              onChange={set('privateKey')}
            />
            {privateKey ? (
              <PasswordField label={say('credentials.passphrase')} autoComplete="off" value={passphrase} onChange={set('passphrase')} />
            ) : null}
          </>
        )}
        {byAgent && form.sudo === 'password' ? (
          <PasswordField label={say('credentials.sudo-password')} autoComplete="off" value={form.password} onChange={set('password')} />
        ) : null}
      </form>
    </Dialog>
  )
}

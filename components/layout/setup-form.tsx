'use client'

import { Check } from 'lucide-react'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { PasswordField } from './password-field'

/** Makes the administrator of a new panel, by the code of the setup link. */
export function SetupForm() {
  const { say } = useWords()
  const router = useRouter()
  const given = useSearchParams().get('token') ?? ''
  const session = useSession()
  const [form, setForm] = useState({ token: given, name: '', email: '', password: '' })
  const send = useSend(() => api('/api/setup', { method: 'POST', body: { ...form, token: form.token.trim() } }), [keys.session])
  const set = (name: keyof typeof form) => (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.target.value })
  const done = session.data && !session.data.needsSetup && !send.isPending && !send.isSuccess
  const short = form.password.length > 0 && form.password.length < 12
  return (
    <div className="grid gap-12 md:grid-cols-[376px_minmax(0,1fr)]">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: () => router.replace('/') })
        }}
      >
        <div>
          <h1 className="font-semibold text-[20px] leading-7">{say('setup.title')}</h1>
          <p className="t2">{say('setup.note')}</p>
        </div>
        {done ? (
          <Note tone="warn" title={say('setup.done')}>
            <Link href="/sign-in">{say('sign-in.title')}</Link>
          </Note>
        ) : null}
        <ErrorNote error={send.error} />
        <Field
          label={say('setup.code')}
          mono
          required
          autoFocus={!given}
          value={form.token}
          onChange={set('token')}
          hint={say('setup.code-help')}
        />
        <Field label={say('setup.name')} required autoComplete="name" autoFocus={Boolean(given)} value={form.name} onChange={set('name')} />
        <Field label={say('sign-in.email')} type="email" required autoComplete="username" value={form.email} onChange={set('email')} />
        <PasswordField
          label={say('sign-in.password')}
          required
          minLength={12}
          autoComplete="new-password"
          value={form.password}
          onChange={set('password')}
          error={short ? say('setup.length', { count: form.password.length }) : undefined}
        />
        <div>
          <Button type="submit" look="primary" size="large" busy={send.isPending}>
            {say('setup.go')}
          </Button>
        </div>
      </form>
      <section className="border-(--line) md:border-l md:pl-12">
        <h2 className="mb-2 font-semibold">{say('setup.promises')}</h2>
        <ul className="t2 flex flex-col gap-2">
          {(['setup.promise-1', 'setup.promise-2', 'setup.promise-3', 'setup.promise-4'] as const).map((word) => (
            <li key={word} className="flex gap-2">
              <Check className="i t3 mt-1" aria-hidden="true" />
              {say(word)}
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { PasswordField } from './password-field'

/** Only a path of this site: a foreign address in `next` is dropped. */
const safeNext = (): string => {
  const next = new URLSearchParams(window.location.search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) ? next : '/'
}

export function SignInForm() {
  const { say } = useWords()
  const router = useRouter()
  const session = useSession()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useSend(() => api('/api/session', { method: 'POST', body: { email, password } }), [keys.session])
  const needsSetup = session.data?.needsSetup
  useEffect(() => {
    if (needsSetup) router.replace('/setup')
  }, [needsSetup, router])
  return (
    <form
      className="mx-auto flex max-w-80 flex-col gap-4 pt-8"
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate(undefined, { onSuccess: () => router.replace(safeNext()) })
      }}
    >
      <h1 className="font-semibold text-[20px] leading-7">{say('sign-in.title')}</h1>
      <ErrorNote error={signIn.error} />
      <Field
        label={say('sign-in.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <PasswordField
        label={say('sign-in.password')}
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look="primary" size="large" busy={signIn.isPending}>
        {say('sign-in.title')}
      </Button>
      <p className="sm t3 mt-4 border-(--line) border-t pt-4">{say('sign-in.note')}</p>
    </form>
  )
}

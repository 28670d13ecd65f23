'use client'

import { useState } from 'react'
import { useCredentials } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { CredentialDialog } from '@/components/host/credential-dialog'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/field'

/** How what the deploy made is removed: logs in: as the deploy did, or with a credential that is still there. */
export function RemovalLogin({ chosen, onChoose, hint }: { chosen: string; onChoose: (id: string) => void; hint?: string }) {
  const { say } = useWords()
  const credentials = (useCredentials().data ?? []).filter(({ kind }) => kind !== 'generated-key')
  const [adding, setAdding] = useState(false)
  return (
    <>
      <SelectField
        label={say('operate.login')}
        hint={hint ?? say('operate.login-help')}
        value={chosen}
        onChange={(event) => onChoose(event.target.value)}
        options={[
          { value: '', label: say('operate.login-as-before') },
          ...credentials.map(({ id, name, username }) => ({ value: id, label: `${name} (${username})` })),
        ]}
      />
      <div>
        <Button onClick={() => setAdding(true)}>{say('credentials.add')}</Button>
      </div>
      {adding ? <CredentialDialog onClose={() => setAdding(false)} /> : null}
    </>
  )
}

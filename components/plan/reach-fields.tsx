'use client'

import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Field, SelectField } from '@/components/ui/field'
import { type ReachInput, sshClients } from '@/server/domain/ssh-client'

/** '' or a whole number in its range. */
export const isSeconds = (text: string, { min, max }: { min: number; max: number }): boolean =>
  text.trim() === '' || (/^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max)

export const connectRange = { min: 1, max: 3600 }

/** How this one operation reaches its hosts: the fields, what they say, and why they say nothing that can be used. */
export const useReach = (): { fields: React.ReactNode; reach: ReachInput | undefined; problem: string | undefined } => {
  const { say } = useWords()
  const [client, setClient] = useState('')
  const [timeout, setTimeout] = useState('')
  const isGood = isSeconds(timeout, connectRange)
  const problem = isGood ? undefined : say('reach.bad', { field: say('reach.timeout'), ...connectRange })
  const sshClient = sshClients.find((one) => one === client)
  const reach: ReachInput = {
    ...(sshClient && { sshClient }),
    ...(isGood && timeout.trim() !== '' && { connectTimeoutS: Number(timeout) }),
  }
  const fields = (
    <details>
      <summary className="m sm t2 mb-1">{say('reach.title')}</summary>
      <div className="flex flex-col gap-3 pt-1">
        <SelectField
          label={say('reach.client')}
          hint={say('reach.client-help')}
          value={client}
          onChange={(event) => setClient(event.target.value)}
          options={(['', ...sshClients] as const).map((value) => ({ value, label: say(`reach.client.${value}`) }))}
        />
        <Field
          label={say('reach.timeout')}
          hint={say('reach.timeout-help')}
          error={problem}
          inputMode="numeric"
          value={timeout}
          onChange={(event) => setTimeout(event.target.value)}
        />
      </div>
    </details>
  )
  return { fields, reach: Object.keys(reach).length > 0 ? reach : undefined, problem }
}

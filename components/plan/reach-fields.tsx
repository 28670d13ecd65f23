'use client'

import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Field, SelectField } from '@/components/ui/field'
import { type ReachInput, sshClients } from '@/server/domain/ssh-client'
import { type HopRow, JumpFields, jumpOf, useJumpProblem } from './jump-fields'

/** '' or a whole number in its range. */
export const isSeconds = (text: string, { min, max }: { min: number; max: number }): boolean =>
  text.trim() === '' || (/^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max)

export const connectRange = { min: 1, max: 3600 }
export const widthRange = { min: 1, max: 64 }

const ways = ['', 'direct', 'jump'] as const
type Typed = { client: string; timeout: string; width: string; way: (typeof ways)[number]; hops: readonly HopRow[] }

/**
 * How this one operation reaches its hosts: the fields, what they say, and why they say nothing that can be used. `fresh`: of a
 * cluster that has no settings yet.
 */
export const useReach = (fresh = false): { fields: React.ReactNode; reach: ReachInput | undefined; problem: string | undefined } => {
  const { say } = useWords()
  const [typed, setTyped] = useState<Typed>({ client: '', timeout: '', width: '', way: '', hops: [] })
  const { client, timeout, width, way, hops } = typed
  const isGood = isSeconds(timeout, connectRange)
  const late = isGood ? undefined : say('reach.bad', { field: say('reach.timeout'), ...connectRange })
  const wide = isSeconds(width, widthRange) ? undefined : say('reach.bad', { field: say('reach.width'), ...widthRange })
  const astray = useJumpProblem(way === 'jump' ? hops : [])
  const sshClient = sshClients.find((one) => one === client)
  const reach: ReachInput = {
    ...(sshClient && { sshClient }),
    ...(isGood && timeout.trim() !== '' && { connectTimeoutS: Number(timeout) }),
    ...(!wide && width.trim() !== '' && { concurrency: Number(width) }),
    ...(way !== '' && { jump: way === 'jump' && !astray ? jumpOf(hops) : [] }),
  }
  const fields = (
    <ReachFields {...{ typed, fresh, late, wide, astray }} onChange={(changes) => setTyped((before) => ({ ...before, ...changes }))} />
  )
  return { fields, reach: Object.keys(reach).length > 0 ? reach : undefined, problem: late ?? wide ?? astray }
}

type Props = {
  typed: Typed
  fresh: boolean
  late: string | undefined
  wide: string | undefined
  astray: string | undefined
  onChange: (changes: Partial<Typed>) => void
}

function ReachFields({ typed, fresh, late, wide, astray, onChange }: Props) {
  const { say } = useWords()
  // A wizard's other step may have hidden it meanwhile.
  const [opened] = useState(typed.client !== '' || typed.timeout !== '' || typed.width !== '' || typed.way !== '')
  const choose = (value: string): void => {
    const way = ways.find((one) => one === value) ?? ''
    onChange({ way, hops: way === 'jump' && typed.hops.length === 0 ? [{ at: '', credentialId: '' }] : typed.hops })
  }
  return (
    <details open={opened}>
      <summary className="m sm t2 mb-1">{say('reach.title')}</summary>
      <div className="flex flex-col gap-3 pt-1">
        <SelectField
          label={say('reach.client')}
          hint={say('reach.client-help')}
          value={typed.client}
          onChange={(event) => onChange({ client: event.target.value })}
          options={(['', ...sshClients] as const).map((value) => ({
            value,
            label: say(value === '' && fresh ? 'reach.client.fresh' : `reach.client.${value}`),
          }))}
        />
        <Field
          label={say('reach.timeout')}
          hint={say(fresh ? 'settings.cluster.timeout-help' : 'reach.timeout-help')}
          error={late}
          inputMode="numeric"
          value={typed.timeout}
          onChange={(event) => onChange({ timeout: event.target.value })}
        />
        <Field
          label={say('reach.width')}
          hint={say(fresh ? 'settings.cluster.width-help' : 'reach.width-help')}
          error={wide}
          inputMode="numeric"
          value={typed.width}
          onChange={(event) => onChange({ width: event.target.value })}
        />
        <SelectField
          label={say('reach.way')}
          hint={fresh ? say('reach.way.kept') : undefined}
          error={astray}
          value={typed.way}
          onChange={(event) => choose(event.target.value)}
          options={ways
            .filter((value) => !fresh || value !== 'direct')
            .map((value) => ({ value, label: say(value === '' && fresh ? 'reach.way.direct' : `reach.way.${value}`) }))}
        />
        {typed.way === 'jump' ? <JumpFields rows={typed.hops} onChange={(hops) => onChange({ hops })} /> : null}
      </div>
    </details>
  )
}

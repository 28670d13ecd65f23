'use client'

import { useCredentials } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Field, SelectField } from '@/components/ui/field'
import { isHopText, type JumpInput } from '@/server/domain/ssh-client'

const mostHops = 5

/** As typed: '' for a credential means that of the hop before. */
export type HopRow = { at: string; credentialId: string }

export const hopRows = (jump: JumpInput | null): HopRow[] => (jump ?? []).map(({ at, credentialId = '' }) => ({ at, credentialId }))

export const jumpOf = (rows: readonly HopRow[]): JumpInput =>
  rows.map(({ at, credentialId }) => ({ at: at.trim(), ...(credentialId && { credentialId }) }))

/** Why the hops can't be used as typed; undefined: they can. */
export const useJumpProblem = (rows: readonly HopRow[]): string | undefined => {
  const { say } = useWords()
  if (rows.some(({ at }) => !isHopText(at))) return say('reach.jump.bad')
  return rows[0]?.credentialId === '' ? say('reach.jump.no-credential') : undefined
}

/** Jump hosts in their order, each with its credential. */
export function JumpFields({ rows, onChange }: { rows: readonly HopRow[]; onChange: (rows: HopRow[]) => void }) {
  const { say } = useWords()
  const change = (at: number, hop: Partial<HopRow>) => onChange(rows.map((row, index) => (index === at ? { ...row, ...hop } : row)))
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="m sm t2 mb-1">{say('reach.jump')}</legend>
      <p className="t2 sm">{say('reach.jump-help')}</p>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a hop is its place on the way
        <div key={at} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-2 max-md:grid-cols-1">
          <Field
            mono
            label={say('reach.jump.hop', { number: at + 1 })}
            placeholder="user@host:22"
            error={row.at !== '' && !isHopText(row.at) ? say('reach.jump.bad') : undefined}
            value={row.at}
            onChange={(event) => change(at, { at: event.target.value })}
          />
          <HopCredential first={at === 0} chosen={row.credentialId} onChoose={(credentialId) => change(at, { credentialId })} />
          <Button
            className="mt-[22px]"
            aria-label={say('reach.jump.remove', { number: at + 1 })}
            onClick={() => onChange(rows.filter((_, index) => index !== at))}
          >
            {say('reach.jump.take-away')}
          </Button>
        </div>
      ))}
      {rows.length < mostHops ? (
        <Button className="w-fit" onClick={() => onChange([...rows, { at: '', credentialId: '' }])}>
          {say('reach.jump.add')}
        </Button>
      ) : null}
    </fieldset>
  )
}

function HopCredential(props: { first: boolean; chosen: string; onChoose: (id: string) => void }) {
  const { say } = useWords()
  const offered = (useCredentials().data ?? []).filter(({ kind, oneTimeFor }) => kind !== 'generated-key' && oneTimeFor === null)
  return (
    <SelectField
      label={say('reach.jump.credential')}
      value={props.chosen}
      onChange={(event) => props.onChoose(event.target.value)}
      options={[
        { value: '', label: say(props.first ? 'reach.jump.choose' : 'reach.jump.same') },
        ...offered.map(({ id, name, username }) => ({ value: id, label: `${name} (${username})` })),
      ]}
    />
  )
}

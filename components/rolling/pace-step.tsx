'use client'

import { useWords } from '@/components/data/words'
import { Field, Tick } from '@/components/ui/field'
import type { WizardProblem } from './operation-wizard'
import { isBad, isUsual, type Pace, type PaceField, paceFieldNames, paceFields } from './pace'

type Words = Pick<ReturnType<typeof useWords>, 'say'>

/** What can't be sent, each with its field. */
export const paceProblems = (pace: Pace, { say }: Words): WizardProblem[] =>
  paceFieldNames
    .filter((field) => isBad(field, pace[field]))
    .map((field) => ({
      text: say('pace.bad-in', { field: say(`pace.${field}`), min: paceFields[field].min, max: paceFields[field].max }),
      field: idOf(field),
    }))

const idOf = (field: PaceField): string => `pace-${field}`

/** The choices in a word or two. */
export const paceAnswer = (pace: Pace, { say }: Words): string =>
  [say(pace.canary ? 'pace.canary-on' : 'pace.canary-off'), ...(isUsual(pace) ? [] : [say('pace.advanced')])].join(', ')

/** Canary, and folded away what is seldom changed: batch, tolerance, patience. */
export function PaceStep({ pace, onChange, only }: { pace: Pace; onChange: (pace: Pace) => void; only?: readonly PaceField[] }) {
  const { say } = useWords()
  const fields = only ?? paceFieldNames
  return (
    <div className="flex max-w-[560px] flex-col gap-4 p-5">
      {only ? null : (
        <div>
          <Tick checked={pace.canary} onChange={(canary) => onChange({ ...pace, canary })}>
            <span className="m">{say('pace.canary')}</span>
          </Tick>
          <p className="t3 sm mt-1 pl-6">{say('pace.canary-help')}</p>
        </div>
      )}
      <details className="rounded-[5px] border border-(--line)" open={!isUsual(pace)}>
        <summary className="cursor-pointer px-3 py-2 font-medium">
          {say('pace.advanced')} <span className="t3">{isUsual(pace) ? say('pace.usual') : ''}</span>
        </summary>
        <div className="grid grid-cols-2 gap-4 border-(--line) border-t p-3 max-md:grid-cols-1">
          {fields.map((field) => (
            <PaceInput key={field} field={field} value={pace[field]} onChange={(value) => onChange({ ...pace, [field]: value })} />
          ))}
        </div>
      </details>
    </div>
  )
}

function PaceInput({ field, value, onChange }: { field: PaceField; value: string; onChange: (value: string) => void }) {
  const { say } = useWords()
  const { min, max, fallback } = paceFields[field]
  return (
    <Field
      id={idOf(field)}
      label={say(`pace.${field}`)}
      hint={say(`pace.${field}-help`)}
      error={isBad(field, value) ? say('pace.bad', { min, max }) : undefined}
      value={value}
      inputMode="numeric"
      autoComplete="off"
      placeholder={fallback === null ? '' : String(fallback)}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

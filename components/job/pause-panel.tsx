'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field, SelectField } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import type { JobView } from '@/server/domain/job'
import type { Question } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import { Decision, type DecisionProps } from './decision'

type Say = (word: string, params?: Record<string, string | number>) => string
export type BreakInAsk = { instance: string; verb: 'start' | 'restart'; reason: string }
type Props = {
  plan: Plan
  view: JobView
  question: Question
  onBreakIn: (ask: BreakInAsk) => Promise<void>
} & Pick<DecisionProps, 'say' | 'disabledReason' | 'onAnswer'>

/** The operator's turn between two lanes: what is done, what comes next, and single instances to be started meanwhile. */
export function PausePanel({ plan, view, question, say, disabledReason, onAnswer, onBreakIn }: Props) {
  const lanes = plan.phases.find(({ id }) => id === question.phase)?.lanes ?? []
  const done = lanes.find(({ id }) => id === question.lane)
  const next = lanes.filter(({ id }) => view.lanes[id]?.state === 'pending')
  return (
    <div className="max-h-[45vh] shrink-0 overflow-auto border-(--warn-line) border-y bg-(--warn-bg) px-5 py-3">
      <p role="alert" className="mb-1 flex items-center gap-2 font-semibold">
        <StatusShape shape="wait" />
        {done ? say('canary.title', { subject: done.subject }) : say('ask.pause')}
      </p>
      {next.length > 0 && (
        <p className="mb-2 text-(--text-2)">
          {say('canary.next', { count: next.length, subjects: next.map(({ subject }) => subject).join(', ') })}
        </p>
      )}
      <Decision key={question.id} question={question} say={say} disabledReason={disabledReason} onAnswer={onAnswer} />
      <BreakIns view={view} say={say} />
      <BreakInForm plan={plan} say={say} disabledReason={disabledReason} onBreakIn={onBreakIn} />
    </div>
  )
}

function BreakIns({ view, say }: { view: JobView; say: Say }) {
  if (view.breakIns.length === 0) return null
  return (
    <ul className="mt-2 text-[12px]" aria-live="polite">
      {view.breakIns.map(({ id, verb, instance, end }) => (
        <li key={id} className="flex items-center gap-2">
          <StatusShape shape={end === undefined ? 'busy' : end.done ? 'done' : 'bad'} />
          {say(end === undefined ? 'break-in.running' : end.done ? 'break-in.done' : 'break-in.failed', {
            ...{ verb: say(`break-in.${verb}`), instance, seen: end?.seen ?? '' },
          })}
        </li>
      ))}
    </ul>
  )
}

const instancesOf = (plan: Plan): string[] => [
  ...new Set(plan.phases.flatMap(({ lanes }) => lanes.flatMap(({ instance }) => (instance === undefined ? [] : [instance])))),
]

function BreakInForm({ plan, say, disabledReason, onBreakIn }: Pick<Props, 'plan' | 'say' | 'disabledReason' | 'onBreakIn'>) {
  const instances = instancesOf(plan)
  const [ask, setAsk] = useState<BreakInAsk>({ instance: instances[0] ?? '', verb: 'restart', reason: '' })
  const [state, setState] = useState<'idle' | 'missing' | 'sending'>('idle')
  if (instances.length === 0) return null
  const options = (values: readonly string[], name: (value: string) => string) => values.map((value) => ({ value, label: name(value) }))
  const send = async () => {
    if (ask.reason.trim() === '') return setState('missing')
    setState('sending')
    await onBreakIn(ask).catch(() => undefined) // the page shows what was said
    setAsk({ ...ask, reason: '' })
    setState('idle')
  }
  return (
    <details className="mt-3">
      <summary className="cursor-pointer text-[12px]">{say('break-in.open')}</summary>
      <form
        className="note mt-2 grid max-w-2xl grid-cols-3 gap-3 max-md:grid-cols-1"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <SelectField
          label={say('break-in.instance')}
          value={ask.instance}
          options={options(instances, (id) => id)}
          onChange={(event) => setAsk({ ...ask, instance: event.target.value })}
        />
        <SelectField
          label={say('break-in.verb')}
          value={ask.verb}
          options={options(['start', 'restart'], (verb) => say(`break-in.${verb}`))}
          onChange={(event) => setAsk({ ...ask, verb: event.target.value === 'start' ? 'start' : 'restart' })}
        />
        <Field
          label={say('answer.reason')}
          value={ask.reason}
          error={state === 'missing' ? say('answer.reason-missing') : undefined}
          onChange={(event) => setAsk({ ...ask, reason: event.target.value })}
        />
        <p className="col-span-full flex flex-wrap items-center gap-3 text-(--text-2) text-[12px]">
          <Button type="submit" reason={disabledReason} busy={state === 'sending'}>
            {say('break-in.send')}
          </Button>
          {say('break-in.note')}
        </p>
      </form>
    </details>
  )
}

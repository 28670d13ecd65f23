'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'

type Say = (word: string, params?: Record<string, string | number>) => string

/** Waives one problem: the plan is made anew with the reason in its input. */
export function WaiveProblem({ say, onWaive }: { say: Say; onWaive: (reason: string) => void }) {
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  if (!open)
    return (
      <Button size="small" className="ml-2" onClick={() => setOpen(true)}>
        {say('review.waive')}
      </Button>
    )
  return (
    <form
      className="note mt-1 flex max-w-xl flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim() === '') setMissing(true)
        else onWaive(reason.trim())
      }}
    >
      <Field
        label={say('review.waive-why')}
        value={reason}
        error={missing && reason.trim() === '' ? say('answer.reason-missing') : undefined}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="row">
        <Button type="submit" look="primary">
          {say('review.waive-send')}
        </Button>
        <Button onClick={() => setOpen(false)}>{say('answer.keep')}</Button>
      </div>
    </form>
  )
}

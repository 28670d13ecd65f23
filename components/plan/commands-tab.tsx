'use client'

import { useEffect, useState } from 'react'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Step, StepId } from '@/server/domain/step'

type Say = (word: string, params?: Record<string, string | number>) => string
type Props = {
  plan: Plan
  say: Say
  titleOf: (step: Step) => string
  selected: StepId | undefined
  onSelect: (step: StepId) => void
  load: (step: StepId) => Promise<readonly string[]>
}

/** Exactly what is typed for a step, with secrets masked. */
export function CommandsTab({ plan, say, titleOf, selected, onSelect, load }: Props) {
  const [commands, setCommands] = useState<{ step: StepId; lines: readonly string[] } | null>(null)
  useEffect(() => {
    if (!selected) return
    let wanted = true
    void load(selected).then((lines) => wanted && setCommands({ step: selected, lines }))
    return () => {
      wanted = false
    }
  }, [selected, load])
  const steps = stepsOf(plan)
  return (
    <div className="flex flex-col gap-3 px-5 py-3">
      <select
        aria-label={say('review.commands-choose')}
        value={selected ?? ''}
        onChange={(event) => onSelect(event.target.value)}
        className="in l32 max-w-full"
      >
        <option value="">{say('review.commands-choose')}</option>
        {steps.map((step) => (
          <option key={step.id} value={step.id}>
            {'host' in step ? `${step.host}: ` : ''}
            {titleOf(step)}
          </option>
        ))}
      </select>
      {commands && commands.step === selected && (
        <pre className="pre overflow-auto! whitespace-pre-wrap! break-all">{commands.lines.join('\n\n')}</pre>
      )}
    </div>
  )
}

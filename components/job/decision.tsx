'use client'

import { useState } from 'react'
import type { Choice, Question } from '@/server/domain/journal'

type Say = (word: string, params?: Record<string, string | number>) => string
type Answer = { choice: Choice; reason: string }

export type DecisionProps = {
  question: Question
  say: Say
  /** Why the reader may not answer; undefined when he may. */
  disabledReason?: string | undefined
  onAnswer: (answer: Answer) => Promise<void>
}

/** The ways out of a failed step, a gate or a pause, each with its consequence. Skipping and going on anyway ask for a reason. */
export function Decision({ question, say, disabledReason, onAnswer }: DecisionProps) {
  const [asking, setAsking] = useState<Choice | null>(null)
  const [sent, setSent] = useState(false)
  const answer = async (choice: Choice, reason: string) => {
    setSent(true)
    await onAnswer({ choice, reason }).catch(() => setSent(false))
  }
  if (sent)
    return (
      <p role="status" className="py-2 text-(--text-2)">
        {say('answer.sent')}
      </p>
    )
  return (
    <section aria-label={say(`ask.${question.about}`)} className="flex flex-col gap-2">
      {question.choices.map((choice, index) =>
        asking === choice ? (
          <ReasonForm key={choice} say={say} onKeep={() => setAsking(null)} onSend={(reason) => answer(choice, reason)} />
        ) : (
          <div key={choice} className="flex items-center gap-3 max-md:flex-col max-md:items-start">
            <button
              type="button"
              aria-disabled={disabledReason !== undefined}
              title={disabledReason}
              className={`btn min-w-40 justify-start max-md:h-10 max-md:w-full ${index === 0 ? 'primary' : choice === 'give-up' ? 'danger' : ''}`}
              onClick={() => {
                if (disabledReason !== undefined) return
                if (needsReason(question, choice)) setAsking(choice)
                else void answer(choice, '')
              }}
            >
              {say(wordOf(question, choice))}
            </button>
            <span className="text-(--text-2) text-[12px]">{say(`${wordOf(question, choice)}-why`)}</span>
          </div>
        ),
      )}
    </section>
  )
}

export const needsReason = (question: Question, choice: Choice): boolean =>
  choice === 'skip' || choice === 'give-up' || (choice === 'continue' && question.about !== 'pause')

export const wordOf = (question: Question, choice: Choice): string => {
  // Only a command of a user's own is asked about like this: to try again is to run it again.
  if (choice === 'retry' && question.about === 'unknown' && question.step !== undefined) return 'answer.run-again'
  return choice === 'continue' && question.about !== 'pause' ? 'answer.continue-anyway' : `answer.${choice}`
}

export function ReasonForm({ say, onKeep, onSend }: { say: Say; onKeep: () => void; onSend: (reason: string) => void }) {
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  return (
    <form
      className="note flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim() === '') setMissing(true)
        else onSend(reason.trim())
      }}
    >
      <label className="flex flex-col gap-1 text-(--text-2)">
        {say('answer.reason')}
        <textarea
          // biome-ignore lint/a11y/noAutofocus: the reader has just asked for this form
          autoFocus
          rows={2}
          value={reason}
          aria-invalid={missing}
          onChange={(event) => setReason(event.target.value)}
          className="rounded-[5px] border border-(--line-control) bg-(--bg) p-2 text-(--text) text-[12px]"
        />
      </label>
      {missing && (
        <p role="alert" className="text-(--bad)">
          {say('answer.reason-missing')}
        </p>
      )}
      <div className="flex gap-2">
        <button type="submit" className="btn primary">
          {say('answer.send')}
        </button>
        <button type="button" className="btn" onClick={onKeep}>
          {say('answer.keep')}
        </button>
      </div>
    </form>
  )
}

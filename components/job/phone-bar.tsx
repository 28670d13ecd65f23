'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import type { Choice } from '@/server/domain/journal'
import { type DecisionProps, needsReason, ReasonForm, wordOf } from './decision'

/** On a phone the ways out stay in reach at the bottom; each opens a sheet that says its consequence first. */
export function PhoneBar({ question, say, disabledReason, onAnswer }: DecisionProps) {
  const [asking, setAsking] = useState<Choice>()
  const [sent, setSent] = useState(false)
  const send = (choice: Choice, reason: string): void => {
    setAsking(undefined)
    setSent(true)
    void onAnswer({ choice, reason }).catch(() => setSent(false))
  }
  if (sent) return null
  return (
    <div className="phonebar">
      {question.choices.map((choice, at) => (
        <Button
          key={choice}
          look={at === 0 ? 'primary' : choice === 'give-up' ? 'danger' : 'secondary'}
          reason={disabledReason}
          onClick={() => setAsking(choice)}
        >
          {say(wordOf(question, choice))}
        </Button>
      ))}
      {asking ? (
        <Dialog open onClose={() => setAsking(undefined)} title={say(wordOf(question, asking))}>
          <p className="t2 mb-3">{say(`${wordOf(question, asking)}-why`)}</p>
          {needsReason(question, asking) ? (
            <ReasonForm say={say} onKeep={() => setAsking(undefined)} onSend={(reason) => send(asking, reason)} />
          ) : (
            <div className="row">
              <Button look="primary" onClick={() => send(asking, '')}>
                {say('answer.send')}
              </Button>
              <Button onClick={() => setAsking(undefined)}>{say('answer.keep')}</Button>
            </div>
          )}
        </Dialog>
      ) : null}
    </div>
  )
}

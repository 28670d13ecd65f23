'use client'

import { useEffect, useState } from 'react'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Field, Tick } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { EditCheck } from '@/server/domain/api-config'

type Typed = { reason: string; consent: readonly string[] }
type Props = {
  draft: Typed
  onChange: (change: Partial<Typed>) => void
  check: EditCheck | undefined
  fresh: boolean
  busy: boolean
  /** Why nothing may be saved now. */
  reason: string | undefined
  saved: { at: string | null; failed: boolean }
  onSave: () => void
}

/** Why, what is agreed to, and the button; what is missing is said where it was tried. */
export function SaveBar({ draft, onChange, check, fresh, busy, reason, saved, onSave }: Props) {
  const { say, sayProblem } = useWords()
  const [tried, setTried] = useState(false)
  const missing = hindrance(draft, check, fresh)
  const warned = check?.consent ?? []
  // Who saves while the text is still being checked does not have to press again.
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    if (!wanted || missing === 'edit.checking') return
    setWanted(false)
    if (missing === undefined) onSave()
  }, [wanted, missing, onSave])
  return (
    <footer className="shrink-0 border-(--line) border-t bg-(--bg-subtle) px-5 py-3">
      {warned.map((code) => {
        const problem = check?.problems.find((one) => one.code === code)
        return (
          <div key={code} className="pb-2">
            <Tick
              checked={draft.consent.includes(code)}
              onChange={(on) => onChange({ consent: on ? [...draft.consent, code] : draft.consent.filter((one) => one !== code) })}
            >
              {say('edit.consent')} {problem ? sayProblem(problem).message : code}
            </Tick>
          </div>
        )
      })}
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-48 flex-1">
          <Field
            id="edit-reason"
            label={say('edit.reason')}
            value={draft.reason}
            maxLength={2000}
            autoComplete="off"
            placeholder={say('edit.reason-example')}
            onChange={(event) => onChange({ reason: event.target.value })}
          />
        </div>
        <span className="t3 sm max-md:hidden" role="status">
          {saved.failed ? say('wiz.draft-failed') : saved.at ? say('wiz.draft-saved') : ''} {saved.at ? <Time at={saved.at} /> : null}
        </span>
        <Button
          look="primary"
          size="large"
          busy={busy || wanted}
          reason={reason}
          onClick={() => {
            setTried(true)
            if (missing === undefined) onSave()
            else if (missing === 'edit.checking') setWanted(true)
            else if (missing === 'edit.reason-missing') document.getElementById('edit-reason')?.focus()
          }}
        >
          {say('edit.save')}
        </Button>
      </div>
      <p className="t3 sm mt-1">
        {tried && missing ? (
          <span className="bad row" role="alert">
            <StatusShape shape="bad" /> {say(missing)}
          </span>
        ) : (
          say('edit.save-note')
        )}
      </p>
    </footer>
  )
}

const hindrance = ({ reason, consent }: Typed, check: EditCheck | undefined, fresh: boolean) => {
  if (!check || !fresh) return 'edit.checking' as const
  if (check.problems.some(({ severity }) => severity === 'error')) return 'edit.errors' as const
  if (check.since.length > 0) return 'edit.stale-save' as const
  if (check.unchanged) return 'edit.nothing' as const
  if (check.consent.some((code) => !consent.includes(code))) return 'edit.consent-missing' as const
  return reason.trim() === '' ? ('edit.reason-missing' as const) : undefined
}

'use client'

import { useWords } from '@/components/data/words'
import { AreaField, Field, Tick } from '@/components/ui/field'
import { isDay } from './choice'
import type { PatchDraft } from './draft'

type Props = {
  draft: PatchDraft
  change: (changes: Partial<PatchDraft>) => void
  roles: readonly string[]
  /** How many of the chosen run now. */
  running: number
  today: string
}

/** What later scale-outs get, offline, and why it is done. */
export function NotesStep({ draft, change, roles, running, today }: Props) {
  const { say } = useWords()
  return (
    <div className="flex max-w-[560px] flex-col gap-4 p-5 pb-0">
      <fieldset className="flex flex-col gap-2">
        <legend className="m mb-1">{say('patch.overwrite', { roles: roles.join(', ') || '…' })}</legend>
        {([true, false] as const).map((overwrite) => (
          <label key={String(overwrite)} className="flex cursor-pointer items-start gap-2">
            <input
              type="radio"
              id={overwrite ? 'patch-overwrite' : undefined}
              name="patch-overwrite"
              className="mt-0.5 size-3.5 accent-(--accent)"
              checked={draft.overwrite === overwrite}
              onChange={() => change({ overwrite })}
            />
            <span>
              {say(overwrite ? 'patch.overwrite-yes' : 'patch.overwrite-no')}
              <span className="t3 sm block">{say(overwrite ? 'patch.overwrite-yes-note' : 'patch.overwrite-no-note')}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div>
        <Tick checked={draft.offline} onChange={(offline) => change({ offline })}>
          <span className="m">{say('patch.offline')}</span>
        </Tick>
        <p className="t3 sm mt-1 pl-6">{say('patch.offline-help')}</p>
        {draft.offline && running > 0 ? <p className="warn mt-1 pl-6">{say('patch.offline-running', { count: running })}</p> : null}
      </div>
      <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
        <Field
          label={say('patch.ticket')}
          value={draft.ticket}
          maxLength={200}
          onChange={(event) => change({ ticket: event.target.value })}
        />
        <Field
          id="patch-due"
          label={say('patch.due')}
          hint={say('patch.due-help')}
          error={draft.due === '' || isDay(draft.due, today) ? undefined : say('patch.due-bad')}
          placeholder="2026-12-31"
          type="date"
          value={draft.due}
          onChange={(event) => change({ due: event.target.value })}
        />
      </div>
      <AreaField
        rows={2}
        label={say('patch.notes')}
        value={draft.notes}
        maxLength={4000}
        onChange={(event) => change({ notes: event.target.value })}
      />
    </div>
  )
}

'use client'

import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import type { DmError } from '@/server/domain/dmctl/overview'

/** An error in DM's own words, with what DM advises. */
export function ErrorText({ title, error }: { title: string; error: DmError }) {
  const { say } = useWords()
  const text = [error.message, error.cause].filter(Boolean).join(' · ')
  return (
    <div className="pad py-2">
      <Note tone="bad" title={`${title}${error.code ? ` · ${say('task.error', { code: error.code })}` : ''}`}>
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
        {error.workaround ? (
          <p className="mt-1">
            <b>{say('task.workaround')}:</b> {error.workaround}
          </p>
        ) : null}
      </Note>
    </div>
  )
}

'use client'

import { useWords } from '@/components/data/words'
import type { FileChangeView } from '@/server/domain/api-config'
import { DiffView } from './diff-view'
import { groupEqual } from './group-equal'

/** Every rendered file that a reload would write, equal changes of several instances together; the first is open. */
export function FileChanges({ changes }: { changes: readonly FileChangeView[] }) {
  const { say } = useWords()
  if (changes.length === 0) return <p className="t3 px-5 py-3">{say('edit.files-none')}</p>
  return (
    <ul aria-label={say('edit.files')}>
      {groupEqual(changes).map(({ first, instances }, i) => (
        <li key={`${first.instance} ${first.path}`} className="border-(--line) border-b">
          <details open={i === 0}>
            <summary className="cursor-pointer px-5 py-2">
              <span className="break-all font-mono text-[12px]">{first.path}</span>
              <span className="t3 sm block">
                {say(`edit.file-${first.change}`)} · {instances.join(', ')}
              </span>
            </summary>
            {first.secret ? (
              <p className="t3 px-5 pb-3">{say('edit.file-secret')}</p>
            ) : (
              <DiffView before={first.before ?? ''} after={first.after ?? ''} label={`${first.path} ${instances.join(', ')}`} />
            )}
          </details>
        </li>
      ))}
    </ul>
  )
}

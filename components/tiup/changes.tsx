'use client'

import { DiffView } from '@/components/config/diff-view'
import { useWords } from '@/components/data/words'
import type { TiupComparisonView } from '@/server/domain/api-tiup'

/** What another meta.yaml says otherwise than the books: what it means first, then the text. */
export function Changes({ changes }: { changes: TiupComparisonView['changes'] }) {
  const { say } = useWords()
  const nodes = (ids: readonly string[]) => ({ nodes: ids.join(', ') })
  const { version, user, added, removed, patched, unpatched, secrets, key, before, after } = changes
  const lines = [
    ...(version ? [say('tiup.change.version', version)] : []),
    ...(user ? [say('tiup.change.user', user)] : []),
    ...(added.length > 0 ? [say('tiup.change.added', nodes(added))] : []),
    ...(removed.length > 0 ? [say('tiup.change.removed', nodes(removed))] : []),
    ...(patched.length > 0 ? [say('tiup.change.patched', nodes(patched))] : []),
    ...(unpatched.length > 0 ? [say('tiup.change.unpatched', nodes(unpatched))] : []),
    ...(secrets.length > 0 ? [say('tiup.change.secrets', { names: secrets.join(', ') })] : []),
    ...(key ? [say('tiup.change.key')] : []),
  ]
  return (
    <>
      {lines.length > 0 ? (
        <ul className="list-disc pl-5">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
      {before === after ? null : <DiffView label={say('tiup.change.config')} before={before} after={after} />}
    </>
  )
}

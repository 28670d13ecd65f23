'use client'

import { useState } from 'react'
import type { StepOf } from '@/server/domain/step'

type Say = (word: string, params?: Record<string, string | number>) => string
type Props = { files: readonly StepOf<'file'>[]; say: Say; load: (sha256: string) => Promise<{ secret: boolean; text: string }> }

/** Every file that the plan writes; equal ones of several hosts stand together, a text is loaded when it is opened. */
export function FilesTab({ files, say, load }: Props) {
  const [texts, setTexts] = useState<Record<string, string>>({})
  if (files.length === 0) return <p className="p-5 text-(--text-3)">{say('review.files-none')}</p>
  const groups = groupEqual(files)
  return (
    <ul className="px-5 py-3">
      {groups.map(({ key, file, hosts }) => (
        <li key={key} className="border-(--line) border-b">
          <details
            onToggle={(event) => {
              if (!event.currentTarget.open || texts[key] !== undefined) return
              void load(file.content.sha256).then((blob) => setTexts((now) => ({ ...now, [key]: blob.text })))
            }}
          >
            <summary className="flex h-8 cursor-default items-center gap-3">
              <span className="truncate font-mono" title={file.path}>
                {file.path}
              </span>
              <span className="ml-auto shrink-0 text-(--text-3)">
                {hosts.join(', ')} · {file.mode} {file.owner}:{file.group}
              </span>
            </summary>
            {file.content.secret && <p className="text-(--text-3)">{say('review.file-secret')}</p>}
            <pre className="pre mb-3 max-h-96 overflow-auto!">{texts[key] ?? '…'}</pre>
          </details>
        </li>
      ))}
    </ul>
  )
}

const groupEqual = (files: Props['files']): { key: string; file: StepOf<'file'>; hosts: string[] }[] => {
  const groups = new Map<string, { key: string; file: StepOf<'file'>; hosts: string[] }>()
  for (const file of files) {
    const key = `${file.path} ${file.content.sha256}`
    const group = groups.get(key) ?? { key, file, hosts: [] }
    group.hosts.push(file.host)
    groups.set(key, group)
  }
  return [...groups.values()]
}

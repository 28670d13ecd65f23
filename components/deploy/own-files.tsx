'use client'

import { useRef } from 'react'
import type { Say } from '@/components/plan/say'
import { Button } from '@/components/ui/button'
import { StatusShape } from '@/components/ui/status-shape'
import type { OwnFiles, TopologyCheck } from './draft'

type Named = TopologyCheck['files'][number]
type Props = { say: Say; check: Pick<TopologyCheck, 'files'>; onChange: (change: (before: OwnFiles) => OwnFiles) => void }

/** The chosen files that the topology names now; others were chosen for a path that it named before. */
export const named = (check: Pick<TopologyCheck, 'files'>, files: OwnFiles): OwnFiles => {
  const wanted = new Set(check.files.flatMap(({ found }) => found))
  return Object.fromEntries(Object.entries(files).filter(([path]) => wanted.has(path)))
}

/** A row per path that the topology names on the user's machine: files or a whole folder are read in the browser. */
export function OwnFilesPicker({ say, check, onChange }: Props) {
  const rows = [...new Map(check.files.map((one) => [`${one.field} ${one.value}`, one])).values()]
  if (rows.length === 0) return null
  const choose = async (row: Named, chosen: readonly File[]) => {
    const read = await Promise.all(chosen.map(async (file) => [pathOf(row, file), await file.text()] as const))
    onChange((before) => ({ ...without(before, row), ...Object.fromEntries(read) }))
  }
  return (
    <section className="shrink-0 border-(--line) border-t px-5 py-2 text-[12px]" aria-label={say('deploy.files')}>
      <p>
        <strong>{say('deploy.files')}</strong> <span className="text-(--text-3)">{say('deploy.files-note')}</span>
      </p>
      <ul>
        {rows.map((row) => (
          <li key={row.path} className="flex flex-wrap items-center gap-2 py-1">
            <StatusShape shape={row.found.length > 0 ? 'done' : 'bad'} />
            <span className="text-(--text-2)">{row.field}</span>
            <span className="font-mono">{row.value}</span>
            <span className="min-w-0 truncate text-(--text-3)" title={row.found.join('\n')}>
              {row.found.length === 0 ? say('deploy.files-none') : row.found.map(nameOf).join(', ')}
            </span>
            <span className="ml-auto flex gap-2">
              <Pick say={say} row={row} onPick={(chosen) => void choose(row, chosen)} />
              {row.field === 'config_file' ? null : <Pick say={say} row={row} folder onPick={(chosen) => void choose(row, chosen)} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Pick({ say, row, folder = false, onPick }: { say: Say; row: Named; folder?: boolean; onPick: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const one = row.field === 'config_file'
  const word = one ? 'deploy.files-choose-file' : folder ? 'deploy.files-choose-dir' : 'deploy.files-choose-many'
  return (
    <>
      <Button size="small" onClick={() => input.current?.click()} aria-label={`${say(word)}: ${row.value}`}>
        {say(word)}
      </Button>
      <input
        ref={input}
        type="file"
        className="hidden"
        aria-label={say('deploy.files-choose', { path: `${row.value}${folder ? '/' : ''}` })}
        multiple={!one}
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])].filter((file) => fits(row, file))
          event.target.value = ''
          if (chosen.length > 0) onPick(chosen)
        }}
      />
    </>
  )
}

/** Of a folder only what lies in it directly and has the ending that counts. */
const fits = (row: Named, file: File): boolean => {
  if (row.field === 'config_file') return true
  const direct = file.webkitRelativePath === '' || file.webkitRelativePath.split('/').length === 2
  return direct && file.name.endsWith(row.field === 'rule_dir' ? '.rules.yml' : '.json')
}

const pathOf = (row: Named, file: File): string => (row.field === 'config_file' ? row.value : `${folderOf(row)}${file.name}`)

const folderOf = ({ value }: Named): string => `${value.replace(/\/+$/, '')}/`

/** What was chosen for this path before makes room. */
const without = (files: OwnFiles, row: Named): OwnFiles =>
  Object.fromEntries(
    Object.entries(files).filter(([path]) => (row.field === 'config_file' ? path !== row.value : !row.found.includes(path))),
  )

const nameOf = (path: string): string => path.split('/').at(-1) ?? ''

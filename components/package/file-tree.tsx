'use client'

import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import type { PackageDetail } from '@/server/domain/api-packages'

type Entry = NonNullable<PackageDetail['entries']>[number]
type Change = PackageDetail['changes'][number]

const modeText = (mode: number): string => mode.toString(8).padStart(4, '0')
const firstRows = 200
const units = ['B', 'KiB', 'MiB', 'GiB']

/** `812 B`, `3.1 KiB`, `97.4 MiB`: files of a package are of very different sizes. */
export const fileSize = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

/** Files of a package, or of an upload: path, kind, size, mode, hash. With `changes`, what each was before. */
export function FileTable({
  label,
  entries,
  changes = [],
  note,
}: {
  label: string
  entries: readonly Entry[]
  changes?: readonly Change[]
  note?: (path: string) => React.ReactNode
}) {
  const { say } = useWords()
  const [all, setAll] = useState(false)
  const by = new Map(changes.map((one) => [one.path, one]))
  const files = entries
    .filter(({ type }) => type !== 'directory')
    .toSorted((a, b) => rank(by, a) - rank(by, b) || (a.path < b.path ? -1 : 1))
  const rows = all ? files : files.slice(0, firstRows)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls sideways, by the keyboard too
    <section className="overflow-x-auto" tabIndex={0} aria-label={label}>
      <table className="tb dense flush min-w-160" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{say('tree.path')}</th>
            <th scope="col" style={{ width: 140 }}>
              {say('tree.kind')}
            </th>
            <th scope="col" className="num" style={{ width: changes.length > 0 ? 150 : 90 }}>
              {say('tree.size')}
            </th>
            <th scope="col" style={{ width: 60 }}>
              {say('tree.mode')}
            </th>
            <th scope="col" style={{ width: changes.length > 0 ? 200 : 120 }}>
              {say('tree.hash')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((entry) => (
            <FileRow key={entry.path} entry={entry} change={by.get(entry.path)} note={note?.(entry.path)} />
          ))}
        </tbody>
      </table>
      {files.length > rows.length ? (
        <Button size="small" className="mt-2" onClick={() => setAll(true)}>
          {say('package.more', { count: files.length })}
        </Button>
      ) : null}
    </section>
  )
}

const rank = (by: ReadonlyMap<string, Change>, entry: Entry): number => {
  const change = by.get(entry.path)?.change
  return change === 'changed' ? 0 : change === 'added' ? 1 : 2
}

function FileRow({ entry, change, note }: { entry: Entry; change: Change | undefined; note?: React.ReactNode }) {
  const { say } = useWords()
  const changed = change !== undefined && change.change !== 'same'
  const before = change?.change === 'changed' ? change.before : undefined
  const title = change?.from === undefined ? entry.path : `${entry.path} ← ${change.from}`
  return (
    <tr>
      <td title={title}>
        <span className={changed ? 'mono font-medium text-(--ok)' : 'mono'}>{entry.path}</span>
        {entry.target === undefined ? null : <span className="mono t3"> → {entry.target}</span>}
        {note}
      </td>
      <td>
        {changed ? <Badge tone="ok">{say(`tree.change.${change.change}`)}</Badge> : null}
        {entry.platform ? <span className="t2"> {entry.platform}</span> : null}
      </td>
      <td className="num">
        {before ? <span className="t3 line-through">{fileSize(before.sizeBytes)}</span> : null} {fileSize(entry.sizeBytes)}
      </td>
      <td className="mono">{modeText(entry.mode)}</td>
      <td className="mono t2" title={before ? `${before.sha256} → ${entry.sha256 ?? ''}` : entry.sha256}>
        {before ? <span className="t3 line-through">{before.sha256.slice(0, 10)}</span> : null} {(entry.sha256 ?? '').slice(0, 12)}
      </td>
    </tr>
  )
}

/** The files that a build will have, as entries of a table. */
export const entriesAfter = (changes: readonly Change[]): Entry[] => changes.map(({ path, after }) => ({ path, type: 'file', ...after }))

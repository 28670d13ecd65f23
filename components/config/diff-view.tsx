'use client'

import { clsx } from 'clsx'
import { useMemo } from 'react'
import { useWords } from '@/components/data/words'
import { type DiffLine, folded, lineDiff } from '@/server/domain/line-diff'

/** Two texts line by line: what goes, what comes, three equal lines around; signs too, not colours alone. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const { say } = useWords()
  const lines = useMemo(() => folded(lineDiff(before, after)), [before, after])
  if (before === after) return <p className="t3 px-5 py-3">{say('diff.same')}</p>
  return <DiffLines lines={lines} label={label} />
}

/** Lines that were compared already; `null` stands for equal ones. */
export function DiffLines({ lines, label }: { lines: readonly (DiffLine | null)[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="overflow-auto bg-(--log-bg) font-mono text-[12px] leading-[18px]" aria-label={label} tabIndex={0}>
      <div className="w-max min-w-full">
        {numbered(lines).map(({ key, line }) =>
          line ? (
            <Line key={key} line={line} />
          ) : (
            <div key={key} className="border-(--line) border-y bg-(--bg-subtle) px-5 text-(--text-3)">
              ⋯
            </div>
          ),
        )}
      </div>
    </section>
  )
}

function Line({ line: { kind, text, before, after } }: { line: DiffLine }) {
  const { say } = useWords()
  return (
    <div className={clsx('flex whitespace-pre', kind === 'removed' && 'bg-(--bad-bg)', kind === 'added' && 'bg-(--ok-bg)')}>
      <span className="w-10 shrink-0 select-none pr-1 text-right text-(--text-3)">{before ?? ''}</span>
      <span className="w-10 shrink-0 select-none pr-2 text-right text-(--text-3)">{after ?? ''}</span>
      <span className="w-4 shrink-0 select-none" aria-hidden="true">
        {kind === 'removed' ? '−' : kind === 'added' ? '+' : ' '}
      </span>
      {kind === 'same' ? null : <span className="sr-only">{say(kind === 'removed' ? 'diff.removed' : 'diff.added')} </span>}
      <span className="pr-5">{text}</span>
    </div>
  )
}

const numbered = (lines: readonly (DiffLine | null)[]): { key: string; line: DiffLine | null }[] =>
  lines.map((line, i) => ({ key: line ? `${line.before ?? ''}:${line.after ?? ''}` : `fold ${i}`, line }))

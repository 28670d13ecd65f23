import { clsx } from 'clsx'
import { diffLines } from './diff-lines'

/** Two texts as one unified diff; unchanged stretches longer than 6 lines fold to a line that says how many. */
export function DiffView({
  before,
  after,
  label,
  sameLines,
}: {
  before: string
  after: string
  label: string
  sameLines: (count: number) => string
}) {
  return (
    <figure className="diff overflow-x-auto" aria-label={label}>
      {diffLines(before, after, 3).map((line, at) =>
        line.kind === 'gap' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff have no other name
          <div key={at} className="dl hunk">
            <span className="ln" />
            <span className="ln" />
            <span className="sg" />
            <span className="tx">{sameLines(line.count)}</span>
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff have no other name
          <div key={at} className={clsx('dl', line.kind === 'add' && 'add', line.kind === 'del' && 'del')}>
            <span className="ln">{line.old ?? ''}</span>
            <span className="ln">{line.new ?? ''}</span>
            <span className="sg">{line.kind === 'add' ? '+' : line.kind === 'del' ? '−' : ''}</span>
            <span className="tx">{line.text}</span>
          </div>
        ),
      )}
    </figure>
  )
}

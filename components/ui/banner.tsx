import { clsx } from 'clsx'
import { type Shape, StatusShape } from './status-shape'

/** One line and one action, over the whole width. */
export function Banner({
  tone = 'warn',
  children,
  action,
}: {
  tone?: 'warn' | 'bad'
  children: React.ReactNode
  action?: React.ReactNode
}) {
  return (
    <div className={clsx('banner', tone === 'bad' && 'bad')} role={tone === 'bad' ? 'alert' : 'status'}>
      <StatusShape shape={tone} />
      <span>{children}</span>
      {action}
    </div>
  )
}

/** A tinted box in the flow of a form or a drawer. */
export function Note({ tone, title, children }: { tone?: 'ok' | 'warn' | 'bad'; title?: React.ReactNode; children?: React.ReactNode }) {
  const shape: Shape = tone ?? 'unknown'
  return (
    <div className={clsx('note', tone)} role={tone === 'bad' ? 'alert' : undefined}>
      <div className="row" style={{ alignItems: 'flex-start' }}>
        {tone ? <StatusShape shape={shape} className="mt-0.5" /> : null}
        <div className="grow">
          {title ? <div className="m">{title}</div> : null}
          {children ? <div className={title ? 't2 mt-1' : undefined}>{children}</div> : null}
        </div>
      </div>
    </div>
  )
}

/** Says what to do first, with one primary button. `page`: nothing else is on the page, so that its title is the page's. */
export function EmptyState(props: { title: string; children?: React.ReactNode; action?: React.ReactNode; page?: boolean }) {
  const { title, children, action } = props
  const Title = props.page ? 'h1' : 'h2'
  return (
    <section className="empty">
      <Title>{title}</Title>
      {children ? <p>{children}</p> : null}
      {action}
    </section>
  )
}

/** Rows in the shape of the table that is being loaded. */
export function SkeletonRows({ columns, rows = 6, label }: { columns: number; rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => `r${row}`).map((row, at) => (
        <div key={row} className="pad flex h-8 items-center gap-4 border-(--line) border-b">
          {Array.from({ length: columns }, (_, column) => `c${column}`).map((column, c) => (
            <span key={column} className="flex-1">
              <span className="sk" style={{ width: `${44 + ((at * 17 + c * 29) % 40)}%` }} />
            </span>
          ))}
        </div>
      ))}
    </div>
  )
}

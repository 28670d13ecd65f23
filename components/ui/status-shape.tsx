import { clsx } from 'clsx'

export const shapes = ['ok', 'free', 'warn', 'bad', 'unknown', 'off', 'busy', 'wait', 'todo', 'same', 'done', 'skip'] as const
export type Shape = (typeof shapes)[number]

const tone: Record<Shape, string> = {
  ok: 'ok',
  free: 'ok',
  warn: 'warn',
  bad: 'bad',
  unknown: 'unknown',
  off: 'unknown',
  busy: 'busy',
  wait: 'warn',
  todo: 't3',
  same: 't3',
  done: 'ok',
  skip: 't3',
}
const line = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round' } as const
const solid = { ...line, stroke: 'var(--on-solid)', strokeWidth: 1.4 } as const

const drawing: Record<Shape, React.ReactNode> = {
  ok: <circle cx="6" cy="6" r="4.25" fill="currentColor" />,
  free: <circle cx="6" cy="6" r="3.75" {...line} strokeWidth={1.75} />,
  warn: (
    <>
      <path d="M6 1.2c.4 0 .7.2.9.5l4.3 7.6c.4.7-.1 1.5-.9 1.5H1.7c-.8 0-1.3-.8-.9-1.5l4.3-7.6c.2-.3.5-.5.9-.5Z" fill="currentColor" />
      <path d="M6 4.4v2.7M6 8.9v.1" {...solid} />
    </>
  ),
  bad: (
    <>
      <rect x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />
      <path d="m4.1 4.1 3.8 3.8m0-3.8L4.1 7.9" {...solid} />
    </>
  ),
  unknown: <circle cx="6" cy="6" r="4.25" {...line} strokeWidth={1.5} strokeLinecap="butt" strokeDasharray="2.2 2.25" />,
  off: <rect x="2" y="2" width="8" height="8" rx="1.5" {...line} strokeWidth={1.5} />,
  busy: (
    <>
      <circle cx="6" cy="6" r="4.25" {...line} strokeOpacity={0.28} strokeWidth={1.75} />
      <path d="M6 1.75A4.25 4.25 0 0 1 10.25 6" {...line} strokeWidth={1.75} />
    </>
  ),
  wait: (
    <>
      <circle cx="6" cy="6" r="5" fill="currentColor" />
      <path d="M4.75 4.1v3.8M7.25 4.1v3.8" {...solid} />
    </>
  ),
  todo: <circle cx="6" cy="6" r="4.25" {...line} strokeWidth={1.25} />,
  same: (
    <>
      <circle cx="6" cy="6" r="4.25" {...line} strokeWidth={1.25} />
      <path d="M4.2 5.1h3.6M4.2 7h3.6" {...line} strokeWidth={1.1} />
    </>
  ),
  done: (
    <>
      <circle cx="6" cy="6" r="5" fill="currentColor" />
      <path d="m3.9 6.2 1.5 1.5 2.8-3.1" {...solid} />
    </>
  ),
  skip: (
    <>
      <circle cx="6" cy="6" r="4.25" {...line} strokeWidth={1.25} />
      <path d="m4.6 4.4 2 1.6-2 1.6M7.8 4.4v3.2" {...line} strokeWidth={1.1} />
    </>
  ),
}

/** A state as a silhouette of its own, so that the page reads in grey. A word always stands beside it. */
export function StatusShape({ shape, className }: { shape: Shape; className?: string }) {
  return (
    <svg viewBox="0 0 12 12" className={clsx('s', tone[shape], shape === 'busy' && 'spin', className)} aria-hidden="true">
      {drawing[shape]}
    </svg>
  )
}

/** Shape, word, and what is less important after it. */
export function Status({ shape, children, detail }: { shape: Shape; children: React.ReactNode; detail?: React.ReactNode }) {
  return (
    <span className="st">
      <StatusShape shape={shape} />
      <span>
        {children}
        {detail ? <span className="t3"> {detail}</span> : null}
      </span>
    </span>
  )
}

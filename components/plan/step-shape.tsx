import type { RowState } from './plan-rows'

/** The shape of a step's state: a different silhouette each, so the page reads in grey. A word always stands beside it. */
export function StepShape({ state }: { state: RowState }) {
  return (
    <svg
      viewBox="0 0 12 12"
      width={12}
      height={12}
      aria-hidden="true"
      className={`shrink-0 ${tone[state]} ${state === 'running' ? 'animate-spin motion-reduce:animate-none' : ''}`}
    >
      {drawing[state]}
    </svg>
  )
}

const tone: Record<RowState, string> = {
  'will-run': 'text-(--text-3)',
  already: 'text-(--text-3)',
  running: 'text-(--busy)',
  waiting: 'text-(--warn)',
  done: 'text-(--ok)',
  failed: 'text-(--bad)',
  skipped: 'text-(--text-3)',
  cancelled: 'text-(--text-3)',
}

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.4 } as const
const onSolid = { fill: 'none', stroke: 'var(--on-solid)', strokeWidth: 1.5, strokeLinecap: 'round', strokeLinejoin: 'round' } as const

const drawing: Record<RowState, React.ReactNode> = {
  'will-run': <circle cx="6" cy="6" r="4.6" {...line} />,
  already: (
    <>
      <circle cx="6" cy="6" r="4.8" {...line} />
      <path d="M4 5h4M4 7h4" {...line} />
    </>
  ),
  running: <path d="M6 1.2a4.8 4.8 0 1 1-4.8 4.8" {...line} strokeWidth={1.8} strokeLinecap="round" />,
  waiting: (
    <>
      <circle cx="6" cy="6" r="5.6" fill="currentColor" />
      <path d="M4.6 4v4M7.4 4v4" {...onSolid} />
    </>
  ),
  done: (
    <>
      <circle cx="6" cy="6" r="5.6" fill="currentColor" />
      <path d="M3.6 6.2 5.3 7.8 8.4 4.4" {...onSolid} />
    </>
  ),
  failed: (
    <>
      <rect x="0.6" y="0.6" width="10.8" height="10.8" rx="2" fill="currentColor" />
      <path d="m4 4 4 4M8 4 4 8" {...onSolid} />
    </>
  ),
  skipped: (
    <>
      <circle cx="6" cy="6" r="4.8" {...line} />
      <path d="m5 4 2.4 2L5 8z" fill="currentColor" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="6" cy="6" r="4.8" {...line} />
      <path d="M4 6h4" {...line} />
    </>
  ),
}

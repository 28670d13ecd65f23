import { clsx } from 'clsx'

export type Tone = 'ok' | 'warn' | 'bad' | 'busy'

/** A fact about a thing, 20 px. Filters are chips. */
export function Badge({ tone, mono, children, title }: { tone?: Tone; mono?: boolean; children: React.ReactNode; title?: string }) {
  return (
    <span className={clsx('badge', tone, mono && 'mono')} title={title}>
      {children}
    </span>
  )
}

/** A filter that is on or off, with the count of what it would leave. */
export function Chip(props: { on: boolean; onClick: () => void; children: React.ReactNode; count?: number | undefined }) {
  return (
    <button type="button" className="chip" aria-pressed={props.on} onClick={props.onClick}>
      {props.children}
      {props.count === undefined ? null : <b className="n">{props.count}</b>}
    </button>
  )
}

/** One of a few, as buttons in a row. */
export function Segmented<T extends string>(props: {
  label: string
  value: T
  options: readonly { value: T; label: React.ReactNode; name?: string }[]
  onChange: (value: T) => void
  small?: boolean
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out as an inline row of buttons
    <div className={clsx('seg', props.small && 's24')} role="group" aria-label={props.label}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          aria-label={option.name}
          onClick={() => props.onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}

'use client'

import { clsx } from 'clsx'
import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'

/** Stands beside the list and pushes it; not modal. Escape closes it; its owner gives focus back to the row. */
export function Drawer(props: {
  label: string
  closeLabel: string
  onClose: () => void
  /** j and k walk the list while the drawer is open. */
  onWalk?: (step: 1 | -1) => void
  head: React.ReactNode
  tools?: React.ReactNode
  children: React.ReactNode
}) {
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => close.current?.focus(), [])
  return (
    <aside
      className="drawer"
      aria-label={props.label}
      onKeyDown={(event) => {
        if (event.defaultPrevented) return
        const typing = event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey || event.altKey
        if (event.key === 'Escape') props.onClose()
        else if (event.key === 'j' && !typing) props.onWalk?.(1)
        else if (event.key === 'k' && !typing) props.onWalk?.(-1)
      }}
    >
      <header>
        <div className="flex items-start gap-2">
          <div className="grow">{props.head}</div>
          {props.tools}
          <button
            ref={close}
            type="button"
            className="btn ghost s24 sq"
            aria-label={props.closeLabel}
            title={props.closeLabel}
            onClick={props.onClose}
          >
            <X className="i" aria-hidden="true" />
          </button>
        </div>
      </header>
      <div className="body">{props.children}</div>
    </aside>
  )
}

export function DrawerSection({ title, note, children }: { title: string; note?: React.ReactNode; children: React.ReactNode }) {
  return (
    <section className="ds">
      <div className="sec">
        <h3>{title}</h3>
        {note ? <span className="c">{note}</span> : null}
      </div>
      {children}
    </section>
  )
}

/** Names and values; a value left out is not shown. */
export function KeyValues(props: {
  rows: readonly (readonly [name: string, value: React.ReactNode])[]
  /** Two pairs a line. */
  two?: boolean
  /** Room for long names. */
  wide?: boolean
}) {
  return (
    <dl className={clsx('kv', props.two && 'two', props.wide && 'wide')}>
      {props.rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

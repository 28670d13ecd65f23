'use client'

import { Search } from 'lucide-react'

/** The filter of a page; `/` puts the focus here. */
export function FilterBox(props: { label: string; value: string; onChange: (value: string) => void; width?: number }) {
  return (
    <div className="in soft" style={{ width: props.width ?? 248 }}>
      <Search className="i t3" aria-hidden="true" />
      <input
        data-filter=""
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => (event.key === 'Escape' ? event.currentTarget.blur() : undefined)}
      />
      <kbd>/</kbd>
    </div>
  )
}

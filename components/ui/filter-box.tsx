'use client'

import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

/** The filter of a page; `/` puts the focus here. What is typed stays, however late `value` follows. */
export function FilterBox(props: { label: string; value: string; onChange: (value: string) => void; width?: number }) {
  const [text, setText] = useState(props.value)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (document.activeElement !== box.current) setText(props.value)
  }, [props.value])
  return (
    <div className="in soft" style={{ width: props.width ?? 248 }}>
      <Search className="i t3" aria-hidden="true" />
      <input
        ref={box}
        data-filter=""
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          props.onChange(event.target.value)
        }}
        onKeyDown={(event) => (event.key === 'Escape' ? event.currentTarget.blur() : undefined)}
      />
      <kbd>/</kbd>
    </div>
  )
}

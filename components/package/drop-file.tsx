'use client'

import { clsx } from 'clsx'
import { useState } from 'react'

/** Takes a dropped file anywhere on its children; shows `text` while one hangs over them. */
export function DropFile({ text, onFile, className, children }: Props) {
  const [over, setOver] = useState(false)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button beside it is the first
    <div
      className={clsx('relative', className)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget instanceof Node ? event.relatedTarget : null)) setOver(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const [file] = event.dataTransfer.files
        if (file) onFile(file)
      }}
    >
      {children}
      {over ? (
        <div className="pointer-events-none absolute inset-2 z-4 grid place-items-center rounded-(--r3) border-(--accent) border-2 border-dashed bg-(--bg-selected) font-medium">
          {text}
        </div>
      ) : null}
    </div>
  )
}

type Props = { text: string; onFile: (file: File) => void; className?: string; children: React.ReactNode }

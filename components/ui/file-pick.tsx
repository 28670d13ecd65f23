'use client'

import { useRef } from 'react'
import { Button, type ButtonProps } from './button'

/** A button that opens the file dialog. The same file may be chosen twice. */
export function FilePick(props: {
  label: string
  accept?: string
  busy?: boolean
  size?: NonNullable<ButtonProps['size']>
  onPick: (file: File) => void
  children: React.ReactNode
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button busy={props.busy} {...(props.size && { size: props.size })} onClick={() => input.current?.click()}>
        {props.children}
      </Button>
      <input
        ref={input}
        type="file"
        className="hidden"
        aria-label={props.label}
        accept={props.accept}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) props.onPick(file)
        }}
      />
    </>
  )
}

'use client'

import { Dialog as D } from 'radix-ui'

/** A button's “…” promises this dialog; the dialog itself has no more to promise. */
const withoutDots = (title: React.ReactNode): React.ReactNode => (typeof title === 'string' ? title.replace(/…$/, '') : title)

/** Consequence first, then what is asked, then the buttons. Escape closes; focus goes back to what opened it. */
export function Dialog(props: {
  open: boolean
  onClose: () => void
  title: React.ReactNode
  children: React.ReactNode
  footer?: React.ReactNode
  width?: number
}) {
  return (
    <D.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <D.Portal>
        <D.Overlay className="scrim" />
        <D.Content className="dialog" style={{ width: props.width ?? 480 }} aria-describedby={undefined}>
          <header>
            <D.Title>{withoutDots(props.title)}</D.Title>
          </header>
          <div className="body">{props.children}</div>
          {props.footer ? <footer>{props.footer}</footer> : null}
        </D.Content>
      </D.Portal>
    </D.Root>
  )
}

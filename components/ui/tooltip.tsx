'use client'

import { Tooltip as T } from 'radix-ui'

export const TooltipProvider = T.Provider

/** Shows `text` on hover and focus of its one child. Nothing is shown without a text. */
export function Tooltip({ text, children }: { text: React.ReactNode; children: React.ReactNode }) {
  if (!text) return <>{children}</>
  return (
    <T.Root>
      <T.Trigger asChild>{children}</T.Trigger>
      <T.Portal>
        <T.Content className="tip" sideOffset={6} collisionPadding={8}>
          {text}
        </T.Content>
      </T.Portal>
    </T.Root>
  )
}

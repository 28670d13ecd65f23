/** A table of plain text that a phone scrolls sideways: reachable by keyboard, for nothing in it takes the focus. */
export function WideTable({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={`tbwrap ${className ?? ''}`} tabIndex={0}>
      {children}
    </div>
  )
}

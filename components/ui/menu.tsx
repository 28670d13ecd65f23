'use client'

import { DropdownMenu as M } from 'radix-ui'

export type MenuItem =
  | { kind?: 'item'; label: React.ReactNode; onSelect: () => void; reason?: string | undefined; end?: React.ReactNode }
  | { kind: 'line' }
  | { kind: 'label'; label: string }

/** A menu under its trigger. An item with a reason can't be chosen and says why. */
export function Menu({ trigger, items, align = 'end' }: { trigger: React.ReactNode; items: readonly MenuItem[]; align?: 'start' | 'end' }) {
  return (
    // Not modal and not in a portal: the page stays what it is for a screen reader, and the menu within its landmark.
    <M.Root modal={false}>
      <M.Trigger asChild>{trigger}</M.Trigger>
      <M.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
        {items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: menus are fixed lists
          <MenuRow key={at} item={item} />
        ))}
      </M.Content>
    </M.Root>
  )
}

function MenuRow({ item }: { item: MenuItem }) {
  if (item.kind === 'line') return <hr />
  if (item.kind === 'label') return <M.Label className="lab px-2 py-1">{item.label}</M.Label>
  return (
    <M.Item aria-disabled={item.reason ? true : undefined} onSelect={(event) => (item.reason ? event.preventDefault() : item.onSelect())}>
      <span className="grow">
        {item.label}
        {item.reason ? <span className="block text-[11px]">{item.reason}</span> : null}
      </span>
      {item.end}
    </M.Item>
  )
}

'use client'

import { Tabs as T } from 'radix-ui'

/** Arrows move between tabs. The panels are the children, each in a `TabPanel`. */
export function Tabs<V extends string>(props: {
  label: string
  value: V
  onChange: (value: V) => void
  tabs: readonly { value: V; label: string; count?: React.ReactNode }[]
  children: React.ReactNode
}) {
  const pick = (value: string): void => {
    const tab = props.tabs.find((one) => one.value === value)
    if (tab) props.onChange(tab.value)
  }
  return (
    <T.Root value={props.value} onValueChange={pick} className="flex min-h-0 flex-1 flex-col">
      <T.List className="tabs" aria-label={props.label}>
        {props.tabs.map((tab) => (
          <T.Trigger key={tab.value} value={tab.value} className="tab">
            {tab.label}
            {tab.count === undefined ? null : <span className="n">{tab.count}</span>}
          </T.Trigger>
        ))}
      </T.List>
      {props.children}
    </T.Root>
  )
}

export function TabPanel({ value, children }: { value: string; children: React.ReactNode }) {
  return (
    <T.Content value={value} className="flex min-h-0 flex-1 flex-col outline-none" tabIndex={-1}>
      {children}
    </T.Content>
  )
}

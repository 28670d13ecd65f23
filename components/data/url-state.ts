'use client'

import { useSearchParams } from 'next/navigation'

/**
 * State in the address: filters, tab, drawer. An empty value leaves it.
 * Written at once and without asking the server: two changes in a row both hold, however slow the line is.
 */
export const useUrlState = () => {
  const params = useSearchParams()
  return {
    get: (name: string): string => params.get(name) ?? '',
    set: (changes: Readonly<Record<string, string>>): void => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value)
        else next.delete(name)
      }
      window.history.replaceState(null, '', next.size > 0 ? `?${next}` : window.location.pathname)
    },
  }
}

'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'

/** State in the address: filters, tab, drawer. An empty value leaves it. */
export const useUrlState = () => {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  return {
    get: (name: string): string => params.get(name) ?? '',
    set: (changes: Readonly<Record<string, string>>): void => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value)
        else next.delete(name)
      }
      router.replace(next.size > 0 ? `${path}?${next}` : path, { scroll: false })
    },
  }
}

'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'

const goes: Readonly<Record<string, string>> = { c: '/clusters', j: '/jobs', a: '/audit', p: '/packages', h: '/hosts', s: '/settings' }

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** ⌘K, `/`, `?`, `g` and a letter, and `j` into the first table. */
export const useShortcuts = (acts: { onPalette: () => void; onHelp: () => void }): void => {
  const router = useRouter()
  const latest = useRef(acts)
  latest.current = acts
  useEffect(() => {
    let wentAt = 0
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        latest.current.onPalette()
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
      const place = goes[event.key]
      if (place && Date.now() - wentAt < 1200) {
        event.preventDefault()
        wentAt = 0
        router.push(place)
      } else if (event.key === 'g') wentAt = Date.now()
      else if (event.key === '?') latest.current.onHelp()
      else if (event.key === '/') focusFirst('[data-filter]', event)
      else if (event.key === 'j' && document.activeElement?.closest('tr') === null) focusFirst('#content tr[data-row]', event)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [router])
}

const focusFirst = (selector: string, event: KeyboardEvent): void => {
  const found = document.querySelector(selector)
  if (!(found instanceof HTMLElement)) return
  event.preventDefault()
  found.focus()
}

'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { keys } from '@/components/data/keys'
import { dropDraft, saveDraft } from '@/components/data/queries'

/** Each operation on each cluster has a draft of its own. */
export const draftKeyOf = (operation: string, cluster: string): string => `${operation}:${cluster}`

export type Kept<D> = {
  draft: D
  change: (changes: Partial<D>) => void
  /** When it was last written down; null while it is not. */
  savedAt: string | null
  failed: boolean
  /** Forgets all that was typed. */
  anew: () => void
}

/** What is typed, kept on the server a second after the last change, and when the page is left. A draft that can't be saved says so. */
export const useKeptDraft = <D extends object>(key: string, initial: D, empty: D): Kept<D> => {
  const client = useQueryClient()
  const [draft, setDraft] = useState(initial)
  const [saved, setSaved] = useState<{ at: string | null; failed: boolean }>({ at: null, failed: false })
  const first = useRef(draft)
  const unsaved = useRef<D | null>(null)
  const save = useCallback(async () => {
    const value = unsaved.current
    if (value === null) return
    unsaved.current = null
    // The next visit of the page asks the cache first.
    client.setQueryData(keys.draft(key), { value, updatedAt: new Date().toISOString() })
    await saveDraft(key, value).then(
      ({ updatedAt }) => setSaved({ at: updatedAt, failed: false }),
      () => setSaved({ at: null, failed: true }),
    )
  }, [client, key])
  useEffect(() => {
    if (draft === first.current) return
    unsaved.current = draft
    setSaved((before) => (before.at === null ? before : { at: null, failed: false }))
    const timer = setTimeout(() => void save(), 1000)
    return () => clearTimeout(timer)
  }, [draft, save])
  useEffect(() => {
    const leave = (): void => void save()
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [save])
  return {
    draft,
    change: (changes) => setDraft((before) => ({ ...before, ...changes })),
    savedAt: saved.at,
    failed: saved.failed,
    anew: () => {
      first.current = empty
      unsaved.current = null
      setDraft(empty)
      setSaved({ at: null, failed: false })
      void dropDraft(client, key).catch(() => setSaved({ at: null, failed: true }))
    },
  }
}

'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
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

/** What is typed, kept on the server a second after the last change. A draft that can't be saved says so; typing goes on. */
export const useKeptDraft = <D extends object>(key: string, initial: D, empty: D): Kept<D> => {
  const client = useQueryClient()
  const [draft, setDraft] = useState(initial)
  const [saved, setSaved] = useState<{ at: string | null; failed: boolean }>({ at: null, failed: false })
  const first = useRef(draft)
  useEffect(() => {
    if (draft === first.current) return
    const timer = setTimeout(() => {
      saveDraft(key, draft).then(
        ({ updatedAt }) => setSaved({ at: updatedAt, failed: false }),
        () => setSaved({ at: null, failed: true }),
      )
    }, 1000)
    return () => clearTimeout(timer)
  }, [draft, key])
  return {
    draft,
    change: (changes) => setDraft((before) => ({ ...before, ...changes })),
    savedAt: saved.at,
    failed: saved.failed,
    anew: () => {
      first.current = empty
      setDraft(empty)
      setSaved({ at: null, failed: false })
      void dropDraft(client, key).catch(() => setSaved({ at: null, failed: true }))
    },
  }
}

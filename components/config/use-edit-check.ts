'use client'

import { useEffect, useState } from 'react'
import { api } from '@/components/data/api'
import type { EditCheck } from '@/server/domain/api-config'

type Ask = { yaml: string; base: number; files: Readonly<Record<string, string>> }

/** What the server says of the text, 300 ms after the last key. `fresh`: it is about this very text. */
export const useEditCheck = (cluster: string, ask: Ask): { check: EditCheck | undefined; fresh: boolean; error: unknown } => {
  const [answer, setAnswer] = useState<{ ask: Ask; check: EditCheck }>()
  const [error, setError] = useState<unknown>(null)
  const { yaml, base, files } = ask
  useEffect(() => {
    if (yaml.trim() === '') return
    const abort = new AbortController()
    const body = { yaml, base, files }
    const timer = setTimeout(() => {
      void api<EditCheck>(`/api/clusters/${encodeURIComponent(cluster)}/edit-config/check`, { method: 'POST', body, signal: abort.signal })
        .then((check) => {
          setError(null)
          setAnswer({ ask: body, check })
        })
        .catch((cause: unknown) => {
          if (!abort.signal.aborted) setError(cause)
        })
    }, 300)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [cluster, yaml, base, files])
  const fresh = answer !== undefined && answer.ask.yaml === yaml && answer.ask.base === base && answer.ask.files === files
  return { check: answer?.check, fresh, error }
}

'use client'

import { useEffect, useMemo, useState } from 'react'
import { api } from '@/components/data/api'
import { type AdditionCheck, checkAddition } from './addition'

/**
 * What the text of new instances amounts to: at once by what this page knows of the cluster, and 300 ms after the last key by the
 * server, which also knows other clusters, typed secrets and the store. A server that does not answer leaves the first.
 */
export const useScaleCheck = (cluster: { name: string; yaml: string }, yaml: string): AdditionCheck => {
  const [answer, setAnswer] = useState<{ yaml: string; check: AdditionCheck }>()
  useEffect(() => {
    if (yaml.trim() === '') return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      void api<Omit<AdditionCheck, 'known'>>(`/api/clusters/${encodeURIComponent(cluster.name)}/scale-out/check`, {
        method: 'POST',
        body: { yaml },
        signal: abort.signal,
      })
        .then((check) => setAnswer({ yaml, check: { ...check, known: true } }))
        .catch(() => undefined) // the page's own reading stands; the plan is made by the server in any case
    }, 300)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [yaml, cluster.name])
  const own = useMemo(() => checkAddition(cluster.yaml, yaml), [cluster.yaml, yaml])
  return answer?.yaml === yaml && yaml.trim() !== '' ? answer.check : own
}

'use client'

import { useEffect, useMemo, useState } from 'react'
import { api } from '@/components/data/api'
import { type AdditionCheck, checkAddition } from './addition'

/**
 * What the text of new instances amounts to: at once by what this page knows of the cluster, and 300 ms after the last key by the
 * server, which also knows other clusters, typed secrets and the store. A server that does not answer leaves the first.
 */
export const useScaleCheck = (cluster: { name: string; yaml: string }, yaml: string, given: readonly string[]): AdditionCheck => {
  const [answer, setAnswer] = useState<{ asked: string; check: AdditionCheck }>()
  const files = JSON.stringify([...given].sort())
  const asked = `${files}\n${yaml}`
  useEffect(() => {
    if (yaml.trim() === '') return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      void api<Omit<AdditionCheck, 'known'>>(`/api/clusters/${encodeURIComponent(cluster.name)}/scale-out/check`, {
        method: 'POST',
        body: { yaml, files: JSON.parse(files) },
        signal: abort.signal,
      })
        .then((check) => setAnswer({ asked, check: { ...check, known: true } }))
        .catch(() => undefined) // the page's own reading stands; the plan is made by the server in any case
    }, 300)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [yaml, files, asked, cluster.name])
  const own = useMemo(() => checkAddition(cluster.yaml, yaml, JSON.parse(files)), [cluster.yaml, yaml, files])
  return answer?.asked === asked && yaml.trim() !== '' ? answer.check : own
}

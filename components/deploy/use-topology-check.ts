'use client'

import { useEffect, useState } from 'react'
import { api } from '@/components/data/api'
import { type Draft, noCheck, type OwnFiles, type TopologyCheck } from './draft'

/** Asks the server what it makes of the text, 300 ms after the last key. */
export const useTopologyCheck = (draft: Draft) => {
  const [files, setFiles] = useState<OwnFiles>({})
  const [check, setCheck] = useState(noCheck)
  const paths = JSON.stringify(Object.keys(files))
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      void api<TopologyCheck>('/api/topology/check', {
        method: 'POST',
        body: { yaml: draft.yaml, cluster: draft.name, files: JSON.parse(paths) },
        signal: abort.signal,
      })
        .then(setCheck)
        .catch(() => undefined) // an aborted or failed look keeps the last answer; the next key asks again
    }, 300)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [draft.yaml, draft.name, paths])
  return { files, setFiles, check }
}

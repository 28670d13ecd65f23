'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { apiUpload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand } from '@/components/data/queries'
import type { ErrandView } from '@/server/domain/api'

export type Upload = {
  name: string
  totalBytes: number
  sentBytes: number
  startedAt: number
  state: 'sending' | 'reading' | 'accepted' | 'refused'
  error?: unknown
}

/** One upload at a time: sends the bytes, then waits while the runner reads the archive. */
export const useUpload = () => {
  const client = useQueryClient()
  const [upload, setUpload] = useState<Upload>()
  const stop = useRef<AbortController>(undefined)
  const change = (part: Partial<Upload>): void => setUpload((before) => before && { ...before, ...part })
  const send = async (file: File): Promise<void> => {
    const control = new AbortController()
    stop.current = control
    setUpload({ name: file.name, totalBytes: file.size, sentBytes: 0, startedAt: Date.now(), state: 'sending' })
    try {
      const path = `/api/packages?name=${encodeURIComponent(file.name)}`
      const errand = await apiUpload<ErrandView>(path, file, (sentBytes) => change({ sentBytes }), control.signal)
      change({ state: 'reading', sentBytes: file.size })
      await runErrand(() => Promise.resolve(errand))
      change({ state: 'accepted' })
      await client.invalidateQueries({ queryKey: keys.packages })
    } catch (error) {
      if (control.signal.aborted) setUpload(undefined)
      else change({ state: 'refused', error })
    }
  }
  return { upload, send, cancel: () => stop.current?.abort(), clear: () => setUpload(undefined) }
}

'use client'

import { useRef, useState } from 'react'
import { apiUpload } from '@/components/data/api'
import type { Typed } from './source'

type Sending = { name: string; sentBytes: number; totalBytes: number }

/** Sends an archive and resolves with the name by which the server keeps it. One at a time. */
export const useArchive = (onSent: (archive: NonNullable<Typed['archive']>) => void) => {
  const [sending, setSending] = useState<Sending>()
  const [error, setError] = useState<unknown>(null)
  const stop = useRef<AbortController>(undefined)
  const send = async (file: File): Promise<void> => {
    const control = new AbortController()
    stop.current = control
    setError(null)
    const [name, totalBytes] = [file.name, file.size]
    setSending({ name, sentBytes: 0, totalBytes })
    try {
      const { archive } = await apiUpload<{ archive: string }>(
        '/api/adopt/upload',
        file,
        (sentBytes) => setSending({ name, sentBytes, totalBytes }),
        control.signal,
      )
      onSent({ id: archive, name })
    } catch (failure) {
      if (!control.signal.aborted) setError(failure)
    } finally {
      setSending(undefined)
    }
  }
  return { sending, error, send, cancel: () => stop.current?.abort() }
}

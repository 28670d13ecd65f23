'use client'

import { useRef, useState } from 'react'
import { type ResumableUpload, resumableUpload } from '@/components/data/resumable-upload'

export type Upload = {
  /** Given by the server when all bytes have come. */
  id?: string
  name: string
  totalBytes: number
  sentBytes: number
  /** Since the last start, for the speed. */
  since: { at: number; bytes: number }
  /** `reading`: the runner looks at it. */
  state: 'sending' | 'paused' | 'waiting' | 'sent' | 'reading' | 'accepted' | 'refused'
  error?: unknown
}

/** One upload at a time, with pause and resume; `use` is what is done with it when all bytes have come. */
export const useUpload = (use?: (id: string) => Promise<void>) => {
  const [upload, setUpload] = useState<Upload>()
  const running = useRef<ResumableUpload>(undefined)
  const change = (part: Partial<Upload>): void => setUpload((before) => before && { ...before, ...part })
  const done = async (id: string): Promise<void> => {
    change({ id, state: use ? 'reading' : 'sent' })
    try {
      await use?.(id)
      if (use) change({ state: 'accepted' })
    } catch (error) {
      change({ state: 'refused', error })
    }
  }
  const send = (file: File): void => {
    running.current?.cancel()
    setUpload({ name: file.name, totalBytes: file.size, sentBytes: 0, since: { at: Date.now(), bytes: 0 }, state: 'sending' })
    let first = true
    running.current = resumableUpload(file, {
      onProgress: (sentBytes) => {
        change({ sentBytes, state: 'sending', ...(first && { since: { at: Date.now(), bytes: sentBytes } }) })
        first = false
      },
      onWaiting: () => change({ state: 'waiting' }),
      onDone: (id) => {
        running.current = undefined
        setUpload((before) => before && { ...before, sentBytes: before.totalBytes })
        void done(id)
      },
      onError: (error) => change({ state: 'refused', error }),
    })
  }
  const pause = (): void => {
    running.current?.pause()
    change({ state: 'paused' })
  }
  const resume = (): void => {
    setUpload((before) => before && { ...before, state: 'sending', error: undefined, since: { at: Date.now(), bytes: before.sentBytes } })
    running.current?.resume()
  }
  const cancel = (): void => {
    running.current?.cancel()
    running.current = undefined
    setUpload(undefined)
  }
  const clear = (): void => setUpload(undefined)
  return { upload, send, pause, resume, cancel, clear, resumable: running.current !== undefined }
}

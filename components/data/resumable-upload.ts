import { DetailedError, Upload } from 'tus-js-client'
import { type ApiFailure, failureOf, languageHeader, unreachable } from './api'

export type ResumableUpload = {
  pause(): void
  resume(): void
  /** Ends it and has the server forget what came. */
  cancel(): void
}

type Events = {
  onProgress(sentBytes: number): void
  /** The line broke; it is tried again by itself. */
  onWaiting(): void
  onDone(id: string): void
  /** Refused, or given up after many tries; `resume` tries again. */
  onError(error: unknown): void
}

/** Pieces, so that a proxy before the panel needs to hold no more than that. */
const pieceBytes = 64 * 1024 ** 2
const triesMs = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000, 30_000]

/** Sends a file; after a cut it goes on at the byte that the server has, also in a later visit that sends the same file. */
export const resumableUpload = (file: File, events: Events): ResumableUpload => {
  const upload = new Upload(file, {
    endpoint: '/api/uploads',
    chunkSize: pieceBytes,
    retryDelays: triesMs,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name },
    headers: languageHeader(),
    onProgress: (sent) => events.onProgress(sent),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0
      const again = status === 0 || status === 409 || status >= 500
      if (again) events.onWaiting()
      return again
    },
    onSuccess: () => events.onDone((upload.url ?? '').replace(/^.*\//, '')),
    onError: (error) => events.onError(failure(error)),
  })
  const begin = async (): Promise<void> => {
    const [before] = await upload.findPreviousUploads()
    if (before) upload.resumeFromPreviousUpload(before)
    upload.start()
  }
  begin().catch((error: unknown) => events.onError(failure(error)))
  return {
    pause: () => void upload.abort(),
    resume: () => upload.start(),
    cancel: () => void upload.abort(true).catch(() => undefined), // what the server could not be told, it forgets by itself after two days
  }
}

const failure = (error: unknown): ApiFailure => {
  const answer = error instanceof DetailedError ? error.originalResponse : null
  return answer ? failureOf(answer.getStatus(), answer.getBody()) : unreachable(error)
}

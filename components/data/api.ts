import type { ApiError } from '@/server/domain/api'

/** An answer of the API that is not a success, or no answer at all (`status` 0). */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly error: ApiError,
  ) {
    super(error.message)
  }
}

type Send = { method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; body?: unknown; signal?: AbortSignal }

/** One call of the API. Sends the page's language; throws `ApiFailure` with the words and problems of the server. */
export const api = async <T>(path: string, { method = 'GET', body, signal }: Send = {}): Promise<T> => {
  const response = await fetch(path, {
    method,
    headers: { accept: 'application/json', ...languageHeader(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    credentials: 'same-origin',
  }).catch((cause: unknown) => {
    throw signal?.aborted ? cause : unreachable(cause)
  })
  const text = await response.text()
  if (!response.ok) throw failureOf(response.status, text)
  return text === '' ? (undefined as T) : JSON.parse(text)
}

/** A text answer, such as `display` as tiup prints it. */
export const apiText = async (path: string): Promise<string> => {
  const response = await fetch(path, { headers: languageHeader(), credentials: 'same-origin' }).catch((cause: unknown) => {
    throw unreachable(cause)
  })
  const text = await response.text()
  if (!response.ok) throw failureOf(response.status, text)
  return text
}

/** Saves an answer as a file under the name that the server gives it. A refusal throws its words; a link would show them raw. */
export const apiDownload = async (path: string, otherwise: string): Promise<void> => {
  const response = await fetch(path, { headers: languageHeader(), credentials: 'same-origin' }).catch((cause: unknown) => {
    throw unreachable(cause)
  })
  if (!response.ok) throw failureOf(response.status, await response.text())
  const name = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? otherwise
  saveBlob(name, await response.blob())
}

/** Saves a text that the page has as a file. */
export const saveText = (name: string, type: string, text: string): void => saveBlob(name, new Blob([text], { type }))

const saveBlob = (name: string, blob: Blob): void => {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Sends a file as the raw body, with its progress in bytes. `fetch` can't tell the progress of a request. */
export const apiUpload = <T>(path: string, file: File, onProgress: (sentBytes: number) => void, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    for (const [name, value] of Object.entries(languageHeader())) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onload = () =>
      request.status < 300 ? resolve(JSON.parse(request.responseText)) : reject(failureOf(request.status, request.responseText))
    request.onerror = () => reject(unreachable('upload'))
    signal.addEventListener('abort', () => {
      request.abort()
      reject(new DOMException('aborted', 'AbortError'))
    })
    request.send(file)
  })

export const languageHeader = (): Record<string, string> => ({ 'accept-language': document.documentElement.lang || 'en' })

/** `ui.unreachable` is filled by the page that shows it: there was no server to give words. */
export const unreachable = (cause: unknown): ApiFailure =>
  new ApiFailure(0, { code: 'ui.unreachable', message: String(cause), hint: '', problems: [] })

export const failureOf = (status: number, text: string): ApiFailure => {
  const known = asApiError(text)
  return new ApiFailure(status, known ?? { code: 'ui.bad-answer', message: `${status} ${text.slice(0, 200)}`, hint: '', problems: [] })
}

const asApiError = (text: string): ApiError | undefined => {
  try {
    const value: ApiError = JSON.parse(text)
    return typeof value?.code === 'string' ? { ...value, problems: value.problems ?? [] } : undefined
  } catch {
    return undefined // not from the API but from something before it; the caller keeps the text
  }
}

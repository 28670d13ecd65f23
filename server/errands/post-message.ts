import http from 'node:http'
import https from 'node:https'
import type { SendError } from '@/server/domain/notify'
import type { ChannelRequest } from './channel-requests'

export type Posted = { status: number; body: string } | { error: SendError }

const timeoutMs = 10_000
const maxBytes = 64 * 1024

/** One POST: no redirect is followed, all of it takes at most 10 s, of the answer 64 KiB are read. Never throws for what the receiver does. */
export const postMessage = (request: ChannelRequest, signal?: AbortSignal, limitMs = timeoutMs): Promise<Posted> =>
  new Promise((resolve) => {
    const url = new URL(request.url)
    const client = url.protocol === 'https:' ? https : http
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(request.body)) }
    const timedOut = (): SendError => ({ code: 'notify.timeout', params: { seconds: limitMs / 1000 } })
    const outgoing = client.request(url, { method: 'POST', headers, agent: false, ...(signal && { signal }) }, (incoming) => {
      const chunks: Buffer[] = []
      let length = 0
      const end = (): void => {
        clearTimeout(timer)
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8') })
      }
      incoming.on('data', (bytes: Buffer) => {
        chunks.push(bytes)
        length += bytes.length
        if (length < maxBytes) return
        end() // the rest is of no use
        incoming.destroy()
      })
      incoming.on('end', end)
      incoming.on('error', fail)
    })
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer)
      resolve({ error: late ? timedOut() : { code: 'notify.unreachable', params: { detail: detailOf(error) } } })
    }
    let late = false
    const timer = setTimeout(() => {
      late = true
      outgoing.destroy(new Error('timeout'))
    }, limitMs)
    outgoing.on('error', fail)
    outgoing.end(request.body)
  })

/** The code, and the address where the system names it; never the text of the request, whose path may be a token. */
const detailOf = (error: NodeJS.ErrnoException & { address?: string; port?: number }): string => {
  const at = error.address === undefined ? '' : ` ${error.address}${error.port === undefined ? '' : `:${error.port}`}`
  return `${error.code ?? 'error'}${at}`
}

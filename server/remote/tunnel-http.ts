import http from 'node:http'
import type { Duplex } from 'node:stream'
import { type Link, lostReason } from './link'
import { HttpFailed, type HttpRequest, type HttpResponse } from './transport'

/** No answer that the product reads is larger. */
const maxBodyBytes = 16 * 1024 * 1024

/**
 * One HTTP exchange through a direct-tcpip channel. The timeout covers all of it. Rejects with `HttpFailed`, with `LinkLost` when
 * the link ends, with the signal's reason on abort.
 */
export const tunnelHttp = async (
  host: string,
  link: Link,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> => {
  const stop = new AbortController()
  const stopWith = (error: unknown) => (): void => stop.abort(error)
  const onLost = (): void => stop.abort(lostReason(host, link))
  const onAbort = (): void => stop.abort(signal?.reason)
  const timer = setTimeout(stopWith(new HttpFailed('timeout', `no answer within ${request.timeoutMs} ms`)), request.timeoutMs)
  link.lost.addEventListener('abort', onLost, { once: true })
  signal?.addEventListener('abort', onAbort, { once: true })
  if (link.lost.aborted) onLost()
  if (signal?.aborted) onAbort()
  try {
    const channel = await link.forward(request.address, request.port, stop.signal)
    try {
      return await exchange(channel, request, stop.signal)
    } finally {
      channel.destroy()
    }
  } finally {
    clearTimeout(timer)
    link.lost.removeEventListener('abort', onLost)
    signal?.removeEventListener('abort', onAbort)
  }
}

const exchange = (channel: Duplex, request: HttpRequest, stop: AbortSignal): Promise<HttpResponse> =>
  new Promise((resolve, reject) => {
    const onStop = (): void => reject(stop.reason)
    stop.addEventListener('abort', onStop, { once: true })
    const broken = (error: Error): void => reject(error instanceof HttpFailed ? error : new HttpFailed('broken', error.message))
    const outgoing = http.request(
      {
        createConnection: () => asSocket(channel),
        host: request.address,
        port: request.port,
        method: request.method,
        path: request.path,
        headers: { ...request.headers, connection: 'close', ...lengthOf(request.body) },
      },
      (incoming) => {
        const chunks: Buffer[] = []
        let length = 0
        incoming.on('data', (bytes: Buffer) => {
          length += bytes.length
          if (length > maxBodyBytes) broken(new Error(`answer is larger than ${maxBodyBytes} bytes`))
          else chunks.push(bytes)
        })
        incoming.on('error', broken)
        incoming.on('aborted', () => broken(new Error('answer ended early')))
        incoming.on('end', () => {
          const headers = Object.entries(incoming.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ])
          resolve({ status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks).toString('utf8') })
        })
      },
    )
    outgoing.on('error', broken)
    outgoing.end(request.body)
  })

const lengthOf = (body: string | undefined): Record<string, number> =>
  body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }

/** node:http calls some methods of a socket which a channel does not have. */
const asSocket = (channel: Duplex): Duplex => {
  const same = (): Duplex => channel
  return Object.assign(channel, { setKeepAlive: same, setNoDelay: same, setTimeout: same, ref: same, unref: same })
}

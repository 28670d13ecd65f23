import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { addressHeader } from '@/server/http/auth'

/** An HTTP server in front of a handler of web requests, as the pages' server is; not listening yet. */
export const serveFetch = (answer: (request: Request) => Response | Promise<Response>): Server =>
  createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    Promise.resolve(answer(requestOf(incoming)))
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))))
  })

const requestOf = (incoming: IncomingMessage): Request => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) for (const one of [value ?? []].flat()) headers.append(name, one)
  headers.set(addressHeader, incoming.socket.remoteAddress ?? '')
  const { method = 'GET', url = '/' } = incoming
  const body = method === 'GET' || method === 'HEAD' ? undefined : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) // bytes, as the socket gives them
  return new Request(`http://${incoming.headers.host}${url}`, { method, headers, ...(body && { body, duplex: 'half' as const }) })
}

const send = async (answer: Response, outgoing: ServerResponse): Promise<void> => {
  const cookies = answer.headers.getSetCookie()
  outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...(cookies.length > 0 && { 'set-cookie': cookies }) })
  if (!answer.body) return void outgoing.end()
  await pipeline(Readable.fromWeb(answer.body as WebStream), outgoing) // one stream, as the two type libraries call it
}

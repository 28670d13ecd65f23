/** The API alone on a port, without pages, so that no page build is needed. `node --import tsx tests/support/api-server.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { readEnv } from '@/server/env'
import { addressHeader } from '@/server/http/auth'
import { answerApi, panelDeps } from '@/server/http/panel-api'
import { attachGateway } from '@/server/live/gateway'
import { newSetupToken } from '@/server/store/settings'

const env = readEnv()
const deps = await panelDeps()

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

const server = createServer((incoming, outgoing) => {
  answerApi(requestOf(incoming))
    .then((answer) => send(answer, outgoing))
    .catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))))
})
attachGateway(server, deps)
server.listen(env.port, env.host, async () => {
  console.log(`ready /setup?token=${await newSetupToken(deps.db)}`)
})
process.once('SIGTERM', () => process.exit(0))
process.stdin.on('end', () => process.exit(0)).resume()

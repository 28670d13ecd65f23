import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import next from 'next'
import { type Env, isSecure, readEnv } from './env'
import { askedToEnd, runMain } from './exit'
import { addressHeader } from './http/auth'
import { panelDeps } from './http/panel-api'
import { contentSecurityPolicy, securityHeaders } from './http/security-headers'
import { attachGateway } from './live/gateway'
import { newSetupToken } from './store/settings'
import { needsSetup } from './store/users'

/** The web half: pages, API and live sockets on one port. */
const main = async (): Promise<void> => {
  const env = readEnv()
  const deps = await panelDeps()
  const server = createServer(env)
  const app = next({ dev: env.development, hostname: env.host, port: env.port, httpServer: server })
  await app.prepare()
  const [handle, upgrade] = [app.getRequestHandler(), app.getUpgradeHandler()]
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    prepare(request, response, env)
    void handle(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    request.headers[addressHeader] = addressOf(request, env)
    if (!request.url?.startsWith('/socket.io/')) void upgrade(request, socket, head)
  })
  const gateway = attachGateway(server, deps)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(env.port, env.host, resolve))
  const url = urlOf(server, env)
  console.log(`DM Panel is ready: ${url}`)
  if (await needsSetup(deps.db)) {
    console.log(
      `Create the administrator here (works once, until then each start shows a new link): ${url}/setup?token=${await newSetupToken(deps.db)}`,
    )
  }
  await askedToEnd()
  await gateway.close()
  server.close()
  server.closeAllConnections()
  await deps.db.$disconnect()
  process.exit(0)
}

const createServer = (env: Env): Server => {
  const none: RequestListener | undefined = undefined
  // Uploads take as long as they take; headers still have a deadline. A connection stays longer than proxies and clients keep theirs
  // (nginx: 60 s): closed first by us, it takes a request that is just on its way with it.
  const patience = { requestTimeout: 0, keepAliveTimeout: 75_000 }
  if (!env.tls) return createHttp(patience, none)
  return createHttps({ cert: readFileSync(env.tls.certFile), key: readFileSync(env.tls.keyFile), ...patience }, none)
}

/** Headers of every answer, and what we vouch for in the request: the client's address and the page's nonce. */
const prepare = (request: IncomingMessage, response: ServerResponse, env: Env): void => {
  request.headers[addressHeader] = addressOf(request, env)
  const nonce = randomBytes(16).toString('base64')
  const policy = contentSecurityPolicy({ nonce, development: env.development })
  // Next reads the nonce for its own scripts from the policy in the request.
  request.headers['content-security-policy'] = policy
  request.headers['x-nonce'] = nonce
  response.setHeader('Content-Security-Policy', policy)
  for (const [name, value] of Object.entries(securityHeaders({ secure: isSecure(env) }))) response.setHeader(name, value)
}

/** The proxy appends the address that it saw to X-Forwarded-For: only the last one can be trusted. */
const addressOf = (request: IncomingMessage, env: Env): string => {
  const forwarded = env.trustProxy
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : ''
  return forwarded || (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

const urlOf = (server: Server, env: Env): string => {
  const { port } = server.address() as AddressInfo // a TCP server's address is never a string
  const host = env.host === '0.0.0.0' || env.host === '::' ? 'localhost' : env.host
  return `${env.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

runMain(main, ['EnvInvalid'])

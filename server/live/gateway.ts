import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { z } from 'zod'
import { liveEvents, type WatchEvent, watchAccess, watchEvents } from '@/server/domain/live-events'
import { mayAct } from '@/server/http/access'
import type { ApiDeps } from '@/server/http/app'
import { type ApiUser, bearerOf, identify } from '@/server/http/identify'
import { isOwnOrigin } from '@/server/http/origin'
import { sessionHolds, whoseToken } from '@/server/store/users'
import { Follower } from './follower'

const recheckMs = 2_000
const watchJob = z.object({ job: z.string().min(1).max(100), after: z.number().int().min(0) })
const leaveJob = z.object({ job: z.string().min(1).max(100) })
const cluster = z.object({ cluster: z.string().min(1).max(200) })

/**
 * Attaches the live sockets to the server. They share nothing with the runner but the database, which is polled while somebody watches.
 * `close` ends all of them.
 */
export const attachGateway = (server: HttpServer, deps: ApiDeps): { close(): Promise<void> } => {
  const io = new Server(server, {
    path: '/socket.io/',
    transports: ['websocket'], // a polling GET has no Origin on plain http, so that its sender could not be told
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: 64 * 1024,
    allowRequest: (request, answer) => answer(null, isOwnOrigin(headersOf(request), deps.env)),
  })
  const follower = new Follower(deps.db)
  io.use(async (socket, next) => {
    try {
      const { user } = await identify(deps, handshakeHeaders(socket))
      if (!user) return next(new Error('platform.sign-in-needed'))
      socket.data = { user, bearer: bearerOf(handshakeHeaders(socket)) }
      next()
    } catch (error) {
      next(error instanceof Error ? error : new Error(String(error)))
    }
  })
  io.on('connection', (socket) => listen(socket, follower))
  const recheck = setInterval(() => void dropEnded(io, deps).catch(report), recheckMs)
  return {
    close: async () => {
      clearInterval(recheck)
      await follower.close()
      await io.close()
    },
  }
}

const listen = (socket: Socket, follower: Follower): void => {
  const on = <T>(event: WatchEvent, schema: z.ZodType<T>, act: (input: T) => void) => {
    socket.on(event, (input: unknown) => {
      const read = schema.safeParse(input)
      if (read.success && mayAct(userOf(socket).role, watchAccess[event])) act(read.data)
    })
  }
  on(watchEvents.job, watchJob, ({ job, after }) => follower.watchJob(socket, job, after))
  on(watchEvents.leaveJob, leaveJob, ({ job }) => follower.leaveJob(socket, job))
  on(watchEvents.cluster, cluster, (input) => follower.watchCluster(socket, input.cluster))
  on(watchEvents.leaveCluster, cluster, (input) => follower.leaveCluster(socket, input.cluster))
  on(watchEvents.jobs, z.unknown(), () => follower.watchJobs(socket))
  on(watchEvents.leaveJobs, z.unknown(), () => follower.leaveJobs(socket))
  socket.on('disconnect', () => follower.leaveAll(socket))
}

/** Drops the sockets of ended sessions, revoked tokens and disabled users. */
const dropEnded = async (io: Server, { db }: ApiDeps): Promise<void> => {
  const now = new Date()
  for (const socket of io.sockets.sockets.values()) {
    const { via } = userOf(socket)
    const holds = via.kind === 'session' ? await sessionHolds(db, via.id, now) : await tokenHolds(db, socket, now)
    if (holds) continue
    socket.emit(liveEvents.signedOut)
    socket.disconnect(true)
  }
}

const tokenHolds = async (db: ApiDeps['db'], socket: Socket, now: Date): Promise<boolean> => {
  const { bearer } = dataOf(socket)
  return bearer !== undefined && (await whoseToken(db, bearer, now)) !== undefined
}

type SocketData = { user: ApiUser; bearer: string | undefined }
const dataOf = (socket: Socket): SocketData => socket.data
const userOf = (socket: Socket): ApiUser => dataOf(socket).user

const headersOf = (request: IncomingMessage): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value))
  return headers
}

const handshakeHeaders = (socket: Socket): Headers => {
  const headers = headersOf(socket.request)
  const token: unknown = socket.handshake.auth.token
  if (typeof token === 'string') headers.set('authorization', `Bearer ${token}`)
  return headers
}

const report = (error: unknown): void => console.error('live:', error)

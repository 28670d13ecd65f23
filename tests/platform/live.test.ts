import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io as connect, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type JobEntries, liveEvents, watchAccess, watchEvents } from '@/server/domain/live-events'
import { createAuth } from '@/server/http/auth'
import { attachGateway } from '@/server/live/gateway'
import { appendEntries } from '@/server/store/journal'
import { newSetupToken } from '@/server/store/settings'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let server: Server
let gateway: { close(): Promise<void> }
const sockets: Socket[] = []
beforeEach(async () => {
  panel = await testApi()
  const auth = createAuth({ db: panel.db, secret: 'a secret for tests only, long enough', secure: false })
  server = createServer()
  gateway = attachGateway(server, { db: panel.db, env: panel.env, auth })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect()
  await gateway.close()
  server.close()
  await panel.close()
})

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const open = (options: Parameters<typeof connect>[1]) => {
  const socket = connect(address(), { transports: ['websocket'], reconnection: false, forceNew: true, ...options })
  sockets.push(socket)
  return socket
}
const opened = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    if (socket.connected) resolve('connected')
    socket.once('connect', () => resolve('connected'))
    socket.once('connect_error', (error) => resolve(error.message))
  })
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 })
const cookie = async () => {
  const body = { token: await newSetupToken(panel.db), name: 'Ada', email: 'a@example.org', password: 'a long password' }
  const answer = await panel.call('POST', '/api/setup', { body })
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}
const makeJob = async () => {
  await panel.db.plan.create({ data: { id: 'p', clusterName: 'c', operation: 'start', state: 'submitted', input: '{}', askedBy: 'u' } })
  await panel.db.job.create({
    data: { id: 'j', number: 1, planId: 'p', clusterName: 'c', operation: 'start', state: 'running', attempt: 1, startedBy: 'u' },
  })
}
const write = (...texts: string[]) =>
  appendEntries(panel.db, 'j', { attempt: 1, at: new Date(), entries: texts.map((text) => ({ kind: 'output', stream: 'note', text })) })
const follow = (socket: Socket, after: number) => {
  const seen: number[] = []
  socket.on(liveEvents.entries, ({ entries }: JobEntries, taken: () => void) => {
    seen.push(...entries.map((entry) => entry.seq))
    taken()
  })
  socket.emit(watchEvents.job, { job: 'j', after })
  return seen
}

describe('live sockets', () => {
  it('have a least role for every event', () => {
    expect(Object.keys(watchAccess).sort()).toEqual(Object.values(watchEvents).sort())
  })

  it('refuse who is not signed in, and a page of another site', async () => {
    expect(await opened(open({}))).toBe('platform.sign-in-needed')
    expect(await opened(open({ auth: { token: 'dmp_guess' } }))).toBe('platform.sign-in-needed')
    const own = await cookie()
    const evil = open({ extraHeaders: { cookie: own, origin: 'http://evil.example' } })
    expect(await opened(evil)).not.toBe('connected')
    expect(await opened(open({ extraHeaders: { cookie: own, origin: address() } }))).toBe('connected')
  })

  it('replay from the cursor and go on, each entry once and in order', async () => {
    await makeJob()
    await write('1', '2', '3')
    const token = await panel.token('viewer')
    const all = follow(open({ auth: { token } }), 0)
    const late = follow(open({ auth: { token } }), 2)
    await until(() => expect([all, late]).toEqual([[1, 2, 3], [3]]))
    await write('4')
    await write('5')
    await until(() =>
      expect([all, late]).toEqual([
        [1, 2, 3, 4, 5],
        [3, 4, 5],
      ]),
    )
  })

  it('drop a user who signs out everywhere, and a revoked token', async () => {
    const own = await cookie()
    const bySession = open({ extraHeaders: { cookie: own, origin: address() } })
    const byToken = open({ auth: { token: await panel.token('viewer') } })
    expect([await opened(bySession), await opened(byToken)]).toEqual(['connected', 'connected'])
    await panel.call('DELETE', '/api/sessions', { headers: { cookie: own, origin: 'http://panel.test' } })
    await panel.db.apiToken.deleteMany()
    await until(() => expect([bySession.connected, byToken.connected]).toEqual([false, false]))
  })

  it('keep a watched cluster fresh and tell when its status is newer', async () => {
    const socket = open({ auth: { token: await panel.token('viewer') } })
    const told: unknown[] = []
    socket.on(liveEvents.cluster, (change) => told.push(change))
    socket.emit(watchEvents.cluster, { cluster: 'c1' })
    await vi.waitFor(
      async () => expect((await panel.db.clusterStatus.findUniqueOrThrow({ where: { cluster: 'c1' } })).watchUntil).not.toBeNull(),
      {
        timeout: 10_000,
      },
    )
    expect(told).toEqual([])
    const at = new Date()
    await panel.db.clusterStatus.update({ where: { cluster: 'c1' }, data: { at } })
    await until(() => expect(told).toEqual([{ cluster: 'c1', at: at.toISOString() }]))
  })

  it('tell when the list of jobs changes', async () => {
    const socket = open({ auth: { token: await panel.token('viewer') } })
    let told = 0
    socket.on(liveEvents.jobs, () => told++)
    socket.emit(watchEvents.jobs)
    await until(() => expect(told).toBe(1))
    await makeJob()
    await until(() => expect(told).toBe(2))
  })
})

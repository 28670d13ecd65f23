import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewChannel, NotifyEvent } from '@/server/domain/notify'
import { deliver, type Notifier, runNotifier } from '@/server/errands/notify'
import { postMessage } from '@/server/errands/post-message'
import { runnerKey } from '@/server/runner-key'
import { fanOut, listDeliveries, takeDue } from '@/server/store/deliveries'
import { noteHappening } from '@/server/store/happenings'
import { writeSetting } from '@/server/store/settings'
import { changeChannel, saveChannel } from '@/server/usecases/channels'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

const key = runnerKey(Buffer.alloc(32, 7))
const who = { id: 'u', email: 'ada@example.org', from: 'here' }
const secret = 'a secret that both sides know'
let base: TestDatabase
let receiver: Server
let got: { headers: IncomingMessage['headers']; body: string; path: string }[]
let answer: { status: number; body?: string; headers?: Record<string, string> }

beforeEach(async () => {
  base = await testDatabase()
  await writeSetting(base.db, 'secrets.public-key', key.publicKey)
  got = []
  answer = { status: 200 }
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), path: request.url ?? '' })
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '')
  })
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
})
afterEach(async () => {
  receiver.closeAllConnections()
  await new Promise((done) => receiver.close(done))
  await base.close()
})

const url = (path = '/hook/token-123'): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}` // it listens on TCP
const channel = (more: Partial<NewChannel> = {}): NewChannel => ({
  ...{ name: 'ops', kind: 'webhook', url: url(), secret, enabled: true, language: 'en', clusters: [], quietMinutes: 10 },
  events: ['job-failed', 'node-down', 'node-up'],
  ...more,
})
const happen = (event: NotifyEvent, subject: string, at: Date, cluster = 'prod') =>
  noteHappening(base.db, { key: `${event} ${subject} ${at.getTime()}`, event, cluster, subject, params: { job: 1, operation: 'stop' }, at })

/** A runner at a moment. */
const notifier = (now: Date): Notifier => ({ db: base.db, secrets: key, panelUrl: 'https://panel.example.com', now: () => now })
const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 21) + seconds * 1000)

/** One round at that time: fans out and sends whatever is due. */
const round = async (now: Date): Promise<void> => {
  await fanOut(base.db, now)
  for (;;) {
    const due = await takeDue(base.db, now, () => 10_000)
    if (!due) return
    await deliver(notifier(now), due)
  }
}
const states = async (): Promise<string[]> => (await listDeliveries(base.db, { limit: 50 })).map(({ event, state }) => `${event} ${state}`)

describe('a message', () => {
  it('arrives signed, once, by the running notifier', async () => {
    await saveChannel(base.db, who, channel())
    await happen('job-failed', 'j1', at(0))
    const stop = new AbortController()
    const running = runNotifier({ ...notifier(at(0)), now: () => new Date() }, stop.signal)
    await expect.poll(states, { timeout: 5000 }).toEqual(['job-failed sent'])
    stop.abort()
    await running
    expect(got).toHaveLength(1)
    const { headers, body, path } = got[0] ?? { headers: {}, body: '', path: '' }
    expect(path).toBe('/hook/token-123')
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-dm-panel-signature'])) ?? []
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'))
    expect(JSON.parse(body)).toMatchObject({
      id: headers['x-dm-panel-delivery'],
      event: 'job-failed',
      url: 'https://panel.example.com/jobs/j1',
    })
  })

  it('is sent again after a failure, and after a runner that died in the middle, under the same id', async () => {
    await saveChannel(base.db, who, channel())
    await happen('job-failed', 'j1', at(0))
    answer = { status: 503, body: 'later' }
    await round(at(0))
    const [failed] = await listDeliveries(base.db, { limit: 1 })
    expect(failed).toMatchObject({ state: 'waiting', tries: 1, error: { code: 'notify.status', params: { status: 503, answer: 'later' } } })
    // Taken, and the process ends before it is sent.
    expect(await takeDue(base.db, at(5), () => 10_000)).toBeUndefined()
    expect(await takeDue(base.db, at(10), () => 10_000)).toMatchObject({ tries: 2 })
    answer = { status: 200 }
    await round(at(15))
    expect(got).toHaveLength(1)
    await round(at(20))
    expect(got.map(({ headers }) => headers['x-dm-panel-delivery'])).toEqual([failed?.id, failed?.id])
    expect(await states()).toEqual(['job-failed sent'])
    await round(at(1000))
    expect(got).toHaveLength(2)
  })

  it('is given up after about a day, with its last error', async () => {
    await saveChannel(base.db, who, channel())
    await happen('job-failed', 'j1', at(0))
    await new Promise((done) => receiver.close(done))
    await fanOut(base.db, at(0))
    for (let tries = 0; tries < 40 && (await states())[0]?.endsWith('waiting'); tries++) {
      const due = await takeDue(base.db, at(tries * 30_000), () => 10_000)
      if (due) await deliver(notifier(at(tries * 30_000)), due)
    }
    expect(await listDeliveries(base.db, { limit: 1 })).toMatchObject([{ state: 'given-up', error: { code: 'notify.unreachable' } }])
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  })

  it('goes where it is wanted only: by event, cluster, also a renamed one, and not to one that is off', async () => {
    await saveChannel(base.db, who, channel({ name: 'other', clusters: ['test'] }))
    const off = await saveChannel(base.db, who, channel({ name: 'off', enabled: false }))
    await saveChannel(base.db, who, channel({ name: 'renamed', clusters: ['old'] }))
    const row = { id: 'f', former: 'old', cluster: 'prod', at: at(0), by: 'x', jobId: 'j' }
    await base.db.formerName.create({ data: row })
    await happen('job-failed', 'j1', at(0))
    await happen('leader-lost', 'leader', at(0))
    await round(at(1))
    expect((await listDeliveries(base.db, { limit: 9 })).map(({ channelName, event }) => `${channelName} ${event}`)).toEqual([
      'renamed job-failed',
    ])
    await changeChannel(base.db, who, off.id, { enabled: true })
    await happen('job-failed', 'j2', at(2), 'elsewhere')
    await round(at(3))
    expect(await listDeliveries(base.db, { limit: 1 })).toMatchObject([{ channelName: 'off', cluster: 'elsewhere' }])
  })

  it('of the same comes once per quiet time; what changed meanwhile comes at its end, the last state only', async () => {
    await saveChannel(base.db, who, channel())
    const flap: [NotifyEvent, number][] = [
      ['node-down', 0],
      ['node-up', 60],
      ['node-down', 120],
      ['node-up', 180],
      ['node-down', 240],
    ]
    for (const [event, s] of flap) {
      await happen(event, 'c:2', at(s))
      await round(at(s))
    }
    const sent = (): string[] => got.map(({ body }) => (JSON.parse(body) as { event: string }).event) // as sent
    expect(sent()).toEqual(['node-down', 'node-up'])
    await round(at(700))
    expect(sent()).toEqual(['node-down', 'node-up', 'node-down'])
    expect(JSON.parse(got[2]?.body ?? '{}')).toMatchObject({ heldBack: 1 })
    await round(at(2000))
    expect(sent()).toHaveLength(3)
    await happen('node-down', 'd:2', at(250)) // another node is another matter
    await round(at(2001))
    expect(sent()).toHaveLength(4)
  })
})

describe('an outgoing request', () => {
  const post = (path: string, limitMs?: number) => postMessage({ url: url(path), headers: {}, body: '{}' }, undefined, limitMs)

  it('follows no redirect, waits no longer than it may, and reads no endless answer', async () => {
    answer = { status: 302, headers: { location: url('/inside') } }
    expect(await post('/out')).toMatchObject({ status: 302 })
    expect(got.map(({ path }) => path)).toEqual(['/out'])
    answer = { status: 200, body: 'x'.repeat(300_000) }
    const long = await post('/long')
    expect('body' in long && long.body.length).toBe(64 * 1024)
    const silent = createServer(() => undefined)
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    const { port } = silent.address() as AddressInfo // it listens on TCP
    expect(await postMessage({ url: `http://127.0.0.1:${port}/`, headers: {}, body: '' }, undefined, 50)).toEqual({
      error: { code: 'notify.timeout', params: { seconds: 0.05 } },
    })
    silent.closeAllConnections()
    silent.close()
  })

  it('that fails does not name what may be a token', async () => {
    await new Promise((done) => receiver.close(done))
    const failed = JSON.stringify(await postMessage({ url: 'http://127.0.0.1:1/token-123', headers: {}, body: '' }))
    expect(failed).toContain('ECONNREFUSED')
    expect(failed).not.toContain('token-123')
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  })
})

import { createServer } from 'node:http'
import { io } from 'socket.io-client'
import { type JobEntries, liveEvents, watchEvents } from '@/server/domain/live-events'
import { createAuth } from '@/server/http/auth'
import { attachGateway } from '@/server/live/gateway'
import { appendEntries } from '@/server/store/journal'
import { testApi } from '@/tests/support/test-api'

const lines = 60

/** From a line's way into the journal to a browser's socket, beside the 100 ms at which the books are looked at. */
export const benchLive = async (): Promise<void> => {
  const panel = await testApi()
  const auth = createAuth({ db: panel.db, secret: 'a secret for the bench only, long enough', secure: false })
  const server = createServer()
  const gateway = attachGateway(server, { db: panel.db, env: panel.env, auth })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  const url = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`
  const socket = io(url, { transports: ['websocket'], auth: { token: await panel.token('viewer') } })
  try {
    const row = { clusterName: 'c', operation: 'start' }
    await panel.db.plan.create({ data: { id: 'p', ...row, state: 'submitted', input: '{}', askedBy: 'u' } })
    await panel.db.job.create({ data: { id: 'j', number: 1, planId: 'p', ...row, state: 'running', attempt: 1, startedBy: 'u' } })
    const came = new Map<number, number>()
    socket.on(liveEvents.entries, ({ entries }: JobEntries, taken: () => void) => {
      for (const { seq } of entries) came.set(seq, performance.now())
      taken()
    })
    socket.emit(watchEvents.job, { job: 'j', after: 0 })
    const sent = new Map<number, number>()
    for (let i = 0; i < lines; i++) {
      const began = performance.now()
      const [entry] = await appendEntries(panel.db, 'j', {
        attempt: 1,
        at: new Date(),
        entries: [{ kind: 'output', stream: 'note', text: `line ${i}\n` }],
      })
      sent.set(entry?.seq ?? 0, began)
      await new Promise((resolve) => setTimeout(resolve, 37))
    }
    for (let i = 0; came.size < lines && i < 100; i++) await new Promise((resolve) => setTimeout(resolve, 50))
    const took = [...sent].map(([seq, began]) => (came.get(seq) ?? Number.POSITIVE_INFINITY) - began).toSorted((a, b) => a - b)
    const median = took[lines >> 1] ?? 0
    console.log(
      `log line to browser: ${median.toFixed(0)} ms in the middle, ${took.at(-1)?.toFixed(0)} ms at worst: ${(median / 100).toFixed(1)} looks at the books`,
    )
  } finally {
    socket.disconnect()
    await gateway.close()
    server.close()
    await panel.close()
  }
}

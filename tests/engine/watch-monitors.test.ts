import { afterEach, beforeEach, expect, it } from 'vitest'
import { withDefaults } from '@/server/domain/topology/topology'
import { systemClock } from '@/server/engine/engine'
import { refreshMonitors, watchMonitors } from '@/server/engine/watch-monitors'
import { HttpFailed, type HttpRequest, type HttpResponse } from '@/server/remote/transport'
import { createCluster } from '@/server/store/clusters'
import { readMonitors } from '@/server/store/monitor-views'
import { renewWatch } from '@/server/store/watching'
import { FakeHost, FakeTransport } from '@/tests/support/fake-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let database: TestDatabase
let world: FakeTransport
let nowMs = Date.UTC(2026, 0, 1)
const asked: string[] = []
const down = new Set<string>()
const clock = { now: () => nowMs, sleep: systemClock.sleep }

const alerts = [{ fingerprint: 'f', labels: { alertname: 'A', level: 'critical' }, annotations: {}, startsAt: '2026-01-01T00:00:00Z' }]
const answer = (host: string, request: HttpRequest): HttpResponse => {
  const [path] = request.path.split('?')
  asked.push(`${host}:${request.port}${path}`)
  if (down.has(`${host}:${request.port}`)) throw new HttpFailed('refused', 'connection refused')
  const of = (value: unknown) => ({ status: 200, headers: {}, body: JSON.stringify(value) })
  if (path === '/api/v2/alerts') return of(alerts)
  const { searchParams } = new URL(request.path, 'http://x')
  const points = [[Number(searchParams.get('end')), '1']]
  return of({ status: 'success', data: { resultType: 'matrix', result: [{ metric: { instance: 'h1:9100', task: 't' }, values: points }] } })
}

beforeEach(async () => {
  database = await testDatabase()
  down.clear()
  asked.length = 0
  world = new FakeTransport(new Map(['h1', 'h2'].map((id) => [id, new FakeHost()])))
  world.hooks.http = answer
  const common = { lifecycle: 'adopted' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', yaml: '', createdBy: 'ann' }
  const topology = withDefaults({
    master_servers: [{ host: 'h1' }],
    monitoring_servers: [{ host: 'h1' }, { host: 'h2' }],
    alertmanager_servers: [{ host: 'h2' }],
  })
  await createCluster(database.db, { ...common, name: 'c', topology })
  await createCluster(database.db, { ...common, name: 'bare', topology: withDefaults({ master_servers: [{ host: 'h1' }] }) })
})
afterEach(() => database.close())

const refresh = (name = 'c') => refreshMonitors({ db: database.db, transport: world, clock, onBug: console.error }, name)

it('reads alerts and all charts; the next Prometheus where one is down', async () => {
  await refresh()
  const view = await readMonitors(database.db, 'c')
  expect(view?.alerts).toMatchObject({ from: 'h2:9093', error: null, seen: [{ name: 'A', level: 'critical' }] })
  expect(view?.charts?.seen.map(({ id }) => id)).toEqual(['lag', 'events', 'rows', 'dm-cpu', 'cpu', 'memory', 'disk'])
  down.add('h1:9090')
  await refresh()
  expect(await readMonitors(database.db, 'c')).toMatchObject({ charts: { from: 'h2:9090', error: null } })
})

it('keeps what was seen with its age and says what is down, each block for itself; a dead one is asked once', async () => {
  await refresh()
  const first = new Date(nowMs).toISOString()
  nowMs += 60_000
  down.add('h2:9093')
  await refresh()
  expect(await readMonitors(database.db, 'c')).toMatchObject({
    alerts: { at: first, seen: [{ name: 'A' }], error: { code: 'refused', from: 'h2:9093' } },
    charts: { at: new Date(nowMs).toISOString(), error: null },
  })
  for (const one of ['h1:9090', 'h2:9090']) down.add(one)
  asked.length = 0
  await refresh()
  expect(asked.filter((one) => one.includes('query_range'))).toHaveLength(2)
  expect((await readMonitors(database.db, 'c'))?.charts).toMatchObject({ error: { from: 'h1:9090' } })
})

it('has nothing of a cluster without monitors, and asks only while somebody looks', async () => {
  await refresh('bare')
  expect(await readMonitors(database.db, 'bare')).toEqual({ alerts: null, charts: null })
  await renewWatch(database.db, 'c', new Date(nowMs + 1000))
  const stop = new AbortController()
  asked.length = 0
  const watch = watchMonitors({ db: database.db, transport: world, clock, onBug: console.error }, stop.signal)
  await expect.poll(() => asked.filter((one) => one.includes('alerts'))).toHaveLength(1)
  nowMs += 3_600_000
  await new Promise((resolve) => setTimeout(resolve, 1100))
  stop.abort()
  await watch
  expect(asked.filter((one) => one.includes('alerts'))).toHaveLength(1)
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { withDefaults } from '@/server/domain/topology/topology'
import { systemClock } from '@/server/engine/engine'
import { refreshStatus, startWatcher } from '@/server/engine/watch-status'
import { type HttpRequest, type HttpResponse, LinkLost } from '@/server/remote/transport'
import { createCluster, readStatus } from '@/server/store/clusters'
import { renewWatch } from '@/server/store/watching'
import { readHosts } from '@/server/usecases/read-hosts'
import { FakeHost, FakeTransport } from '@/tests/support/fake-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let database: TestDatabase
let world: FakeTransport
const silent = new Set<string>()

const members = () => ({
  result: true,
  msg: '',
  members: [
    { leader: { msg: '', name: 'dm-h2-8261', addr: 'h2:8261' } },
    {
      master: {
        msg: '',
        masters: ['h1', 'h2'].map((h) => ({
          name: `dm-${h}-8261`,
          memberID: '1',
          alive: !silent.has(h),
          peerURLs: [`http://${h}:8291`],
          clientURLs: [`http://${h}:8261`],
        })),
      },
    },
    { worker: { msg: '', workers: [{ name: 'dm-h1-8262', addr: 'h1:8262', stage: 'bound', source: 'mysql-01' }] } },
  ],
})
const answer = (request: HttpRequest): HttpResponse => {
  const of = (body: string) => ({ status: 200, headers: {}, body })
  if (request.path.includes('/members')) return of(JSON.stringify(members()))
  if (request.path === '/health') return of('{"health":"true","reason":""}')
  if (request.path === '/status') return of('Release Version: v8.5.0\nGit Commit Hash: x\n')
  if (request.path === '/metrics') return of('# HELP x\nprocess_start_time_seconds 1.7e+09\n')
  return of('ready')
}

beforeEach(async () => {
  database = await testDatabase()
  silent.clear()
  world = new FakeTransport(new Map(['h1', 'h2'].map((id) => [id, new FakeHost()])))
  for (const [host, units] of [
    ['h1', ['dm-master-8261', 'dm-worker-8262']],
    ['h2', ['dm-master-8261', 'prometheus-9090']],
  ] as const)
    for (const unit of units) world.host(host).start(`${unit}.service`)
  world.hooks.http = (_host, request) => answer(request)
  world.hooks.before = (host) => {
    if (silent.has(host)) throw new LinkLost('connect-timeout', host, 'no answer')
    return undefined
  }
  const topology = withDefaults({
    master_servers: [{ host: 'h1' }, { host: 'h2' }],
    worker_servers: [{ host: 'h1' }],
    monitoring_servers: [{ host: 'h2' }],
  })
  await createCluster(database.db, {
    name: 'c1',
    lifecycle: 'adopted',
    version: 'v8.5.0',
    deployUser: 'tidb',
    credentialId: 'k',
    topology,
    yaml: '',
    createdBy: 'ann',
  })
})
afterEach(() => database.close())

const refresh = async () => {
  await refreshStatus({ db: database.db, transport: world, clock: systemClock }, 'c1')
  return readStatus(database.db, 'c1')
}
const statuses = (status: Awaited<ReturnType<typeof refresh>>) => status?.rows.map((row) => `${row.id} ${row.status.value}`)

it('shows the words of tiup dm display, the running version and the start of each process', async () => {
  const status = await refresh()
  expect(statuses(status)).toEqual(['h1:8261 Healthy', 'h2:8261 Healthy|L', 'h1:8262 Bound', 'h2:9090 Up'])
  expect(status).toMatchObject({ leader: 'dm-h2-8261', worst: 'ok', silent: {} })
  expect(status?.rows[0]).toMatchObject({ ports: '8261/8291', version: { value: 'v8.5.0' }, unitState: { value: 'active (running)' } })
  expect(status?.rows[0]?.since.value).toBe('2023-11-14T22:13:20.000Z')
  expect(status?.rows[2]?.source).toBe('mysql-01')
})

it('takes the unit’s word for the start of a process that tells none, as TiUP does', async () => {
  world.hooks.http = (_host, request) => (request.path === '/metrics' ? { status: 404, headers: {}, body: '' } : answer(request))
  world.host('h2').unit('prometheus-9090.service').entered = 'Sat 2026-11-21 08:00:43 UTC'
  for (const status of [await refresh(), await refresh()])
    expect(status?.rows.find(({ id }) => id === 'h2:9090')?.since).toMatchObject({ value: '2026-11-21T08:00:43.000Z', source: 'systemd' })
})

it('ages only the rows of a silent host', async () => {
  const before = await refresh()
  silent.add('h2')
  const status = await refresh()
  const prometheus = status?.rows.find(({ id }) => id === 'h2:9090')
  expect(prometheus?.status).toEqual({ ...before?.rows.find(({ id }) => id === 'h2:9090')?.status, why: 'connect-timeout' })
  expect(status?.rows.find(({ id }) => id === 'h1:8262')?.status).toMatchObject({ value: 'Bound', at: status?.at })
  expect(status?.rows.find(({ id }) => id === 'h2:8261')?.status).toMatchObject({ value: 'Down', why: 'connect-timeout' })
  expect(status?.silent).toEqual({ h2: 'connect-timeout' })
})

it('keeps what it saw of the hosts, asks for disks once a minute only, and shows when a host last answered', async () => {
  let asked = 0
  world.hooks.before = (host, _name, args) => {
    if (silent.has(host)) throw new LinkLost('connect-timeout', host, 'no answer')
    asked += args.includes('probe_disk') ? 1 : 0
    return undefined
  }
  await refresh()
  const first = await readHosts(database.db)
  expect(first.map(({ address, port, state }) => [address, port, state])).toEqual([
    ['h1', 22, 'answers'],
    ['h2', 22, 'answers'],
  ])
  expect(first[0]).toMatchObject({
    clusters: [{ name: 'c1', instances: 2, user: 'tidb' }],
    facts: { arch: 'amd64', disks: [{ mount: '/', sizeBytes: 2 ** 30, freeBytes: 2 ** 28 }] },
  })
  silent.add('h2')
  await refresh()
  expect(asked).toBe(2)
  const [h1, h2] = await readHosts(database.db)
  expect(h2).toMatchObject({ state: 'no-answer', error: 'connect-timeout', answeredAt: first[1]?.answeredAt, facts: first[1]?.facts })
  expect(Date.parse(h1?.answeredAt ?? '')).toBeGreaterThan(Date.parse(h2?.answeredAt ?? ''))
})

it('says Down for a master whose port is closed, and stopped when every unit is', async () => {
  world.hooks.http = undefined as never // nobody listens
  expect(statuses(await refresh())).toEqual(['h1:8261 Down', 'h2:8261 Down', 'h1:8262 N/A', 'h2:9090 Down'])
  for (const host of world.hosts.values()) for (const unit of host.units.values()) unit.running = false
  expect((await refresh())?.worst).toBe('stopped')
})

it('reads a cluster that somebody watches again and again, and stops when told to', async () => {
  const stop = new AbortController()
  await renewWatch(database.db, 'c1', new Date(Date.now() + 60_000))
  const bugs: unknown[] = []
  const watcher = startWatcher({
    db: database.db,
    transport: world,
    clock: systemClock,
    stopping: stop.signal,
    watchedMs: 30,
    onBug: (error) => bugs.push(error),
  })
  const times = new Set<string>()
  while (times.size < 3) {
    const status = await readStatus(database.db, 'c1')
    if (status) times.add(status.at)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  stop.abort()
  await watcher.finished
  expect(bugs).toEqual([])
})

it('reads a cluster that nobody watches at once when told that it has changed', async () => {
  const stop = new AbortController()
  const bugs: unknown[] = []
  const watcher = startWatcher({
    db: database.db,
    transport: world,
    clock: systemClock,
    stopping: stop.signal,
    watchedMs: 30,
    onBug: (error) => bugs.push(error),
  })
  const times = new Set<string>()
  const see = async (count: number) => {
    while (times.size < count) {
      const status = await readStatus(database.db, 'c1')
      if (status) times.add(status.at)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await see(1)
  watcher.lookAgain('c1')
  await see(2)
  stop.abort()
  await watcher.finished
  expect(bugs).toEqual([])
})

it('notes an instance that stays down, also when a command has just run beside; not one that a job has stopped', async () => {
  const { db } = database
  const at = Date.UTC(2026, 0, 1)
  let s = 0
  const look = () => {
    s += 20
    return refreshStatus({ db, transport: world, clock: { ...systemClock, now: () => at + s * 1000 } }, 'c1')
  }
  const job = async (number: number, operation: string) => {
    const id = `j${number}`
    await db.plan.create({ data: { id, clusterName: 'c1', operation, state: 'submitted', input: '{}', askedBy: 'u' } })
    const endedAt = new Date(at + s * 1000 + 1000)
    await db.job.create({ data: { id, number, planId: id, clusterName: 'c1', operation, state: 'succeeded', startedBy: 'u', endedAt } })
  }
  const noted = async () => (await db.happening.findMany({ orderBy: { at: 'asc' } })).map(({ event, subject }) => `${event} ${subject}`)
  await look()
  await job(1, 'exec')
  world.host('h2').unit('prometheus-9090.service').running = false
  await look()
  expect(await noted()).toEqual([])
  await look()
  await look()
  expect(await noted()).toEqual(['node-down h2:9090'])
  await job(2, 'stop')
  world.host('h1').unit('dm-master-8261.service').running = false
  for (let i = 0; i < 3; i++) await look()
  expect(await noted()).toEqual(['node-down h2:9090'])
})

import { beforeEach, describe, expect, it } from 'vitest'
import { parseLeaderCount, parseMembers, parseTasks } from '@/server/probes/cluster-answers'
import { parseDdlLocks, parseDmctlRun, parseKept, parseSources, parseStatus, refusalOf } from '@/server/probes/dmctl-answers'
import type { DmctlCommand } from '@/server/probes/dmctl-commands'
import { readKept, runDmctl } from '@/server/probes/dmctl-script'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { makeDemoPackage } from './demo-packages'
import { SimWorld } from './world'

const at = (n: number): string => `127.1.0.${n}`
const masters = [at(11), at(12), at(13)]
const workers = [at(21), at(22)]
const [m1 = '', m2 = '', m3 = ''] = masters
const [w1 = '', w2 = ''] = workers
const fresh = at(14)
const masterUnit = 'dm-master-8261.service'
const workerUnit = 'dm-worker-8262.service'
const masterName = (address: string): string => `dm-${address}-8261`
const workerName = (address: string): string => `dm-${address}-8262`

let nowMs: number
let world: SimWorld
const http = (address: string, path: string, method = 'GET', body: unknown = {}) => {
  const answer = world.http(address, 8261, { method, path, body: JSON.stringify(body) })
  return typeof answer === 'string' ? { status: 0, body: answer } : answer
}
const members = (address = m1) => {
  const read = parseMembers(http(address, '/apis/v1alpha1/members').body, address)
  return 'error' in read ? read.error : read
}
const leader = (address = m1): string => {
  const seen = members(address)
  return typeof seen === 'string' ? seen : (seen.leader?.name ?? '')
}
const stages = (address = m1): string[] => {
  const seen = members(address)
  return typeof seen === 'string' ? [seen] : seen.workers.map(({ stage, source }) => `${stage} ${source}`.trim())
}
const remove = (type: string, name: string, via = m1): { result: boolean; msg: string } =>
  JSON.parse(http(via, `/apis/v1alpha1/members/${type}/${name}`, 'DELETE').body)
const host = (address: string) => {
  const found = world.host(address)
  if (!found) throw new Error(address)
  return found
}
const install = (address: string, component: string, flags: string): void => {
  const { machine } = host(address)
  const own = { owner: 'root', group: 'root', mode: '0755' }
  for (const dir of [`/d/bin/${component}`, '/d/scripts']) machine.makeDirs(dir, 'root', 'root', '0755')
  machine.writeFile(`/d/bin/${component}/${component}`, `${component} v8.5.0`, { ...own, version: 'v8.5.0' })
  machine.writeFile('/d/scripts/run.sh', `DEPLOY_DIR=/d\nexec bin/${component}/${component} ${flags}\n`, own)
  const unit = component === 'dm-master' ? masterUnit : workerUnit
  machine.writeFile(`/etc/systemd/system/${unit}`, "ExecStart=/bin/bash -c '/d/scripts/run.sh'\n", own)
}
const masterFlags = (address: string, origin: string): string =>
  `--name="${masterName(address)}" --master-addr="0.0.0.0:8261" --advertise-addr="${address}:8261" --peer-urls="http://0.0.0.0:8291" ` +
  `--advertise-peer-urls="http://${address}:8291" --log-file="/d/dm-master.log" --data-dir="/d/data" ${origin}`
const initial = masters.map((one) => `${masterName(one)}=http://${one}:8291`).join(',')
const join = masters.map((one) => `${one}:8261`).join(',')
const start = (address: string, unit: string): void => {
  host(address).systemd.start(unit)
  world.dm.settle()
}
const stop = (address: string, unit: string): void => {
  host(address).systemd.stop(unit)
  world.dm.settle()
}
const later = (ms: number): void => {
  nowMs += ms
  world.dm.settle()
}
const source = (id: string) => `source-id: ${id}\nfrom:\n  host: 10.1.1.1\n  password: secret\n`
const addSource = (id: string) => http(m1, '/apis/v1alpha1/sources', 'PUT', { op: 1, config: [source(id)] })
const addTask = (name: string, id: string) =>
  http(m1, '/apis/v1alpha1/tasks', 'POST', { task: `name: ${name}\nmysql-instances:\n  - source-id: ${id}\n` })

const ref = { packageSha256: 'a'.repeat(64), entry: 'dmctl/dmctl', user: 'tidb', masters: [`${m1}:8261`, `${m2}:8261`] }
const dmctl = (commands: readonly DmctlCommand[], more: Parameters<typeof runDmctl>[2] = {}) => {
  const ran = world.exec(m1, runDmctl(ref, commands, more), { user: 'root' })
  return { ...ran, said: parseDmctlRun(ran.out) }
}

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 1)
  world = SimWorld.fresh([...masters, fresh, ...workers], { now: () => nowMs })
  for (const one of masters) install(one, 'dm-master', masterFlags(one, `--initial-cluster="${initial}"`))
  for (const one of workers)
    install(one, 'dm-worker', `--name="${workerName(one)}" --worker-addr="0.0.0.0:8262" --advertise-addr="${one}:8262" --join="${join}"`)
  for (const one of masters) start(one, masterUnit)
  for (const one of workers) start(one, workerUnit)
  const { machine } = host(m1)
  machine.state.users.tidb = { uid: 1001, group: 'tidb', home: '/home/tidb', shell: '/bin/bash' }
  machine.writeFile(cachedPackagePath(ref.packageSha256), await makeDemoPackage('dmctl', 'v8.5.1'), {
    owner: 'root',
    group: 'root',
    mode: '0600',
  })
  later(6_000)
})

describe('leadership', () => {
  it('moves without a gap when evicted, with one of a second when stopped, of a minute when killed', () => {
    expect(leader()).toBe(masterName(m1))
    http(m1, '/apis/v1alpha1/leader/1', 'PUT')
    expect(leader()).toBe(masterName(m2))
    stop(m2, masterUnit)
    expect(http(m1, '/apis/v1alpha1/members').status).toBe(503)
    later(1_200)
    expect(leader()).toBe(masterName(m3))
    start(m2, masterUnit)
    world.kill(m3, masterUnit, 137)
    expect(http(m2, '/apis/v1alpha1/members').status).toBe(503)
    later(20_000) // systemd has started it again long since
    expect(http(m2, '/apis/v1alpha1/members').status).toBe(503)
    later(43_000)
    expect(http(m2, '/apis/v1alpha1/members').status).toBe(200)
  })

  it('a restart of the leader in one go gives it up too, and the one who came back is not the next', () => {
    host(m1).systemd.restart(masterUnit)
    world.dm.settle()
    expect(http(m2, '/apis/v1alpha1/members').status).toBe(503)
    later(1_200)
    expect(leader(m2)).toBe(masterName(m2))
  })

  it('is counted by each process', () => {
    const count = (address: string) => parseLeaderCount(http(address, '/metrics').body)
    expect([count(m1), count(m2)]).toEqual([1, 0])
    http(m1, '/apis/v1alpha1/leader/1', 'PUT')
    http(m1, '/apis/v1alpha1/leader/2', 'PUT')
    http(m2, '/apis/v1alpha1/leader/1', 'PUT')
    expect([count(m1), count(m2)]).toEqual([2, 1])
    stop(m1, masterUnit)
    start(m1, masterUnit)
    expect(count(m1)).toBe(0)
  })

  it('is of the program that was started, not of the one that lies there now', () => {
    const unit = () => host(m1).machine.unit(masterUnit)?.process
    const before = unit()?.exeSha256
    host(m1).machine.writeFile('/d/bin/dm-master/dm-master', 'other', { owner: 'root', group: 'root', mode: '0755', version: 'v8.5.1' })
    expect([unit()?.exeSha256, http(m1, '/status').body.includes('v8.5.0')]).toEqual([before, true])
    host(m1).systemd.restart(masterUnit)
    world.dm.settle()
    expect(unit()?.exeSha256).not.toBe(before)
    expect(http(m1, '/status').body).toContain('v8.5.1')
  })
})

describe('members', () => {
  it('a DELETE is refused while another is down or young, and takes its master out of the election; of the dead one it is not', () => {
    world.kill(m3, masterUnit, 137)
    expect(remove('master', masterName(m2))).toEqual({ result: false, msg: 'etcdserver: unhealthy cluster' })
    expect(remove('master', masterName(m3))).toMatchObject({ result: true })
    http(m1, '/apis/v1alpha1/leader/1', 'PUT')
    expect(leader(m2)).toContain('38043')
    host(m2).systemd.restart(masterUnit)
    world.dm.settle()
    expect(leader(m1)).toBe(masterName(m2))
  })

  it('a removed live master goes on, passes calls on, and does not come back on its old data', () => {
    expect(remove('master', masterName(m3))).toMatchObject({ result: true })
    expect(leader(m3)).toBe(masterName(m1))
    expect(http(m3, '/health')).toMatchObject({ status: 503, body: expect.stringContaining('server stopped') })
    host(m3).systemd.restart(masterUnit)
    world.dm.settle()
    expect(http(m3, '/apis/v1alpha1/members').body).toBe('silent')
    later(11_000)
    expect(host(m3).machine.unit(masterUnit)).toMatchObject({ sub: 'auto-restart', exitStatus: 2 })
    expect(members()).toMatchObject({ masters: [{ alive: true }, { alive: true }] })
  })

  it('a live leader that is removed leaves a gap of a second', () => {
    expect(remove('master', masterName(m1), m2)).toMatchObject({ result: true })
    expect(http(m2, '/apis/v1alpha1/members').status).toBe(503)
    later(1_200)
    expect(leader(m2)).toBe(masterName(m2))
  })

  it('joins on an empty folder once all are healthy, else ends with 2 and says why in its log', () => {
    const log = () => host(fresh).machine.text('/d/dm-master.log') ?? ''
    install(fresh, 'dm-master', masterFlags(fresh, `--join="${join}"`))
    host(m3).systemd.restart(masterUnit)
    start(fresh, masterUnit)
    expect(log()).toContain('RawCause: etcdserver: unhealthy cluster')
    expect(host(fresh).machine.unit(masterUnit)).toMatchObject({ sub: 'auto-restart', exitStatus: 2 })
    later(16_000)
    expect(members()).toMatchObject({ masters: [{}, {}, {}, { name: masterName(fresh), alive: true }] })
    expect(host(fresh).machine.text('/d/data/join')).toContain(`${masterName(fresh)}=http://${fresh}:8291`)
  })

  it('a wiped member with its old script, and a fresh one told of another cluster, are not let in', () => {
    stop(m3, masterUnit)
    host(m3).machine.remove('/d/data')
    start(m3, masterUnit)
    expect(host(m3).machine.text('/d/dm-master.log')).toContain('has already been bootstrapped')
    install(fresh, 'dm-master', masterFlags(fresh, `--initial-cluster="${initial},${masterName(fresh)}=http://${fresh}:8291"`))
    start(fresh, masterUnit)
    later(11_000)
    expect(host(fresh).machine.unit(masterUnit)).toMatchObject({ exitStatus: 2 })
    expect(JSON.stringify(members())).not.toContain(fresh)
  })
})

describe('workers and sources', () => {
  it('a stopped worker is offline at once and its source moves; a killed one keeps it until its lease ends', () => {
    addSource('s1')
    expect(stages()).toEqual(['bound s1', 'free'])
    stop(w1, workerUnit)
    expect(stages()).toEqual(['offline', 'bound s1'])
    expect(remove('worker', workerName(w2))).toMatchObject({ msg: expect.stringContaining('46005') })
    start(w1, workerUnit)
    for (const path of ['/d/bin/dm-worker/dm-worker']) host(w2).machine.remove(path) // it can't come back
    world.kill(w2, workerUnit, 137)
    expect(stages()).toEqual(['free', 'bound s1'])
    expect(remove('worker', workerName(w2))).toMatchObject({ msg: expect.stringContaining('46005') })
    later(61_000)
    expect(stages()).toEqual(['bound s1', 'offline'])
    expect(remove('worker', workerName(w2))).toMatchObject({ result: true })
    expect(stages()).toEqual(['bound s1'])
  })

  it('keepalive-ttl of the worker is its lease', () => {
    addSource('s1')
    stop(w1, workerUnit)
    const own = { owner: 'root', group: 'root', mode: '0644' }
    host(w1).machine.writeFile('/d/conf/dm-worker.toml', 'keepalive-ttl = 15\n', own)
    start(w1, workerUnit)
    expect(stages()).toEqual(['free', 'bound s1'])
    host(w1).machine.remove('/d/bin/dm-worker/dm-worker') // it can't come back
    world.kill(w1, workerUnit, 137)
    later(14_000)
    expect(stages()).toEqual(['free', 'bound s1'])
    later(2_000)
    expect(stages()).toEqual(['offline', 'bound s1'])
  })

  it('with relay the lease lasts half an hour', () => {
    addSource('s1')
    expect(refusalOf(dmctl([{ do: 'start-relay', source: 's1', workers: [workerName(w1)] }]).said[0])).toBeUndefined()
    host(w1).machine.remove('/d/bin/dm-worker/dm-worker')
    world.kill(w1, workerUnit, 137)
    later(1_799_000)
    expect(stages()).toEqual(['bound s1', 'free'])
    later(2_000)
    expect(stages()).toEqual(['offline', 'bound s1'])
  })

  it('more sources than workers: one waits, and is bound when a worker comes free', () => {
    for (const id of ['s1', 's2', 's3']) addSource(id)
    expect(parseSources(dmctl([{ do: 'show-sources' }]).said[0])).toMatchObject({ sources: [{}, {}, { source: 's3', worker: '' }] })
    dmctl([{ do: 'stop-source', source: 's1' }])
    expect(stages()).toEqual(['bound s3', 'bound s2'])
  })
})

describe('dmctl', () => {
  it('moves a source to a free worker, and says why not to another', () => {
    addSource('s1')
    addTask('t1', 's1')
    const move = (worker: string) => dmctl([{ do: 'transfer-source', source: 's1', worker: workerName(worker) }])
    expect(move(w2)).toMatchObject({ code: 0 })
    expect(stages()).toEqual(['free', 'bound s1'])
    addSource('s2')
    expect(move(w1)).toMatchObject({ code: 65, err: expect.stringContaining('46006') })
    dmctl([{ do: 'stop-source', source: 's2' }])
    http(m1, '/standin/subtask', 'POST', { task: 't1', unit: 'Load' })
    expect(move(w1).code).toBe(65)
  })

  it('status: stage, unit, lag and errors as a test has set them, by dmctl and by the gateway', () => {
    addSource('s1')
    addTask('t1', 's1')
    http(m1, '/standin/subtask', 'POST', { task: 't1', stage: 'Paused', unit: 'Sync', lagS: 42, error: 'no such table' })
    const fact = {
      task: 't1',
      source: 's1',
      worker: workerName(w1),
      stage: 'Paused',
      unit: 'Sync',
      lagS: 42,
      error: 'no such table',
      ddlLock: '',
    }
    expect(parseStatus(dmctl([{ do: 'query-status', more: true }]).said[0])).toMatchObject({ subtasks: [fact], silent: [] })
    expect(parseTasks(http(m2, '/apis/v1alpha1/status/t1').body)).toMatchObject({ tasks: [fact] })
    expect(refusalOf(dmctl([{ do: 'query-status', task: 'none' }]).said[0])).toMatchObject({ error: expect.stringContaining('none') })
    host(w1).machine.remove('/d/bin/dm-worker/dm-worker')
    world.kill(w1, workerUnit, 137)
    expect(parseStatus(dmctl([{ do: 'query-status', more: true }]).said[0])).toMatchObject({ subtasks: [], silent: [{ source: 's1' }] })
  })

  it('locks', () => {
    expect(parseDdlLocks(dmctl([{ do: 'show-ddl-locks' }]).said[0])).toEqual({ locks: [] })
    http(m1, '/standin/locks', 'POST', { locks: [{ id: 'x', task: 't1', owner: 's1', unsynced: ['s2'] }] })
    expect(parseDdlLocks(dmctl([{ do: 'show-ddl-locks' }]).said[0])).toMatchObject({ locks: [{ id: 'x', unsynced: ['s2'] }] })
    expect(
      dmctl([
        { do: 'unlock-ddl-lock', lock: 'x' },
        { do: 'unlock-ddl-lock', lock: 'x' },
      ]),
    ).toMatchObject({ code: 65 })
  })

  it('exports with passwords into a file of root’s, and imports it into another cluster but for relay', () => {
    addSource('s1')
    addTask('t1', 's1')
    dmctl([{ do: 'start-relay', source: 's1', workers: [workerName(w1)] }])
    const keep = '/var/lib/dm-panel/exports/j.tar.gz'
    const exported = dmctl([{ do: 'config-export', dir: 'out' }], { keep })
    expect(exported).toMatchObject({ code: 0 })
    expect(exported.out).not.toContain('secret')
    expect(parseKept(exported.out)).toMatchObject({ sha256: host(m1).machine.node(keep)?.sha256 })
    const kept = world.exec(m1, readKept(keep), { user: 'root' })
    for (const cluster of world.dm.clusters) Object.assign(cluster, { sources: [], tasks: [], relay: {} })
    for (const cluster of world.dm.clusters) for (const worker of cluster.workers) worker.source = ''
    host(m1).machine.writeFile('/staged', Buffer.from(kept.out, 'base64'), { owner: 'root', group: 'root', mode: '0600' })
    const imported = dmctl([{ do: 'config-import', dir: 'in' }], { input: { tar: '/staged' } })
    expect(imported).toMatchObject({ code: 0, out: expect.stringContaining('start-relay') })
    expect(host(m1).machine.node('/staged')).toBeUndefined()
    expect(stages()).toEqual(['bound s1', 'free'])
    expect(parseStatus(dmctl([{ do: 'query-status', more: true }]).said[0])).toMatchObject({
      subtasks: [{ task: 't1' }],
      sources: [{ relay: false }],
    })
  })

  it('without its package, without a user, without a master', () => {
    expect(dmctl([{ do: 'version' }]).out).toContain('Release Version: v8.5.1')
    for (const one of masters) stop(one, masterUnit)
    expect(dmctl([{ do: 'list-member' }])).toMatchObject({ code: 1, err: expect.stringContaining('48001') })
    delete host(m1).machine.state.users.tidb
    expect(dmctl([{ do: 'list-member' }]).code).toBe(67)
    host(m1).machine.remove(cachedPackagePath(ref.packageSha256))
    expect(dmctl([{ do: 'list-member' }]).code).toBe(66)
  })
})

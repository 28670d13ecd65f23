import { beforeEach, describe, expect, it } from 'vitest'
import { parseHealth, parseMembers, parseVersion } from '@/server/probes/cluster-answers'
import { shellWords } from './shell-words'
import { SimWorld } from './world'

const masters = ['127.1.0.11', '127.1.0.12', '127.1.0.13']
const worker = '127.1.0.14'
let nowMs: number
let world: SimWorld
const get = (address: string, path: string, method = 'GET', port = 8261) => world.http(address, port, { method, path, body: '' })
const members = (address: string) => {
  const answer = get(address, '/apis/v1alpha1/members')
  return typeof answer === 'string' ? answer : parseMembers(answer.body, `${address}:8261`)
}

const install = (address: string, component: string, port: number, flags: string): void => {
  const machine = world.host(address)?.machine
  if (!machine) throw new Error(address)
  const own = { owner: 'root', group: 'root', mode: '0755' }
  machine.makeDirs(`/d/bin/${component}`, 'root', 'root', '0755')
  machine.makeDirs('/d/scripts', 'root', 'root', '0755')
  machine.writeFile(`/d/bin/${component}/${component}`, 'x', { ...own, version: 'v8.5.0' })
  machine.writeFile(
    `/d/scripts/run.sh`,
    `#!/bin/bash\nDEPLOY_DIR=/d\nexec bin/${component}/${component} \\\n${flags} >> "/d/log" 2>> "/d/err"\n`,
    own,
  )
  const unit = `/etc/systemd/system/${component}-${port}.service`
  machine.writeFile(unit, "[Service]\nExecStart=/bin/bash -c '/d/scripts/run.sh'\nRestart=always\n", own)
}
const start = (address: string, unit: string): string => {
  const said = world.host(address)?.systemd.start(unit) ?? 'no host'
  world.dm.settle()
  return said
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1)
  world = SimWorld.fresh([...masters, worker], { now: () => nowMs })
  const peers = masters.map((one) => `dm-${one}-8261=http://${one}:8291`).join(',')
  for (const one of masters)
    install(
      one,
      'dm-master',
      8261,
      `    --name="dm-${one}-8261" \\\n    --master-addr="0.0.0.0:8261" \\\n    --advertise-addr="${one}:8261" \\\n    --peer-urls="http://0.0.0.0:8291" \\\n    --advertise-peer-urls="http://${one}:8291" \\\n    --data-dir="/d/data" \\\n    --initial-cluster="${peers}"`,
    )
  const join = masters.map((one) => `${one}:8261`).join(',')
  install(
    worker,
    'dm-worker',
    8262,
    `--name="dm-${worker}-8262" --worker-addr="0.0.0.0:8262" --advertise-addr="${worker}:8262" --join="${join}"`,
  )
})

describe('simulated DM', () => {
  it('one master of three accepts connections, says nothing, and gives up after 10 s', () => {
    expect(start(masters[0] ?? '', 'dm-master-8261.service')).toBe('')
    expect(members(masters[0] ?? '')).toBe('silent')
    nowMs += 11_000
    world.dm.settle()
    expect(world.host(masters[0] ?? '')?.machine.unit('dm-master-8261.service')).toMatchObject({ sub: 'auto-restart', exitStatus: 2 })
    nowMs += 16_000
    world.dm.settle()
    expect(world.host(masters[0] ?? '')?.machine.unit('dm-master-8261.service')).toMatchObject({ sub: 'running', nRestarts: 1 })
  })

  it('two of three elect a leader; an evicted one does not lead until it is told so or restarted', () => {
    for (const one of masters) start(one, 'dm-master-8261.service')
    start(worker, 'dm-worker-8262.service')
    const [first = '', second = ''] = masters
    expect(members(second)).toMatchObject({
      leader: { name: `dm-${first}-8261` },
      masters: [{ alive: true }, { alive: true }, { alive: true }],
      workers: [{ name: `dm-${worker}-8262`, stage: 'free' }],
    })
    get(first, '/apis/v1alpha1/leader/1', 'PUT')
    expect(members(first)).toMatchObject({ leader: { name: `dm-${second}-8261` } })
    get(first, '/apis/v1alpha1/leader/2', 'PUT')
    world.host(second)?.systemd.stop('dm-master-8261.service')
    expect(members(first)).toMatchObject({ error: expect.stringContaining('connection refused') })
    nowMs += 1_200
    expect(members(first)).toMatchObject({ leader: { name: `dm-${first}-8261` } })
    expect(members(second)).toBe('refused')
  })

  it('a master whose quorum is lost hangs on members and says so on /health', () => {
    for (const one of masters) start(one, 'dm-master-8261.service')
    for (const one of masters.slice(1)) world.host(one)?.systemd.stop('dm-master-8261.service')
    const [first = ''] = masters
    expect(members(first)).toBe('silent')
    const health = get(first, '/health')
    expect(typeof health === 'string' ? health : parseHealth(health.status, health.body)).toEqual({
      answered: true,
      healthy: false,
      reason: 'RAFT NO LEADER',
    })
    const status = get(first, '/status')
    expect(typeof status === 'string' ? status : parseVersion(status.body)).toBe('v8.5.0')
  })

  it('all masters evicted: no leader, and an answer that says so', () => {
    for (const one of masters) start(one, 'dm-master-8261.service')
    for (const one of masters) get(one, '/apis/v1alpha1/leader/1', 'PUT')
    expect(members(masters[0] ?? '')).toMatchObject({ error: expect.stringContaining('38043') })
  })

  it('a worker opens its port only after a leader registered it, and is offline when it stops', () => {
    start(worker, 'dm-worker-8262.service')
    expect(get(worker, '/status', 'GET', 8262)).toBe('refused')
    for (const one of masters) start(one, 'dm-master-8261.service')
    expect(get(worker, '/status', 'GET', 8262)).toMatchObject({ status: 200 })
    world.host(worker)?.systemd.stop('dm-worker-8262.service')
    expect(members(masters[0] ?? '')).toMatchObject({ workers: [{ stage: 'offline' }] })
  })
})

it('finds the program of a script that names an optional one, or holds it in a variable', () => {
  const machine = world.host(worker)?.machine
  for (const [component, port, lines] of [
    ['prometheus', 9090, 'if [ -e "bin/ng" ]; then\n  bin/ng\nfi\nexec bin/prometheus/prometheus --web.listen-address=":9090"'],
    ['node_exporter', 9100, 'BIN=bin/node_exporter/node_exporter\nBIN=bin/node_exporter\nexec $BIN --web.listen-address=":9100"'],
  ] as const) {
    install(worker, component, port, '')
    machine?.writeFile('/d/scripts/run.sh', `DEPLOY_DIR=/d\n${lines}\n`, { owner: 'root', group: 'root', mode: '0755' })
    start(worker, `${component}-${port}.service`)
    expect(get(worker, '/metrics', 'GET', port)).toMatchObject({ status: 200 })
  }
})

describe('command lines', () => {
  it('are words only', () => {
    expect(shellWords(`a 'b c' 'it'\\''s' --x=1`)).toEqual(['a', 'b c', "it's", '--x=1'])
    for (const bad of ['a; b', 'a $(b)', 'a `b`', 'a > b', 'a "b"', "a 'b", 'a | b', 'a & b', 'a *'])
      expect(shellWords(bad)).toBeUndefined()
  })
})

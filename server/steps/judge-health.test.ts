import { expect, it } from 'vitest'
import { type ClusterFacts, noClusterFacts, noHostFacts, type UnitFact } from '@/server/domain/facts'
import type { HealthQuestion } from '@/server/domain/health'
import { judge, needsOf } from './judge-health'
import { withUnit } from './verdict'

const running = { activeState: 'active', subState: 'running' }
const died = { activeState: 'activating', subState: 'auto-restart', result: 'exit-code', execMainStatus: 2, nRestarts: 1 }
const ask = { ask: 'master-ready' as const, instance: 'i', name: 'm1', host: 'h', unit: 'u', masters: 3, running: 3 }
const hosts = (unit: Partial<UnitFact>) => ({ h: withUnit(noHostFacts('now'), 'u', unit) })
const master = (name: string, alive: boolean) => ({ name, memberId: '1', alive, peerUrls: [], clientUrls: [] })
const cluster = (over: Partial<ClusterFacts> = {}): ClusterFacts => ({
  ...noClusterFacts('now'),
  health: { i: { answered: true, healthy: true, reason: '' } },
  members: {
    leader: { name: 'm2', addr: 'x' },
    masters: [master('m1', true)],
    workers: [{ name: 'w', addr: 'x', stage: 'free', source: '' }],
    seenFrom: 'i',
  },
  ...over,
})

it('a master is ready when it is healthy, alive in the list, and a leader is known', () => {
  expect(judge(ask, { hosts: hosts(running), cluster: cluster() })).toMatchObject({ ok: true, hopeless: false })
  const { members } = cluster()
  if (!members) throw new Error('no members')
  for (const wrong of [
    { members: { ...members, leader: null } },
    { members: { ...members, masters: [master('m1', false)] } },
    { members: { ...members, masters: [master('m2', true)] } },
    { health: {} },
    { health: { i: { answered: true, healthy: false, reason: 'RAFT NO LEADER' } } },
  ])
    expect(judge(ask, { hosts: hosts(running), cluster: cluster(wrong) })).toMatchObject({ ok: false, hopeless: false })
})

it('a quorum that can not be reached is hopeless, and says the numbers', () => {
  expect(judge({ ...ask, running: 1 }, { hosts: hosts(running), cluster: cluster() })).toMatchObject({
    ok: false,
    hopeless: true,
    seen: '1 of 3 masters run, quorum needs 2',
  })
  expect(judge({ ...ask, running: 2 }, { hosts: hosts(running), cluster: cluster() })).toMatchObject({ ok: true })
})

it('a unit that died is hopeless at once, and says how', () => {
  const answer = judge(ask, { hosts: hosts(died), cluster: cluster() })
  expect(answer).toMatchObject({ ok: false, hopeless: true })
  expect(answer.seen).toBe('u: activating (auto-restart), Result=exit-code, ExecMainStatus=2, NRestarts=1')
})

it('workers and monitors', () => {
  const worker: HealthQuestion = { ask: 'worker-ready', instance: 'i', name: 'w', host: 'h', unit: 'u' }
  expect(judge(worker, { hosts: hosts(running), cluster: cluster() })).toMatchObject({ ok: true })
  expect(judge({ ...worker, name: 'x' }, { hosts: hosts(running), cluster: cluster() })).toMatchObject({ ok: false, hopeless: false })
  expect(judge(worker, { hosts: {} })).toMatchObject({ ok: false, hopeless: false })
  const up: HealthQuestion = {
    ask: 'http-up',
    instance: 'i',
    component: 'grafana',
    host: 'h',
    unit: 'u',
    address: 'a',
    port: 1,
    path: '/login',
  }
  expect(judge(up, { hosts: hosts(running), cluster: cluster({ up: { i: true } }) })).toMatchObject({ ok: true })
  expect(judge(up, { hosts: hosts(running), cluster: cluster({ up: { i: false } }) })).toMatchObject({ ok: false })
  expect(judge(up, { hosts: hosts(running), cluster: cluster() })).toMatchObject({ ok: false })
  expect(needsOf(up).cluster).toEqual([{ probe: 'up', instance: 'i' }])
})

import { describe, expect, it } from 'vitest'
import { type ClusterFacts, noClusterFacts, noHostFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { memberAbsent } from './member-absent'

const step: StepOf<'member-absent'> = {
  ...{
    kind: 'member-absent',
    id: '1.1/h/member-absent/m3',
    host: '10.0.0.3',
    type: 'master',
    name: 'm3',
    masters: 3,
    unit: 'dm-master-8261.service',
  },
}
const seen = (names: readonly string[], dead: readonly string[] = [], leader = '10.0.0.1:8261'): ClusterFacts => ({
  ...noClusterFacts(''),
  members: {
    leader: { name: 'm1', addr: leader },
    masters: names.map((name) => ({ name, memberId: '1', alive: !dead.includes(name), peerUrls: [], clientUrls: [] })),
    workers: [{ name: 'w1', addr: '10.0.0.1:8262', stage: 'offline', source: '' }],
    seenFrom: 'm1',
  },
})
const nothing = noHostFacts('')
const turn = { incarnation: '' }

describe('member-absent', () => {
  it('looks for the very name in DM’s list; without a list it does not know', () => {
    expect(memberAbsent.satisfied(step, nothing, turn, seen(['m1', 'm2', 'm3']))).toBe('no')
    expect(memberAbsent.satisfied(step, nothing, turn, seen(['m1', 'm2']))).toBe('yes')
    expect(memberAbsent.satisfied(step, nothing, turn, { ...noClusterFacts(''), membersError: 'silent' })).toBe('unknown')
    expect(memberAbsent.satisfied({ ...step, type: 'worker', name: 'w1' }, nothing, turn, seen(['m1']))).toBe('no')
  })

  it('asks the leader itself, once; nobody when nobody is known', () => {
    expect(memberAbsent.acts(step, seen(['m1', 'm2', 'm3']))).toEqual([
      { act: 'http', from: '10.0.0.3', address: '10.0.0.1', port: 8261, method: 'DELETE', path: '/apis/v1alpha1/members/master/m3' },
    ])
    expect(memberAbsent.acts(step, seen(['m3'], [], '[::1]:8261'))).toMatchObject([{ address: '::1', port: 8261 }])
    expect(memberAbsent.acts(step, noClusterFacts(''))).toEqual([])
  })

  it.each([
    [{ status: 200, body: '{"result":true,"msg":""}' }, 'ok'],
    [{ status: 200, body: '{"result":false,"msg":"[code=38048], Message: dm-master with name m3 not exists"}' }, 'ok'],
    [{ status: 404, body: '' }, 'ok'],
    [{ status: 200, body: '{"result":false,"msg":"etcdserver: unhealthy cluster"}' }, 'failed'],
    [{ status: 200, body: 'no json' }, 'failed'],
    [{ status: 500, body: '{"code":2}' }, 'failed'],
    ['timeout', 'failed'],
    ['refused', 'failed'],
  ] as const)('judges %j as %s', (answer, verdict) => {
    expect(memberAbsent.answered?.(step, answer)).toBe(verdict)
  })

  it('after a refusal restarts that master, which may not lead again otherwise, but only where the others keep the majority', () => {
    expect(memberAbsent.amends?.(step, seen(['m1', 'm2', 'm3']))).toMatchObject([{ act: 'exec', as: 'root' }])
    expect(JSON.stringify(memberAbsent.amends?.(step, seen(['m1', 'm2', 'm3'])))).toContain('try-restart')
    expect(memberAbsent.amends?.(step, seen(['m1', 'm2', 'm3'], ['m2']))).toEqual([])
    const { unit: _unit, ...elsewhere } = step
    expect(memberAbsent.amends?.(elsewhere, seen(['m1', 'm2', 'm3']))).toEqual([])
    expect(memberAbsent.amends?.({ ...elsewhere, type: 'worker', name: 'w1' }, seen(['m1']))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { start } from '@/server/operations/start'
import { stop } from '@/server/operations/stop'
import { expectGolden } from './plan-text'
import { fresh, later, running, three, tiny } from './world'

describe('start', () => {
  it('a whole cluster', () => {
    expectGolden('start/all', start.plan(three, fresh(three), later(three)).plan)
  })

  it('one host with exporters', () => {
    expectGolden('start/one-host-with-exporters', start.plan(tiny, fresh(tiny), later(tiny, { waitTimeoutS: 30 })).plan)
  })

  it('one role of a cluster whose masters run', () => {
    const up = ['10.0.0.1:8261', '10.0.0.2:8261', '10.0.0.3:8261']
    expectGolden('start/one-role', start.plan(three, running(three, up), later(three, { roles: ['dm-worker'] })).plan)
  })

  it('one of three masters: warns and says how many a quorum needs', () => {
    expectGolden('start/one-of-three-masters', start.plan(three, fresh(three), later(three, { nodes: ['10.0.0.2:8261'] })).plan)
  })

  it('a master more where one runs already makes a quorum', () => {
    const plan = start.plan(three, running(three, ['10.0.0.1:8261']), later(three, { nodes: ['10.0.0.2:8261'] })).plan
    expect(plan.problems).toEqual([])
    expect(plan.phases[0]?.lanes[0]?.gate?.questions[0]).toMatchObject({ masters: 3, running: 2 })
  })

  it('takes the intersection of roles and nodes', () => {
    const { plan } = start.plan(three, fresh(three), later(three, { roles: ['dm-worker'], nodes: ['10.0.0.4:8262', '10.0.0.1:8261'] }))
    expect(plan.phases[0]?.lanes.map((lane) => lane.subject)).toEqual(['10.0.0.4:8262'])
    expect(plan.tiupCommand).toBe('tiup dm start dm1 -R dm-worker -N 10.0.0.4:8262,10.0.0.1:8261')
  })

  it('refuses unknown roles and nodes, and a selection of nothing', () => {
    const codes = (more: { roles?: string[]; nodes?: string[] }) =>
      start.validate(three, fresh(three), later(three, more)).map((one) => one.code)
    expect(codes({ roles: ['dm-boss'], nodes: ['10.9.9.9:1'] })).toEqual(['select.unknown-role', 'select.unknown-node'])
    expect(codes({ roles: ['grafana'], nodes: ['10.0.0.4:8262'] })).toEqual(['select.nothing'])
  })

  it('refuses adopted clusters of kinds that can only be watched', () => {
    const tls = { ...three, global: { ...three.global, enable_tls: true, systemd_mode: 'user', ssh_type: 'none' } }
    const what = (problems: readonly { code: string; params: object }[]) => problems.map((one) => [one.code, ...Object.values(one.params)])
    expect(what(start.validate(tls, fresh(tls), later(tls)))).toEqual([
      ['select.unsupported', 'enable_tls'],
      ['select.unsupported', 'systemd_mode: user'],
      ['select.unsupported', 'ssh_type: none'],
    ])
    expect(stop.validate(tls, fresh(tls), later(tls))).toHaveLength(3)
  })

  it('says which hosts are silent and which units are not there', () => {
    const { '10.0.0.4': _silent, ...hosts } = fresh(three).hosts
    const host = hosts['10.0.0.5']
    const gone = host && {
      ...host,
      units: { 'dm-worker-8262.service': { ...host.units['dm-worker-8262.service'], loadState: 'not-found' } },
    }
    const problems = start.validate(three, { hosts: { ...hosts, '10.0.0.5': gone as typeof host & object } }, later(three))
    expect(problems.map((one) => [one.code, one.params.host])).toEqual([
      ['preflight.reach', '10.0.0.4'],
      ['start.unit-missing', '10.0.0.5'],
    ])
  })
})

describe('stop', () => {
  it('a whole running cluster: evicts all masters, then stops them together', () => {
    expectGolden(
      'stop/all',
      stop.plan(three, running(three, undefined, { '10.0.0.4:8262': 'mysql-1', '10.0.0.5:8262': 'mysql-2' }), later(three)).plan,
    )
  })

  it('one host with exporters and a lone master: no evict', () => {
    expectGolden('stop/one-host-with-exporters', stop.plan(tiny, running(tiny), later(tiny)).plan)
  })

  it('one worker with a source', () => {
    const facts = running(three, undefined, { '10.0.0.4:8262': 'mysql-1' })
    expectGolden('stop/one-worker', stop.plan(three, facts, later(three, { nodes: ['10.0.0.4:8262'] })).plan)
  })

  it('one of three masters: evicted, and free to lead again when its stop failed', () => {
    expectGolden('stop/one-master', stop.plan(three, running(three), later(three, { nodes: ['10.0.0.1:8261'] })).plan)
  })

  it('two of three masters: warns of the lost quorum', () => {
    const facts = running(three, undefined, { '10.0.0.4:8262': 'mysql-1' })
    expectGolden('stop/two-masters', stop.plan(three, facts, later(three, { nodes: ['10.0.0.1:8261', '10.0.0.2:8261'] })).plan)
  })

  it('what is down already: no evict, no warning', () => {
    const { plan } = stop.plan(three, running(three, []), later(three))
    expect(plan.problems).toEqual([])
    expect(plan.phases.map((one) => one.title.word)).not.toContain('plan.evict-masters')
  })

  it('leaves the exporters where something stays', () => {
    const { plan } = stop.plan(tiny, running(tiny), later(tiny, { roles: ['dm-worker'] }))
    expect(plan.phases.map((one) => one.title.word)).toEqual(['plan.stop-dm-worker', 'plan.record'])
  })
})

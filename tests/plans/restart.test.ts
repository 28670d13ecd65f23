import { describe, expect, it } from 'vitest'
import type { MembersFact, SubtaskFact } from '@/server/domain/facts'
import type { PackageInfo } from '@/server/domain/package'
import type { Plan } from '@/server/domain/plan'
import { entriesAs, joinEntries } from '@/server/domain/topology/entries'
import type { OperationFacts } from '@/server/operations/input'
import { restart } from '@/server/operations/restart'
import { expectGolden } from './plan-text'
import { fresh, later, running, three, tiny, topologyOf } from './world'

const dmctl: PackageInfo = {
  ...{ sha256: 'd'.repeat(64), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 50_000_000 },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}
const subtask = (more: Partial<SubtaskFact> = {}): SubtaskFact => ({
  ...{ task: 't1', source: 'mysql-01', worker: 'dm-10.0.0.4-8262', stage: 'Running', unit: 'Sync', lagS: 2, error: '', ddlLock: '' },
  ...more,
})
const seen = (tasks: SubtaskFact[] = [subtask()], relay = false): OperationFacts => {
  const { hosts, cluster } = running(three, undefined, { '10.0.0.4:8262': 'mysql-01' })
  if (!cluster) throw new Error('no cluster')
  return { hosts, cluster: { ...cluster, tasks, sources: [{ source: 'mysql-01', worker: 'dm-10.0.0.4-8262', relay }] } }
}
const codes = (facts: OperationFacts, more: Parameters<typeof later>[1] = {}) =>
  restart.validate(three, facts, later(three, { dmctl, ...more })).map(({ code, severity }) => `${severity} ${code}`)

const first = <T>([one]: readonly T[]): T => {
  if (one === undefined) throw new Error('none')
  return one
}
const phaseOf = (plan: Plan, word: string) => plan.phases.find(({ title }) => title.word === word)

describe('restart', () => {
  it('rolls: followers, the leader last, free workers first, the source of a bound one moved', () => {
    expectGolden('restart/rolling', restart.plan(three, seen(), later(three, { dmctl })).plan)
  })

  it('one master and one worker: no evict, no canary, the outage said in seconds', () => {
    const facts = running(tiny, undefined, { 'm1.example:8262': 'mysql-01' })
    expectGolden('restart/one-master', restart.plan(tiny, facts, later(tiny)).plan)
  })

  it('a stopped cluster starts as one', () => {
    const { plan } = restart.plan(three, fresh(three), later(three))
    expect(plan.problems).toEqual([])
    const masters = phaseOf(plan, 'plan.roll-dm-master')
    expect(masters).toMatchObject({ width: 3 })
    expect(masters?.lanes.flatMap((lane) => [...lane.steps, ...(lane.onLeave ?? [])].map(({ kind }) => kind))).not.toContain(
      'leader-not-here',
    )
  })

  it('all at once, as tiup does: what it costs is said', () => {
    expectGolden('restart/at-once', restart.plan(three, seen(), later(three, { dmctl, atOnce: true })).plan)
  })

  it('without a free worker, with relay, or without dmctl a source pauses, and the plan says why', () => {
    const both = running(three, undefined, { '10.0.0.4:8262': 'mysql-01', '10.0.0.5:8262': 'mysql-02' })
    const cluster = both.cluster && { ...both.cluster, tasks: [], sources: [{ source: 'mysql-01', worker: 'w', relay: false }] }
    expect(codes({ ...both, ...(cluster && { cluster }) })).toEqual(['warning rolling.sources-pause-no-free-worker'])
    expect(codes(seen([subtask()], true))).toEqual(['warning rolling.sources-pause-relay'])
    const { dmctl: _none, ...without } = { ...later(three), dmctl: undefined }
    expect(restart.validate(three, running(three, undefined, { '10.0.0.4:8262': 's' }), without).map(({ code }) => code)).toEqual([
      'rolling.sources-pause-no-dmctl',
      'rolling.tasks-unknown',
    ])
  })

  it('a full load blocks unless it is waived; paused tasks and open DDL locks are said', () => {
    const loading = seen([subtask({ unit: 'Load' })])
    expect(codes(loading)).toEqual(['error rolling.loading'])
    expect(codes(loading, { waivers: [{ code: 'rolling.loading' }] })).toEqual(['warning rolling.loading'])
    expect(codes(seen([subtask({ stage: 'Paused' }), subtask({ ddlLock: 'x' })]))).toEqual([
      'warning rolling.tasks-paused',
      'warning rolling.ddl-locks',
    ])
  })

  it('a master that is half-joined has no vote: registered it makes the majority larger, not registered it counts for nothing', () => {
    const masters = [{ ...first(three.masters), host: '10.0.0.9', name: 'late' }]
    const joining = entriesAs({ masters, workers: [], monitors: [], grafanas: [], alertmanagers: [] }, 'joining')
    const topology = joinEntries(three, joining)
    const { hosts, cluster } = running(topology)
    const facts = (masters: MembersFact['masters']): OperationFacts => ({
      hosts,
      ...(cluster?.members && { cluster: { ...cluster, members: { ...cluster.members, masters } } }),
    })
    const said = (masters: MembersFact['masters'], nodes: string[]) =>
      restart.validate(topology, facts(masters), later(topology, { nodes })).find(({ code }) => code === 'rolling.no-quorum')?.params
    const all = cluster?.members?.masters ?? []
    const dead = (name: string) => all.map((one) => ({ ...one, alive: one.name !== name }))
    // It runs and is a member that never came up: of the four three are alive, and none of them may go.
    expect(said(dead('late'), ['10.0.0.1:8261'])).toEqual({ alive: 3, masters: 4, quorum: 3 })
    // It alone may be restarted; and where it never was registered, each of the three may be.
    expect(said(dead('late'), ['10.0.0.9:8261'])).toBeUndefined()
    const without = all.filter(({ name }) => name !== 'late')
    expect(said(without, ['10.0.0.1:8261'])).toBeUndefined()
    expect(said(all, ['10.0.0.1:8261'])).toBeUndefined()
    // Two that run and one that never joined can't hand over: that is an outage to consent to.
    const two = joinEntries({ ...three, masters: three.masters.slice(0, 2) }, joining)
    expect(restart.validate(two, running(two), later(two)).map(({ code }) => code)).toContain('rolling.masters-out')
  })

  it('of three masters with one down no other may go, unless the one that is down comes first', () => {
    const facts = running(three, ['10.0.0.1:8261', '10.0.0.2:8261', '10.0.0.4:8262', '10.0.0.5:8262'])
    expect(codes(facts, { nodes: ['10.0.0.1:8261'] })).toEqual(['error rolling.no-quorum'])
    const { plan } = restart.plan(three, facts, later(three, { roles: ['dm-master'] }))
    expect(plan.problems).toEqual([])
    expect(phaseOf(plan, 'plan.roll-dm-master')?.lanes.map(({ subject }) => subject)).toEqual([
      '10.0.0.3:8261',
      '10.0.0.2:8261',
      '10.0.0.1:8261',
    ])
  })

  it('masters that answer nothing while they run: not one after another', () => {
    const { hosts } = running(three)
    expect(codes({ hosts }, { roles: ['dm-master'] })).toEqual(['error rolling.members-unknown'])
  })

  it('watches that nobody else changes how an instance is started', () => {
    const path = '/etc/systemd/system/dm-worker-8262.service'
    const file = { exists: true, type: 'file', mode: '0644', owner: 'root', group: 'root', sizeBytes: 9, mountPoint: false } as const
    const facts = seen()
    const host = facts.hosts['10.0.0.4']
    if (!host) throw new Error('no host')
    const hosts = { ...facts.hosts, '10.0.0.4': { ...host, paths: { ...host.paths, [path]: { ...file, sha256: 'f'.repeat(64) } } } }
    const { plan } = restart.plan(three, { ...facts, hosts }, later(three, { dmctl }))
    const guards = plan.phases.flatMap(({ lanes }) =>
      lanes.flatMap(({ id, steps }) => steps.flatMap((step) => (step.kind === 'guard' && step.asks.guard === 'file-is' ? [id] : []))),
    )
    expect(guards).toHaveLength(2) // before anything, and at its turn
    expect(phaseOf(plan, 'plan.check')?.lanes.map(({ id }) => id)).toContain(guards[0])
  })

  it('pace is the operator’s: batch, canary, tolerance', () => {
    const rolling = { batch: 2, canary: false, tolerance: 1, stableS: 10 }
    const { plan } = restart.plan(three, seen(), later(three, { dmctl, rolling, roles: ['dm-worker'] }))
    const workers = phaseOf(plan, 'plan.roll-dm-worker')
    expect(workers).toMatchObject({ width: 2, tolerance: 1 })
    expect(workers?.pauseAfter).toBeUndefined()
    expect(workers?.lanes[0]?.gate?.stableMs).toBe(10_000)
  })

  it('monitors and exporters go side by side, but Alertmanagers one after another; gates hold as long as what they ask for needs', () => {
    const topology = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}, {host: 10.0.0.3}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
monitoring_servers: [{host: 10.0.0.1}]
grafana_servers: [{host: 10.0.0.1}]
alertmanager_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
`)
    const facts = running(topology, undefined, { '10.0.0.1:8262': 'mysql-01' })
    const { plan } = restart.plan(topology, facts, later(topology, { dmctl }))
    expect(phaseOf(plan, 'plan.roll-alertmanager')).toMatchObject({ width: 1, lanes: [{}, {}] })
    expect(phaseOf(plan, 'plan.roll-monitors')).toMatchObject({ width: 8, lanes: Array(8).fill({ gate: { stableMs: 1000 } }) })
    const held = (word: string) => phaseOf(plan, word)?.lanes.map(({ gate }) => gate?.stableMs)
    expect(held('plan.roll-dm-master')).toEqual([2000, 2000, 2000])
    expect(held('plan.roll-dm-worker')).toEqual([1000, 2000]) // free, bound
  })
})

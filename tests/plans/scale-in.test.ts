import { describe, expect, it } from 'vitest'
import type { PackageInfo } from '@/server/domain/package'
import { stepsOf } from '@/server/domain/plan'
import type { Step, StepOf } from '@/server/domain/step'
import type { Topology } from '@/server/domain/topology/topology'
import { deploy } from '@/server/operations/deploy'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { masterWay } from '@/server/operations/leave-steps'
import { prune } from '@/server/operations/prune'
import { scaleIn } from '@/server/operations/scale-in'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { expectGolden } from './plan-text'
import { fresh, inputFor, later, running, three, topologyOf } from './world'

const dmctl: PackageInfo = {
  ...{ sha256: 'd'.repeat(64), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 50_000_000 },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}

type Members = NonNullable<NonNullable<OperationFacts['cluster']>['members']>

/** Members as DM says; masters that are dead by name's number, sources by worker id. */
const seen = (
  topology: Topology,
  {
    dead = [],
    sources = {},
    relay = false,
    change,
  }: { dead?: string[]; sources?: Record<string, string>; relay?: boolean; change?: (members: Members) => Members } = {},
): OperationFacts => {
  const { hosts, cluster } = running(topology, undefined, sources)
  if (!cluster?.members) throw new Error('no members')
  const masters = cluster.members.masters.map((one) => ({ ...one, alive: !dead.some((id) => one.name.includes(id)) }))
  const members = { ...cluster.members, masters }
  const rows = Object.entries(sources).map(([id, source]) => ({ source, worker: `dm-${id.replace(':', '-')}`, relay }))
  return { hosts, cluster: { ...cluster, members: change ? change(members) : members, sources: rows, tasks: [] } }
}
const input = (topology: Topology, nodes: string[], more: Partial<OperationInput> = {}): OperationInput => ({
  ...later(topology, { nodes, dmctl, givenHosts: [] }),
  ...more,
})
const planOf = (topology: Topology, facts: OperationFacts, nodes: string[], more: Partial<OperationInput> = {}) =>
  scaleIn.plan(topology, facts, input(topology, nodes, more)).plan
const codes = (topology: Topology, facts: OperationFacts, nodes: string[], more: Partial<OperationInput> = {}) =>
  scaleIn.validate(topology, facts, input(topology, nodes, more)).map(({ code, severity }) => `${severity} ${code}`)
const kinds = (plan: ReturnType<typeof planOf>, host: string) =>
  stepsOf(plan).flatMap((step) => ('host' in step && step.host === host ? [step.kind] : []))

/** What a deploy on bare hosts says that it made. */
const madeBy = (step: Step): string[] => {
  if (step.kind === 'user-present') return ['user tidb']
  if (step.kind === 'package-cached') return [cachedPackagePath(step.sha256)]
  return step.kind === 'file' ? [step.path] : []
}

const two = topologyOf('master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]\nworker_servers: [{host: 10.0.0.1}]\n')
const monitored = topologyOf(`global: {deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
monitoring_servers: [{host: 10.0.0.1}]
`)

describe('scale-in', () => {
  it('the worker of the document: its source moves, it stops, DM forgets it, its data goes, Prometheus hears of it', () => {
    expectGolden('scale-in/bound-worker', planOf(three, seen(three, { sources: { '10.0.0.4:8262': 'mysql-01' } }), ['10.0.0.4:8262']))
  })

  it('a master of three, in the documented order: stop, offline, delete', () => {
    expectGolden('scale-in/master-of-three', planOf(three, seen(three), ['10.0.0.2:8261']))
  })

  it('a master of two: offline while it runs, for its stop first would cost the majority', () => {
    expectGolden('scale-in/master-of-two', planOf(two, seen(two), ['10.0.0.2:8261']))
  })

  it('a dead master of three: the recovery of the recorded wiped disk', () => {
    const facts = seen(three, { dead: ['10.0.0.2'] })
    const unit = facts.hosts['10.0.0.2']?.units['dm-master-8261.service']
    if (unit) Object.assign(unit, { loadState: 'not-found', activeState: 'inactive', subState: 'dead' })
    const plan = planOf(three, facts, ['10.0.0.2:8261'])
    expectGolden('scale-in/dead-master', plan)
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(stepsOf(plan).map(({ kind }) => kind)).not.toContain('leader-not-here')
  })

  it('a host that is empty now loses its exporters and what the deploy had given its user', () => {
    const made = deploy.plan(monitored, fresh(monitored), inputFor(monitored)).plan
    const deeds = [
      {
        plan: made,
        made: Object.fromEntries(stepsOf(made).map((step) => [step.id, madeBy(step)])),
      },
    ]
    expectGolden('scale-in/emptied-host', planOf(monitored, seen(monitored), ['10.0.0.2:8262'], { deeds }))
    const given = { user: 'root', credentialId: 'c', sudo: 'root' } as const
    const whole = planOf(monitored, seen(monitored), ['10.0.0.2:8262'], { deeds, given })
    expect(kinds(whole, '10.0.0.2').slice(-3)).toEqual(['authorized-key-absent', 'user-absent', 'path-absent'])
    expect(whole.hosts['10.0.0.2']?.given).toEqual(given)
    expect(whole.hosts['10.0.0.1']?.given).toBeUndefined()
    expect(whole.problems).toEqual([])
    const cached = (host: string, more: Partial<OperationInput> = {}) =>
      stepsOf(planOf(monitored, seen(monitored), ['10.0.0.2:8262'], { deeds, ...more })).flatMap((step) =>
        step.kind === 'path-absent' && step.host === host && step.path.endsWith('.tar.gz') ? [step.path] : [],
      )
    const wanted = (inputFor(monitored).packages ?? []).find(({ component }) => component === 'dm-worker')?.sha256 ?? ''
    expect(cached('10.0.0.2')).toContain(cachedPackagePath(wanted))
    expect(cached('10.0.0.1'), 'the host stays').toEqual([])
    expect(cached('10.0.0.2', { keepPackages: [wanted] }), 'another cluster has it too').not.toContain(cachedPackagePath(wanted))
  })

  it('a lost host: nothing is done on it, DM forgets its worker when the lease has ended, what stays is listed', () => {
    const facts = seen(three, { sources: { '10.0.0.4:8262': 'mysql-01' } })
    const { '10.0.0.4': _lost, ...hosts } = facts.hosts
    const lost = { ...facts, hosts }
    expect(codes(three, lost, ['10.0.0.4:8262'])).toContain('error preflight.reach')
    const plan = planOf(three, lost, ['10.0.0.4:8262'], { force: true })
    expectGolden('scale-in/lost-worker', plan)
    expect(plan.hosts['10.0.0.4']).toBeUndefined()
  })

  it('relay makes the lease of a crashed worker thirty minutes', () => {
    const sources = { '10.0.0.4:8262': 'mysql-01' }
    const facts = seen(three, { sources, relay: true })
    Object.assign(facts.hosts['10.0.0.4']?.units['dm-worker-8262.service'] ?? {}, { activeState: 'failed', subState: 'failed' })
    const waits = (plan: ReturnType<typeof planOf>) =>
      stepsOf(plan).flatMap((step) =>
        step.kind === 'awaited' && step.gate.questions[0]?.ask === 'worker-offline' ? [step.gate.timeoutMs] : [],
      )
    expect(waits(planOf(three, facts, ['10.0.0.4:8262']))).toEqual([1_830_000])
    expect(waits(planOf(three, seen(three, { sources }), ['10.0.0.4:8262']))).toEqual([90_000])
    expect(codes(three, facts, ['10.0.0.4:8262'])).toEqual(['warning scale-in.lease', 'warning scale-in.source-pauses-relay'])
  })

  it('a worker that leaves never takes the source of another one that leaves', () => {
    const spread = topologyOf(
      'master_servers: [{host: 10.0.0.1}]\nworker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}, {host: 10.0.0.3}]\n',
    )
    const plan = planOf(spread, seen(spread, { sources: { '10.0.0.1:8262': 's1' } }), ['10.0.0.1:8262', '10.0.0.2:8262'])
    const moves = stepsOf(plan).filter((step): step is StepOf<'source-bound-elsewhere'> => step.kind === 'source-bound-elsewhere')
    expect(moves.map(({ not }) => not)).toEqual(Array(2).fill(['dm-10.0.0.1-8262', 'dm-10.0.0.2-8262']))
    expect(plan.phases.find(({ title }) => title.word === 'plan.leave-dm-worker')?.lanes.map(({ subject }) => subject)).toEqual([
      '10.0.0.2:8262',
      '10.0.0.1:8262',
    ])
  })

  it('a folder that holds another instance’s stays', () => {
    const shared = topologyOf(`global: {log_dir: /var/log/dm}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.1, port: 8263}]
`)
    const plan = planOf(shared, seen(shared), ['10.0.0.1:8263'])
    const deleted = stepsOf(plan).flatMap((step) => (step.kind === 'path-absent' ? [step.path] : []))
    expect(deleted).not.toContain('/var/log/dm')
    expect(deleted).toContain('/home/tidb/deploy/dm-worker-8263')
    expect(plan.problems.map(({ code }) => code)).toContain('scale-in.folder-stays')
  })
})

describe('scale-in of what must not leave', () => {
  it('unknown nodes, nobody, the last master, two masters', () => {
    expect(codes(three, seen(three), ['10.9.9.9:1'])).toContain('error select.unknown-node')
    expect(codes(three, seen(three), [])).toEqual(['error scale-in.nothing'])
    expect(codes(monitored, seen(monitored), ['10.0.0.1:8261'])).toContain('error scale-in.last-master')
    expect(codes(three, seen(three), ['10.0.0.1:8261', '10.0.0.2:8261'])).toContain('error scale-in.one-master')
  })

  it('of three masters with one dead the dead one may go, a live one may not', () => {
    const facts = seen(three, { dead: ['10.0.0.3'] })
    expect(codes(three, facts, ['10.0.0.2:8261'])).toContain('error scale-in.no-quorum')
    expect(codes(three, facts, ['10.0.0.3:8261'])).not.toContain('error scale-in.no-quorum')
  })

  it('the bound worker when no other is free, unless allowed by name', () => {
    const facts = seen(three, { sources: { '10.0.0.4:8262': 's1', '10.0.0.5:8262': 's2' } })
    expect(codes(three, facts, ['10.0.0.4:8262'])).toEqual(['error scale-in.no-free-worker'])
    expect(codes(three, facts, ['10.0.0.4:8262'], { unbound: ['10.0.0.4:8262'] })).toEqual(['warning scale-in.left-unbound'])
    const plan = planOf(three, facts, ['10.0.0.4:8262'], { unbound: ['10.0.0.4:8262'] })
    expect(plan.impact.sources).toEqual([{ source: 's1', worker: '10.0.0.4:8262' }])
    expect(codes(three, seen(three, { sources: { '10.0.0.4:8262': 's1' } }), ['10.0.0.4:8262', '10.0.0.5:8262'])).toContain(
      'error scale-in.no-free-worker',
    )
  })

  it('members while the masters are down or know no leader; with force they stay registered', () => {
    const { hosts } = running(three, [])
    expect(codes(three, { hosts }, ['10.0.0.4:8262'])).toContain('error scale-in.masters-down')
    expect(codes(three, { hosts: seen(three).hosts }, ['10.0.0.4:8262'])).toContain('error scale-in.members-unknown')
    expect(codes(three, { hosts: seen(three).hosts }, ['10.0.0.4:8262'], { force: true })).toContain('warning scale-in.still-registered')
  })

  it('the only Prometheus of a Grafana', () => {
    expect(codes(three, seen(three), ['10.0.0.1:9090'])).toContain('error topology.grafana-alone')
  })

  it.each([
    [1, 1, true, 'refused'],
    [2, 2, true, 'delete-first'],
    [2, 1, false, 'refused'],
    [3, 3, true, 'documented'],
    [3, 2, true, 'refused'],
    [3, 2, false, 'documented'],
    [4, 4, true, 'documented'],
    [4, 3, true, 'delete-first'],
    [5, 3, true, 'refused'],
    [5, 4, true, 'documented'],
    [5, 3, false, 'documented'],
  ])('%i masters, %i alive, the leaving one alive: %s → %s', (total, alive, own, way) => {
    const masters = Array.from({ length: total }, (_, i) => ({
      name: `m${i}`,
      memberId: '1',
      peerUrls: [],
      clientUrls: [],
      alive: own ? i < alive : i > 0 && i <= alive,
    }))
    expect(masterWay('m0', { leader: null, masters, workers: [], seenFrom: '' })).toBe(way)
  })
})

describe('prune', () => {
  const stale = (members: Members): Members => ({
    ...members,
    workers: [...members.workers, { name: 'dm-old', addr: '10.9.9.9:8262', stage: 'offline', source: '' }],
    masters: [...members.masters, { name: 'dm-gone', memberId: '9', alive: false, peerUrls: [], clientUrls: ['http://10.9.9.9:8261'] }],
  })

  it('shows stale members, then takes them out one after another', () => {
    expectGolden('prune/worker-and-master', prune.plan(three, seen(three, { change: stale }), later(three)).plan)
  })

  it('nothing stale, unknown names, nobody answers', () => {
    const said = (facts: OperationFacts, members: string[] = []) =>
      prune.validate(three, facts, later(three, { members })).map(({ code }) => code)
    expect(said(seen(three))).toEqual(['prune.nothing'])
    expect(said(seen(three, { change: stale }), ['dm-10.0.0.1-8261'])).toEqual(['prune.unknown'])
    expect(said({ hosts: seen(three).hosts })).toEqual(['prune.members-unknown'])
    expect(said(seen(three, { change: stale }), ['dm-old'])).toEqual(['prune.worker'])
  })
})

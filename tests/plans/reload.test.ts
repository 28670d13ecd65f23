import { describe, expect, it } from 'vitest'
import type { HostFacts, PathFact } from '@/server/domain/facts'
import type { Plan } from '@/server/domain/plan'
import { withLifecycle } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { instanceFiles } from '@/server/operations/instance-files'
import { reload } from '@/server/operations/reload'
import { expectGolden } from './plan-text'
import { later, running, three, topologyOf } from './world'

const yaml = (more = ''): string => `global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
server_configs: {master: {log-level: info}, worker: {keepalive-ttl: 60}}
master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}, {host: 10.0.0.3}]
worker_servers: [{host: 10.0.0.4}, {host: 10.0.0.5}]
monitoring_servers: [{host: 10.0.0.1${more}}]
grafana_servers: [{host: 10.0.0.1}]
alertmanager_servers: [{host: 10.0.0.1}]
`
const before = topologyOf(yaml())
const masterFiles = (topology: Topology): Record<string, PathFact> =>
  Object.fromEntries(topology.masters.map(({ data_dir }) => [`${data_dir}/member`, folder]))
const folder: PathFact = { exists: true, type: 'directory', mode: '0700', owner: 'tidb', group: 'tidb', sizeBytes: 0, mountPoint: false }

/** Everything runs, and on the hosts lies what this topology says. */
const lying = (topology: Topology, facts: OperationFacts = running(topology), without: readonly string[] = []): OperationFacts => {
  const input = later(topology)
  const paths = (host: string): Record<string, PathFact> =>
    Object.fromEntries(
      instancesOf(topology)
        .filter(({ hostId }) => hostId === host)
        .flatMap((one) => instanceFiles(one, { topology, input, keep: (blob) => blob, owner: 'tidb', group: 'tidb' }))
        .flatMap(({ step }) =>
          step.kind === 'file'
            ? [
                [
                  step.path,
                  {
                    ...folder,
                    type: 'file',
                    mode: step.mode,
                    owner: step.owner,
                    group: step.group,
                    ...(step.content.secret ? {} : { sha256: step.content.sha256 }),
                  },
                ] as const,
              ]
            : [],
        ),
    )
  const seen = Object.entries(facts.hosts).map(([host, one]): [string, HostFacts] => {
    const all = { ...one.paths, ...masterFiles(topology), ...paths(host) }
    for (const path of without) all[path] = { exists: false }
    return [host, { ...one, users: {}, paths: all }]
  })
  return { ...facts, hosts: Object.fromEntries(seen) }
}
const asked = (topology: Topology, more: Partial<OperationInput> = {}) => later(topology, { reload: { restart: 'changed' }, ...more })
const planned = (topology: Topology, facts: OperationFacts, more: Partial<OperationInput> = {}) =>
  reload.plan(topology, facts, asked(topology, more)).plan
const codes = (topology: Topology, facts: OperationFacts, more: Partial<OperationInput> = {}) =>
  reload.validate(topology, facts, asked(topology, more)).map(({ code, severity }) => `${severity} ${code}`)
const filesOf = (plan: Plan): string[] =>
  plan.phases.flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'file' ? [step.path] : []))))
const restartsOf = (plan: Plan): string[] =>
  plan.phases.flatMap(({ lanes }) =>
    lanes.flatMap(({ subject, steps }) => (steps.some(({ kind }) => kind === 'unit-running') ? [subject] : [])),
  )

const debug = topologyOf(yaml().replace('log-level: info', 'log-level: debug'))
const ttl = topologyOf(yaml().replace('keepalive-ttl: 60', 'keepalive-ttl: 30'))

describe('reload', () => {
  it('masters’ settings: one file each, in its turn while it is stopped, the leader last', () => {
    expectGolden('reload/masters', planned(debug, lying(before)))
  })

  it('everything is as it should be: nothing to do, and said', () => {
    expect(codes(before, lying(before))).toEqual(['error reload.nothing'])
    expect(planned(before, lying(before)).phases).toEqual([])
  })

  it('workers’ settings touch no master; a stopped one gets its files and stays stopped', () => {
    const up = instancesOf(before).flatMap(({ id }) => (id === '10.0.0.5:8262' ? [] : [id]))
    const plan = planned(ttl, lying(before, running(before, up)))
    expect(restartsOf(plan)).toEqual(['10.0.0.4:8262'])
    expect(filesOf(plan)).toEqual(['/dm/deploy/dm-worker-8262/conf/dm-worker.toml', '/dm/deploy/dm-worker-8262/conf/dm-worker.toml'])
    expect(plan.problems.map(({ code, params }) => `${code} ${params.instances ?? ''}`)).toContain('reload.stopped 10.0.0.5:8262')
  })

  it('what has a check is written before anything stops; exporters and monitors too', () => {
    const other = topologyOf(yaml(', scrape_interval: 10s, numa_node: "0"').replace('monitored: {}', 'monitored: {numa_node: "1"}'))
    expectGolden('reload/monitors', planned(other, lying(before)))
  })

  it('without a restart: files only, side by side, and who goes on with the former ones', () => {
    expectGolden('reload/skip-restart', planned(debug, lying(before), { reload: { restart: 'none' } }))
  })

  it('all: every chosen instance is restarted, and only what differs is written', () => {
    const plan = planned(ttl, lying(before), { reload: { restart: 'all' }, roles: ['dm-worker'] })
    expect(restartsOf(plan)).toEqual(['10.0.0.4:8262', '10.0.0.5:8262', '10.0.0.4:9100', '10.0.0.5:9100', '10.0.0.4:9115', '10.0.0.5:9115'])
    expect(filesOf(plan)).toHaveLength(2)
  })

  it('files that lie there already want a restart only; an instance that is not chosen goes on as it is, and is named', () => {
    const unapplied = { '10.0.0.4:8262': 'restart', '10.0.0.5:8262': 'restart' } as const
    const plan = planned(ttl, lying(ttl), { unapplied, nodes: ['10.0.0.4:8262'] })
    expect([restartsOf(plan), filesOf(plan)]).toEqual([['10.0.0.4:8262'], []])
    expect(plan.problems.find(({ code }) => code === 'reload.others-lag')?.params).toMatchObject({ instances: '10.0.0.5:8262' })
    expect(codes(ttl, lying(ttl), { unapplied, reload: { restart: 'none' } })).toContain('error reload.nothing')
  })

  it('what holds a secret is written where an edit wants it, and not otherwise', () => {
    const plan = planned(before, lying(before), { unapplied: { '10.0.0.1:3000': 'files' } })
    expect(filesOf(plan)).toEqual(['/dm/deploy/grafana-3000/conf/grafana.ini'])
    expect(restartsOf(plan)).toEqual(['10.0.0.1:3000'])
  })

  it('a file that somebody changed or deleted on a host is put right', () => {
    const path = '/dm/deploy/dm-worker-8262/scripts/run_dm-worker.sh'
    expect(filesOf(planned(before, lying(before, running(before), [path])))).toEqual([path, path])
  })
})

describe('a master whose folder is empty', () => {
  const unscripted = topologyOf(yaml().replace('{host: 10.0.0.3}', '{host: 10.0.0.3, numa_node: "0"}'))
  const member = '/dm/data/dm-master-8261/member'
  const emptyOn3 = (): OperationFacts => {
    const facts = lying(before)
    const host = facts.hosts['10.0.0.3']
    if (!host) throw new Error('no host')
    return { ...facts, hosts: { ...facts.hosts, '10.0.0.3': { ...host, paths: { ...host.paths, [member]: { exists: false } } } } }
  }

  it('gets no script that names all masters, while others have data', () => {
    expect(codes(unscripted, emptyOn3())).toContain('error reload.master-empty')
    expect(codes(unscripted, lying(before))).not.toContain('error reload.master-empty')
  })

  it('is asked for once more in its turn', () => {
    const plan = planned(unscripted, lying(before))
    const asks = plan.phases.flatMap(({ lanes }) =>
      lanes.flatMap(({ subject, steps }) =>
        steps.flatMap((step) => (step.kind === 'guard' && step.asks.guard === 'path-present' ? [`${subject} ${step.asks.path}`] : [])),
      ),
    )
    expect(asks).toEqual([`10.0.0.3:8261 ${member}`])
  })

  it('before its cluster’s first start is no hindrance: no other has data either', () => {
    const fresh = lying(before, running(before, []), [member])
    expect(codes(unscripted, fresh).filter((code) => code.startsWith('error'))).toEqual([])
  })

  it('and still joins is left to its scale-out', () => {
    const joining = withLifecycle(debug, '10.0.0.3:8261', 'joining')
    const plan = planned(joining, emptyOn3())
    expect(plan.problems.map(({ code }) => code)).toContain('reload.joining')
    expect(plan.phases.flatMap(({ lanes }) => lanes.map(({ subject }) => subject))).not.toContain('10.0.0.3:8261')
  })
})

it('of three masters with one down no other is taken down for a reload', () => {
  const up = instancesOf(three).flatMap(({ id }) => (id === '10.0.0.3:8261' ? [] : [id]))
  expect(codes(debug, lying(before, running(before, up)))).toContain('error rolling.no-quorum')
})

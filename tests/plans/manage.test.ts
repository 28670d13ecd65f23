import { describe, expect, it } from 'vitest'
import { components } from '@/server/domain/component'
import type { HostFacts } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import { stepsOf } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import { withPatched } from '@/server/domain/topology/patched'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { manage } from '@/server/operations/manage'
import { expectGolden } from './plan-text'
import { later, packages, running, topologyOf } from './world'

const pair = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
monitoring_servers: [{host: 10.0.0.1}]
`)
const hotfix = {
  ...packages[1],
  sha256: 'f'.repeat(64),
  entrySha256: '9'.repeat(64),
  origin: { from: 'hotfix', detail: 'tiup: dm1/patch/x' },
}
const store = [...packages, hotfix] as OperationInput['packages'] & {}

/** Everything runs; each program is the release's, unless it is told otherwise. */
const seen = (
  topology: Topology,
  programOf: (one: Instance) => string | undefined = () => undefined,
  change: (host: string, facts: HostFacts) => HostFacts = (_host, facts) => facts,
): OperationFacts => {
  const { hosts, cluster } = running(topology)
  const instances = instancesOf(topology)
  const all = Object.entries(hosts).map(([host, facts]) => {
    const programs = instances
      .filter(({ hostId }) => hostId === host)
      .map((one) => {
        const path = `${one.deployDir}/bin/${components[one.component].entry}`
        const sha256 = programOf(one) ?? packages.find(({ component }) => component === one.component)?.entrySha256 ?? ''
        return [path, { exists: true, type: 'file', mode: '0755', owner: 'tidb', group: 'tidb', sizeBytes: 1, sha256 }] as const
      })
    const paths = { ...facts.paths, ...Object.fromEntries(programs) } as HostFacts['paths'] // a file's fact as a probe has it
    return [host, change(host, { ...facts, paths })] as const
  })
  const versions = Object.fromEntries(instances.map(({ id }) => [id, 'v8.5.0']))
  return { hosts: Object.fromEntries(all), ...(cluster && { cluster: { ...cluster, versions } }) }
}
const input = (topology: Topology, more: Partial<OperationInput> = {}) => later(topology, { packages: store, ...more })
const codes = (topology: Topology, facts: OperationFacts, more: Partial<OperationInput> = {}) =>
  manage
    .validate(topology, facts, input(topology, more))
    .map(({ code, severity }) => `${severity} ${code}`)
    .filter((one) => !one.endsWith('files-differ'))

describe('manage', () => {
  it('looks at every host, and changes the books only', () => {
    const patched = withPatched(pair, '10.0.0.2:8262', true)
    const facts = seen(patched, ({ component }) => (component === 'dm-worker' ? hotfix.entrySha256 : undefined))
    const { plan, blobs } = manage.plan(patched, facts, input(patched, { manage: { rolePackages: [hotfix.sha256] } }))
    expectGolden('manage/pair', plan)
    expect([...new Set(stepsOf(plan).map(({ kind }) => kind))]).toEqual(['guard', 'recorded'])
    expect(blobs).toEqual([])
    const record = stepsOf(plan).flatMap((step) => (step.kind === 'recorded' ? [step.record] : []))
    expect(record).toContainEqual({
      ...{ change: 'installed', instance: '10.0.0.2:8262', packageSha256: hotfix.sha256, entrySha256: hotfix.entrySha256 },
      ledger: { kind: 'patch' },
    })
  })

  it('what the ledger knows already is not noted again', () => {
    const entry = {
      id: 'l',
      instance: '10.0.0.2:8262',
      packageSha256: 'p',
      entrySha256: packages[1]?.entrySha256 ?? '',
      since: '2026-01-01',
    }
    const rest = { by: '', jobId: null, kind: 'deploy', ticket: '', notes: '', due: null, offline: false, supersededAt: null } as const
    const { plan } = manage.plan(pair, seen(pair), input(pair, { ledger: [{ ...entry, ...rest }] }))
    const noted = stepsOf(plan).flatMap((step) =>
      step.kind === 'recorded' && step.record.change === 'installed' ? [step.record.instance] : [],
    )
    expect(noted).toEqual(['10.0.0.1:8261', '10.0.0.1:9090'])
  })

  it('refuses in a sentence what the panel can’t operate, hosts that don’t answer, and a user without sudo', () => {
    const kind = (more: Partial<Topology['global']>): Topology => ({ ...pair, global: { ...pair.global, ...more } })
    for (const one of [kind({ enable_tls: true }), kind({ systemd_mode: 'user' }), kind({ ssh_type: 'none' })]) {
      expect(codes(one, seen(one))).toEqual(['error select.unsupported'])
    }
    const { '10.0.0.2': _lost, ...hosts } = seen(pair).hosts
    expect(codes(pair, { ...seen(pair), hosts })).toEqual(['error preflight.reach', 'info manage.program-unknown'])
    const poor = seen(pair, undefined, (host, facts) => (host === '10.0.0.2' ? { ...facts, root: 'no' } : facts))
    expect(codes(pair, poor)).toEqual(['error manage.no-root'])
  })

  it('says in what the cluster is not as its books say', () => {
    const facts = seen(pair)
    const members = facts.cluster?.members
    if (!facts.cluster || !members) throw new Error('no members')
    const gone = {
      ...facts,
      cluster: { ...facts.cluster, members: { ...members, workers: [{ ...members.workers[0], name: 'dm-old' }] } },
    } as OperationFacts // one of the world's, renamed
    expect(codes(pair, gone)).toEqual(['warning manage.member-unknown', 'warning manage.member-missing'])
    expect(codes(pair, { hosts: facts.hosts })).toEqual(['warning manage.members-unseen'])
    const newer = { ...facts, cluster: { ...facts.cluster, versions: { '10.0.0.2:8262': 'v8.5.1' } } }
    expect(codes(pair, newer)).toEqual(['warning manage.version-differs'])
    const patched = withPatched(pair, '10.0.0.2:8262', true)
    const strange = (one: Instance) => (one.component === 'dm-master' || one.component === 'dm-worker' ? '7'.repeat(64) : undefined)
    expect(codes(patched, seen(patched, strange))).toEqual(['warning manage.patch-unknown', 'info manage.program-unknown'])
    const unitless = seen(pair, undefined, (_host, one) => ({
      ...one,
      units: Object.fromEntries(Object.entries(one.units).map(([unit, fact]) => [unit, { ...fact, loadState: 'not-found' }])),
    }))
    expect(codes(pair, unitless)).toEqual(Array(3).fill('warning manage.unit-missing'))
    expect(
      stepsOf(manage.plan(pair, unitless, input(pair)).plan).filter((step) => step.kind === 'guard' && step.asks.guard === 'unit-known'),
    ).toEqual([])
    const files = manage.validate(pair, facts, input(pair)).filter(({ code }) => code === 'manage.files-differ')
    expect(files.map(({ params }) => params.instance)).toEqual(instancesOf(pair).map(({ id }) => id))
    const own = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
monitoring_servers: [{host: 10.0.0.1, rule_dir: /home/ops/rules}]
`)
    expect(codes(own, seen(own))).toEqual(['warning manage.own-files'])
    expect(codes(own, seen(own), { packages: [] })).toEqual([
      'info manage.program-unknown',
      'warning manage.own-files',
      'info manage.texts-unknown',
    ])
  })
})

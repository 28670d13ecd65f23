import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { patchTargets } from '@/server/domain/patch-targets'
import { stepsOf } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import { withPatched } from '@/server/domain/topology/patched'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput, PatchAsked } from '@/server/operations/input'
import { patch } from '@/server/operations/patch'
import { expectGolden } from './plan-text'
import { fresh, freshHost, later, packages as releases, running, three, tiny, topologyOf } from './world'

const releaseOf = (component: string): PackageInfo => {
  const found = releases.find((one) => one.component === component)
  if (!found) throw new Error(component)
  return found
}
const hotfix = (component: 'dm-master' | 'dm-worker', more: Partial<PackageInfo> = {}): PackageInfo => ({
  ...releaseOf(component),
  sha256: (component === 'dm-master' ? 'a1' : 'b2').repeat(32),
  entrySha256: (component === 'dm-master' ? 'c3' : 'd4').repeat(32),
  origin: { from: 'hotfix', detail: '' },
  hotfix: {
    baseSha256: releaseOf(component).sha256,
    uploadName: 'dm-linux-amd64.tar.gz',
    uploadSha256: '0'.repeat(64),
    ticket: 'DM-1',
    notes: '',
  },
  verified: {
    ...{ release: 'v8.5.0-20261121', commit: 'ca7070c', branch: 'hotfix', built: '2026-11-21 03:00:00', go: 'go1.23' },
    ...{ cluster: 'dm1', host: '10.0.0.4', user: 'tidb', by: 'ann', at: '2026-11-21T03:00:00.000Z', text: '' },
  },
  ...more,
})
const master = hotfix('dm-master')
const worker = hotfix('dm-worker')

const entry = (instance: string, one: PackageInfo, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{
    id: `${instance} ${one.sha256}`,
    instance,
    packageSha256: one.sha256,
    entrySha256: one.entrySha256,
    since: '2026-11-01T00:00:00.000Z',
  },
  ...{ by: 'ann', jobId: null, kind: 'deploy', ticket: '', notes: '', due: null, offline: false, supersededAt: null },
  ...more,
})
const deployed = (topology: Topology): LedgerEntry[] => [
  ...topology.masters.map(({ host, port }) => entry(`${host}:${port}`, releaseOf('dm-master'))),
  ...topology.workers.map(({ host, port }) => entry(`${host}:${port}`, releaseOf('dm-worker'))),
]
const dmctl: PackageInfo = {
  ...{ sha256: 'd'.repeat(64), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 50_000_000 },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}

type Asked = Partial<PatchAsked> & Pick<OperationInput, 'roles' | 'nodes'>
const asking = (topology: Topology, asked: Asked, more: Partial<OperationInput> = {}): OperationInput => {
  const { roles = [], nodes = [], ...wish } = asked
  return later(topology, {
    ...{ roles, nodes, dmctl, packages: [...releases, master, worker, dmctl], ledger: deployed(topology) },
    patch: { packages: [], overwrite: false, offline: false, ...wish },
    ...more,
  })
}
const both = [master.sha256, worker.sha256]

const seen = (): OperationFacts => {
  const { hosts, cluster } = running(three, undefined, { '10.0.0.4:8262': 'mysql-01' })
  if (!cluster) throw new Error('no cluster')
  return { hosts, cluster: { ...cluster, tasks: [], sources: [{ source: 'mysql-01', worker: 'dm-10.0.0.4-8262', relay: false }] } }
}
const found = (asked: Asked, more: Partial<OperationInput> = {}, facts = seen(), topology = three) =>
  patch.validate(topology, facts, asking(topology, asked, more)).map(({ code, severity }) => `${severity} ${code}`)
const paramsOf = (code: string, asked: Asked, more: Partial<OperationInput> = {}, facts = seen(), topology = three) =>
  patch.validate(topology, facts, asking(topology, asked, more)).find((one) => one.code === code)?.params
const lanes = (asked: Asked, more: Partial<OperationInput> = {}) =>
  patch
    .plan(three, seen(), asking(three, asked, more))
    .plan.phases.filter(({ title }) => title.word.startsWith('plan.roll'))
    .flatMap((phase) => phase.lanes.map(({ subject }) => subject))

describe('patch', () => {
  it('both components in one plan: all staged, masters before workers, the leader last, the source moved', () => {
    expectGolden('patch/both', patch.plan(three, seen(), asking(three, { packages: both, ticket: 'DM-7', due: '2026-12-31' })).plan)
  })

  it('one node', () => {
    expectGolden('patch/one-node', patch.plan(three, seen(), asking(three, { packages: [worker.sha256], nodes: ['10.0.0.5:8262'] })).plan)
  })

  it('one role, for later scale-outs too', () => {
    const asked = { packages: [worker.sha256], roles: ['dm-worker'], overwrite: true }
    expectGolden('patch/one-role-overwrite', patch.plan(three, seen(), asking(three, asked)).plan)
  })

  it('offline: only the disk, and what runs is warned of', () => {
    expectGolden('patch/offline', patch.plan(three, seen(), asking(three, { packages: both, offline: true })).plan)
    expect(found({ packages: both, offline: true }, {}, fresh(three))).toEqual([])
  })

  it('one master and one worker on a host, as in the document: no evict, no canary, the outage in seconds', () => {
    const facts = running(tiny, undefined, { 'm1.example:8262': 'mysql-01' })
    const { plan } = patch.plan(tiny, facts, asking(tiny, { packages: both }))
    expectGolden('patch/one-master', plan)
    expect(plan.phases.flatMap(({ pauseAfter = [] }) => pauseAfter)).toEqual([])
    expect(stepsOf(plan).map(({ kind }) => kind)).not.toContain('leader-not-here')
    expect(plan.impact.masterOutageS).toBeGreaterThan(0)
  })

  it('back to what ran before: the mark goes, the release’s version is asked for', () => {
    const ledger = [
      ...deployed(three).map((one) => (one.instance === '10.0.0.4:8262' ? { ...one, supersededAt: '2026-11-02T00:00:00.000Z' } : one)),
      entry('10.0.0.4:8262', worker, { kind: 'patch', since: '2026-11-02T00:00:00.000Z', ticket: 'DM-1' }),
    ]
    const topology = withPatched(three, '10.0.0.4:8262', true)
    expectGolden('patch/former', patch.plan(topology, seen(), asking(topology, { to: 'former', ticket: 'DM-8' }, { ledger })).plan)
  })
})

describe('which instances a hotfix goes to', () => {
  it('neither roles nor nodes: all of the packages’ components', () => {
    expect(lanes({ packages: [master.sha256] })).toEqual(['10.0.0.2:8261', '10.0.0.3:8261', '10.0.0.1:8261'])
  })

  it('roles and nodes: their intersection; the browser finds the same', () => {
    const chosen = { roles: ['dm-worker'], nodes: ['10.0.0.4:8262', '10.0.0.1:8261'] }
    expect(lanes({ packages: [worker.sha256], ...chosen })).toEqual(['10.0.0.4:8262'])
    expect(patchTargets(instancesOf(three), { components: ['dm-worker'], ...chosen }).map(({ id }) => id)).toEqual(['10.0.0.4:8262'])
    const all = { components: ['dm-master', 'dm-worker'], roles: [], nodes: [] }
    expect(
      patchTargets(instancesOf(three), all)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(lanes({ packages: both }).sort())
  })

  it('each platform its own package', () => {
    const mixed = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2, arch: amd64}, {host: 10.0.0.3, arch: arm64}]
`)
    const arm = hotfix('dm-worker', { sha256: 'f5'.repeat(32), arch: 'arm64' })
    const packages = [...releases, worker, arm]
    const facts = running(mixed)
    const { plan } = patch.plan(mixed, facts, asking(mixed, { packages: [worker.sha256, arm.sha256] }, { packages }))
    expect(stepsOf(plan).flatMap((step) => (step.kind === 'binaries' ? [[step.host, step.packageSha256]] : []))).toEqual([
      ['10.0.0.2', worker.sha256],
      ['10.0.0.3', arm.sha256],
    ])
    const code = 'patch.wrong-platform'
    expect(paramsOf(code, { packages: [worker.sha256] }, { packages }, facts, mixed)).toEqual({
      ...{ node: '10.0.0.3:8262', platform: 'linux/arm64' },
      ...{ package: 'dm-worker-hotfix-linux-amd64.tar.gz', platforms: 'linux/amd64' },
    })
  })
})

describe('bad input of patch', () => {
  it('unknown nodes and roles', () => {
    expect(found({ packages: both, nodes: ['10.9.9.9:1'], roles: ['dm-boss'] })).toEqual([
      'error select.unknown-role',
      'error select.unknown-node',
    ])
  })

  it('two packages of one component and platform', () => {
    const other = hotfix('dm-worker', { sha256: 'f5'.repeat(32) })
    const more = { packages: [...releases, worker, other] }
    expect(found({ packages: [worker.sha256, other.sha256] }, more)).toContain('error patch.two-packages')
  })

  it('a node of another component, named with it; a package that nothing takes', () => {
    expect(paramsOf('patch.other-component', { packages: [worker.sha256], nodes: ['10.0.0.1:8261'] })).toEqual({
      ...{ node: '10.0.0.1:8261', component: 'dm-master', packages: 'dm-worker' },
    })
    expect(found({ packages: both, roles: ['dm-worker'] })).toContain('error patch.package-unused')
  })

  it('dmctl, which no instance runs; a package that is gone', () => {
    expect(found({ packages: [dmctl.sha256] })).toEqual(['error patch.no-role'])
    expect(paramsOf('patch.package-gone', { packages: ['0'.repeat(64)] })).toEqual({ package: '000000000000' })
  })

  it('a full disk; a unit that is not there', () => {
    const facts = seen()
    const host = freshHost(three, '10.0.0.4', { disks: { '/dm/deploy/dm-worker-8262': { mount: '/', freeBytes: 1000 } } })
    const full = { ...facts, hosts: { ...facts.hosts, '10.0.0.4': host } }
    expect(found({ packages: [worker.sha256], nodes: ['10.0.0.4:8262'] }, {}, full)).toContain('error patch.disk-full')
  })

  it('some of a role: the rest is named, for a warning', () => {
    expect(paramsOf('patch.mixed', { packages: [worker.sha256], nodes: ['10.0.0.4:8262'] })).toEqual({
      ...{ role: 'dm-worker', nodes: '10.0.0.5:8262' },
    })
  })

  it('the former one: nothing is patched, nothing was there before, or the store has it no more', () => {
    expect(found({ to: 'former' })).toEqual(['error patch.nothing-patched'])
    expect(found({ to: 'former', nodes: ['10.0.0.4:8262'] })).toContain('error patch.no-former')
    const ledger = [
      entry('10.0.0.4:8262', { ...worker, sha256: '9'.repeat(64) }, { supersededAt: '2026-11-02T00:00:00.000Z' }),
      entry('10.0.0.4:8262', worker, { kind: 'patch', since: '2026-11-02T00:00:00.000Z' }),
    ]
    expect(found({ to: 'former', nodes: ['10.0.0.4:8262'] }, { ledger })).toContain('error patch.former-gone')
  })

  it('one that somebody packed by hand under the release’s version is patched, and its version is not guessed', () => {
    const byHand: PackageInfo = {
      ...releaseOf('dm-worker'),
      sha256: 'ab'.repeat(32),
      entrySha256: 'cd'.repeat(32),
      origin: { from: 'upload', detail: '' },
    }
    const input = asking(three, { packages: [byHand.sha256] }, { packages: [...releases, byHand] })
    const { plan } = patch.plan(three, seen(), input)
    const records = stepsOf(plan).flatMap((step) =>
      step.kind === 'recorded' && step.record.change === 'patched' ? [step.record.patched] : [],
    )
    expect(records).toEqual([true, true])
    expect(plan.phases.flatMap((phase) => phase.lanes.flatMap(({ gate }) => gate?.questions.map(({ ask }) => ask) ?? []))).not.toContain(
      'version-is',
    )
  })
})

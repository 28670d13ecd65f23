import { describe, expect, it } from 'vitest'
import type { ClusterFacts, PathFact, SubtaskFact } from '@/server/domain/facts'
import type { LedgerEntry } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { stepsOf } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import { withSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import type { OpenUpgrade } from '@/server/domain/upgrade'
import type { OperationFacts, OperationInput, RedeployWish } from '@/server/operations/input'
import { redeploy } from '@/server/operations/redeploy'
import { expectGolden } from './plan-text'
import { packages as former, later, running, three, tiny } from './world'

const dmctl: PackageInfo = {
  ...{ sha256: 'd'.repeat(64), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 50_000_000 },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}
const next: PackageInfo[] = former
  .filter(({ version }) => version === 'v8.5.0')
  .map((one) => ({ ...one, version: 'v8.5.1', sha256: `f${one.sha256.slice(1)}`, entrySha256: `9${one.entrySha256.slice(1)}` }))
const store = [...former, ...next, dmctl]
const of = (packages: readonly PackageInfo[], component: string): string =>
  packages.find((one) => one.component === component)?.sha256 ?? ''
const entry = (instance: string, packageSha256: string, at: number, more: Partial<LedgerEntry>): LedgerEntry => ({
  ...{ id: `${instance}-${at}`, instance, packageSha256, entrySha256: 'a'.repeat(64), since: new Date(at).toISOString(), by: 'ann' },
  ...{ jobId: 'j1', kind: 'deploy' as const, ticket: '', notes: '', due: null, offline: false, supersededAt: null, ...more },
})
/** Deployed by j1, every instance of the cluster's version upgraded by j2. */
const ledgerOf = (topology: Topology): LedgerEntry[] =>
  instancesOf(topology).flatMap((one) => {
    const now = of(next, one.component)
    if (now === '') return []
    const at = new Date(2).toISOString()
    return [entry(one.id, of(former, one.component), 1, { supersededAt: at }), entry(one.id, now, 2, { kind: 'upgrade', jobId: 'j2' })]
  })
const open: OpenUpgrade = { jobIds: ['j2'], from: 'v8.5.0', to: 'v8.5.1', state: 'open', led: true, seen: {}, left: [] }
const backup: NonNullable<RedeployWish['backup']> = {
  ...{ id: 'j2', at: '2026-11-01T00:00:00.000Z', sha256: 'b'.repeat(64), sizeBytes: 900, secret: 'export:j2' },
  ...{ sources: ['mysql-01', 'mysql-old'], tasks: ['t1'], relay: { 'mysql-01': ['dm-10.0.0.4-8262'] } },
}
const subtask = (task: string, stage = 'Running'): SubtaskFact => ({
  ...{ task, source: 'mysql-01', worker: 'dm-10.0.0.4-8262', stage, unit: 'Sync', lagS: 2, error: '', ddlLock: '' },
})
const seen = (topology = three, more: Partial<ClusterFacts> = {}): OperationFacts => {
  const [worker] = topology.workers
  const { hosts, cluster } = running(topology, undefined, { [`${worker?.host}:${worker?.port}`]: 'mysql-01' })
  if (!cluster) throw new Error('no cluster')
  const source = { source: 'mysql-01', worker: worker?.name ?? '', relay: false }
  return { hosts, cluster: { ...cluster, tasks: [subtask('t1')], sources: [source], ...more } }
}
const ask = (topology: Topology, back: Partial<RedeployWish> = {}, more: Partial<OpenUpgrade> = {}): OperationInput =>
  later(topology, {
    ...{ version: 'v8.5.1', packages: store, dmctl, ledger: ledgerOf(topology) },
    upgrade: {
      ...{ to: 'v8.5.0', offline: false, pauseBeforeLast: false, prefer: [], exportBy: dmctl, open: { ...open, ...more } },
      back: { suffix: '-v8.5.0', backup, importBy: dmctl, ...back },
    },
  })
const codes = (facts: OperationFacts, input: OperationInput, topology = three) =>
  redeploy.validate(topology, facts, input).map(({ code, severity }) => `${severity} ${code}`)

describe('redeploy', () => {
  it('three masters: fresh folders first, then all of DM stops, units change, former version, import', () => {
    const { plan, blobs } = redeploy.plan(three, seen(), ask(three))
    expectGolden('redeploy/three', plan)
    const kinds = stepsOf(plan).map(({ kind }) => kind)
    const words = plan.phases.map(({ title }) => title.word)
    expect(words.indexOf('plan.redeploy-install')).toBeLessThan(words.findIndex((word) => word.startsWith('plan.stop')))
    expect(words.indexOf('plan.import'), 'monitors can wait').toBeLessThan(words.findIndex((word) => word.startsWith('plan.roll')))
    expect(kinds.indexOf('config-exported')).toBeLessThan(kinds.indexOf('unit-stopped'))
    expect(kinds.indexOf('unit-running')).toBeLessThan(kinds.indexOf('config-imported'))
    expect(plan.destructive).toBe(true)
    expect(blobs.find(({ parts }) => JSON.stringify(parts) === JSON.stringify([{ secret: 'export:j2' }]))?.secret).toBe(true)
  })

  it('of a version that reads a key file: the fresh folders have it before anything starts, and a last look at what ran', () => {
    const keyed = withSecretKey(three)
    const keyFile = { stored: 'credential-key', sha256: 'a'.repeat(64) }
    const { plan } = redeploy.plan(keyed, seen(keyed), { ...ask(keyed), keyFile })
    const files = stepsOf(plan).flatMap((step) => (step.kind === 'file' && step.path.endsWith('dm-secret.key') ? [step] : []))
    expect(files.map(({ host, path, mode, content }) => [host, path, mode, content.secret])).toEqual(
      [1, 2, 3].map((i) => [`10.0.0.${i}`, '/dm/deploy/dm-master-8261-v8.5.0/conf/dm-secret.key', '0600', true]),
    )
    const install = plan.phases.find(({ title }) => title.word === 'plan.redeploy-install')
    expect(install?.lanes.flatMap(({ steps }) => steps)).toEqual(expect.arrayContaining(files))
    expect(plan.phases.at(-1)).toMatchObject({
      title: { word: 'plan.passwords-read' },
      lanes: [{ steps: [{ asks: { guard: 'passwords-read', tasks: [{ task: 't1', source: 'mysql-01' }] } }] }],
    })
    const paths = redeploy.needs(keyed, ask(keyed)).host['10.0.0.2']?.flatMap((probe) => (probe.probe === 'path' ? [probe.path] : []))
    expect(paths?.filter((path) => path.endsWith('dm-secret.key'))).toHaveLength(2)
  })

  it('of a key file that the panel does not know: the fresh folder wants it by hand', () => {
    const keyed = withSecretKey(three)
    const facts = seen(keyed)
    const fresh = '/dm/deploy/dm-master-8261-v8.5.0/conf/dm-secret.key'
    const hosts = Object.fromEntries(
      Object.entries(facts.hosts).map(([host, one]) => [host, { ...one, paths: { ...one.paths, [fresh]: { exists: false as const } } }]),
    )
    expect(codes({ ...facts, hosts }, ask(keyed), keyed).filter((code) => code.startsWith('error'))).toEqual(
      Array(3).fill('error secret-key.missing'),
    )
  })

  it('one master and one worker', () => {
    expectGolden('redeploy/one-master', redeploy.plan(tiny, seen(tiny), ask(tiny)).plan)
  })

  it('names what is lost, what comes back, what is started, and relay', () => {
    const facts = seen(three, { tasks: [subtask('t1', 'Paused'), subtask('t2')] })
    const found = redeploy.validate(three, facts, ask(three))
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning redeploy.downtime',
      'warning redeploy.lost',
      'warning redeploy.comes-back',
      'warning redeploy.starts-paused',
      'warning redeploy.relay',
    ])
    const params = Object.fromEntries(found.map(({ code, params: each }) => [code, each]))
    expect(params['redeploy.lost']).toMatchObject({ names: 't2' })
    expect(params['redeploy.comes-back']).toMatchObject({ names: 'mysql-old' })
    expect(params['redeploy.relay']).toMatchObject({ lines: 'start-relay -s mysql-01 dm-10.0.0.4-8262' })
    const { tasks: _t, sources: _s, ...silent } = seen().cluster ?? { observedAt: '' }
    expect(codes({ ...seen(), cluster: { ...silent, tasksError: 'no dmctl' } as ClusterFacts }, ask(three))).toContain(
      'warning redeploy.since-unknown',
    )
  })

  it('is refused without an upgrade, a backup, a dmctl, packages, empty folders, or with DM 1.0 sources', () => {
    const { open: _open, ...closed } = ask(three).upgrade ?? { to: '', offline: false, pauseBeforeLast: false, prefer: [] }
    expect(codes(seen(), { ...ask(three), upgrade: closed })).toEqual(['error rollback.nothing'])
    expect(codes(seen(), ask(three, {}, { state: 'redeployed' }))).toEqual(['error redeploy.done'])
    const { backup: _b, ...none } = ask(three).upgrade?.back ?? { suffix: '-x' }
    const without = ask(three).upgrade
    if (!without) throw new Error('no wish')
    expect(codes(seen(), { ...ask(three), upgrade: { ...without, back: none } })).toEqual(['error redeploy.no-backup'])
    const { importBy: _i, ...noDmctl } = without.back ?? { suffix: '-x' }
    expect(codes(seen(), { ...ask(three), upgrade: { ...without, back: noDmctl } })).toContain('error redeploy.no-dmctl')
    expect(codes(seen(), { ...ask(three), packages: [...next, dmctl] })).toContain('error redeploy.package-missing')
    const facts = seen()
    const host = facts.hosts['10.0.0.1']
    const taken: PathFact = {
      exists: true,
      type: 'directory',
      mode: '0755',
      owner: 'tidb',
      group: 'tidb',
      sizeBytes: 0,
      mountPoint: false,
      empty: false,
    }
    const full = host && { ...host, paths: { ...host.paths, '/dm/data/dm-master-8261-v8.5.0': taken } }
    expect(codes({ ...facts, hosts: { ...facts.hosts, ...(full && { '10.0.0.1': full }) } }, ask(three))).toContain(
      'error redeploy.folder-taken',
    )
    const v1 = { ...three, masters: three.masters.map((one) => ({ ...one, v1_source_path: '/old' })) }
    expect(codes(seen(v1), ask(v1), v1)).toContain('error redeploy.v1-sources')
  })

  it('one that was begun goes on: nothing is exported, nothing of the former version is stopped first', () => {
    const input = ask(three, {}, { state: 'redeploying' })
    const { plan } = redeploy.plan(three, seen(), { ...input, version: 'v8.5.0' })
    expect(plan.phases.map(({ title }) => title.word)).toEqual(
      expect.arrayContaining(['plan.redeploy-install', 'plan.redeploy-units', 'plan.import']),
    )
    expect(plan.phases.map(({ title }) => title.word).filter((word) => word.startsWith('plan.stop') || word === 'plan.backup')).toEqual([])
  })

  it('leaves folders to finalise that hold nothing which is still used', () => {
    const nested = {
      ...three,
      masters: three.masters.map((one) => ({ ...one, deploy_dir: '/dm', data_dir: '/dm/data' })),
      workers: three.workers.map((one) => ({ ...one, deploy_dir: '/dm/worker', data_dir: '/dm/worker/data' })),
    }
    const { plan } = redeploy.plan(nested, seen(nested), ask(nested))
    const begun = stepsOf(plan).flatMap((step) =>
      step.kind === 'recorded' && step.record.change === 'redeploy-began' ? step.record.left : [],
    )
    const worker = nested.workers.find(({ host }) => nested.masters.every((one) => one.host !== host))
    expect(begun).toContainEqual({ host: worker?.host, path: '/dm/worker' })
    const fresh = instancesOf(nested).map(({ hostId }) => hostId)
    for (const { host, path } of begun) expect(fresh.includes(host) && path !== '/').toBe(true)
  })
})

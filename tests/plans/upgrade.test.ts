import { describe, expect, it } from 'vitest'
import type { ClusterFacts, SubtaskFact } from '@/server/domain/facts'
import { formerFixedKey } from '@/server/domain/former-key'
import type { LedgerEntry } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import { stepsOf } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import { withSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import type { MasterSeen, OpenUpgrade } from '@/server/domain/upgrade'
import { finalise } from '@/server/operations/finalise'
import type { OperationFacts, OperationInput, UpgradeWish } from '@/server/operations/input'
import { rollback } from '@/server/operations/rollback'
import { upgrade } from '@/server/operations/upgrade'
import { incarnationOf } from '@/server/steps/unit-running'
import { expectGolden } from './plan-text'
import { packages as former, fresh, later, running, three, tiny } from './world'

const dmctl: PackageInfo = {
  ...{ sha256: 'd'.repeat(64), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 50_000_000 },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}
/** The next release: of the cluster's own components only. */
const next: PackageInfo[] = former
  .filter(({ version }) => version === 'v8.5.0')
  .map((one) => ({ ...one, version: 'v8.5.1', sha256: `f${one.sha256.slice(1)}`, entrySha256: `9${one.entrySha256.slice(1)}` }))
const store = [...former, ...next, dmctl]

const platformed = (topology: Topology): Topology => ({
  ...topology,
  masters: topology.masters.map((one) => ({ ...one, os: 'linux', arch: 'amd64' })),
})
const subtask: SubtaskFact = {
  ...{ task: 't1', source: 'mysql-01', worker: 'dm-10.0.0.4-8262', stage: 'Running', unit: 'Sync', lagS: 2, error: '', ddlLock: '' },
}
const seen = (topology = three, tasks: SubtaskFact[] = [subtask], more: Partial<ClusterFacts> = {}): OperationFacts => {
  const [worker] = topology.workers
  const id = `${worker?.host}:${worker?.port}`
  const { hosts, cluster } = running(topology, undefined, { [id]: 'mysql-01' })
  if (!cluster) throw new Error('no cluster')
  const dm = instancesOf(topology).filter(({ component }) => component.startsWith('dm-'))
  const versions = Object.fromEntries(dm.map((one) => [one.id, 'v8.5.0']))
  const source = { source: 'mysql-01', worker: worker?.name ?? '', relay: false }
  return { hosts, cluster: { ...cluster, versions, tasks, sources: [source], ...more } }
}
const wished = (more: Partial<UpgradeWish> = {}): UpgradeWish => ({
  ...{ to: 'v8.5.1', offline: false, pauseBeforeLast: true, prefer: [], exportBy: dmctl, ...more },
})
const ask = (topology: Topology, more: Partial<UpgradeWish> = {}, rest: Partial<OperationInput> = {}): OperationInput =>
  later(topology, { packages: store, dmctl, ledger: [], upgrade: wished(more), ...rest })
const codes = (facts: OperationFacts, input: OperationInput, topology = three) =>
  upgrade.validate(topology, facts, input).map(({ code, severity }) => `${severity} ${code}`)
const without = <K extends keyof UpgradeWish>(key: K): UpgradeWish => {
  const { [key]: _gone, ...rest } = wished()
  return { ...rest, to: 'v8.5.1', offline: false, pauseBeforeLast: true, prefer: [] }
}

const entry = (instance: string, packageSha256: string, at: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{
    id: `${instance}-${at}`,
    instance,
    packageSha256,
    entrySha256: 'a'.repeat(64),
    since: new Date(at).toISOString(),
    by: 'ann',
    jobId: 'j1',
  },
  ...{ kind: 'deploy' as const, ticket: '', notes: '', due: null, offline: false, supersededAt: null, ...more },
})
const of = (packages: readonly PackageInfo[], component: string): string =>
  packages.find((one) => one.component === component)?.sha256 ?? ''
/** The first two masters are upgraded by job j2; everything else is as deployed. */
const halfWay: LedgerEntry[] = instancesOf(three).flatMap((one) => {
  const was = entry(one.id, of(former, one.component), 1)
  if (!['10.0.0.2:8261', '10.0.0.3:8261'].includes(one.id)) return [was]
  const now = entry(one.id, of(next, one.component), 2, { kind: 'upgrade', jobId: 'j2' })
  return [{ ...was, supersededAt: new Date(2).toISOString() }, now]
})
const noted = (incarnation: string): MasterSeen => ({ incarnation, led: 0, leader: 'dm-10.0.0.1-8261', at: new Date(3).toISOString() })
const open: OpenUpgrade = {
  ...{ jobIds: ['j2'], from: 'v8.5.0', to: 'v8.5.1', state: 'open', led: false, left: [] },
  seen: Object.fromEntries(
    ['10.0.0.2', '10.0.0.3'].map((host) => {
      const facts = seen().hosts[host]
      return [`${host}:8261`, noted(facts ? incarnationOf(facts, 'dm-master-8261.service') : '')]
    }),
  ),
}

describe('upgrade', () => {
  it('exports first, stages all, rolls with a pause before the last master, records the version at the end', () => {
    expectGolden('upgrade/rolling', upgrade.plan(three, seen(), ask(three)).plan)
  })

  it('the export comes before everything, staging before the first stop, and the version last', () => {
    const { plan } = upgrade.plan(three, seen(), ask(three))
    const kinds = plan.phases.flatMap((phase) => phase.lanes.flatMap((lane) => lane.steps.map(({ kind }) => kind)))
    expect(kinds.indexOf('config-exported')).toBeLessThan(kinds.indexOf('binaries-staged'))
    expect(kinds.lastIndexOf('binaries-staged')).toBeLessThan(kinds.indexOf('unit-stopped'))
    const last = plan.phases.at(-1)?.lanes.flatMap(({ steps }) => steps)
    expect(last).toMatchObject([{ record: { change: 'cluster-version', version: 'v8.5.1' } }, { record: { change: 'run-state' } }])
    const masters = plan.phases.find(({ title }) => title.word === 'plan.roll-dm-master')
    expect(masters?.pauseAfter).toEqual([1, 2])
    // That the new version leads is noted in the last master's turn only, after leadership went and before it stops.
    const noted = masters?.lanes.map(({ steps }) =>
      steps.findIndex((step) => step.kind === 'recorded' && step.record.change === 'upgrade-led'),
    )
    expect(noted?.slice(0, -1)).toEqual([-1, -1])
    const steps = masters?.lanes.at(-1)?.steps ?? []
    const order = ['awaited', 'recorded', 'unit-stopped'].map((kind) => steps.findIndex((step) => step.kind === kind))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('one master and one worker: the outage and that there is no way back are said', () => {
    expectGolden('upgrade/one-master', upgrade.plan(tiny, seen(tiny), ask(tiny)).plan)
    expect(codes(seen(tiny), ask(tiny), tiny)).toEqual(
      expect.arrayContaining(['warning upgrade.no-way-back', 'warning rolling.masters-out']),
    )
  })

  it('offline: only the disk, no start, no restart, no run state', () => {
    const { plan } = upgrade.plan(three, fresh(three), ask(three, { offline: true }))
    expectGolden('upgrade/offline', plan)
    const kinds = plan.phases.flatMap((phase) => phase.lanes.flatMap((lane) => lane.steps.map(({ kind }) => kind)))
    expect(kinds).not.toContain('unit-running')
    expect(kinds).not.toContain('config-exported')
  })

  it('nothing speaks against the plain case but what must be known', () => {
    expect(codes(seen(), ask(three))).toEqual([])
  })

  it('a lower version is refused, judged by what the processes say; nightly always goes; equal is said', () => {
    expect(codes(seen(), ask(three, { to: 'v8.4.0' }))).toContain('error upgrade.downgrade')
    const newer = seen(three, [subtask], { versions: { '10.0.0.5:8262': 'v8.6.0' } })
    expect(upgrade.validate(three, newer, ask(three)).find(({ code }) => code === 'upgrade.downgrade')?.params).toMatchObject({
      at: '10.0.0.5:8262: v8.6.0',
    })
    expect(codes(seen(), ask(three, { to: 'nightly' })).filter((code) => code.includes('downgrade'))).toEqual([])
    expect(codes(seen(), ask(three, { to: 'v8.5.0' }))).toEqual(['warning upgrade.same-version'])
    expect(codes(seen(), ask(three, { to: 'latest-and-greatest' }))).toEqual(['error topology.version-form'])
  })

  it('everything for every platform must be here before anything else', () => {
    const mixed = platformed({
      ...three,
      workers: three.workers.map((one, i) => ({ ...one, os: 'linux', arch: i === 0 ? 'amd64' : 'arm64' })),
    })
    const hosts = seen(mixed).hosts
    const arm = hosts['10.0.0.5']
    const facts = {
      ...seen(mixed),
      hosts: { ...hosts, ...(arm?.system && { '10.0.0.5': { ...arm, system: { ...arm.system, arch: 'arm64' } } }) },
    }
    const missing = upgrade.validate(mixed, facts, ask(mixed)).filter(({ code }) => code === 'upgrade.package-missing')
    expect(missing.map(({ params }) => params)).toEqual([{ package: 'dm-worker-v8.5.1-linux-arm64.tar.gz', hosts: '10.0.0.5' }])
    const none = upgrade.validate(three, seen(), ask(three, { to: 'v9.0.0' })).filter(({ code }) => code === 'upgrade.package-missing')
    expect(none.map(({ params }) => String(params.package).split('-v9')[0])).toEqual(['dm-master', 'dm-worker', 'prometheus', 'grafana'])
    expect(codes(seen(), ask(three, { prefer: ['0'.repeat(64)] }))).toContain('error upgrade.package-unknown')
  })

  it('offline wants everything stopped, workers too; rolling wants a master that runs', () => {
    const onlyWorker = running(three, ['10.0.0.5:8262'])
    expect(codes(onlyWorker, ask(three, { offline: true }))).toContain('error upgrade.running')
    expect(codes(fresh(three), ask(three))).toContain('error upgrade.stopped')
  })

  it('a full disk, clocks apart, a dead master, an offline worker', () => {
    const facts = seen()
    const full = { ...facts.hosts['10.0.0.1'], disks: { '/dm/deploy/dm-master-8261': { mount: '/', freeBytes: 1000 } } }
    expect(codes({ ...facts, hosts: { ...facts.hosts, '10.0.0.1': full as never } }, ask(three))).toContain('error preflight.disk')
    const { members } = facts.cluster ?? {}
    if (!members) throw new Error('no members')
    const ill = {
      ...members,
      masters: members.masters.map((one, i) => ({ ...one, alive: i !== 2 })),
      workers: members.workers.map((one, i) => (i === 1 ? { ...one, stage: 'offline' as const } : one)),
    }
    const found = codes(seen(three, [subtask], { members: ill }), ask(three))
    expect(found).toEqual(expect.arrayContaining(['error upgrade.master-down', 'warning upgrade.worker-offline']))
    const waived = ask(three, {}, { waivers: [{ code: 'upgrade.master-down' }] })
    expect(codes(seen(three, [subtask], { members: ill }), waived)).toContain('warning upgrade.master-down')
  })

  it('across v8.0.0 a key, a key that is configured, or a reason is wanted', () => {
    const old = (more: Partial<OperationInput> = {}, wish: Partial<UpgradeWish> = {}) => ask(three, wish, { version: 'v7.5.0', ...more })
    const facts = seen(three, [subtask], { versions: { '10.0.0.1:8261': 'v7.5.0' } })
    expect(codes(facts, old())).toContain('error upgrade.secret-key')
    expect(codes(facts, old({ waivers: [{ code: 'upgrade.secret-key' }] }))).toContain('warning upgrade.secret-key')
    expect(codes(facts, old({}, { secretKey: 'credential-key' })).filter((code) => code.includes('secret-key'))).toEqual([])
    expect(codes(seen(), ask(three)).filter((code) => code.includes('secret-key'))).toEqual([])
  })

  it('across v8.0.0 what an export shows decides: plain passwords want nothing, encrypted ones a key that opens them', () => {
    const facts = seen(three, [subtask], { versions: { '10.0.0.1:8261': 'v7.5.0' } })
    const found = (wish: Partial<UpgradeWish>) =>
      upgrade.validate(three, facts, ask(three, wish, { version: 'v7.5.0' })).filter(({ code }) => /secret-key|passwords/.test(code))
    expect(found({ passwords: { encrypted: [], closed: [] } })).toEqual([])
    const encrypted = { encrypted: ['mysql-01', 't1'], closed: [] }
    expect(found({ passwords: encrypted })).toMatchObject([{ code: 'upgrade.passwords-encrypted', params: { names: 'mysql-01, t1' } }])
    expect(found({ passwords: encrypted, formerKey: true })).toEqual([])
    const closed = { encrypted: ['mysql-01', 't1'], closed: ['t1'] }
    expect(found({ passwords: closed, secretKey: 'credential-key' })).toMatchObject([
      { code: 'upgrade.passwords-closed', severity: 'error', params: { names: 't1' } },
    ])
    expect(found({ passwords: { unknown: 'dmctl is silent' } })).toMatchObject([{ code: 'upgrade.secret-key' }])
  })

  it('DM’s former key as a key file: 0600, and no plan shows it', () => {
    const { plan, blobs } = upgrade.plan(three, seen(), ask(three, { formerKey: true }, { version: 'v7.5.0' }))
    const files = stepsOf(plan).flatMap((step) => (step.kind === 'file' && step.path.endsWith('dm-secret.key') ? [step] : []))
    expect(files).toHaveLength(3)
    expect(files.every(({ mode, owner, content }) => mode === '0600' && owner === 'tidb' && content.secret)).toBe(true)
    expect(blobs.find(({ sha256 }) => sha256 === files[0]?.content.sha256)?.parts).toEqual([{ text: formerFixedKey }])
    expect(JSON.stringify(plan)).not.toContain(formerFixedKey)
    expect(stepsOf(plan)).toContainEqual(
      expect.objectContaining({ record: { change: 'cluster-version', version: 'v8.5.1', secretKey: true, keyFile: 'former' } }),
    )
  })

  it('the key goes to every master before its configuration names it, as a secret, and into the books at the end', () => {
    const { plan, blobs } = upgrade.plan(three, seen(), ask(three, { secretKey: 'credential-key' }, { version: 'v7.5.0' }))
    const lanes = plan.phases.find(({ title }) => title.word === 'plan.roll-dm-master')?.lanes ?? []
    for (const { steps } of lanes) {
      const files = steps.filter((step) => step.kind === 'file')
      expect(files[0]).toMatchObject({
        path: '/dm/deploy/dm-master-8261/conf/dm-secret.key',
        mode: '0600',
        owner: 'tidb',
        content: { secret: true },
      })
      const toml = files.find(({ path }) => path.endsWith('dm-master.toml'))
      const text = blobs.find(({ sha256 }) => sha256 === toml?.content.sha256)?.parts
      expect(JSON.stringify(text)).toContain('secret-key-path = \\"conf/dm-secret.key\\"')
    }
    expect(lanes).toHaveLength(3)
    const recorded = plan.phases.at(-2)?.lanes[0]?.steps[0]
    expect(recorded).toMatchObject({
      record: { change: 'cluster-version', secretKey: true, keyFile: { credentialId: 'credential-key' } },
    })
  })

  it('across v8.0.0 it ends with a look at what ran before, unless the export showed that no password is encrypted', () => {
    const last = (facts: OperationFacts, wish: Partial<UpgradeWish>, from = 'v7.5.0') =>
      upgrade.plan(three, facts, ask(three, wish, { version: from })).plan.phases.at(-1)
    const paused = { ...subtask, task: 't2', stage: 'Paused' }
    expect(last(seen(three, [subtask, paused]), { formerKey: true })).toMatchObject({
      title: { word: 'plan.passwords-read' },
      lanes: [
        {
          steps: [
            {
              kind: 'guard',
              asks: { guard: 'passwords-read', sources: ['mysql-01'], tasks: [{ task: 't1', source: 'mysql-01' }] },
            },
          ],
        },
      ],
    })
    expectGolden('upgrade/one-master-with-key', upgrade.plan(tiny, seen(tiny), ask(tiny, { formerKey: true }, { version: 'v7.5.0' })).plan)
    const word = (wish: Partial<UpgradeWish>, from?: string) => last(seen(), wish, from)?.title.word
    expect(word({ passwords: { unknown: 'dmctl is silent' } }), 'waived').toBe('plan.passwords-read')
    expect(word({ passwords: { encrypted: [], closed: [] } })).toBe('plan.record')
    expect(word({ formerKey: true, offline: true })).toBe('plan.record')
    expect(word({}, 'v8.5.0')).toBe('plan.record')
  })

  it('passwords that no key opens are entered anew by hand: each case has its own way', () => {
    const wish = { passwords: { encrypted: ['mysql-01'], closed: ['mysql-01'] } }
    const found = (more: Partial<UpgradeWish>) => codes(seen(), ask(three, { ...wish, ...more }, { version: 'v7.5.0' }))
    expect(found({ formerKey: true })).toContain('error upgrade.passwords-foreign')
    expect(found({ secretKey: 'credential-key' })).toContain('error upgrade.passwords-closed')
  })

  it('without an export only with a reason; a hotfix that goes is named', () => {
    const none = { ...ask(three), upgrade: without('exportBy') }
    expect(codes(seen(), none)).toEqual(['error upgrade.no-backup'])
    expect(codes(seen(), { ...none, waivers: [{ code: 'upgrade.no-backup' }] })).toEqual(['warning upgrade.no-backup'])
    const patched = [entry('10.0.0.4:8262', '7'.repeat(64), 3, { kind: 'patch', ticket: 'OPS-7' })]
    expect(upgrade.validate(three, seen(), ask(three, {}, { ledger: patched }))).toMatchObject([
      { code: 'upgrade.replaces-hotfix', severity: 'warning', params: { instances: '10.0.0.4:8262', tickets: 'OPS-7' } },
    ])
  })

  it('a further plan to the same version goes on where the first was broken off', () => {
    const { plan } = upgrade.plan(three, seen(), ask(three, { open }, { ledger: halfWay }))
    const masters = plan.phases.find(({ title }) => title.word === 'plan.roll-dm-master')
    expect(masters?.lanes.map(({ subject }) => subject)).toEqual(['10.0.0.1:8261'])
  })
})

describe('rollback', () => {
  const counts = { '10.0.0.2:8261': 0, '10.0.0.3:8261': 0 }
  const back = (more: Partial<UpgradeWish> = {}, rest: Partial<OperationInput> = {}) =>
    ask(three, { to: 'v8.5.0', pauseBeforeLast: false, open, ...more }, { ledger: halfWay, ...rest })
  const said = (facts: OperationFacts, input = back()) => rollback.validate(three, facts, input).map(({ code }) => code)

  it('gives the upgraded instances what they had, while no master of the new version has led', () => {
    const facts = seen(three, [subtask], { leaderCounts: counts })
    expect(said(facts)).toEqual([])
    expectGolden('upgrade/rollback', rollback.plan(three, facts, back()).plan)
  })

  it('below v8.0.0 the configuration names no key file any more, for that version would not start with it', () => {
    const tomls = (to: string) => {
      const { plan, blobs } = rollback.plan(withSecretKey(three), seen(three, [subtask], { leaderCounts: counts }), back({ to }))
      const files = stepsOf(plan).flatMap((step) =>
        step.kind === 'file' && step.path.endsWith('dm-master.toml') ? [step.content.sha256] : [],
      )
      const texts = files.map((sha256) => JSON.stringify(blobs.find((one) => one.sha256 === sha256)?.parts))
      const record = stepsOf(plan).find((step) => step.kind === 'recorded' && step.record.change === 'upgrade-rolled-back')
      return { named: texts.map((text) => text.includes('secret-key-path')), record: record?.kind === 'recorded' && record.record }
    }
    expect(tomls('v7.5.3')).toEqual({
      named: [false, false],
      record: { change: 'upgrade-rolled-back', version: 'v7.5.3', dropKey: true },
    })
    expect(tomls('v8.5.0')).toEqual({ named: [true, true], record: { change: 'upgrade-rolled-back', version: 'v8.5.0' } })
  })

  it('is refused once one has led, and when nobody can say that it has not', () => {
    expect(said(seen(three, [subtask], { leaderCounts: { ...counts, '10.0.0.2:8261': 1 } }))).toEqual(['rollback.has-led'])
    expect(said(seen(three, [subtask], { leaderCounts: { '10.0.0.2:8261': 0 } }))).toEqual(['rollback.may-have-led'])
    expect(said(seen(three, [subtask], { leaderCounts: counts }), back({ open: { ...open, led: true } }))).toEqual(['rollback.has-led'])
    const restarted = seen(three, [subtask], { leaderCounts: counts })
    const host = restarted.hosts['10.0.0.2']
    const unit = host?.units['dm-master-8261.service']
    if (!host || !unit) throw new Error('no unit')
    // Started once more since its turn ended, by whomever: what the former process counted is gone.
    const again = (unit.activeEnterMonotonicUs ?? 0) + 5
    const units = { ...host.units, 'dm-master-8261.service': { ...unit, activeEnterMonotonicUs: again } }
    expect(said({ ...restarted, hosts: { ...restarted.hosts, '10.0.0.2': { ...host, units } } })).toEqual(['rollback.may-have-led'])
    const { '10.0.0.2:8261': of2, ...others } = open.seen
    expect(said(restarted, back({ open: { ...open, seen: others } })), 'nobody has noted it').toEqual(['rollback.may-have-led'])
    if (!of2) throw new Error('no note')
    const led = { ...open.seen, '10.0.0.2:8261': { ...of2, led: 1 } }
    expect(said(restarted, back({ open: { ...open, seen: led } })), 'it led for a moment').toEqual(['rollback.has-led'])
  })

  it('a master that was down at the end of its turn and was not started since has never led', () => {
    const facts = seen(three, [subtask], { leaderCounts: { '10.0.0.3:8261': 0 } })
    const host = facts.hosts['10.0.0.2']
    const unit = host?.units['dm-master-8261.service']
    const of2 = open.seen['10.0.0.2:8261']
    if (!host || !unit || !of2) throw new Error('no unit')
    const units = { ...host.units, 'dm-master-8261.service': { ...unit, activeState: 'failed', subState: 'failed' } }
    const down = { ...facts, hosts: { ...facts.hosts, '10.0.0.2': { ...host, units } } }
    expect(said(down)).toContain('rollback.may-have-led')
    const noted = { ...open, seen: { ...open.seen, '10.0.0.2:8261': { ...of2, led: null } } }
    expect(said(down, back({ open: noted })).filter((code) => code.includes('led'))).toEqual([])
  })

  it('needs an upgrade that is open, and the former packages', () => {
    const { open: _none, ...closed } = wished({ to: 'v8.5.0' })
    expect(said(seen(), { ...back(), upgrade: closed })).toEqual(['rollback.nothing'])
    const facts = seen(three, [subtask], { leaderCounts: counts })
    expect(said(facts, back({}, { packages: next }))).toEqual(['rollback.package-missing', 'rollback.package-missing'])
    expect(said(facts, back({}, { ledger: [] }))).toEqual(['rollback.nothing-reached'])
  })
})

describe('finalise', () => {
  it('takes former packages off the hosts, but for those that another cluster has', () => {
    const done = halfWay.filter(({ instance }) => instance === '10.0.0.2:8261')
    const plan = (keep: string[]) =>
      finalise.plan(three, seen(), ask(three, { open, keep }, { version: 'v8.5.1', ledger: done })).plan.phases.flatMap((one) => one.lanes)
    expect(plan([]).flatMap(({ steps }) => steps)).toMatchObject([
      { kind: 'path-absent', host: '10.0.0.2', path: expect.stringContaining(of(former, 'dm-master')) },
      { kind: 'recorded', record: { change: 'upgrade-finalised' } },
    ])
    expect(plan([of(former, 'dm-master')]).flatMap(({ steps }) => steps)).toHaveLength(1)
  })

  it('is refused while the upgrade has not reached its end, or when there is none', () => {
    const said = (input: OperationInput) => finalise.validate(three, seen(), input).map(({ code }) => code)
    expect(said(ask(three, { open }))).toEqual(['finalise.unfinished'])
    expect(said(ask(three))).toEqual(['rollback.nothing'])
    expect(said(ask(three, { open }, { version: 'v8.5.1' }))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { HostFacts } from '@/server/domain/facts'
import { formerFixedKey } from '@/server/domain/former-key'
import { stepsOf } from '@/server/domain/plan'
import { parseAddition } from '@/server/domain/topology/addition'
import { entriesAs, entryIds, joinEntries } from '@/server/domain/topology/entries'
import { hostsOf } from '@/server/domain/topology/instances'
import { withSecretKey } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { scaleOut } from '@/server/operations/scale-out'
import { growthOf } from '@/server/operations/scale-out-problems'
import { expectGolden } from './plan-text'
import { freshHost, inputFor, later, packages, running, three, topologyOf } from './world'

/** As prepare-plan makes it of a text of new nodes. */
const grown = (cluster: Topology, yaml: string, more: Partial<OperationInput> = {}) => {
  const { addition, problems } = parseAddition(yaml, cluster)
  if (!addition) throw new Error(JSON.stringify(problems))
  const added = entriesAs(addition.added, 'joining')
  const topology = joinEntries(cluster, added)
  const joining = { ids: entryIds(added), yaml, prefer: [] }
  const { newHosts } = growthOf(topology, { hosts: {} }, { ...later(topology), joining })
  const { given } = inputFor(topology)
  const input: OperationInput = {
    ...later(topology),
    ...(newHosts.length > 0 && given && { given }),
    givenHosts: newHosts,
    joining,
    ...more,
  }
  return { topology, input, newHosts }
}

/** The cluster runs; the new hosts are bare. */
const seenOf = (cluster: Topology, topology: Topology, more: Record<string, Partial<HostFacts>> = {}): OperationFacts => {
  const before = running(cluster)
  const hosts = hostsOf(topology).map(({ hostId }) => {
    const known = before.hosts[hostId]
    const bare = freshHost(topology, hostId)
    const merged = known ? { ...bare, ...known, paths: { ...bare.paths, ...known.paths }, disks: bare.disks, reach: bare.reach } : bare
    return [hostId, { ...merged, ...more[hostId] }] as const
  })
  return { hosts: Object.fromEntries(hosts), ...(before.cluster && { cluster: before.cluster }) }
}

const planOf = (cluster: Topology, yaml: string, more: Partial<OperationInput> = {}) => {
  const { topology, input } = grown(cluster, yaml, more)
  return scaleOut.plan(topology, seenOf(cluster, topology), input)
}

/** As the reference document writes it. */
const documented = `---

worker_servers:
  - host: 172.16.5.140

`

describe('scale-out', () => {
  it("the document's worker on a new host: prepared, joined, the others told", () => {
    expectGolden('scale-out/documented-worker', planOf(three, documented).plan)
  })

  it('two masters on new hosts: one at a time, each when all members have settled, then their scripts', () => {
    expectGolden('scale-out/two-masters', planOf(three, 'master_servers: [{host: 10.0.0.6}, {host: 10.0.0.7}]\n').plan)
  })

  it('an instance on a host of the cluster: no login but the deploy user’s, nothing prepared', () => {
    const { plan } = planOf(three, 'worker_servers: [{host: 10.0.0.1}]\n')
    expect(plan.problems).toEqual([])
    expect(plan.phases.map(({ title }) => title.word)).not.toContain('plan.prepare-hosts')
    expect(Object.values(plan.hosts).map(({ given }) => given)).toEqual(Object.values(plan.hosts).map(() => undefined))
  })

  it('exporters come with new hosts only', () => {
    const monitored = topologyOf(`monitored: {}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.1}]
`)
    const units = (yaml: string) =>
      stepsOf(planOf(monitored, yaml).plan).flatMap((step) => (step.kind === 'unit-running' ? [step.unit] : []))
    expect(units('worker_servers: [{host: 10.0.0.2}]\n')).toEqual([
      'dm-worker-8262.service',
      'node_exporter-9100.service',
      'blackbox_exporter-9115.service',
    ])
    expect(units('worker_servers: [{host: 10.0.0.1, port: 8263}]\n')).toEqual(['dm-worker-8263.service'])
  })

  it('the books know the new instance before anything is installed for it, and as active only when it is healthy', () => {
    const { plan } = planOf(three, 'master_servers: [{host: 10.0.0.6}]\n')
    const kinds = stepsOf(plan).map((step) => (step.kind === 'recorded' ? step.record.change : step.kind))
    expect(kinds.indexOf('topology-joined')).toBeLessThan(kinds.indexOf('user-present'))
    expect(kinds.indexOf('topology-joined')).toBeLessThan(kinds.indexOf('package-cached'))
    expect(kinds.indexOf('lifecycle')).toBeGreaterThan(kinds.indexOf('unit-running'))
    expect(JSON.stringify(plan)).not.toContain('ignore_exporter')
  })

  it('a new master’s script joins; only a guard on its data lets it name all masters', () => {
    const { plan, blobs } = planOf(three, 'master_servers: [{host: 10.0.0.6}]\n')
    const text = (sha256: string) =>
      blobs
        .find((one) => one.sha256 === sha256)
        ?.parts.map((part) => ('text' in part ? part.text : ''))
        .join('')
    const scripts = stepsOf(plan).flatMap((step) =>
      step.kind === 'file' && step.host === '10.0.0.6' && step.path.endsWith('run_dm-master.sh') ? [step] : [],
    )
    expect(scripts.map(({ content }) => /--(join|initial-cluster)=/.exec(text(content.sha256) ?? '')?.[1])).toEqual([
      'join',
      'initial-cluster',
    ])
    const lane = plan.phases.find(({ title }) => title.word === 'plan.settle-masters')?.lanes[0]
    expect(lane?.steps[0]).toMatchObject({ kind: 'guard', asks: { guard: 'path-present', path: '/dm/data/dm-master-8261/member' } })
    expect(text(scripts[0]?.content.sha256 ?? '')).toContain('--join="10.0.0.1:8261,10.0.0.2:8261,10.0.0.3:8261"')
  })

  it('installs what was preferred: a hotfix that the role runs', () => {
    const [, worker] = packages
    const hotfix = { ...worker, sha256: 'f'.repeat(64), origin: { from: 'hotfix', detail: '' } } as (typeof packages)[number] // one of the sample packages, changed
    const { topology, input } = grown(three, documented)
    const prefer = { ...input, joining: { ids: input.joining?.ids ?? [], yaml: documented, prefer: [hotfix] } }
    const { plan } = scaleOut.plan(topology, seenOf(three, topology), prefer)
    expect(stepsOf(plan).flatMap((step) => (step.kind === 'package-cached' ? [step.sha256] : []))).toEqual([hotfix.sha256])
    expect(plan.problems.map(({ code }) => code)).toEqual(['scale-out.hotfix'])
  })
})

describe('a master for a cluster that reads encrypted passwords by a key file', () => {
  const keyed = withSecretKey(three)
  const newMaster = 'master_servers: [{host: 10.0.0.6}]\n'
  const path = '/dm/deploy/dm-master-8261/conf/dm-secret.key'
  const keyFile = { stored: 'credential-key', sha256: 'a'.repeat(64) }
  const file = (sha256: string): HostFacts['paths'] => ({
    [path]: { exists: true, type: 'file', mode: '0600', owner: 'tidb', group: 'tidb', sizeBytes: 64, mountPoint: false, sha256 },
  })
  const planWith = (seen: Record<string, HostFacts['paths']>, more: Partial<OperationInput>, cluster = keyed) => {
    const { topology, input } = grown(cluster, newMaster, more)
    const base = seenOf(cluster, topology)
    const paths = Object.entries(seen).map(([host, own]) => [host, { paths: { ...base.hosts[host]?.paths, ...own } }] as const)
    const { plan, blobs } = scaleOut.plan(topology, seenOf(cluster, topology, Object.fromEntries(paths)), input)
    const steps = stepsOf(plan).filter((step) => 'host' in step && step.host === '10.0.0.6')
    const at = steps.findIndex((step) =>
      step.kind === 'file' ? step.path === path : step.kind === 'guard' && step.asks.guard === 'path-present' && step.asks.path === path,
    )
    return { plan, blobs, steps, at, step: steps[at], codes: plan.problems.map(({ code, severity }) => `${severity} ${code}`) }
  }
  const standing = { '10.0.0.1': file(keyFile.sha256), '10.0.0.2': file(keyFile.sha256) }

  it('gets the same file before its first start: a secret, for the deploy user alone', () => {
    const { plan, steps, at, step, codes, blobs } = planWith(standing, { keyFile })
    expectGolden('scale-out/master-with-key', plan)
    expect(codes).toEqual([])
    expect(step).toMatchObject({ kind: 'file', mode: '0600', owner: 'tidb', content: { secret: true } })
    expect(at).toBeLessThan(steps.findIndex(({ kind }) => kind === 'unit-running'))
    const blob = blobs.find(({ sha256 }) => step?.kind === 'file' && sha256 === step.content.sha256)
    expect(blob?.parts).toEqual([{ secret: 'credential-key' }])
    expect(planWith(standing, { keyFile: { sha256: keyFile.sha256 } }).blobs.flatMap(({ parts }) => parts)).toContainEqual({
      text: formerFixedKey,
    })
    expect(planWith(standing, { keyFile }, three).at, 'no key is configured').toBe(-1)
  })

  it('which the panel does not know, or which was changed on a host: a person copies it, and a guard looks for it', () => {
    const bare = { [path]: { exists: false as const } }
    for (const [seen, more] of [
      [standing, {}],
      [{ ...standing, '10.0.0.2': file('b'.repeat(64)) }, { keyFile }],
    ] as const) {
      expect(planWith({ ...seen, '10.0.0.6': bare }, more).codes).toEqual(['error secret-key.missing'])
      const { step, codes } = planWith({ ...seen, '10.0.0.6': file(keyFile.sha256) }, more)
      expect(step).toMatchObject({ kind: 'guard', asks: { guard: 'path-present', path } })
      expect(codes).toEqual([])
    }
    expect(planWith({ ...standing, '10.0.0.6': file('c'.repeat(64)) }, {}).codes).toEqual(['error secret-key.differs'])
  })

  it('in a place of their own: the same path is asked for on the new host', () => {
    const own = { ...keyed, serverConfigs: { worker: {}, grafana: {}, master: { 'secret-key-path': '/etc/dm/key' } } }
    const { topology, input } = grown(own, newMaster, { keyFile })
    const asked = (host: string) =>
      scaleOut.needs(topology, input).host[host]?.some((probe) => probe.probe === 'path' && probe.path === '/etc/dm/key' && probe.hash)
    expect([asked('10.0.0.1'), asked('10.0.0.6'), asked('10.0.0.4')]).toEqual([true, true, false])
    const there = { '10.0.0.6': { '/etc/dm/key': { exists: false as const } } }
    expect(planWith(there, { keyFile }, own).codes).toEqual(['error secret-key.missing'])
  })
})

describe('scale-out of what can not be', () => {
  const codes = (facts: OperationFacts, topology: Topology, input: OperationInput) =>
    scaleOut.validate(topology, facts, input).map(({ code, severity }) => `${severity} ${code}`)

  it('a stopped cluster, one without a leader, one with a dead master', () => {
    const { topology, input } = grown(three, 'master_servers: [{host: 10.0.0.6}]\n')
    const seen = seenOf(three, topology)
    const stopped = { hosts: { ...seen.hosts, ...running(three, []).hosts }, cluster: { ...seen.cluster, ...running(three, []).cluster } }
    const { members: _members, ...silent } = seen.cluster ?? { members: undefined }
    const dead = seen.cluster?.members && {
      ...seen.cluster.members,
      masters: seen.cluster.members.masters.map((one, i) => (i === 1 ? { ...one, alive: false } : one)),
    }
    const { members: _gone, ...none } = stopped.cluster
    expect(codes({ hosts: stopped.hosts, cluster: none as NonNullable<OperationFacts['cluster']> }, topology, input)).toContain(
      'error scale-out.stopped',
    ) // a leaner copy
    expect(codes({ hosts: seen.hosts, cluster: silent as NonNullable<OperationFacts['cluster']> }, topology, input)).toContain(
      'error scale-out.members-unknown',
    ) // the same
    expect(
      codes({ hosts: seen.hosts, cluster: { ...silent, members: dead } as NonNullable<OperationFacts['cluster']> }, topology, input),
    ).toContain('error scale-out.master-down') // the same
  })

  it('new hosts without a login, a port that is taken, a folder in use', () => {
    const { topology, input } = grown(three, documented)
    const { given: _none, ...bare } = input
    const taken = { listeners: [{ port: 8262, pid: 7, process: 'other', unit: '' }] }
    expect(codes(seenOf(three, topology), topology, bare)).toEqual(['error scale-out.credential'])
    expect(codes(seenOf(three, topology, { '172.16.5.140': taken }), topology, input)).toEqual(['error preflight.port'])
  })

  it('a worker whose name DM has at another address', () => {
    const { topology, input } = grown(three, 'worker_servers: [{host: 10.0.0.6, name: dm-10.0.0.4-8262x}]\n')
    const seen = seenOf(three, topology)
    const members = seen.cluster?.members
    if (!members || !seen.cluster) throw new Error('no members')
    const stale = { name: 'dm-10.0.0.4-8262x', addr: '10.0.0.9:8262', stage: 'offline', source: '' } as const
    const cluster = { ...seen.cluster, members: { ...members, workers: [...members.workers, stale] } }
    expect(codes({ ...seen, cluster }, topology, input)).toEqual(['error scale-out.registered'])
  })

  it('a host of the cluster that is silent keeps its files, and that is said', () => {
    const { topology, input } = grown(three, documented)
    const { '10.0.0.1': _silent, ...hosts } = seenOf(three, topology).hosts
    const problems = codes({ ...seenOf(three, topology), hosts }, topology, input)
    expect(problems).toContain('warning scale.not-refreshed')
    const plan = scaleOut.plan(topology, { ...seenOf(three, topology), hosts }, input).plan
    expect(stepsOf(plan).some((step) => step.kind === 'file' && step.host === '10.0.0.1')).toBe(false)
  })
})

describe('the text of new instances', () => {
  const problems = (yaml: string, cluster = three) =>
    parseAddition(yaml, cluster).problems.map(({ code, path, line }) => [code, path, line])

  it('conflicts are said at their line, also where the cluster’s own entry comes second', () => {
    expect(problems('worker_servers:\n  - host: 10.0.0.9\n  - host: 10.0.0.4\n')).toEqual(
      expect.arrayContaining([
        ['topology.port-conflict', 'worker_servers.1.port', 3],
        ['topology.duplicate-name', 'worker_servers.1.name', 3],
      ]),
    )
    expect(problems('master_servers:\n  - host: 10.0.0.4\n    port: 8262\n')).toEqual([
      ['topology.even-masters', 'master_servers', 1],
      ['topology.port-conflict', 'master_servers.0.port', 3],
    ])
  })

  it('wrong YAML, unknown keys, nothing at all', () => {
    expect(problems('worker_servers: [')[0]?.[0]).toBe('topology.yaml')
    expect(problems('worker_servers:\n  - hots: 10.0.0.9\n')).toEqual([['topology.unknown-key-near', 'worker_servers.0.hots', 2]])
    expect(problems('global: {user: x}\n')).toEqual([
      ['scale-out.section-ignored', 'global', 1],
      ['scale-out.nothing', undefined, 1],
    ])
  })

  it('inherits what the cluster has, and what is said of it here is ignored', () => {
    const { addition, problems: said } = parseAddition('global: {user: root, deploy_dir: /x}\nworker_servers: [{host: 10.0.0.9}]\n', three)
    expect(said.map(({ code, severity }) => [code, severity])).toEqual([['scale-out.section-ignored', 'warning']])
    expect(addition?.added.workers[0]).toMatchObject({ deploy_dir: '/dm/deploy/dm-worker-8262', data_dir: '/dm/data/dm-worker-8262' })
    expect(addition?.merged.global).toEqual(three.global)
  })

  it('an instance that is still joining may be named again; an active one may not', () => {
    const { addition } = parseAddition('worker_servers: [{host: 10.0.0.9}]\n', three)
    if (!addition) throw new Error('no addition')
    const half = joinEntries(three, entriesAs(addition.added, 'joining'))
    expect(problems('worker_servers: [{host: 10.0.0.9}]\n', half)).toEqual([])
    const whole = joinEntries(three, entriesAs(addition.added, 'active'))
    expect(problems('worker_servers: [{host: 10.0.0.9}]\n', whole).map(([code]) => code)).toContain('topology.port-conflict')
  })
})

import { describe, expect, it } from 'vitest'
import { type HostFacts, usageKey } from '@/server/domain/facts'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { disable, enable } from '@/server/operations/boot'
import { clean } from '@/server/operations/clean'
import { madeOn, sizeText, totalOf } from '@/server/operations/deletions'
import { deploy } from '@/server/operations/deploy'
import { destroy } from '@/server/operations/destroy'
import type { Operation, OperationFacts, OperationInput } from '@/server/operations/input'
import { rename } from '@/server/operations/rename'
import { expectGolden } from './plan-text'
import { fresh, inputFor, later, packages, running, three, topologyOf } from './world'

const pair = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
monitoring_servers: [{host: 10.0.0.1}]
grafana_servers: [{host: 10.0.0.1}]
`)
const given = { user: 'root', credentialId: 'c', sudo: 'root' } as const

/** Everything runs, every folder holds 3 MiB, nothing else runs as the deploy user. */
const seen = (topology: Topology, change: (host: string, facts: HostFacts) => HostFacts = (_host, facts) => facts): OperationFacts => {
  const { hosts, cluster } = running(topology, undefined, { '10.0.0.2:8262': 'mysql-01' })
  const instances = instancesOf(topology)
  const all = Object.entries(hosts).map(([host, facts]) => {
    const own = instances.filter((one) => one.hostId === host)
    const folders = own.flatMap(directoriesOf)
    const usage = Object.fromEntries(
      folders.flatMap((path) =>
        (['all', 'logs'] as const).map((only) => [usageKey(path, only), { entries: 2, bytes: 3 * 2 ** 20, real: path }]),
      ),
    )
    return [host, change(host, { ...facts, usage, userUnits: { [topology.global.user]: own.map(({ unit }) => unit) } })] as const
  })
  return { hosts: Object.fromEntries(all), ...(cluster && { cluster }) }
}
const without = (facts: OperationFacts, host: string): OperationFacts => {
  const { [host]: _lost, ...hosts } = facts.hosts
  return { ...facts, hosts }
}
const codes = (operation: Operation, topology: Topology, facts: OperationFacts, input: OperationInput) =>
  operation.validate(topology, facts, input).map(({ code, severity }) => `${severity} ${code}`)
const paths = (plan: Plan, host: string, onlyEmpty = false) =>
  stepsOf(plan).flatMap((step) => (step.kind === 'path-absent' && step.host === host && step.onlyEmpty === onlyEmpty ? [step.path] : []))
const on = (plan: Plan, host: string) => stepsOf(plan).filter((step) => 'host' in step && step.host === host)

/** What a deploy on bare hosts reports; `existed`: not made by it. */
const deedsOf = (topology: Topology, existed: readonly string[] = []): NonNullable<OperationInput['deeds']> => {
  const plan = deploy.plan(topology, fresh(topology), inputFor(topology)).plan
  const there = new Map<string, Set<string>>()
  const made = (step: Step): [string, string[]][] => {
    if (!('host' in step)) return []
    const known =
      there.get(step.host) ?? new Set(['/', '/etc', '/etc/sudoers.d', '/etc/systemd', '/etc/systemd/system', '/home', ...existed])
    there.set(step.host, known)
    if (step.kind === 'user-present') return [[step.id, [`user ${step.user}`]]]
    if (step.kind === 'authorized-key') return [[step.id, []]]
    if (step.kind === 'package-cached') return [[step.id, [`/var/lib/dm-panel/packages/${step.sha256}.tar.gz`]]]
    if (step.kind !== 'directory' && step.kind !== 'file') return []
    const levels = step.path.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))
    const added = levels.filter((path) => path !== '' && !known.has(path))
    for (const path of added) known.add(path)
    return added.length > 0 ? [[step.id, added]] : []
  }
  return [{ plan, made: Object.fromEntries(stepsOf(plan).flatMap(made)) }]
}

describe('enable and disable', () => {
  it('everything, exporters too, on every host', () => {
    expectGolden('life/disable-all', disable.plan(pair, seen(pair), later(pair)).plan)
  })
  it('exporters only where everything of their host is selected', () => {
    const units = (nodes: string[]) =>
      stepsOf(enable.plan(pair, seen(pair), later(pair, { nodes })).plan).flatMap((step) =>
        step.kind === 'unit-enabled' ? [step.unit] : [],
      )
    expect(units(['10.0.0.1:8261'])).toEqual(['dm-master-8261.service'])
    expect(units(['10.0.0.2:8262'])).toEqual(['dm-worker-8262.service', 'node_exporter-9100.service', 'blackbox_exporter-9115.service'])
  })
  it('nodes that do not exist are errors, and that no master would boot must be consented to', () => {
    expect(codes(disable, pair, seen(pair), later(pair, { nodes: ['10.0.0.9:1'] }))).toEqual(['error select.unknown-node'])
    expect(codes(disable, pair, seen(pair), later(pair, { roles: ['dm-master'] }))).toEqual(['warning boot.no-master'])
    expect(codes(enable, pair, seen(pair), later(pair))).toEqual([])
    expect(codes(disable, three, seen(three), later(three, { nodes: ['10.0.0.1:8261'] }))).toEqual([])
  })
})

describe('destroy', () => {
  const input = (more: Partial<OperationInput> = {}): OperationInput => ({
    ...later(pair, { deeds: deedsOf(pair), givenHosts: [] }),
    ...more,
  })

  it('with a login of the hosts nothing stays', () => {
    const { plan } = destroy.plan(pair, seen(pair), input({ given }))
    expectGolden('life/destroy-all', plan)
    expect(plan.destructive).toBe(true)
    expect(
      on(plan, '10.0.0.2')
        .slice(-4)
        .map(({ kind }) => kind),
    ).toEqual(['guard', 'authorized-key-absent', 'user-absent', 'path-absent'])
    const gone = [...paths(plan, '10.0.0.2'), ...paths(plan, '10.0.0.2', true)]
    for (const path of madeOn('10.0.0.2', { ...input(), deeds: deedsOf(pair) }))
      expect(
        gone.some((one) => path === one || path.startsWith(`${one}/`)),
        path,
      ).toBe(true)
  })

  it('every link goes before its unit file', () => {
    const steps = stepsOf(destroy.plan(pair, seen(pair), input()).plan)
    for (const { unit } of instancesOf(pair)) {
      const off = steps.findIndex((step) => step.kind === 'unit-enabled' && step.unit === unit && !step.enabled)
      const gone = steps.findIndex((step) => step.kind === 'path-absent' && step.path === `/etc/systemd/system/${unit}`)
      expect(off).toBeGreaterThan(-1)
      expect(gone).toBeGreaterThan(off)
    }
  })

  it('without another login only the key goes, last, and that is consented to', () => {
    const { plan } = destroy.plan(pair, seen(pair), input())
    expect(on(plan, '10.0.0.2').at(-1)?.kind).toBe('authorized-key-absent')
    expect(codes(destroy, pair, seen(pair), input())).toContain('warning destroy.account-stays')
    expect(codes(destroy, pair, seen(pair), input({ keepAccount: true }))).toContain('info destroy.account-kept')
  })

  it('the account stays while another service runs as it', () => {
    const shared = seen(pair, (host, facts) =>
      host === '10.0.0.2' ? { ...facts, userUnits: { tidb: [...(facts.userUnits.tidb ?? []), 'dm-worker-9262.service'] } } : facts,
    )
    const { plan } = destroy.plan(pair, shared, input({ given }))
    expect(on(plan, '10.0.0.2').map(({ kind }) => kind)).not.toContain('user-absent')
    expect(paths(plan, '10.0.0.2')).not.toContain('/etc/sudoers.d/tidb')
    expect(plan.hosts['10.0.0.2']?.given).toBeUndefined()
    expect(on(plan, '10.0.0.1').map(({ kind }) => kind)).toContain('user-absent')
    expect(codes(destroy, pair, shared, input({ given }))).toContain('info destroy.account-shared')
  })

  it('retained data stays, what lies beside it goes', () => {
    const retain = { nodes: ['10.0.0.2'], roles: ['grafana'] }
    const { plan } = destroy.plan(pair, seen(pair), input({ retain }))
    expectGolden('life/destroy-retained', plan)
    expect(paths(plan, '10.0.0.2')).not.toContain('/dm/data/dm-worker-8262')
    expect(paths(plan, '10.0.0.1')).not.toContain('/dm/deploy/grafana-3000')
    expect(paths(plan, '10.0.0.1')).toContain('/dm/deploy/grafana-3000/bin')
    expect(plan.impact.deletes?.filter(({ kept }) => kept).map(({ path }) => path)).toEqual([
      '/dm/deploy/grafana-3000/data',
      '/dm/data/dm-worker-8262',
    ])
    expect(codes(destroy, pair, seen(pair), input({ retain: { nodes: ['10.0.0.7'], roles: ['dm'] } })).slice(0, 2)).toEqual([
      'error select.unknown-node',
      'error select.unknown-role',
    ])
  })

  it('what was there before the deploy stays, emptied', () => {
    const existed = ['/dm', '/dm/data', '/dm/data/dm-worker-8262']
    const { plan } = destroy.plan(pair, seen(pair), input({ deeds: deedsOf(pair, existed) }))
    const emptied = stepsOf(plan).flatMap((step) => (step.kind === 'contents-absent' ? [`${step.host} ${step.path}`] : []))
    expect(emptied).toEqual(['10.0.0.2 /dm/data/dm-worker-8262'])
    expect(paths(plan, '10.0.0.2', true)).not.toContain('/dm')
    expect(paths(plan, '10.0.0.2', true)).not.toContain('/dm/data')
    expect(paths(plan, '10.0.0.2', true)).toContain('/dm/deploy')
  })

  it('nothing is deleted through links, and a mount point is emptied', () => {
    const facts = seen(pair, (host, one) => {
      if (host !== '10.0.0.2') return one
      const key = usageKey('/dm/data/dm-worker-8262', 'all')
      const mount = { exists: true as const, type: 'directory' as const, mode: '0755', owner: 'tidb', group: 'tidb', sizeBytes: 0 }
      return {
        ...one,
        usage: { ...one.usage, [key]: { entries: 1, bytes: 9, real: '/mnt/disk2/worker' } },
        paths: { ...one.paths, '/dm/deploy/dm-worker-8262/log': { ...mount, mountPoint: true } },
      }
    })
    const { plan } = destroy.plan(pair, facts, input())
    expect(paths(plan, '10.0.0.2')).not.toContain('/dm/data/dm-worker-8262')
    expect(codes(destroy, pair, facts, input())).toContain('warning destroy.linked')
    expect(stepsOf(plan)).toContainEqual(expect.objectContaining({ kind: 'contents-absent', path: '/dm/deploy/dm-worker-8262/log' }))
  })

  it('a host that does not answer is an error; with --force it is left, and what is on it is listed', () => {
    const lost = without(seen(pair), '10.0.0.2')
    expect(codes(destroy, pair, lost, input())).toContain('error preflight.reach')
    const { plan } = destroy.plan(pair, lost, input({ force: true }))
    expect(on(plan, '10.0.0.2')).toEqual([])
    const left = plan.problems.find(({ code }) => code === 'destroy.left-behind')
    expect(left?.params).toMatchObject({ host: '10.0.0.2', account: 'tidb' })
    expect(String(left?.params.units)).toContain('dm-worker-8262.service')
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(stepsOf(plan).at(-1)).toMatchObject({ kind: 'recorded', record: { change: 'cluster-removed' } })
  })

  it('packages that another cluster has stay in the cache', () => {
    const keep = packages[1]?.sha256 ?? ''
    const cached = (more: Partial<OperationInput>) =>
      paths(destroy.plan(pair, seen(pair), input(more)).plan, '10.0.0.2').filter((path) => path.endsWith('.tar.gz'))
    expect(cached({})).toContain(`/var/lib/dm-panel/packages/${keep}.tar.gz`)
    expect(cached({ keepPackages: [keep] })).not.toContain(`/var/lib/dm-panel/packages/${keep}.tar.gz`)
  })

  it('dmctl that a review brought goes too, but not where another cluster may want it', () => {
    const dmctl = 'd'.repeat(64)
    const facts = seen(pair, (_host, one) => ({ ...one, packages: { [dmctl]: 9 } }))
    const { plan } = destroy.plan(pair, facts, input({ borrowed: { packages: [dmctl], sharedHosts: ['10.0.0.1'] } }))
    const path = `/var/lib/dm-panel/packages/${dmctl}.tar.gz`
    expect(paths(plan, '10.0.0.2')).toContain(path)
    expect(paths(plan, '10.0.0.1')).not.toContain(path)
  })

  it('a cluster that no job of the panel made: its folders, TiUP’s global ones where they are empty, its key', () => {
    const { plan } = destroy.plan(pair, seen(pair), later(pair, { givenHosts: [], deeds: [] }))
    expect(paths(plan, '10.0.0.2')).toContain('/dm/deploy/dm-worker-8262')
    expect(paths(plan, '10.0.0.2', true)).toEqual(['/dm/deploy', '/dm/data'])
    expect(on(plan, '10.0.0.2').at(-1)?.kind).toBe('authorized-key-absent')
  })
})

describe('clean', () => {
  const wish: NonNullable<OperationInput['clean']> = { data: true, logs: true, ignoreNodes: [], ignoreRoles: [] }
  const input = (more: Partial<typeof wish> = {}) => later(pair, { clean: { ...wish, ...more } })

  it('stops everything, then empties data folders and deletes logs', () => {
    expectGolden('life/clean-all', clean.plan(pair, seen(pair), input()).plan)
  })
  it('one of both, without some roles', () => {
    const steps = (more: Partial<typeof wish>) =>
      stepsOf(clean.plan(pair, seen(pair), input(more)).plan).flatMap((step) =>
        step.kind === 'contents-absent' ? [`${step.only} ${step.path}`] : [],
      )
    expect(steps({ data: false }).every((one) => one.startsWith('logs '))).toBe(true)
    expect(steps({ logs: false, ignoreRoles: ['dm-master', 'prometheus'] })).toEqual(['all /dm/data/dm-worker-8262'])
    expect(clean.plan(pair, seen(pair), input({ ignoreRoles: ['grafana'] })).plan.tiupCommand).toBe(
      'dm-panel clean dm1 --all --ignore-role grafana',
    )
  })
  it('refuses a part of the masters, links, and folders that hold another’s', () => {
    const three1 = later(three, { clean: { ...wish, ignoreNodes: ['10.0.0.1:8261'] } })
    expect(codes(clean, three, seen(three), three1)).toContain('error clean.some-masters')
    const linked = seen(pair, (_host, one) => ({
      ...one,
      usage: { ...one.usage, [usageKey('/dm/data/dm-worker-8262', 'all')]: { entries: 1, real: '/mnt/x' } },
    }))
    expect(codes(clean, pair, linked, input())).toContain('error clean.linked')
    const nested = { ...pair, workers: pair.workers.map((one) => ({ ...one, host: '10.0.0.1', data_dir: '/dm/data' })) }
    expect(codes(clean, nested, seen(nested), later(nested, { clean: wish }))).toContain('error clean.holds-others')
  })
  it('names the sources that DM forgets, and says when there is nothing', () => {
    const { problems } = clean.plan(pair, seen(pair), input()).plan
    expect(problems.find(({ code }) => code === 'clean.metadata')?.params).toEqual({ sources: 'mysql-01' })
    const empty = seen(pair, (_host, one) => ({
      ...one,
      usage: Object.fromEntries(Object.entries(one.usage).map(([key, fact]) => [key, { ...fact, entries: 0, bytes: 0 }])),
    }))
    expect(codes(clean, pair, empty, input())).toContain('info clean.nothing')
  })
})

describe('rename', () => {
  it('writes what carries the name anew, restarts Prometheus and Grafana, and then the books', () => {
    expectGolden('life/rename', rename.plan(pair, seen(pair), later(pair, { renameTo: 'orders' })).plan)
  })
  it('DM’s own instances are not touched, and secrets stay under the first name', () => {
    const { plan, blobs } = rename.plan(three, seen(three), later(three, { renameTo: 'orders' }))
    const files = stepsOf(plan).flatMap((step) => (step.kind === 'file' ? [step.path] : []))
    expect(files.length).toBeGreaterThan(2)
    expect(files.filter((path) => path.includes('dm-master') || path.includes('dm-worker-'))).toEqual([])
    expect(JSON.stringify(blobs)).not.toContain('topology:orders')
  })
  it('bad names, its own name; a monitor that is down reads it later', () => {
    expect(codes(rename, pair, seen(pair), later(pair, { renameTo: 'a b' }))).toContain('error topology.cluster-name')
    expect(codes(rename, pair, seen(pair), later(pair, { renameTo: 'dm1' }))).toEqual(['error rename.same'])
    const down = {
      ...seen(pair),
      hosts: seen(pair, (_host, one) => ({
        ...one,
        units: Object.fromEntries(Object.entries(one.units).map(([unit, fact]) => [unit, { ...fact, activeState: 'inactive' }])),
      })).hosts,
    }
    const plan = rename.plan(pair, down, later(pair, { renameTo: 'orders' })).plan
    expect(stepsOf(plan).map(({ kind }) => kind)).not.toContain('unit-running')
    expect(plan.problems.map(({ code }) => code)).toEqual(['rename.monitor-down', 'rename.monitor-down'])
  })
})

describe('sizes', () => {
  it('what lies in another folder of the list counts once, and what was not counted is said', () => {
    const one = (path: string, bytes: number | null) => ({ host: 'h', instance: 'i', path, only: 'all' as const, bytes })
    expect(totalOf([one('/a', 10), one('/a/log', 3), one('/b', null)])).toEqual({ bytes: 10, unknown: 1 })
    expect(sizeText({ bytes: 1536, unknown: 0 })).toBe('1.5 KiB')
    expect(sizeText({ bytes: 0, unknown: 0 })).toBe('0 B')
    expect(sizeText({ bytes: 40 * 2 ** 30, unknown: 1 })).toBe('≥ 40 GiB')
  })
})

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topologyProblems as words } from '../words/topology'
import { fill } from '../words/words'
import { crossClusterProblems } from './cross-cluster'
import { instancesOf } from './instances'
import { clusterNameProblem, versionProblem } from './names'
import { located, parseTopology } from './parse'

const recorded = (name: string) => readFileSync(new URL(`../../../tests/recorded/${name}`, import.meta.url), 'utf8')
const t1 = recorded('t1.yaml')
const parsed = (text: string) => {
  const { topology, problems } = parseTopology(text)
  if (!topology) throw new Error(JSON.stringify(problems))
  return topology
}
const codes = (text: string) => parseTopology(text).problems.map((p) => `${p.line}:${p.column} ${p.code} ${p.path}`)
const base = 'master_servers:\n  - host: h1\nworker_servers:\n  - host: h2\n'

describe('reading a topology', () => {
  it('resolves every default', () => {
    const topology = parsed(base)
    expect(topology.masters[0]).toEqual({
      host: 'h1',
      ssh_port: 22,
      name: 'dm-h1-8261',
      port: 8261,
      peer_port: 8291,
      deploy_dir: '/home/tidb/deploy/dm-master-8261',
      data_dir: '/home/tidb/deploy/dm-master-8261/data',
    })
    expect(topology.monitored).toBeUndefined()
  })

  it('follows the directory rules', () => {
    const text =
      'global: {user: ops, deploy_dir: /d, data_dir: /x, log_dir: l}\nmaster_servers: [{host: h1}]\nworker_servers: [{host: h2, deploy_dir: w, data_dir: mine, log_dir: /log}]\n'
    const { masters, workers } = parsed(text)
    expect(masters[0]).toMatchObject({ deploy_dir: '/d/dm-master-8261', data_dir: '/x/dm-master-8261', log_dir: '/d/dm-master-8261/l' })
    expect(workers[0]).toMatchObject({ deploy_dir: '/home/ops/w', data_dir: '/home/ops/w/mine', log_dir: '/log' })
  })

  it('puts one pair of exporters on each host, last in order', () => {
    const ids = instancesOf(parsed(recorded('t2-monitored.yaml'))).map((i) => i.unit)
    expect(ids.slice(0, 8)).toEqual([
      ...['dm-master-8261', 'dm-master-8261', 'dm-master-8261', 'dm-worker-8262', 'dm-worker-8262'].map((u) => `${u}.service`),
      ...['prometheus-9090', 'grafana-3000', 'alertmanager-9093'].map((u) => `${u}.service`),
    ])
    expect(ids.slice(8)).toEqual([...Array(5).fill('node_exporter-9100.service'), ...Array(5).fill('blackbox_exporter-9115.service')])
  })

  it('leaves a host without exporters where an entry says so', () => {
    const ids = instancesOf(parsed(`monitored: {}\n${base.replace('host: h2', 'host: h2\n    ignore_exporter: true')}`)).map((i) => i.id)
    expect(ids).toEqual(['h1:8261', 'h2:8262', 'h1:9100', 'h1:9115'])
  })

  it('says everything at once, with line and column', () => {
    const text = [
      'global:',
      '  usr: tidb',
      '  enable_tls: 5',
      'master_servers:',
      '  - host: h1',
      '    port: 99999',
      '    deploydir: /x',
      'worker_servers: 7',
      'nonsense: 1',
    ].join('\n')
    expect(codes(text)).toEqual([
      '2:3 topology.unknown-key-near global.usr',
      '3:3 topology.wrong-type global.enable_tls',
      '6:5 topology.bad-port master_servers.0.port',
      '7:5 topology.unknown-key-near master_servers.0.deploydir',
      '8:1 topology.wrong-type worker_servers',
      '9:1 topology.unknown-key nonsense',
    ])
    expect(parseTopology(text).problems[3]?.params.nearest).toBe('deploy_dir')
  })

  it('finds the conflicts inside a topology', () => {
    const text = [
      'global: {enable_tls: true, systemd_mode: user, ssh_type: none}',
      'monitored: {node_exporter_port: 8291}',
      'master_servers:',
      '  - {host: h1, name: a}',
      '  - {host: h1, name: a, port: 8263, peer_port: 8261, data_dir: /home/tidb/deploy/dm-master-8261/inner}',
      'worker_servers:',
      '  - {host: h1, arch: arm64}',
      '  - {host: ""}',
      'grafana_servers: [{host: h3, dashboard_dir: here}]',
    ].join('\n')
    expect(new Set(parseTopology(text).problems.map((p) => p.code))).toEqual(
      new Set([
        'topology.tls-unsupported',
        'topology.user-systemd-unsupported',
        'topology.ssh-type-unsupported',
        'topology.port-conflict',
        'topology.even-masters',
        'topology.duplicate-name',
        'topology.dir-conflict',
        'topology.platform-mismatch',
        'topology.empty-host',
        'topology.relative-local-path',
        'topology.grafana-alone',
      ]),
    )
  })

  it('warns of keys that do nothing in a DM cluster', () => {
    expect(codes(`${base}monitoring_servers: [{host: h1, ng_port: 12020}]\n`)).toContain(
      '5:33 topology.ignored-key monitoring_servers.0.ng_port',
    )
  })

  it('warns of one master but accepts it', () => {
    const { topology, problems } = parseTopology(base)
    expect(topology).toBeDefined()
    expect(problems.map((p) => [p.code, p.severity])).toEqual([['topology.one-master', 'warning']])
  })

  it('refuses letters that a shell would read', () => {
    expect(codes('master_servers:\n  - host: "h1;reboot"\n    deploy_dir: /a$(b)\n    name: "x y"\n')).toEqual(
      [
        '2:5 topology.bad-host master_servers.0.host',
        '3:5 topology.bad-path master_servers.0.deploy_dir',
        '4:5 topology.bad-name master_servers.0.name',
      ].toSpliced(0, 0, '1:1 topology.one-master master_servers', '1:1 topology.no-worker worker_servers'),
    )
  })

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        parseTopology(text)
      }),
      { numRuns: 500 },
    )
    const mutated = fc
      .tuple(fc.nat(t1.length), fc.nat(12), fc.string({ maxLength: 8 }))
      .map(([at, cut, put]) => t1.slice(0, at) + put + t1.slice(at + cut))
    fc.assert(
      fc.property(mutated, (text) => {
        const { topology, problems } = parseTopology(text)
        expect(topology === undefined).toBe(problems.some((p) => p.severity === 'error'))
        expect(problems.every((p) => (p.line ?? 0) >= 1 && p.code in words)).toBe(true)
      }),
      { numRuns: 1500 },
    )
    expect(parseTopology('['.repeat(100_000)).topology).toBeUndefined()
    expect(parseTopology(`a: &a [1]\nb: [${'*a,'.repeat(300)}]`).topology).toBeUndefined()
  })

  it('has words with every parameter filled for each problem', () => {
    for (const [code, { message, hint }] of Object.entries(words)) for (const text of [...message, ...hint]) expect(text, code).not.toBe('')
    const [problem] = parseTopology('masterservers: 1').problems
    expect(problem && fill(words['topology.unknown-key-near'].hint[0], problem.params)).toBe('Did you mean master_servers?')
  })
})

describe('clusters beside each other', () => {
  it('finds shared ports and directories, exporters with or without monitored', () => {
    const other = parsed(
      `monitored: {node_exporter_port: 8262, blackbox_exporter_port: 9200}\nmaster_servers: [{host: h2, port: 7001, peer_port: 7002}]\n`,
    )
    const found = crossClusterProblems(parsed(base), [{ name: 'old', topology: other }]).map((p) => [p.code, p.path])
    expect(found).toEqual([['topology.port-of-cluster', 'worker_servers.0.port']])
  })

  it('can be shown where they stand in the text', () => {
    const found = crossClusterProblems(parsed(base), [{ name: 'x', topology: parsed(base) }])
    expect(new Set(located(base, found).map((p) => p.line))).toEqual(new Set([2, 4]))
  })

  it('has no problem with itself on other hosts', () => {
    expect(crossClusterProblems(parsed(base), [{ name: 'x', topology: parsed(base.replace('h1', 'h8').replace('h2', 'h9')) }])).toEqual([])
    expect(crossClusterProblems(parsed(base), [{ name: 'x', topology: parsed(base) }]).length).toBe(3 + 4)
  })
})

describe('names and versions', () => {
  it('refuses folders and odd letters as names', () => {
    expect(['dm1', 'a.b-c_D'].map(clusterNameProblem)).toEqual([undefined, undefined])
    for (const name of ['.', '..', '', 'a b', 'a/b', 'ä']) expect(clusterNameProblem(name)?.code, name).toBe('topology.cluster-name')
  })

  it('takes versions from v2.0.0 on, and nightly', () => {
    for (const version of ['v8.5.0', '8.5.0', 'nightly', 'v2.0.0', 'v8.5.0-hotfix', 'v9.0.0-nightly'])
      expect(versionProblem(version), version).toBeUndefined()
    expect(versionProblem('v1.0.6')?.code).toBe('topology.version-old')
    expect(versionProblem('latest-one')?.code).toBe('topology.version-form')
  })
})

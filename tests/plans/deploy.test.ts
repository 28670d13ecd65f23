import { describe, expect, it } from 'vitest'
import { operationProblems, operationWords } from '@/server/domain/words/operations'
import { deploy } from '@/server/operations/deploy'
import { preflight } from '@/server/operations/preflight'
import { expectGolden } from './plan-text'
import { fresh, freshHost, inputFor, packages, three, tiny, topologyOf } from './world'

const plan = (topology = three, facts = fresh(topology), input = inputFor(topology)) => deploy.plan(topology, facts, input)

describe('deploy', () => {
  it('three masters, two workers and monitors, onto empty hosts', () => {
    expectGolden('deploy/three-masters', plan().plan)
  })

  it('one host with exporters, another address for SSH, relative directories', () => {
    expectGolden('deploy/one-host-with-exporters', plan(tiny).plan)
  })

  it('by the deploy user itself: no account is made', () => {
    const given = { user: 'ops', credentialId: 'c', sudo: 'nopasswd' as const }
    expectGolden('deploy/login-is-deploy-user', plan(tiny, fresh(tiny), inputFor(tiny, { given })).plan)
  })

  it('with an existing user of another group and folders of another owner', () => {
    const other = {
      exists: true,
      type: 'directory',
      mode: '0755',
      owner: 'root',
      group: 'root',
      sizeBytes: 0,
      mountPoint: true,
      empty: true,
    } as const
    const topology = topologyOf(
      'global: {user: tidb, deploy_dir: /data, data_dir: /data/dm}\nmaster_servers: [{host: 10.0.0.1}]\nworker_servers: [{host: 10.0.0.1}]\n',
    )
    const host = freshHost(topology, '10.0.0.1')
    const users = { tidb: { exists: true, uid: 1001, primaryGroup: 'dba', home: '/srv/tidb', shell: '/bin/bash' } as const }
    expectGolden(
      'deploy/existing-user-and-folders',
      plan(topology, { hosts: { '10.0.0.1': { ...host, users, paths: { ...host.paths, '/data': other } } } }).plan,
    )
  })

  it('says all that stands against it, host by host and pair by pair', () => {
    const facts = fresh(three, {
      '10.0.0.1': { listeners: [{ port: 9090, pid: 7, process: 'cockpit', unit: 'cockpit.service' }] },
      '10.0.0.2': { root: 'password-needed', reach: { '10.0.0.3:8291': 'silent' } },
      '10.0.0.4': {
        disks: { '/dm/deploy/dm-worker-8262': { mount: '/', freeBytes: 2 ** 29 } },
        paths: {
          '/dm/deploy/dm-worker-8262': {
            exists: true,
            type: 'directory',
            mode: '0755',
            owner: 'root',
            group: 'root',
            sizeBytes: 1,
            mountPoint: false,
            empty: false,
          },
        },
      },
    })
    const { '10.0.0.5': _silent, ...hosts } = facts.hosts
    const input = inputFor(three, { packages: packages.filter((one) => one.component !== 'grafana') })
    expectGolden('deploy/problems', deploy.plan(three, { hosts }, input).plan)
  })

  it('has words for every row of the report, good or bad', () => {
    const rows = [...preflight(three, fresh(three), inputFor(three)), ...preflight(three, { hosts: {} }, inputFor(three, { packages: [] }))]
    expect(new Set(rows.map((one) => one.id)).size).toBeGreaterThan(100)
    for (const { title, code } of rows) {
      expect(operationWords).toHaveProperty([title.word])
      expect(operationProblems).toHaveProperty([code])
    }
  })

  it('turns a waived failure into a warning, but never a taken port', () => {
    const facts = fresh(three, {
      '10.0.0.1': { listeners: [{ port: 9090, pid: 7, process: 'x', unit: '' }] },
      '10.0.0.4': { disks: { '/dm/deploy/dm-worker-8262': { mount: '/', freeBytes: 1 } } },
    })
    const severities = (waivers: { code: string; host?: string }[]) =>
      deploy.validate(three, facts, inputFor(three, { waivers })).map((one) => `${one.code} ${one.severity}`)
    expect(severities([])).toEqual(['preflight.port error', 'preflight.disk error'])
    expect(severities([{ code: 'preflight.disk', host: '10.0.0.4' }, { code: 'preflight.port' }])).toEqual([
      'preflight.port error',
      'preflight.disk warning',
    ])
    expect(severities([{ code: 'preflight.disk', host: '10.0.0.5' }])).toEqual(['preflight.port error', 'preflight.disk error'])
  })

  it('leads with what was found before, and refuses a package of another layout', () => {
    const input = inputFor(three, {
      problems: [{ code: 'topology.port-of-cluster', severity: 'error', params: {} }],
      packages: packages.map((one) => (one.component === 'prometheus' ? { ...one, entry: 'prometheus-2.42/prometheus' } : one)),
    })
    expect(deploy.plan(three, fresh(three), input).plan.problems.map((one) => one.code)).toEqual([
      'topology.port-of-cluster',
      'preflight.package-layout',
    ])
  })

  it('asks every pair that must reach each other, and takes a refusal for an answer', () => {
    const network = preflight(three, fresh(three), inputFor(three)).filter((one) => one.group === 'network')
    expect(new Set(network.map((one) => one.state))).toEqual(new Set(['ok']))
    expect(network.filter((one) => one.host === '10.0.0.4').map((one) => one.expected)).toEqual([
      '10.0.0.1:8261 answers (worker→master)',
      '10.0.0.2:8261 answers (worker→master)',
      '10.0.0.3:8261 answers (worker→master)',
    ])
    expect(network.filter((one) => one.host === '10.0.0.2').map((one) => one.expected)).toContain('10.0.0.4:8262 answers (master→worker)')
    const needed = deploy.needs(three, inputFor(three)).host['10.0.0.2']?.filter((one) => one.probe === 'reach')
    expect(needed).toHaveLength(network.filter((one) => one.host === '10.0.0.2').length)
  })

  it('finds a clock that differs from the other hosts, not the offset of the panel', () => {
    const clocks = (ms: number[]) => {
      const facts = fresh(three)
      const hosts = Object.entries(facts.hosts).map(([id, host], i) => [
        id,
        host.system ? { ...host, system: { ...host.system, clockMs: Date.parse(host.observedAt) + (ms[i] ?? 0) } } : host,
      ])
      return preflight(three, { hosts: Object.fromEntries(hosts) }, inputFor(three))
        .filter((one) => one.code === 'preflight.clock')
        .map((one) => one.state)
    }
    expect(clocks([90_000, 90_100, 90_200, 90_000, 90_000])).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(clocks([0, 100, 5000, 0, 60_000])).toEqual(['ok', 'ok', 'warn', 'ok', 'fail'])
  })

  it('keeps the password of Grafana out of plan and texts', () => {
    const { plan: document, blobs } = plan()
    const ini = blobs.filter((one) => one.secret)
    expect(ini).toHaveLength(1)
    expect(ini[0]?.parts.filter((part) => 'secret' in part)).toEqual([{ secret: 'grafana-10.0.0.1' }])
    expect(JSON.stringify(document)).not.toContain('grafana-10.0.0.1"')
  })

  it("never shows files that may hold the user's own passwords", () => {
    const topology = topologyOf(`master_servers: [{host: 10.0.0.1}]
monitoring_servers: [{host: 10.0.0.1, remote_config: {remote_write: [{url: "http://r", basic_auth: {username: u, password: canary}}]}}]
alertmanager_servers: [{host: 10.0.0.1, config_file: /etc/own.yml}]
`)
    const { plan: document, blobs } = plan(
      topology,
      fresh(topology),
      inputFor(topology, { localTexts: { '/etc/own.yml': 'smtp_auth_password: canary' } }),
    )
    const files = document.phases.flatMap((one) =>
      one.lanes.flatMap((lane) => lane.steps.flatMap((step) => (step.kind === 'file' ? [step] : []))),
    )
    const hidden = files.filter((step) => step.content.secret).map((step) => `${step.mode} ${step.path.split('/').at(-1)}`)
    expect(hidden.toSorted()).toEqual(['0600 alertmanager.yml', '0600 prometheus.yml'])
    const shown = blobs.filter((one) => !one.secret).map((one) => JSON.stringify(one.parts))
    expect([JSON.stringify(document), ...shown].filter((text) => text.includes('canary'))).toEqual([])
  })

  it('has the content of every file step among its blobs', () => {
    const { plan: document, blobs } = plan()
    const known = new Set(blobs.map((one) => one.sha256))
    const files = document.phases.flatMap((one) =>
      one.lanes.flatMap((lane) => lane.steps.flatMap((step) => (step.kind === 'file' ? [step] : []))),
    )
    expect(files.length).toBeGreaterThan(20)
    expect(files.every((step) => known.has(step.content.sha256))).toBe(true)
  })
})

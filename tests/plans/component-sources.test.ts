import { describe, expect, it } from 'vitest'
import { stepsOf } from '@/server/domain/plan'
import { readMeta, writeMeta } from '@/server/domain/topology/meta'
import { fillPlatforms } from '@/server/domain/topology/topology'
import { deploy } from '@/server/operations/deploy'
import { upgrade } from '@/server/operations/upgrade'
import { fresh, inputFor, later, packages, running, topologyOf } from './world'

const yaml = `global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
component_sources: {worker: dm-worker-own}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}, {host: 10.0.0.3, source: dm-worker-third}]
`
const topology = topologyOf(yaml)
const worker = packages.find(({ component }) => component === 'dm-worker') ?? expect.fail('no dm-worker')
const own = { ...worker, source: 'dm-worker-own', sha256: 'aa'.repeat(32) }
const third = { ...worker, source: 'dm-worker-third', sha256: 'bb'.repeat(32) }
const plain = topologyOf(yaml.replace(/component_sources.*\n/, '').replace(', source: dm-worker-third', ''))

const platformed = fillPlatforms(
  topology,
  Object.fromEntries(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => [host, { os: 'linux', arch: 'amd64' }])),
)

const planned = (given = topology, store = [...packages, own, third]) =>
  deploy.plan(given, fresh(given), inputFor(given, { packages: store })).plan
/** Host → package of its dm-worker. */
const workersOf = (plan: ReturnType<typeof planned>): Record<string, string> =>
  Object.fromEntries(
    stepsOf(plan).flatMap((step) => (step.kind === 'package-cached' && /^dm-worker/.test(step.name) ? [[step.host, step.sha256]] : [])),
  )

describe('component_sources', () => {
  it('a deploy takes the package of the named component, an instance’s own name first', () => {
    expect(workersOf(planned())).toEqual({ '10.0.0.2': own.sha256, '10.0.0.3': third.sha256 })
    expect(workersOf(planned(plain))).toEqual({ '10.0.0.2': worker.sha256, '10.0.0.3': worker.sha256 })
  })

  it('a package of another name is none', () => {
    const codes = planned(topology, [...packages]).problems.map(({ code, severity, params }) => [code, severity, params.host])
    for (const host of ['10.0.0.2', '10.0.0.3']) expect(codes).toContainEqual(['preflight.package', 'error', host])
    expect(codes).not.toContainEqual(['preflight.package', 'error', '10.0.0.1'])
  })

  it('an upgrade asks for the named component', () => {
    const next = (one: typeof worker) => ({ ...one, version: 'v8.5.1', sha256: one.sha256.replace(/^../, 'ee') })
    const store = [...packages, own, third]
    const to = (more: typeof packages) => ({
      upgrade: { to: 'v8.5.1', offline: false, prefer: [], pauseBeforeLast: false },
      packages: [...store, ...packages.map(next), ...more],
    })
    const missing = (more: typeof packages): unknown[] =>
      upgrade
        .plan(platformed, running(platformed), later(platformed, to(more)))
        .plan.problems.flatMap(({ code, params }) => (code === 'upgrade.package-missing' ? [params.package] : []))
    expect(missing([])).toEqual([expect.stringContaining('dm-worker-own-v8.5.1'), expect.stringContaining('dm-worker-third-v8.5.1')])
    expect(missing([next(own), next(third)])).toEqual([])
  })

  it('goes to a TiUP meta file and comes back from it', () => {
    const text = writeMeta({ user: 'tidb', version: 'v8.5.0', topology })
    expect(text).toMatch(/component_sources:\n\s+worker: dm-worker-own/)
    expect(text).toMatch(/source: dm-worker-third/)
    const back = readMeta(text)
    expect(back.meta?.topology.componentSources).toEqual({ worker: 'dm-worker-own' })
    expect(back.meta?.topology.workers.map(({ source }) => source ?? '')).toEqual(['', 'dm-worker-third'])
  })
})

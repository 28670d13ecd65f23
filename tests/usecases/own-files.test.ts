import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Plan, stepsOf } from '@/server/domain/plan'
import { findCluster } from '@/server/store/clusters'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const [first, second] = ['127.9.2.11', '127.9.2.12']
const canary = 'canary-smtp-9'
let sim: SimPanel
let credentialId = ''
let yaml = ''
const files = {
  '/home/me/rules/own.rules.yml': 'groups: [] # env: X\n',
  '/home/me/boards/Mine.json': '{"title": "Mine"}',
  '/home/me/alert.yml': `global: {smtp_auth_password: ${canary}}\nroute: {receiver: r}\nreceivers: [{name: r}]\n`,
}

beforeAll(async () => {
  sim = await simPanel([first, second])
  credentialId = await sim.login()
  await sim.addPackages()
  yaml = `global: {ssh_port: ${sim.port}}
master_servers: [{host: ${first}}]
worker_servers: [{host: ${first}}]
monitoring_servers:
  - {host: ${first}, rule_dir: /home/me/rules}
grafana_servers:
  - {host: ${first}, dashboard_dir: /home/me/boards/}
alertmanager_servers:
  - {host: ${first}, config_file: /home/me/alert.yml}
`
}, 60_000)
afterAll(() => sim.close())

type View = { document: Plan; problems: { code: string; severity: string; line?: number }[] }
const ask = (given: object, topology = yaml) => ({ version: 'v8.5.0', topology, credentialId, files: given })
const everyRow = async (): Promise<string> => {
  const { db } = sim.panel
  const tables = await db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
const text = (path: string) => sim.world.host(first)?.machine.text(`/home/tidb/deploy/${path}`)

describe('files that a topology names', () => {
  let planId = ''

  it('are asked for, each at its line, before anything is planned', async () => {
    const checked = await sim.call<View & { files: unknown[] }>('POST', '/api/topology/check', { yaml, cluster: 'dm1' })
    const missing = checked.problems.filter(({ code }) => code.endsWith('-missing'))
    expect(missing.map(({ line }) => line)).toEqual([5, 7, 9])
    expect(checked.files).toHaveLength(3)
    const plan = await sim.plan<View>('dm1', 'deploy', ask({}))
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error').length]).toEqual(['failed', 3])
  }, 60_000)

  it('are kept, the configuration with passwords sealed, and make the same plan when asked again', async () => {
    const plan = await sim.plan<View>('dm1', 'deploy', ask(files))
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    const input = await sim.call('GET', `/api/plans/${plan.id}/input`)
    const again = await sim.plan<View>('dm1', 'deploy', input)
    expect(stepsOf(again.document)).toEqual(stepsOf(plan.document))
    expect(JSON.stringify([plan, input, await sim.call('GET', '/api/audit')]) + (await everyRow())).not.toContain(canary)
    planId = again.id
  }, 60_000)

  it('do not lend a kept secret to another cluster, nor a blob that is one', async () => {
    const { files: kept } = await sim.call<{ files: Record<string, unknown> }>('GET', `/api/plans/${planId}/input`)
    const { document } = await sim.call<View>('GET', `/api/plans/${planId}`)
    const secret = stepsOf(document).find((step) => step.kind === 'file' && step.content.secret)
    const blob = secret?.kind === 'file' ? secret.content.sha256 : ''
    for (const given of [kept, { ...files, '/home/me/rules/own.rules.yml': { blob } }]) {
      const answer = await sim.panel.call('POST', '/api/clusters/dm2/plans', {
        as: sim.admin,
        body: { operation: 'deploy', input: ask(given) },
      })
      expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('usecases.file-forgotten')])
    }
  })

  it('lie on the host as they were given, and stay with the cluster', async () => {
    const { problems } = await sim.call<View>('GET', `/api/plans/${planId}`)
    expect(await sim.run(planId, { consent: problems.map(({ code }) => code) })).toBe('succeeded')
    expect(text('alertmanager-9093/conf/alertmanager.yml')).toBe(files['/home/me/alert.yml'])
    expect(text('grafana-3000/dashboards/Mine.json')).toBe(files['/home/me/boards/Mine.json'])
    expect(text('prometheus-9090/conf/own.rules.yml')).toContain('dm1')
    expect(text('prometheus-9090/conf/prometheus.yml')).toContain('own.rules.yml')
    expect(Object.keys((await findCluster(sim.panel.db, 'dm1'))?.files ?? {}).toSorted()).toEqual(Object.keys(files).toSorted())
    expect(await everyRow()).not.toContain(canary)
  }, 120_000)

  it('are there for a scale-out, which brings its own', async () => {
    const topology = `monitoring_servers: [{host: ${second}, rule_dir: /home/me/rules}]
alertmanager_servers: [{host: ${second}, config_file: /home/me/other.yml}]
`
    const none = sim.plan<View>('dm1', 'scale-out', { topology, credentialId })
    // The folder of rules came with the deploy; only what is new is asked for.
    await expect(none).rejects.toThrow(/^(?!.*rule_dir-missing).*topology\.config_file-missing/)
    const plan = await sim.plan<View>('dm1', 'scale-out', {
      topology,
      credentialId,
      files: { '/home/me/other.yml': 'route: {receiver: r}' },
    })
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    const joined = stepsOf(plan.document).find((step) => step.kind === 'recorded' && step.record.change === 'topology-joined')
    expect(joined).toMatchObject({ record: { files: { '/home/me/other.yml': '******' } } })
    const paths = stepsOf(plan.document).flatMap((step) => (step.kind === 'file' && step.host === second ? [step.path] : []))
    expect(paths).toContain('/home/tidb/deploy/prometheus-9090/conf/own.rules.yml')
  }, 60_000)

  it('are named in the export for TiUP', async () => {
    const archive = sim.panel.call('GET', '/api/clusters/dm1/export', { as: sim.admin })
    const done = archive.then(() => true)
    while (!(await Promise.race([done, new Promise((resolve) => setTimeout(() => resolve(false), 50))]))) await sim.work()
    const meta = gunzipSync(Buffer.from(await (await archive).arrayBuffer())).toString('latin1')
    for (const key of ['rule_dir: /home/me/rules', 'dashboard_dir: /home/me/boards', 'config_file: /home/me/alert.yml'])
      expect(meta).toContain(key)
  })
})

import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '@/server/domain/plan'
import { stepsOf } from '@/server/domain/plan'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const addresses = ['127.9.1.11']
const [host] = addresses
const canaries = ['canary-grafana-1', 'canary-basic-2', 'canary-bearer-3', 'canary-smtp-4']
let sim: SimPanel
let credentialId = ''
let yaml = ''

beforeAll(async () => {
  sim = await simPanel(addresses)
  credentialId = await sim.login()
  await sim.addPackages()
  yaml = `global:
  ssh_port: ${sim.port}
master_servers:
  - host: ${host}
worker_servers:
  - host: ${host}
monitoring_servers:
  - host: ${host}
    remote_config:
      remote_write:
        - url: http://far.test/w
          basic_auth: {username: u, password: ${canaries[1]}}
      remote_read:
        - url: http://far.test/r
          bearer_token: "${canaries[2]}"
grafana_servers:
  - host: ${host}
    password: ${canaries[0]}
    config:
      smtp.password: ${canaries[3]}
`
}, 60_000)
afterAll(() => sim.close())

const everyRow = async (): Promise<string> => {
  const { db } = sim.panel
  const tables = await db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
const demandNone = (text: string): void => {
  for (const canary of canaries) expect(text).not.toContain(canary)
}
type View = { document: Plan; problems: { code: string; severity: string }[] }

describe('passwords typed into a topology', () => {
  let planId = ''

  it('are kept in no row and shown in no answer, from draft to plan', async () => {
    await sim.call('PUT', '/api/drafts/deploy', { value: { yaml, access: { password: canaries[0] } } })
    await sim.errand('POST', '/api/clusters/dm1/preflight', { version: 'v8.5.0', topology: yaml, credentialId })
    const plan = await sim.plan<View>('dm1', 'deploy', { version: 'v8.5.0', topology: yaml, credentialId })
    planId = plan.id
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    let said = JSON.stringify(plan) + (await everyRow())
    const urls = ['/api/drafts/deploy', `/api/plans/${planId}/input`, `/api/plans/${planId}/commands`, '/api/audit']
    const files = stepsOf(plan.document).flatMap((step) => (step.kind === 'file' ? [step.content.sha256] : []))
    for (const sha256 of new Set(files)) urls.push(`/api/plans/${planId}/blobs/${sha256}`)
    for (const url of urls) said += JSON.stringify(await sim.call('GET', url))
    demandNone(said)
    expect(JSON.stringify(await sim.call('GET', `/api/plans/${planId}/input`))).toContain('******')
  }, 60_000)

  it('make the same plan when it is asked for again with what was kept', async () => {
    const before = await sim.call<View>('GET', `/api/plans/${planId}`)
    const again = await sim.plan<View>('dm1', 'deploy', await sim.call('GET', `/api/plans/${planId}/input`))
    expect(again.state).toBe('ready')
    expect(stepsOf(again.document)).toEqual(stepsOf(before.document))
    planId = again.id
  }, 60_000)

  it('are asked for again when they were typed for another cluster', async () => {
    const input = await sim.call('GET', `/api/plans/${planId}/input`)
    const answer = await sim.panel.call('POST', '/api/clusters/dm2/plans', { as: sim.admin, body: { operation: 'deploy', input } })
    expect(answer.status).toBe(422)
    const { problems } = (await answer.json()) as { problems: { code: string; line: number }[] } // shape of apiError
    expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'usecases.secret-forgotten'))
    expect(problems.map(({ line }) => line)).toEqual([12, 15, 18, 19])
    const { problems: checked } = await sim.call<{ problems: { code: string }[] }>('POST', '/api/topology/check', {
      ...{ yaml: (input as { topology: string }).topology, cluster: 'dm2' }, // shape of deployInput
    })
    expect(checked.filter(({ code }) => code === 'usecases.secret-forgotten')).toHaveLength(4)
  })

  it('stand in the files on the host, and nowhere else', async () => {
    const plan = await sim.call<View>('GET', `/api/plans/${planId}`)
    expect(await sim.run(planId, { consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
    const machine = sim.world.host(host ?? '')?.machine
    const ini = machine?.text('/home/tidb/deploy/grafana-3000/conf/grafana.ini')
    expect(ini).toContain(`\`${canaries[0]}\``)
    expect(ini).toContain(`\`${canaries[3]}\``)
    const yml = machine?.text('/home/tidb/deploy/prometheus-9090/conf/prometheus.yml')
    expect(yml).toContain(`password: "${canaries[1]}"`)
    expect(yml).toContain(`bearer_token: "${canaries[2]}"`)
    const cluster = await sim.call<{ yaml: string; lifecycle: string }>('GET', '/api/clusters/dm1')
    expect(cluster).toMatchObject({ lifecycle: 'deployed' })
    expect(cluster.yaml).toContain('******')
    demandNone(JSON.stringify(cluster) + (await everyRow()))
    const [job] = await sim.call<{ id: string }[]>('GET', '/api/jobs')
    for (const url of [`/api/jobs/${job?.id}`, `/api/jobs/${job?.id}/log`]) {
      demandNone(await (await sim.panel.call('GET', url, { as: sim.admin })).text())
    }
  }, 120_000)

  it('come back in the export for TiUP', async () => {
    const archive = sim.panel.call('GET', '/api/clusters/dm1/export', { as: sim.admin })
    const done = archive.then(() => true)
    while (!(await Promise.race([done, new Promise((resolve) => setTimeout(() => resolve(false), 50))]))) await sim.work()
    const text = gunzipSync(Buffer.from(await (await archive).arrayBuffer())).toString('latin1')
    for (const canary of canaries) expect(text).toContain(canary)
    demandNone(await everyRow())
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterDetail } from '@/server/domain/api'
import type { ClusterReport } from '@/server/domain/check-row'
import type { Plan } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const addresses = ['127.9.4.11', '127.9.4.12', '127.9.4.13']
let sim: SimPanel
let credentialId = ''
beforeAll(async () => {
  sim = await simPanel(addresses)
  credentialId = await sim.login()
  await sim.addPackages()
  const topology = `# ours\nglobal:\n  ssh_port: ${sim.port}\nmaster_servers:\n  - host: ${addresses[0]}\nworker_servers:\n  - host: ${addresses[0]}\nmonitoring_servers:\n  - host: ${addresses[0]}\n`
  await perform('deploy', { version: 'v8.5.0', topology, credentialId })
  await perform('start', {})
}, 120_000)
afterAll(() => sim.close())

type View = { problems: Problem[]; document: Plan | null; error: string | null }
const perform = async (operation: string, input: unknown): Promise<View> => {
  const plan = await sim.plan<View>('dm1', operation, input)
  expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
  expect(await sim.run(plan.id, { confirm: 'dm1', consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
  return plan
}
const detail = () => sim.call<ClusterDetail>('GET', '/api/clusters/dm1')
const members = () => ({
  masters: sim.world.dm.clusters[0]?.members.map(({ name }) => name).toSorted(),
  workers: sim.world.dm.clusters[0]?.workers.map(({ name }) => name).toSorted(),
})
const refusal = async (operation: string, input: unknown): Promise<{ code: string; problems: { code: string; line?: number }[] }> => {
  const answer = await sim.panel.call('POST', '/api/clusters/dm1/plans', { as: sim.admin, body: { operation, input } })
  return (await answer.json()) as { code: string; problems: { code: string; line?: number }[] } // apiError
}

const report = async () => (await sim.errand<ClusterReport>('GET', '/api/clusters/dm1/check')).result
const amiss = ({ rows }: ClusterReport) => rows.filter(({ state }) => state !== 'ok').map(({ code, host, state }) => [code, host, state])

describe('the report of a cluster', () => {
  // What a cluster of one host can't be: able to lose a master or a worker. Its hosts are small, and nothing ever led it by dmctl.
  const small = ['check.master-count', 'check.quorum-spare', 'check.free-worker', 'preflight.memory']

  it('has many checks of a sound cluster, all good but for what one host can not give', async () => {
    const { rows } = await report()
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThan(40)
    expect(new Set(rows.map(({ code }) => code)).size).toBeGreaterThan(20)
    expect(rows.filter(({ state, code }) => state !== 'ok' && !small.includes(code))).toEqual([])
  })

  it('names a file that was changed by hand, a unit that is down, and a program that is another', async () => {
    const host = sim.world.host(addresses[0] ?? '')
    const path = '/home/tidb/deploy/dm-worker-8262/conf/dm-worker.toml'
    const own = { owner: 'tidb', group: 'tidb', mode: '0644' }
    const before = host?.machine.text(path) ?? ''
    host?.machine.writeFile(path, `${before}# by hand`, own)
    const program = '/home/tidb/deploy/prometheus-9090/bin/prometheus/prometheus'
    const former = host?.machine.text(program)
    host?.machine.writeFile(program, 'another', { ...own, mode: '0755' })
    host?.systemd.stop('dm-worker-8262.service')
    const found = amiss(await report()).filter(([code]) => !small.includes(code ?? ''))
    expect(found).toEqual(
      expect.arrayContaining([
        ['check.file', addresses[0], 'warn'],
        ['check.unit-active', addresses[0], 'warn'],
        ['check.online', addresses[0], 'fail'],
        ['check.binary', addresses[0], 'fail'],
      ]),
    )
    host?.machine.writeFile(path, before, own)
    host?.machine.writeFile(program, former ?? '', { ...own, mode: '0755' })
    host?.systemd.start('dm-worker-8262.service')
  })
})

describe('scale by the API', () => {
  it('checks a text of new nodes: problems with lines, hosts that want a login, packages', async () => {
    const check = (yaml: string) =>
      sim.call<{
        problems: Problem[]
        newHosts: { address: string; port: number }[]
        packages: { component: string; byDefault: string | null }[]
      }>('POST', '/api/clusters/dm1/scale-out/check', { yaml })
    const good = await check(`worker_servers:\n  - host: ${addresses[1]}\n`)
    expect(good.problems).toEqual([])
    expect(good.newHosts).toEqual([{ address: addresses[1], port: sim.port }])
    expect(good.packages).toMatchObject([{ component: 'dm-worker', byDefault: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    const bad = await check(`worker_servers:\n  - host: ${addresses[0]}\n`)
    expect(bad.problems).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'topology.port-conflict', line: 2 })]))
  })

  it('refuses at once what can be seen without a host, and keeps nothing of it', async () => {
    expect(await refusal('scale-out', { topology: `worker_servers:\n  - host: ${addresses[0]}\n`, credentialId })).toMatchObject({
      code: 'usecases.plan-has-errors',
      problems: expect.arrayContaining([expect.objectContaining({ code: 'topology.port-conflict' })]),
    })
    expect(await refusal('scale-out', { topology: '', credentialId })).toMatchObject({ code: 'usecases.input-invalid' })
    expect(await refusal('scale-out', { topology: 'a: b', credentialId: 'nobody' })).toMatchObject({ code: 'usecases.credential-unknown' })
    expect(await refusal('scale-in', { nodes: [] })).toMatchObject({ code: 'usecases.input-invalid' })
  })

  it('a new host without a credential, a package that is not in the store: the plan says so', async () => {
    const topology = `worker_servers:\n  - host: ${addresses[1]}\n`
    const bare = await sim.plan<View>('dm1', 'scale-out', { topology })
    expect([bare.state, bare.problems.map(({ code }) => code)]).toEqual(['failed', expect.arrayContaining(['scale-out.credential'])])
    const unknown = await sim.plan<View>('dm1', 'scale-out', { topology, credentialId, packages: { 'dm-worker': '0'.repeat(64) } })
    expect([unknown.state, unknown.problems.map(({ code }) => code)]).toEqual(['failed', ['scale-out.package-unknown']])
  })

  it('a master and a worker join; the books, the text and its revision say so', async () => {
    const before = await detail()
    const topology = `master_servers:\n  - host: ${addresses[1]} # new\nworker_servers:\n  - host: ${addresses[2]}\n`
    await perform('scale-out', { topology, credentialId })
    expect(members()).toEqual({
      masters: [`dm-${addresses[0]}-8261`, `dm-${addresses[1]}-8261`],
      workers: [`dm-${addresses[0]}-8262`, `dm-${addresses[2]}-8262`],
    })
    const { yaml, revision, joining, leaving, nodes } = await detail()
    expect(yaml).toContain('# ours')
    expect(yaml).toContain('# new')
    expect(revision).toBeGreaterThan(before.revision)
    expect([joining, leaving, nodes]).toEqual([[], [], { 'dm-master': 2, 'dm-worker': 2, prometheus: 1 }])
  }, 120_000)

  it('a plan that was made before is stale then', async () => {
    const stale = await sim.plan<View>('dm1', 'scale-in', { nodes: [`${addresses[2]}:8262`] })
    await perform('scale-in', { nodes: [`${addresses[2]}:8262`], credentialId })
    const answer = await sim.panel.call('POST', `/api/plans/${stale.id}/jobs`, {
      as: sim.admin,
      body: { confirm: 'dm1', consent: stale.problems.map(({ code }) => code) },
    })
    expect(((await answer.json()) as { code: string }).code).toBe('usecases.plan-stale') // apiError
    const machine = sim.world.host(addresses[2] ?? '')?.machine
    expect(
      Object.keys(machine?.state.nodes ?? {}).filter((path) => /tidb|dm-worker/.test(path) && !path.startsWith('/var/lib/dm-panel')),
    ).toEqual([])
    expect(Object.keys(machine?.state.users ?? {})).not.toContain('tidb')
  }, 120_000)

  it('two to one, and then no further', async () => {
    const plan = await perform('scale-in', { nodes: [`${addresses[1]}:8261`] })
    expect(plan.document?.phases.map(({ title }) => title.word)).toContain('plan.leave-dm-master-delete-first')
    expect(members().masters).toEqual([`dm-${addresses[0]}-8261`])
    const last = await sim.plan<View>('dm1', 'scale-in', { nodes: [`${addresses[0]}:8261`] })
    expect([last.state, last.problems.map(({ code }) => code)]).toEqual(['failed', expect.arrayContaining(['scale-in.last-master'])])
    const unknown = await sim.plan<View>('dm1', 'scale-in', { nodes: ['127.9.9.9:1'] })
    expect(unknown.problems.map(({ code }) => code)).toContain('select.unknown-node')
  }, 120_000)

  it('prune: nothing stale, then one that is', async () => {
    const none = await sim.plan<View>('dm1', 'prune', {})
    expect([none.state, none.problems.map(({ code }) => code)]).toEqual(['failed', ['prune.nothing']])
    sim.world.dm.clusters[0]?.workers.push({ name: 'dm-old', addr: '127.9.9.9:8262', source: '', last: '' })
    await perform('prune', { names: ['dm-old'] })
    expect(members().workers).toEqual([`dm-${addresses[0]}-8262`])
  }, 60_000)
})

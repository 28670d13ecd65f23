import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '@/server/domain/problem'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const addresses = ['127.9.2.11', '127.9.2.12']
let sim: SimPanel
let credentialId = ''
let topology = ''
beforeAll(async () => {
  sim = await simPanel(addresses)
  credentialId = await sim.login()
  await sim.addPackages()
  topology = `global:\n  ssh_port: ${sim.port}\nmaster_servers:\n  - host: ${addresses[0]}\nworker_servers:\n  - host: ${addresses[1]}\n`
}, 60_000)
afterAll(() => sim.close())

type View = { problems: Problem[] }
const shapeOf = () =>
  addresses.map((address) => {
    const machine = sim.world.host(address)?.machine
    // What the panel keeps on every host for itself stays: its cache of packages.
    const paths = Object.keys(machine?.state.nodes ?? {}).filter((one) => !one.startsWith('/var/lib/dm-panel'))
    return { paths: paths.toSorted(), users: Object.keys(machine?.state.users ?? {}), units: Object.keys(machine?.state.units ?? {}) }
  })
const deploy = async (name: string): Promise<string> => {
  const plan = await sim.plan<View>(name, 'deploy', { version: 'v8.5.0', topology, credentialId })
  expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
  return sim.run(plan.id, { consent: plan.problems.map(({ code }) => code) })
}
const refusalOf = async (url: string, body: unknown): Promise<string> => {
  const answer = await sim.panel.call('POST', url, { as: sim.admin, body })
  return ((await answer.json()) as { code: string }).code // shape of apiError
}

const filesOf = async (archive: Buffer): Promise<Record<string, string>> => {
  const extract = tar.extract()
  extract.end(gunzipSync(archive))
  const files: Record<string, string> = {}
  for await (const entry of extract) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(Buffer.from(chunk as Buffer)) // tar-stream gives buffers
    files[entry.header.name] = Buffer.concat(chunks).toString('utf8')
  }
  return files
}

describe('a deploy that is taken back', () => {
  it('leaves hosts and books as they were, and the name free', async () => {
    const before = shapeOf()
    expect(await deploy('dm1')).toBe('succeeded')
    const after = shapeOf()
    expect(after).not.toEqual(before)
    const plan = await sim.plan<View>('dm1', 'remove-deploy', {})
    expect([plan.state, plan.problems]).toEqual(['ready', []])
    expect(await refusalOf(`/api/plans/${plan.id}/jobs`, { confirm: 'dm2' })).toBe('usecases.name-mismatch')
    expect(await sim.run(plan.id, { confirm: 'dm1' })).toBe('succeeded')
    expect(shapeOf().map(({ paths, users }) => ({ paths, users }))).toEqual(before.map(({ paths, users }) => ({ paths, users })))
    expect((await sim.panel.call('GET', '/api/clusters/dm1', { as: sim.admin })).status).toBe(404)
    expect(await sim.panel.db.credential.count({ where: { id: 'key:dm1' } })).toBe(0)
    expect(await deploy('dm1')).toBe('succeeded')
  }, 180_000)

  it('is refused once something of it was started', async () => {
    const plan = await sim.plan<View>('dm1', 'start', { nodes: [`${addresses[0]}:8261`] })
    expect(plan.state).toBe('ready')
    expect(await sim.run(plan.id, { consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
    expect(await refusalOf('/api/clusters/dm1/plans', { operation: 'remove-deploy', input: {} })).toBe('usecases.already-started')
  }, 120_000)

  it('has its evidence in one archive: records, plan, commands, journal and log', async () => {
    const record = await sim.panel.db.auditRecord.findFirstOrThrow({
      where: { what: 'remove-deploy', phase: 'outcome', jobId: { not: null } },
    })
    const answer = await sim.panel.call('GET', `/api/audit/${record.id}/evidence`, { as: sim.admin })
    const files = await filesOf(Buffer.from(await answer.arrayBuffer()))
    const ofJob = ['chain-head.json', 'commands.jsonl', 'job.json', 'journal.jsonl', 'log.txt', 'plan.json', 'plan.sha256', 'records.jsonl']
    expect(Object.keys(files).toSorted()).toEqual([...ofJob, 'MANIFEST.sha256'].toSorted())
    const hash = createHash('sha256')
      .update(files['plan.json'] ?? '')
      .digest('hex')
    expect(files['plan.sha256']).toContain(hash)
    const lines = (name: string) => (files[name] ?? '').trimEnd().split('\n')
    expect(lines('records.jsonl').map((line) => JSON.parse(line).phase)).toEqual(['intent', 'outcome'])
    const count = await sim.panel.db.journalEntry.count({ where: { jobId: record.jobId ?? '' } })
    expect(lines('journal.jsonl').map((line) => JSON.parse(line).seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1))
    expect(lines('log.txt').at(-1)).toContain('ended')
    expect(lines('commands.jsonl').length).toBeGreaterThan(3)
    expect(await sim.panel.db.auditRecord.count({ where: { what: 'download-evidence' } })).toBe(2)
  })

  it('of a job: every act on it, its files with secrets masked, its hosts, and a manifest that holds', async () => {
    const { id, number } = await sim.panel.db.job.findFirstOrThrow({ where: { operation: 'deploy' }, orderBy: { number: 'asc' } })
    const answer = await sim.panel.call('GET', `/api/jobs/${number}/evidence`, { as: await sim.panel.token('viewer') })
    expect(answer.headers.get('content-disposition')).toContain(`evidence-job-${number}.tar.gz`)
    const files = await filesOf(Buffer.from(await answer.arrayBuffer()))
    const names = Object.keys(files)
    expect(names).toEqual(expect.arrayContaining(['plan.json', 'journal.jsonl', 'log.txt', 'hosts.jsonl', 'ledger.jsonl', 'records.jsonl']))
    const rendered = names.filter((name) => name.startsWith('files/'))
    expect(rendered.length).toBeGreaterThan(3)
    expect(rendered.map((name) => files[name]).join('\n')).toContain('dm-worker')
    const hosts = (files['hosts.jsonl'] ?? '').trimEnd().split('\n')
    expect(hosts.map((line) => JSON.parse(line).facts?.os)).toContain('linux')
    const manifest = Object.fromEntries(
      (files['MANIFEST.sha256'] ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('  ').reverse()),
    )
    expect(Object.keys(manifest).toSorted()).toEqual(names.filter((name) => name !== 'MANIFEST.sha256').toSorted())
    for (const name of Object.keys(manifest))
      expect(
        createHash('sha256')
          .update(files[name] ?? '')
          .digest('hex'),
      ).toBe(manifest[name])
    const act = await sim.panel.db.auditRecord.findFirst({ where: { what: 'download-evidence', jobId: id, phase: 'outcome' } })
    expect(act?.result).toBe('done')
  })

  it('may be one that was given up in the middle, with the login that it began with wiped', async () => {
    const other = topology.replaceAll('host: 127.9.2.11', 'host: 127.9.2.11\n    port: 18261\n    peer_port: 18291\n    deploy_dir: /two/m')
    const two = other.replaceAll('host: 127.9.2.12', 'host: 127.9.2.12\n    port: 18262\n    deploy_dir: /two/w')
    const plan = await sim.plan<View>('dm2', 'deploy', { version: 'v8.5.0', topology: two, credentialId })
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    await writeFile(path.join(sim.panel.folder, 'simulated/faults', addresses[1] ?? ''), 'disk-full\n')
    const ended = sim.run(plan.id, { consent: plan.problems.map(({ code }) => code) })
    type Asked = { id: string; state: string; view: { question?: { id: string } } }
    let asked: Asked | undefined
    while (asked?.view.question === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      const [job] = await sim.call<{ id: string; cluster: string }[]>('GET', '/api/jobs?cluster=dm2')
      if (job) asked = await sim.call<Asked>('GET', `/api/jobs/${job.id}`)
    }
    await sim.call('POST', `/api/jobs/${asked.id}/answer`, { question: asked.view.question.id, choice: 'give-up' })
    expect(await ended).toBe('failed')
    await writeFile(path.join(sim.panel.folder, 'simulated/faults', addresses[1] ?? ''), '')
    expect(await sim.call('GET', '/api/clusters/dm2')).toMatchObject({ lifecycle: 'deploying' })

    await sim.call('DELETE', `/api/credentials/${credentialId}`)
    const again = await sim.call<{ id: string }>('POST', '/api/credentials', {
      ...{ name: 'admin', username: 'admin', sudo: 'password', password: 'admin-pass' },
    })
    const undo = await sim.plan<View>('dm2', 'remove-deploy', { credentialId: again.id })
    expect([undo.state, undo.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    expect(await sim.run(undo.id, { confirm: 'dm2', consent: undo.problems.map(({ code }) => code) })).toBe('succeeded')
    expect((await sim.panel.call('GET', '/api/clusters/dm2', { as: sim.admin })).status).toBe(404)
    const paths = shapeOf().flatMap((one) => one.paths)
    expect(paths.filter((one) => one.startsWith('/two'))).toEqual([])
    // The other cluster on the same hosts is untouched.
    expect(paths).toContain('/home/tidb/deploy/dm-master-8261/bin/dm-master/dm-master')
  }, 180_000)
})

import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckRow } from '@/server/domain/check-row'
import type { FileCompared } from '@/server/domain/file-compared'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { makeDemoPackages } from '@/server/sim/demo-packages'
import { makeMirror, newMirrorKeys } from '@/tests/support/make-mirror'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'
import { startSshServer } from '@/tests/support/ssh-server'

const addresses = ['127.9.3.11', '127.9.3.12']
const [one = '', two = ''] = addresses
let sim: SimPanel
let credentialId = ''
let topology = ''
beforeAll(async () => {
  sim = await simPanel(addresses)
  credentialId = await sim.login()
  topology = `global:\n  ssh_port: ${sim.port}\nmaster_servers:\n  - host: ${one}\nworker_servers:\n  - host: ${two}\n`
}, 60_000)
afterAll(() => sim.close())

type View = { document: Plan | null; problems: Problem[]; error: string | null }
const consentOf = (plan: View) => ({ consent: plan.problems.map(({ code }) => code) })
const errors = (plan: View) => plan.problems.filter(({ severity }) => severity === 'error')

describe('a mirror', () => {
  let location = ''
  it('is read from a root that was given, shows when its manifests expire, and gives nothing before it is confirmed', async () => {
    const demo = await makeDemoPackages(path.join(sim.panel.folder, 'demo'))
    const packages = demo.map((each) => ({
      ...{ component: each.component, version: each.version, os: 'linux', arch: 'amd64' },
      ...{ file: each.path, entry: each.component },
    }))
    const folder = path.join(sim.panel.folder, 'mirrors/signed')
    location = folder
    const { rootPath, fingerprint, keys } = await makeMirror(folder, packages)
    const rootJson = await readFile(rootPath, 'utf8')
    const foreign = path.join(sim.panel.folder, 'foreign')
    const other = await makeMirror(foreign, [], newMirrorKeys())
    const refused = await sim.errand('POST', '/api/mirror', { location, rootJson: await readFile(other.rootPath, 'utf8') })
    expect(refused).toMatchObject({ state: 'failed' })
    expect(refused.error?.code).toContain('mirror.')
    expect(await sim.errand('POST', '/api/mirror', { location, rootJson })).toMatchObject({
      ...{ state: 'done', result: { fingerprint, confirmed: false } },
    })
    const [view] = await sim.call<{ expires: Record<string, string>; confirmed: boolean }[]>('GET', '/api/mirror')
    expect(view?.confirmed).toBe(false)
    expect(view?.expires).toMatchObject({
      ...{ 'root.json': '2099-01-01T00:00:00Z', 'timestamp.json': '2099-01-01T00:00:00Z', 'dm-master.json': '2099-01-01T00:00:00Z' },
    })
    const wanted = demo.map(({ component, version }) => ({ component, version, os: 'linux', arch: 'amd64' }))
    expect(await sim.errand('POST', '/api/packages/fetch', { location, wanted })).toMatchObject({
      ...{ state: 'failed', error: { code: 'errands.mirror-unconfirmed' } },
    })
    expect(keys.root).toHaveLength(3)
  }, 60_000)

  it('gives verified packages once it is confirmed, each once', async () => {
    const [view] = await sim.call<{ fingerprint: string }[]>('GET', '/api/mirror')
    await sim.call('POST', '/api/mirror/confirm', { location, fingerprint: view?.fingerprint })
    const demo = await makeDemoPackages(path.join(sim.panel.folder, 'demo'))
    const wanted = demo.map(({ component, version }) => ({ component, version, os: 'linux', arch: 'amd64' }))
    for (let i = 0; i < 2; i += 1)
      expect(await sim.errand('POST', '/api/packages/fetch', { location, wanted })).toMatchObject({ state: 'done' })
    const rows = await sim.call<{ sha256: string; origin: string; originDetail: string }[]>('GET', '/api/packages')
    expect(rows.map(({ sha256 }) => sha256).toSorted()).toEqual(demo.map(({ sha256 }) => sha256).toSorted())
    expect(new Set(rows.map((row) => `${row.origin} ${row.originDetail}`))).toEqual(new Set([`mirror ${location}`]))
    const unknown = [{ component: 'dm-master', version: 'v1.0.0', os: 'linux', arch: 'amd64' }]
    expect(await sim.errand('POST', '/api/packages/fetch', { location, wanted: unknown })).toMatchObject({ state: 'failed' })
    // A package that was changed in the mirror is refused, and nothing of it is kept.
    const folder = location
    await sim.call('DELETE', `/api/packages/${demo[0]?.sha256}`)
    const name = (each: (typeof demo)[number] | undefined) => `${each?.component}-${each?.version}-linux-amd64.tar.gz`
    await mkdir(path.join(sim.panel.folder, 'aside'), { recursive: true })
    await copyFile(path.join(folder, name(demo[0])), path.join(sim.panel.folder, 'aside/good'))
    await copyFile(path.join(folder, name(demo[1])), path.join(folder, name(demo[0])))
    const first = wanted.slice(0, 1)
    expect(await sim.errand('POST', '/api/packages/fetch', { location, wanted: first })).toMatchObject({ state: 'failed' })
    expect(await sim.call<unknown[]>('GET', '/api/packages')).toHaveLength(demo.length - 1)
    await copyFile(path.join(sim.panel.folder, 'aside/good'), path.join(folder, name(demo[0])))
    expect(await sim.errand('POST', '/api/packages/fetch', { location, wanted: first })).toMatchObject({ state: 'done' })
  }, 60_000)
})

describe('errands on hosts', () => {
  it('preflight: every row says what was expected and seen, and nothing is changed', async () => {
    const before = JSON.stringify(sim.world.state.machines.map(({ nodes, users, units }) => ({ nodes, users, units })))
    const good = await sim.errand<CheckRow[]>('POST', '/api/clusters/c1/preflight', { version: 'v8.5.0', topology, credentialId })
    expect(good.state).toBe('done')
    expect(good.result.length).toBeGreaterThan(10)
    const elsewhere = topology.replace(two, '127.9.3.99')
    const bad = await sim.errand<CheckRow[]>('POST', '/api/clusters/c1/preflight', { version: 'v8.5.0', topology: elsewhere, credentialId })
    const reach = bad.result.find(({ host, code }) => host === '127.9.3.99' && code === 'preflight.reach')
    expect(reach?.seen).toMatch(/unreachable|host-key-unknown|connect-timeout/)
    expect(JSON.stringify(sim.world.state.machines.map(({ nodes, users, units }) => ({ nodes, users, units })))).toBe(before)
    const none = await sim.errand('POST', '/api/clusters/c1/preflight', { version: 'v8.5.0', topology, credentialId: 'none' })
    expect(none).toMatchObject({ state: 'failed', error: { code: 'usecases.credential-unknown' } })
  }, 60_000)

  it('start: runs the units, gates them, and the log can be read', async () => {
    const deploy = await sim.plan<View>('c1', 'deploy', { version: 'v8.5.0', topology, credentialId })
    expect(errors(deploy)).toEqual([])
    expect(await sim.run(deploy.id, consentOf(deploy))).toBe('succeeded')
    const start = await sim.plan<View>('c1', 'start', {})
    expect([start.state, errors(start)]).toEqual(['ready', []])
    expect(await sim.run(start.id, consentOf(start))).toBe('succeeded')
    expect(sim.world.host(one)?.machine.state.units['dm-master-8261.service']?.active).toBe('active')
    expect(sim.world.host(two)?.machine.state.units['dm-worker-8262.service']?.active).toBe('active')
    const foreseen = async (operation: string): Promise<Set<string | undefined>> => {
      const plan = await sim.plan<View & { forecast: Record<string, string> }>('c1', operation, {})
      const units = plan.document ? stepsOf(plan.document).filter(({ kind }) => kind === 'unit-running') : []
      return new Set(units.map(({ id }) => plan.forecast[id]))
    }
    expect(await foreseen('start')).toEqual(new Set(['already']))
    expect(await foreseen('restart')).toEqual(new Set(['will-run']))
  }, 120_000)

  it('tail-log: only an instance’s own files, and why one can’t be read', async () => {
    const machine = sim.world.host(one)?.machine
    machine?.writeFile('/home/tidb/deploy/dm-master-8261/log/dm-master.log', 'first\nlast\n', {
      owner: 'tidb',
      group: 'tidb',
      mode: '0644',
    })
    const url = `/api/clusters/c1/logs?instance=${one}:8261&lines=1`
    const tail = await sim.errand<{ file: string; lines: string[] }>('GET', url)
    expect(tail).toMatchObject({ state: 'done', result: { file: 'dm-master.log', lines: ['last'] } })
    expect(await sim.errand('GET', `${url}&file=/etc/shadow`)).toMatchObject({ state: 'failed', error: { code: 'usecases.log-unknown' } })
    const other = `/api/clusters/c1/logs?instance=${one}:9&lines=1`
    expect(await sim.errand('GET', other)).toMatchObject({ state: 'failed', error: { code: 'usecases.instance-unknown' } })
  })

  it('check-file: what differs of a rendered file, line by line; no other file, and nothing that a link leads to', async () => {
    const machine = sim.world.host(two)?.machine
    const file = '/home/tidb/deploy/dm-worker-8262/scripts/run_dm-worker.sh'
    const ask = (path: string, host = two) =>
      sim.errand<FileCompared>('GET', `/api/clusters/c1/check/file?host=${host}&path=${encodeURIComponent(path)}`)
    expect(await ask(file)).toMatchObject({ state: 'done', result: { state: 'same', shown: 'text', lines: [], instance: `${two}:8262` } })
    const text = machine?.text(file) ?? ''
    const own = { owner: 'tidb', group: 'tidb', mode: '0755' }
    machine?.writeFile(file, `${text}echo by hand\nexport API_TOKEN=canary-by-hand\n`, own)
    const { result } = await ask(file)
    const changed = result.lines.flatMap((line) => (line && line.kind !== 'same' ? [`${line.kind} ${line.text}`] : []))
    expect([result.state, changed]).toEqual(['differs', ['added echo by hand', 'added export API_TOKEN=******']])
    expect(JSON.stringify(await sim.panel.db.errand.findMany())).not.toContain('canary-by-hand')
    machine?.writeFile(file, text.replace(/\n$/, ''), own)
    expect((await ask(file)).result).toMatchObject({ state: 'differs', lines: [] })
    machine?.writeFile(file, 'x'.repeat(2 ** 20 + 1), own)
    expect((await ask(file)).result).toMatchObject({ state: 'unseen', lines: [] })
    machine?.remove(file)
    expect((await ask(file)).result).toMatchObject({ state: 'absent', lines: [], seen: 'absent' })
    machine?.writeFile(file, text, own)
    for (const [path, host] of [['/etc/shadow'], [`${file}/../../../../../etc/shadow`], [file, one], [file, '127.9.3.99']] as const)
      expect(await ask(path, host)).toMatchObject({ state: 'failed', error: { code: 'errands.file-not-rendered' } })
  }, 60_000)

  it('by way of a jump host, once its key is confirmed and its credential is there', async () => {
    const hop = await startSshServer({ password: 'of the hop' })
    const at = `relay@127.0.0.1:${hop.port}`
    const login = { name: 'hop', username: 'relay', sudo: 'nopasswd', password: 'of the hop' }
    const { id } = await sim.call<{ id: string }>('POST', '/api/credentials', login)
    const jump = [{ at, credentialId: id }]
    const unconfirmed = await sim.plan<View>('c1', 'start', {}, { jump })
    expect([unconfirmed.state, unconfirmed.problems.map(({ code }) => code)]).toEqual(['failed', ['remote.jump-key-unknown']])
    await expect(sim.call('PATCH', '/api/clusters/c1', { jump: [{ at }] })).rejects.toThrow(
      /422.*jump-credential-missing.*jump-key-unknown/,
    )
    expect(hop.connections()).toBe(0)

    type Seen = { state: string; keyType: string; key: string; login: string }
    const hosts = [{ address: '127.0.0.1', port: hop.port }]
    const [shown] = (await sim.errand<Seen[]>('POST', '/api/hosts/probe', { hosts })).result
    await sim.call('POST', '/api/host-keys', { keys: [{ ...hosts[0], keyType: shown?.keyType, key: shown?.key }] })
    const hidden = { hosts: [{ address: one, port: sim.port }], credentialId, jump }
    const [host] = (await sim.errand<Seen[]>('POST', '/api/hosts/probe', hidden)).result
    expect(host).toMatchObject({ state: 'pinned', login: 'ok' })
    await sim.call('PATCH', '/api/clusters/c1', { jump })
    await expect(sim.call('DELETE', `/api/credentials/${id}`)).rejects.toThrow(/409.*credential-in-use/)
    const before = hop.connections()
    const start = await sim.plan<View>('c1', 'restart', {})
    expect([start.state, errors(start)]).toEqual(['ready', []])
    const way = [{ user: 'relay', address: '127.0.0.1', port: hop.port, credentialId: id }]
    expect(start.document?.hosts[one]?.jump).toEqual(way)
    expect(hop.connections()).toBeGreaterThanOrEqual(before)
    const direct = await sim.plan<View>('c1', 'restart', {}, { jump: [] })
    expect([direct.state, direct.document?.hosts[one]?.jump]).toEqual(['ready', undefined])

    await sim.call('PATCH', '/api/clusters/c1', { jump: null })
    await hop.close()
  }, 60_000)

  it('stop and start with a silent host: it is named, and others can be planned for', async () => {
    await sim.call('PATCH', '/api/clusters/c1', { connectTimeoutS: 7 })
    await sim.servers.get(two)?.close()
    // An open link is dropped first; a new one finds nobody.
    const silent = expect.stringMatching(/^errands\.(dropped|unreachable)$/)
    for (const operation of ['start', 'stop']) {
      const all = await sim.plan<View>('c1', operation, {})
      expect([all.state, all.error]).toEqual(['failed', 'usecases.plan-has-errors'])
      expect(errors(all)).toMatchObject([{ code: silent, params: { host: two } }])
      const rest = await sim.plan<View>('c1', operation, { nodes: [`${one}:8261`] })
      expect([rest.state, errors(rest)]).toEqual(['ready', []])
      expect(rest.problems).toContainEqual(expect.objectContaining({ code: silent, severity: 'info' }))
      expect(Object.keys(rest.document?.hosts ?? {})).toEqual([one])
      expect(rest.document?.hosts[one]?.connectTimeoutMs).toBe(7000)
      const unknown = await sim.plan<View>('c1', operation, { nodes: ['nobody:1'] })
      expect(errors(unknown).map(({ code }) => code)).toContain('select.unknown-node')
    }
    const log = await sim.errand('GET', `/api/clusters/c1/logs?instance=${two}:8262&lines=1`)
    expect(log).toMatchObject({ state: 'failed', error: { code: 'errands.unreachable' } })
    const stop = await sim.plan<View>('c1', 'stop', { nodes: [`${one}:8261`] })
    expect(await sim.run(stop.id, consentOf(stop))).toBe('succeeded')
    expect(sim.world.host(one)?.machine.state.units['dm-master-8261.service']?.active).toBe('inactive')
    expect(sim.world.host(two)?.machine.state.units['dm-worker-8262.service']?.active).toBe('active')
  }, 120_000)
})

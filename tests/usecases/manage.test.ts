import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterDetail, PlanView } from '@/server/domain/api'
import type { LedgerView } from '@/server/domain/api-ledger'
import type { TiupComparisonView, TiupView } from '@/server/domain/api-tiup'
import type { FileCompared } from '@/server/domain/file-compared'
import { findPackage, packageFile } from '@/server/store/packages'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const address = '127.0.74.11'
const topology = (port: number) => `global: {user: tidb, ssh_port: ${port}, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: ${address}}]
worker_servers: [{host: ${address}}]
monitoring_servers: [{host: ${address}}]
grafana_servers: [{host: ${address}, password: canary-grafana-41}]
`
const worker = `${address}:8262`
const auditId = 'h45yTSGRyJ3'
let sim: SimPanel
let storage: string

const perform = async (cluster: string, operation: string, input: unknown): Promise<PlanView> => {
  const plan = await sim.plan<PlanView>(cluster, operation, input)
  expect([operation, plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual([operation, 'ready', []])
  expect(await sim.run(plan.id, { confirm: cluster, consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
  return plan
}
const codes = ({ problems }: PlanView) => problems.map(({ code, severity }) => `${severity} ${code}`)
const detail = (name: string) => sim.call<ClusterDetail>('GET', `/api/clusters/${name}`)
const refusal = async (method: string, url: string, body: unknown) => {
  const answer = await sim.panel.call(method, url, { as: sim.admin, body })
  return [answer.status, ((await answer.json()) as { code: string }).code] // shape of apiError
}
/** The export, unpacked where tiup would keep it. */
const unpack = async (cluster: string, form = 'storage'): Promise<string> => {
  const answer = await exported(cluster, form)
  const archive = path.join(sim.panel.folder, `${cluster}-${form}.tar.gz`)
  fs.writeFileSync(archive, answer)
  return archive
}
/** Web waits for the runner, which is this test. */
const exported = async (cluster: string, form: string): Promise<Buffer> => {
  const asked = sim.panel.call('GET', `/api/clusters/${cluster}/export?form=${form}`, { as: sim.admin })
  let ended = false
  const answer = asked.finally(() => (ended = true))
  while (!ended) {
    await sim.work()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Buffer.from(await (await answer).arrayBuffer())
}
/** Every text in every row of the database. */
const everyRow = async (): Promise<string> => {
  const tables = await sim.panel.db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => sim.panel.db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

beforeAll(async () => {
  sim = await simPanel([address])
  const credentialId = await sim.login()
  await sim.addPackages()
  await perform('shop', 'deploy', { version: 'v8.5.0', topology: topology(sim.port), credentialId })
  await perform('shop', 'start', {})
  storage = path.join(sim.panel.folder, 'tiup', 'storage', 'dm')
  fs.mkdirSync(path.join(storage, 'clusters'), { recursive: true })
}, 120_000)
afterAll(() => sim.close())

describe('a file with a secret', () => {
  it('is compared in full, and of what the host has no value comes out', async () => {
    const file = '/dm/deploy/grafana-3000/conf/grafana.ini'
    const ask = () => sim.errand<FileCompared>('GET', `/api/clusters/shop/check/file?host=${address}&path=${encodeURIComponent(file)}`)
    expect((await ask()).result).toMatchObject({ state: 'same', shown: 'keys' })
    const machine = sim.world.host(address)?.machine
    const text = machine?.text(file) ?? ''
    expect(text).toContain('canary-grafana-41')
    const own = { owner: 'tidb', group: 'tidb', mode: '0600' }
    machine?.writeFile(file, `${text.replace('canary-grafana-41', 'canary-grafana-by-hand')}smtp_pass = canary-grafana-more\n`, own)
    const { result } = await ask()
    const changed = result.lines.flatMap((line) => (line && line.kind !== 'same' ? [`${line.kind} ${line.text}`] : []))
    expect([result.state, changed]).toEqual([
      'differs',
      ['removed admin_password = `******`', 'added admin_password = ******', 'added ******'],
    ])
    machine?.writeFile(file, text, own)
    expect(await everyRow()).not.toContain('canary-grafana')
  }, 60_000)
})

describe('a cluster goes back to tiup and comes again', () => {
  it('hands back: read-only at once, plans from before too; the archive is what tiup keeps', async () => {
    const before = await sim.plan<PlanView>('shop', 'stop', {})
    await sim.call('POST', '/api/clusters/shop/hand-back')
    expect(await detail('shop')).toMatchObject({ adopted: true, lifecycle: 'adopted' })
    expect(await refusal('POST', `/api/plans/${before.id}/jobs`, { consent: before.problems.map(({ code }) => code) })).toEqual([
      409,
      'usecases.plan-stale',
    ])
    expect(await refusal('POST', '/api/clusters/shop/plans', { operation: 'stop', input: {} })).toEqual([409, 'usecases.adopted-read-only'])
    expect(await refusal('POST', '/api/clusters/shop/hand-back', {})).toEqual([409, 'usecases.hand-back-adopted'])
    const archive = await unpack('shop')
    execFileSync('tar', ['-xzf', archive, '-C', path.join(storage, 'clusters')])
    const folder = path.join(storage, 'clusters', 'shop')
    expect(fs.readdirSync(folder).sort()).toEqual(['backup', 'config-cache', 'meta.yaml', 'ssh'])
    expect(fs.statSync(path.join(folder, 'ssh')).mode & 0o777).toBe(0o700)
    expect(fs.statSync(path.join(folder, 'ssh', 'id_rsa')).mode & 0o777).toBe(0o600)
    const cache = fs.readdirSync(path.join(folder, 'config-cache'))
    expect(cache).toEqual(
      expect.arrayContaining([
        ...[`dm-master-${address}-8261.service`, `run_dm-worker_${address}_8262.sh`, `dm-worker-${address}-8262.toml`],
        ...[`grafana_${address}_3000.ini`, `datasource_${address}.yml`],
      ]),
    )
    expect(fs.readFileSync(path.join(folder, 'config-cache', `grafana_${address}_3000.ini`), 'utf8')).toContain('canary-grafana-41')
    expect(fs.readFileSync(path.join(folder, 'meta.yaml'), 'utf8')).toContain('password: canary-grafana-41')
  }, 60_000)

  it('adopts it under another name with tiup’s history, and refuses two masters of one unit', async () => {
    const clusters = path.join(storage, 'clusters')
    fs.cpSync(path.join(clusters, 'shop'), path.join(clusters, 'again'), { recursive: true })
    fs.mkdirSync(path.join(storage, 'audit'))
    const tool = '%2Fopt%2Ftiup-dm'
    fs.writeFileSync(
      path.join(storage, 'audit', auditId),
      `${tool} deploy again v8.5.0 t.yaml\n${'x\n'.repeat(9000)}\tExecute command finished\t{"code": 0}\n`,
    )
    fs.writeFileSync(path.join(storage, 'audit', 'h45zCcBcxWw'), `${tool} start other\n`)
    expect(await sim.errand('POST', '/api/adopt', { path: '.', names: ['again'] })).toMatchObject({ state: 'done' })
    const view = await sim.call<TiupView>('GET', '/api/clusters/again/tiup')
    expect(view).toMatchObject({
      link: { name: 'again', from: '.' },
      history: [{ id: auditId, command: 'tiup dm deploy again v8.5.0 t.yaml', exitCode: 0 }],
    })
    expect(codes(await perform('shop', 'manage', {}))).toEqual(['info manage.no-storage'])
    const refused = await sim.plan<PlanView>('again', 'manage', {})
    expect([refused.state, codes(refused)]).toEqual(['failed', ['error manage.conflict']])
    expect(codes(await sim.plan<PlanView>('shop', 'manage', {}))).toEqual(['error manage.already'])
    // It was never tiup's: there is no folder to read. A reload has nothing to do, for nothing was changed.
    const reload = await sim.plan<PlanView>('shop', 'reload', {})
    expect([reload.state, codes(reload)]).toEqual(['failed', ['error reload.nothing']])
    expect(await refusal('POST', '/api/clusters/shop/forget', { confirm: 'shop' })).toEqual([409, 'usecases.forget-managed'])
    await sim.call('POST', '/api/clusters/shop/hand-back')
    expect(await refusal('POST', '/api/clusters/shop/forget', { confirm: 'other' })).toEqual([422, 'usecases.name-mismatch'])
    await sim.call('POST', '/api/clusters/shop/forget', { confirm: 'shop' })
    expect(await sim.panel.db.credential.count({ where: { id: { contains: ':shop' } } })).toBe(0)
  }, 60_000)

  it('manages: nothing is written on the host, a reload then has nothing to do, and a worker restarts', async () => {
    const plan = await perform('again', 'manage', {})
    // Another name: what carries it differs, and the review says which.
    const files = plan.problems.map(({ params }) => [params.instance, params.files])
    expect(files).toEqual([
      [`${address}:9090`, expect.stringContaining('/prometheus.yml')],
      [`${address}:3000`, expect.stringContaining('/datasource.yml')],
    ])
    expect(await detail('again')).toMatchObject({ adopted: false, lifecycle: 'deployed', revision: 2 })
    const ledger = await sim.call<LedgerView>('GET', '/api/clusters/again/ledger')
    expect(JSON.stringify(ledger)).toContain('"kind":"deploy"')
    await perform('again', 'reload', {})
    expect(codes(await sim.plan<PlanView>('again', 'reload', {}))).toEqual(['error reload.nothing'])
    await perform('again', 'restart', { nodes: [worker], roles: [] })
  }, 90_000)
})

describe('what tiup changes behind our back', () => {
  const metaFile = () => path.join(storage, 'clusters', 'again', 'meta.yaml')
  const compare = async (query = '') => (await sim.errand<TiupComparisonView>('GET', `/api/clusters/again/tiup/compare${query}`)).result

  it('is seen as nodes, version, marks, texts and secrets by name, and is taken as it was seen', async () => {
    expect(await compare()).toMatchObject({ written: false, changes: { any: false, secrets: [], key: false } })
    const text = fs.readFileSync(metaFile(), 'utf8')
    const changed = text
      .replace('dm_version: v8.5.0', 'dm_version: v8.5.1')
      .replace('canary-grafana-41', 'canary-grafana-42')
      .replace(/( +)- host: (127\S+)\n( +ssh_port: \d+\n +name: dm-127.0.74.11-8262)/, '$1- host: $2\n$1  patched: true\n$3')
      .replace('    worker_servers:\n', '    worker_servers:\n        - host: 127.0.74.12\n          ssh_port: 22\n')
    fs.writeFileSync(metaFile(), changed)
    const seen = await compare()
    expect(seen).toMatchObject({
      written: true,
      changes: {
        ...{ version: { before: 'v8.5.0', after: 'v8.5.1' }, added: ['127.0.74.12:8262'], removed: [], patched: [worker], key: false },
        secrets: ['grafana_servers.0.password'],
      },
    })
    expect(JSON.stringify(seen)).not.toContain('canary')
    expect(await sim.errand('POST', '/api/clusters/again/tiup/take', { metaSha256: 'a'.repeat(64) })).toMatchObject({
      error: { code: 'errands.tiup-written-again' },
    })
    const { metaSha256 } = seen
    expect(await sim.errand('POST', '/api/clusters/again/tiup/take', { metaSha256 })).toMatchObject({ state: 'done' })
    expect(await detail('again')).toMatchObject({ version: 'v8.5.1', nodes: { 'dm-worker': 2 } })
    expect(await compare()).toMatchObject({ written: false, changes: { any: false } })
    const rows = await everyRow()
    expect(rows).not.toContain('canary')
    expect(rows).not.toContain(fs.readFileSync(path.join(storage, 'clusters', 'again', 'ssh', 'id_rsa'), 'utf8').split('\n')[3])
    fs.writeFileSync(metaFile(), text)
    await sim.errand('POST', '/api/clusters/again/tiup/take', { metaSha256: (await compare()).metaSha256 })
  }, 60_000)

  it('is told by a plan that would manage it; a storage that can’t be read is no hindrance', async () => {
    await sim.call('POST', '/api/clusters/again/hand-back')
    fs.renameSync(storage, `${storage}-away`)
    const blind = await sim.plan<PlanView>('again', 'manage', {})
    expect([blind.state, codes(blind)]).toEqual(['ready', ['warning manage.storage-unread', 'info errands.tiup-folder-unknown']])
    fs.renameSync(`${storage}-away`, storage)
    fs.appendFileSync(metaFile(), '# by hand\n')
    expect(codes(await sim.plan<PlanView>('again', 'manage', {}))).toEqual(['error manage.meta-changed'])
    await sim.errand('POST', '/api/clusters/again/tiup/take', { metaSha256: (await compare()).metaSha256 })
  })
})

describe('patch packages of tiup', () => {
  it('go into the store, are known by the program that runs, and stay the role’s', async () => {
    const release = await sim.panel.db.package.findFirstOrThrow({ where: { component: 'dm-worker', version: 'v8.5.0' } })
    const base = await findPackage(sim.panel.db, release.sha256)
    const folder = path.join(storage, 'clusters', 'again', 'patch')
    fs.mkdirSync(folder)
    // Packed anew, so that it is another archive with the program that the host has.
    const bytes = execFileSync('gzip', ['-1', '-c'], {
      input: execFileSync('gzip', ['-dc', packageFile(sim.panel.folder, base?.sha256 ?? '')], { maxBuffer: 2 ** 28 }),
      maxBuffer: 2 ** 28,
    })
    fs.writeFileSync(path.join(folder, 'dm-worker-23d56d0.tar.gz'), bytes)
    fs.symlinkSync('dm-worker-23d56d0.tar.gz', path.join(folder, 'dm-worker.tar.gz'))
    fs.writeFileSync(path.join(folder, 'dm-master-0000000.tar.gz'), 'no archive')
    const meta = path.join(storage, 'clusters', 'again', 'meta.yaml')
    fs.writeFileSync(meta, fs.readFileSync(meta, 'utf8').replace(/(name: dm-127.0.74.11-8262\n)/, 'patched: true\n          $1'))
    const { metaSha256 } = (await sim.errand<TiupComparisonView>('GET', '/api/clusters/again/tiup/compare')).result
    await sim.errand('POST', '/api/clusters/again/tiup/take', { metaSha256 })
    const plan = await perform('again', 'manage', {})
    expect(codes(plan)).toEqual(['warning manage.patch-refused', expect.stringMatching(/^info package\./)])
    const stored = await sim.panel.db.package.findFirstOrThrow({ where: { origin: 'hotfix' } })
    expect(stored).toMatchObject({
      component: 'dm-worker',
      version: 'v8.5.0-hotfix-23d56d0',
      originDetail: 'tiup: again/patch/dm-worker-23d56d0.tar.gz',
    })
    expect(await sim.panel.db.rolePackage.findMany({ where: { cluster: 'again' } })).toMatchObject([{ packageSha256: stored.sha256 }])
    const out = await unpack('again')
    expect(execFileSync('tar', ['-tzf', out], { encoding: 'utf8' })).toMatch(
      /again\/patch\/dm-worker-[0-9a-f]{7}\.tar\.gz\nagain\/patch\/dm-worker\.tar\.gz/,
    )
  }, 60_000)
})

describe('meta backup and restore', () => {
  it('is an archive without a name, compared first, restored by the typed name', async () => {
    const archive = await unpack('again', 'backup')
    expect(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n')).toEqual(
      expect.arrayContaining(['meta.yaml', 'ssh/id_rsa', 'ssh/id_rsa.pub']),
    )
    const { revision } = await detail('again')
    const yaml = `${topology(sim.port).replace('password: canary-grafana-41', 'password: "******"')}server_configs: {worker: {keepalive-ttl: 30}}\n`
    await sim.call('POST', '/api/clusters/again/edit-config', { yaml, base: revision, reason: 'test', consent: [] })
    const upload = await sim.panel.api.request('/api/adopt/upload', {
      method: 'POST',
      headers: { host: 'panel.test', authorization: `Bearer ${sim.admin}` },
      body: new Uint8Array(fs.readFileSync(archive)),
    })
    const { archive: id } = (await upload.json()) as { archive: string } // shape of the route
    const { result } = await sim.errand<TiupComparisonView>('GET', `/api/clusters/again/tiup/compare?archive=${id}`)
    expect(result).toMatchObject({ from: 'archive', changes: { any: true, added: [], removed: [], key: false } })
    expect([result.changes.before.includes('keepalive-ttl'), result.changes.after.includes('keepalive-ttl')]).toEqual([true, false])
    const body = { archive: id, metaSha256: result.metaSha256 }
    expect(await refusal('POST', '/api/clusters/again/meta-restore', { ...body, confirm: 'other' })).toEqual([
      422,
      'usecases.name-mismatch',
    ])
    expect(await sim.errand('POST', '/api/clusters/again/meta-restore', { ...body, confirm: 'again' })).toMatchObject({ state: 'done' })
    const restored = await detail('again')
    expect(restored).toMatchObject({ revision: revision + 2, unapplied: [] })
    expect(restored.yaml).not.toContain('keepalive-ttl')
    expect(fs.readdirSync(path.join(sim.panel.folder, 'incoming'))).toEqual([])
    expect(await everyRow()).not.toContain('canary')
  }, 60_000)
})

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterDetail, PlanView } from '@/server/domain/api'
import type { LedgerView, VerifiedBinaries } from '@/server/domain/api-ledger'
import type { PackageInfo } from '@/server/domain/package'
import { findPackage, keepPackage, packageFile } from '@/server/store/packages'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

// The document's own example: one host with a master and a worker.
const address = '127.0.72.11'
const topology = (port: number) => `global: {user: tidb, ssh_port: ${port}, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: ${address}}]
worker_servers: [{host: ${address}}]
`
const master = `${address}:8261`
const worker = `${address}:8262`
let sim: SimPanel
let hotfix: Record<'dm-master' | 'dm-worker', string>
let release: Record<'dm-master' | 'dm-worker', string>

beforeAll(async () => {
  sim = await simPanel([address])
  const credentialId = await sim.login()
  await sim.addPackages()
  release = { 'dm-master': await releaseOf('dm-master'), 'dm-worker': await releaseOf('dm-worker') }
  hotfix = { 'dm-master': await buildHotfix('dm-master'), 'dm-worker': await buildHotfix('dm-worker') }
  await perform('deploy', { version: 'v8.5.0', topology: topology(sim.port), credentialId })
  await perform('start', {})
}, 120_000)
afterAll(() => sim.close())

const releaseOf = async (component: string): Promise<string> => {
  const found = await sim.panel.db.package.findFirstOrThrow({ where: { component, version: 'v8.5.0' } })
  return found.sha256
}

/** The release's archive with other bytes at its program's end, as a hotfix in the store. */
const buildHotfix = async (component: 'dm-master' | 'dm-worker'): Promise<string> => {
  const base = await findPackage(sim.panel.db, release[component])
  if (!base) throw new Error(component)
  const tar = gunzipSync(fs.readFileSync(packageFile(sim.panel.folder, base.sha256)))
  const at = tar.lastIndexOf(`${component} v8.5.0`)
  tar.write(`${component} v8.5.9`, at)
  const entry = tarFile(tar, base.entry)
  const bytes = gzipSync(tar)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  fs.writeFileSync(packageFile(sim.panel.folder, sha256), bytes)
  const info: PackageInfo = {
    ...{ ...base, sha256, sizeBytes: bytes.length, entrySha256: createHash('sha256').update(entry).digest('hex') },
    origin: { from: 'hotfix', detail: 'dm-linux-amd64.tar.gz' },
    hotfix: {
      baseSha256: base.sha256,
      uploadName: 'dm-linux-amd64.tar.gz',
      uploadSha256: '0'.repeat(64),
      ticket: 'DM-1',
      notes: 'from the package',
    },
  }
  await keepPackage(sim.panel.db, { info, tree: [] }, 'test')
  return sha256
}
/** A file of a tar by its name; sizes are octal at 124. */
const tarFile = (tar: Buffer, name: string): Buffer => {
  for (let at = 0; at < tar.length; ) {
    const size = Number.parseInt(tar.subarray(at + 124, at + 135).toString('latin1'), 8) || 0
    if (
      tar
        .subarray(at, at + 100)
        .toString('latin1')
        .replace(/\0.*$/s, '')
        .replace(/^\.\//, '') === name
    )
      return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(name)
}

type Seen = Pick<PlanView, 'id' | 'state' | 'hash'> & { problems: { code: string; severity: string }[] }
const ask = (operation: string, input: unknown) => sim.plan<Seen>('one', operation, input)
const perform = async (operation: string, input: unknown): Promise<Seen> => {
  const plan = await ask(operation, input)
  expect(plan.state, JSON.stringify(plan.problems)).toBe('ready')
  expect(await sim.run(plan.id, { consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
  return plan
}
const ledger = () => sim.call<LedgerView>('GET', '/api/clusters/one/ledger')
const of = (view: LedgerView, instance: string) => view.instances.find((one) => one.instance === instance)
const verify = async () => (await sim.errand<VerifiedBinaries>('GET', '/api/clusters/one/verify-binaries')).result
const verdicts = async () => (await verify()).rows.map(({ instance, verdict }) => [instance, verdict])
const refusal = async (method: string, url: string, body?: unknown): Promise<string> => {
  const answer = await sim.panel.call(method, url, { as: sim.admin, ...(body !== undefined && { body }) })
  return answer.ok ? 'done' : ((await answer.json()) as { code: string }).code // shapes are those of domain/api.ts
}

type Entry = { name: string; type: string; linkname: string; body: Buffer }
/** The export for TiUP, while the runner answers. */
const exported = async (): Promise<Entry[]> => {
  const asked = sim.panel.call('GET', '/api/clusters/one/export', { as: sim.admin })
  let done = false
  void asked.finally(() => (done = true))
  while (!done) {
    await sim.work()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const extract = tar.extract()
  const entries: Entry[] = []
  extract.on('entry', async (header, stream, next) => {
    entries.push({ name: header.name, type: header.type ?? '', linkname: header.linkname ?? '', body: await buffer(stream) })
    next()
  })
  await pipeline(Readable.from([gunzipSync(Buffer.from(await (await asked).arrayBuffer()))]), extract)
  return entries
}

describe('the document’s example, one master and one worker', { timeout: 60_000 }, () => {
  it('a deploy is in the ledger, and everything is as noted', async () => {
    const view = await ledger()
    expect(of(view, master)?.current).toMatchObject({
      kind: 'deploy',
      packageSha256: release['dm-master'],
      package: { origin: 'upload', version: 'v8.5.0' },
    })
    expect(of(view, master)).toMatchObject({ former: null, patched: false, platform: 'linux/amd64' })
    expect(view.problems).toEqual([])
    expect(await verify()).toMatchObject({ ok: true })
  })

  it('both components in one go: the outage is said in seconds and must be consented to; afterwards hash, process and -V agree', async () => {
    const asked = { packages: Object.values(hotfix), ticket: 'DM-7', due: '2020-01-31' }
    const plan = await ask('patch', asked)
    expect(plan.problems.map(({ code }) => code)).toContain('rolling.masters-out')
    expect(await refusal('POST', `/api/plans/${plan.id}/jobs`, { consent: [] })).toBe('usecases.consent-missing')
    expect(await sim.run(plan.id, { consent: plan.problems.map(({ code }) => code) })).toBe('succeeded')
    const seen = await verify()
    expect(seen.rows.map(({ instance, verdict, says }) => [instance, verdict, says?.release])).toEqual([
      [master, 'as-noted', 'v8.5.9'],
      [worker, 'as-noted', 'v8.5.9'],
    ])
    expect(seen.rows.every(({ disk, process, expected }) => disk === process && disk === expected?.entrySha256)).toBe(true)
    const view = await ledger()
    expect(of(view, worker)).toMatchObject({
      patched: true,
      former: release['dm-worker'],
      current: { kind: 'patch', ticket: 'DM-7', notes: 'from the package' },
    })
    expect(view.problems.map(({ code }) => code)).toEqual(['ledger.overdue', 'ledger.overdue'])
    const display = await sim.panel.call('GET', '/api/clusters/one/display?format=text', { as: sim.admin })
    expect(await display.text()).toMatch(/dm-master \(patched\)[^\n]*\n[^\n]*dm-worker \(patched\)/)
    expect((await sim.call<ClusterDetail>('GET', '/api/clusters/one')).standing).toHaveLength(2)
  })

  it('notes of an entry may change, by an operator, with a record', async () => {
    const id = of(await ledger(), worker)?.current?.id ?? ''
    const url = `/api/clusters/one/ledger/${id}`
    const viewer = await sim.panel.token('viewer')
    expect((await sim.panel.call('PATCH', url, { as: viewer, body: { ticket: 'no' } })).status).toBe(403)
    await sim.call('PATCH', url, { ticket: 'DM-9', notes: 'waits for v8.5.1', due: '2099-01-01' })
    expect(of(await ledger(), worker)?.current).toMatchObject({ ticket: 'DM-9', notes: 'waits for v8.5.1', due: '2099-01-01' })
    expect(await sim.panel.db.auditRecord.count({ where: { what: 'annotate-ledger', cluster: 'one' } })).toBe(2)
    expect(await refusal('PATCH', '/api/clusters/one/ledger/none', { due: null })).toBe('usecases.ledger-entry-unknown')
    expect(await refusal('PATCH', url, { due: '31.12.2026' })).toBe('platform.request-invalid')
  })

  it('what the ledger names stays in the store, what ran before too', async () => {
    for (const sha256 of Object.values(hotfix)) expect(await refusal('DELETE', `/api/packages/${sha256}`)).toBe('usecases.package-in-use')
    for (const sha256 of Object.values(release))
      expect(await refusal('DELETE', `/api/packages/${sha256}`)).toBe('usecases.package-in-ledger')
  })

  it('back to what ran before: the marks go, the release runs again', async () => {
    const stale = await ask('patch', { packages: [hotfix['dm-worker']] })
    await perform('patch', { to: 'former', ticket: 'DM-8' })
    const view = await ledger()
    expect(of(view, master)).toMatchObject({
      patched: false,
      former: null,
      current: { kind: 'rollback', packageSha256: release['dm-master'] },
    })
    expect(of(view, master)?.history.map(({ kind }) => kind)).toEqual(['rollback', 'patch', 'deploy'])
    expect((await verify()).rows.map(({ verdict, says }) => [verdict, says?.release])).toEqual([
      ['as-noted', 'v8.5.0'],
      ['as-noted', 'v8.5.0'],
    ])
    expect(await refusal('POST', `/api/plans/${stale.id}/jobs`, { consent: stale.problems.map(({ code }) => code) })).toBe(
      'usecases.plan-stale',
    )
  })

  it('offline: the disk is another one, the process goes on, and that is said until its next start', async () => {
    const plan = await perform('patch', { packages: [hotfix['dm-worker']], offline: true, nodes: [worker] })
    expect(plan.problems.map(({ code }) => code)).toEqual(['patch.offline-while-running'])
    expect(await verdicts()).toEqual([
      [master, 'as-noted'],
      [worker, 'restart-needed'],
    ])
    await perform('restart', { nodes: [worker] })
    expect(await verdicts()).toEqual([
      [master, 'as-noted'],
      [worker, 'as-noted'],
    ])
  })

  it('with --overwrite later scale-outs get it, until the release is put there with --overwrite', async () => {
    await perform('patch', { packages: [hotfix['dm-worker']], overwrite: true })
    expect((await ledger()).rolePackages).toMatchObject([
      { component: 'dm-worker', os: 'linux', arch: 'amd64', packageSha256: hotfix['dm-worker'] },
    ])
    const entries = await exported()
    const kept = entries.find(({ name }) => /^one\/patch\/dm-worker-[0-9a-f]{7}\.tar\.gz$/.test(name))
    expect(
      createHash('sha256')
        .update(kept?.body ?? '')
        .digest('hex'),
    ).toBe(hotfix['dm-worker'])
    expect(entries.find(({ name }) => name === 'one/patch/dm-worker.tar.gz')).toMatchObject({
      type: 'symlink',
      linkname: kept?.name.slice('one/patch/'.length),
    })
    expect(
      entries
        .find(({ name }) => name === 'one/meta.yaml')
        ?.body.toString()
        .match(/patched: true/g),
    ).toHaveLength(1)
    await perform('patch', { packages: [release['dm-worker']], overwrite: true })
    const names = (await exported()).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['one/meta.yaml', 'one/ssh/id_rsa', 'one/ssh/id_rsa.pub']))
    expect(names.filter((name) => name.startsWith('one/patch'))).toEqual([])
    const view = await ledger()
    expect(view.rolePackages).toEqual([])
    expect(of(view, worker)).toMatchObject({ patched: false, current: { kind: 'rollback' } })
  })

  it('somebody’s hand on the disk is seen', async () => {
    const machine = sim.world.host(address)?.machine
    const path = '/dm/deploy/dm-master-8261/bin/dm-master/dm-master'
    machine?.writeFile(path, 'tampered', { owner: 'tidb', group: 'tidb', mode: '0755' })
    const seen = await verify()
    expect(seen.ok).toBe(false)
    expect(seen.rows.map(({ instance, verdict }) => [instance, verdict])).toEqual([
      [master, 'disk-differs'],
      [worker, 'as-noted'],
    ])
  })

  it('refuses what it can’t do, each with its code', async () => {
    const codes = async (input: object) => {
      const { problems, state } = await ask('patch', input)
      return [state, ...problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)]
    }
    expect(await codes({ packages: [hotfix['dm-worker']], nodes: [master] })).toEqual([
      'failed',
      'patch.other-component',
      'patch.package-unused',
    ])
    expect(await codes({ packages: [hotfix['dm-worker']], roles: ['dm-boss'] })).toEqual(['failed', 'select.unknown-role'])
    expect(await codes({ packages: ['0'.repeat(64)] })).toEqual(['failed', 'patch.package-gone'])
    expect(await codes({ packages: [hotfix['dm-worker'], release['dm-worker']] })).toEqual(['failed', 'patch.two-packages'])
    expect(await codes({ to: 'former' })).toEqual(['failed', 'patch.nothing-patched'])
    expect(await refusal('POST', '/api/clusters/one/plans', { operation: 'patch', input: {} })).toBe('usecases.input-invalid')
    expect(await refusal('POST', '/api/clusters/none/plans', { operation: 'patch', input: { to: 'former' } })).toBe(
      'usecases.cluster-unknown',
    )
  })

  it('a package that was deleted since the review is said before anything begins', async () => {
    const info = await findPackage(sim.panel.db, hotfix['dm-master'])
    if (!info) throw new Error('no package')
    const sha256 = 'ab'.repeat(32)
    await keepPackage(sim.panel.db, { info: { ...info, sha256 }, tree: [] }, 'test')
    const plan = await ask('patch', { packages: [sha256] })
    expect(plan.state).toBe('ready')
    await sim.call('DELETE', `/api/packages/${sha256}`)
    expect(await refusal('POST', `/api/plans/${plan.id}/jobs`, { consent: plan.problems.map(({ code }) => code) })).toBe(
      'usecases.plan-package-gone',
    )
  })
})

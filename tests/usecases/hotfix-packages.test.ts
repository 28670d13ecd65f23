import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HotfixPreview, PackageDetail } from '@/server/domain/api-packages'
import type { PackageInfo } from '@/server/domain/package'
import { elfProgram, program, tarGz } from '@/tests/support/archives'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

let sim: SimPanel
beforeAll(async () => {
  sim = await simPanel([])
  await keep(
    'dm-master-v8.5.0-linux-amd64.tar.gz',
    await tarGz([old('dm-master'), { name: 'dm-master/conf/dm_worker.rules.yml', body: 'groups: []' }]),
  )
  await keep('dm-worker-v8.5.0-linux-amd64.tar.gz', await tarGz([old('dm-worker')]))
})
afterAll(() => sim.close())

const old = (component: string) => program(`${component}/${component}`, { main: `example.org/dm/cmd/${component}`, mark: 'old' })
const fresh = (component: string, machine?: number) =>
  elfProgram({ main: `example.org/dm/cmd/${component}`, mark: 'new', ...(machine && { machine }) })
const full = (machine?: number) =>
  tarGz(['dm-master', 'dm-worker'].map((one) => ({ name: `dm-linux-amd64/bin/${one}`, mode: 0o755, body: fresh(one, machine) })))

/** Sends a file in one piece, as tus does; resolves with its id. */
const upload = async (name: string, bytes: Buffer): Promise<string> => {
  const metadata = `filename ${Buffer.from(name).toString('base64')}`
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length), 'upload-metadata': metadata }
  const created = await sim.panel.call('POST', '/api/uploads', { as: sim.admin, headers })
  const at = created.headers.get('location') ?? ''
  const sent = await sim.panel.api.request(at, {
    method: 'PATCH',
    headers: {
      ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      ...{ authorization: `Bearer ${sim.admin}`, host: 'panel.test' },
    },
    body: new Uint8Array(bytes),
  })
  expect([created.status, sent.status]).toEqual([201, 204])
  return at.slice(at.lastIndexOf('/') + 1)
}
const keep = async (name: string, bytes: Buffer, should = {}) =>
  sim.errand<PackageInfo>('POST', `/api/uploads/${await upload(name, bytes)}/package`, should)
const preview = (id: string, more = {}) =>
  sim.errand<HotfixPreview>('POST', '/api/hotfix-packages/preview', { upload: id, version: 'v8.5.0', ...more })
const build = (id: string, previewHash: string, more = {}) =>
  sim.errand<{ packages: PackageInfo[] }>('POST', '/api/hotfix-packages', { upload: id, version: '8.5.0', previewHash, ...more })
/** Everything in the store and beside it. */
const everything = async () => ({
  rows: (await sim.panel.db.package.findMany({ orderBy: { sha256: 'asc' } })).map(({ sha256 }) => sha256),
  files: fs.readdirSync(path.join(sim.panel.folder, 'packages')).sort(),
  incoming: fs.readdirSync(path.join(sim.panel.folder, 'incoming')).filter((name) => name !== 'uploads'),
})

describe('a full hotfix tarball', () => {
  it('is shown before and after, and becomes a package per component, as shown', async () => {
    const id = await upload('dm-linux-amd64.tar.gz', await full())
    const shown = (await preview(id)).result
    expect(
      shown.packages.map(({ component, changes }) => [
        component,
        changes.filter(({ change }) => change !== 'same').map(({ path: at }) => at),
      ]),
    ).toEqual([
      ['dm-master', ['dm-master/dm-master']],
      ['dm-worker', ['dm-worker/dm-worker']],
    ])
    const told = { ticket: 'DM-812', notes: 'lost DDL' }
    const { result } = await build(id, shown.previewHash, told)
    expect(result.packages.map(({ component, version }) => [component, version])).toEqual([
      ['dm-master', 'v8.5.0-hotfix-DM-812'],
      ['dm-worker', 'v8.5.0-hotfix-DM-812'],
    ])
    const sha256 = result.packages[0]?.sha256 ?? ''
    const detail = await sim.call<PackageDetail>('GET', `/api/packages/${sha256}`)
    expect(detail).toMatchObject({
      origin: 'hotfix',
      fileName: 'dm-master-hotfix-linux-amd64.tar.gz',
      hotfix: { ...told, uploadName: 'dm-linux-amd64.tar.gz', base: { component: 'dm-master', version: 'v8.5.0' } },
    })
    expect(detail.changes.map(({ path: at, change }) => [at, change])).toEqual([
      ['dm-master/conf/dm_worker.rules.yml', 'same'],
      ['dm-master/dm-master', 'changed'],
    ])
    const archive = await sim.panel.call('GET', `/api/packages/${sha256}/archive`, { as: sim.admin })
    expect(archive.headers.get('content-disposition')).toContain('dm-master-hotfix-linux-amd64.tar.gz')
    const bytes = Buffer.from(await archive.arrayBuffer())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect((await everything()).incoming).toEqual([])
    const gone = await sim.panel.call('GET', `/api/uploads/${id}`, { as: sim.admin })
    expect(gone.status).toBe(404)
  })

  it('saved again is the same package; the ticket’s second build has another version', async () => {
    const again = await upload('dm.tar.gz', await full())
    const before = await everything()
    const { result } = await build(again, (await preview(again)).result.previewHash, { ticket: 'other' })
    expect(result.packages.map(({ version }) => version)).toEqual(['v8.5.0-hotfix-DM-812', 'v8.5.0-hotfix-DM-812'])
    expect(await everything()).toEqual(before)
    const second = await upload('dm-worker', Buffer.concat([fresh('dm-worker'), Buffer.from('2')]))
    const built = await build(second, (await preview(second)).result.previewHash, { ticket: 'DM-812' })
    expect(built.result.packages.map(({ version }) => version)).toEqual(['v8.5.0-hotfix-DM-812-2'])
  })
})

describe('refused, and nothing changes', () => {
  const refused = async (act: () => Promise<{ state: string; error: { code: string; problems: { code: string }[] } | null }>) => {
    const before = await everything()
    const { state, error } = await act()
    expect(await everything()).toEqual(before)
    return [state, error?.code, ...(error?.problems ?? []).map(({ code }) => code)]
  }

  it('a truncated archive, another component, another hash, another architecture, no base', async () => {
    const bytes = await tarGz([old('dm-worker')])
    const name = 'dm-worker-v8.5.1-linux-amd64.tar.gz'
    expect(await refused(() => keep(name, bytes.subarray(0, bytes.length - 20)))).toEqual([
      'failed',
      'errands.package-refused',
      'package.not-an-archive',
    ])
    expect(await refused(() => keep(name, bytes, { component: 'dm-master' }))).toEqual([
      'failed',
      'errands.package-refused',
      'package.no-program',
    ])
    expect(await refused(() => keep(name, bytes, { sha256: 'a'.repeat(64) }))).toEqual(['failed', 'errands.package-hash-differs'])
    const arm = await upload('dm-linux-arm64.tar.gz', await full(0xb7))
    expect(await refused(() => build(arm, 'a'.repeat(64)))).toEqual([
      'failed',
      'errands.hotfix-refused',
      'hotfix.wrong-arch',
      'hotfix.wrong-arch',
    ])
    const good = await upload('dm-worker', fresh('dm-worker'))
    expect(await refused(() => preview(good, { version: 'v8.5.9' }))).toEqual(['failed', 'errands.base-missing'])
    expect(await refused(() => build(good, 'b'.repeat(64)))).toEqual(['failed', 'errands.hotfix-changed'])
    expect(
      await refused(() =>
        preview(good, { components: ['dm-master'] }).then((one) => ({ ...one, state: one.result.packages[0]?.problems[0]?.code ?? '' })),
      ),
    ).toEqual(['hotfix.wrong-component', undefined])
  })

  it('a base that changed on the disk', async () => {
    const base = (await sim.panel.db.package.findFirstOrThrow({ where: { component: 'dm-worker', version: 'v8.5.0' } })).sha256
    const file = path.join(sim.panel.folder, 'packages', base)
    const bytes = fs.readFileSync(file)
    fs.writeFileSync(file, await tarGz([program('dm-worker/dm-worker', { mark: 'not the same' })]))
    const id = await upload('dm-worker', fresh('dm-worker'))
    expect(await refused(() => preview(id))).toEqual(['failed', 'errands.package-damaged'])
    fs.writeFileSync(file, bytes)
  })
})

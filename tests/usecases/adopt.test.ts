import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TiupView } from '@/server/domain/api-tiup'
import { instancesOf } from '@/server/domain/topology/instances'
import { systemClock } from '@/server/engine/engine'
import { refreshStatus } from '@/server/engine/watch-status'
import type { ErrandDeps } from '@/server/errands/errand-run'
import { doErrand } from '@/server/errands/run-errands'
import { generateKey } from '@/server/remote/generate-key'
import type { Command, Transport } from '@/server/remote/transport'
import { runnerKey } from '@/server/runner-key'
import { findCluster } from '@/server/store/clusters'
import { claimErrand } from '@/server/store/errands'
import { writeSetting } from '@/server/store/settings'
import { readArchive, tiupArchiveLimits } from '@/server/usecases/upload-tiup'
import { FakeHost, FakeTransport } from '@/tests/support/fake-transport'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
let deps: ErrandDeps
let pem = ''
const key = runnerKey(Buffer.alloc(32, 7))
const typed: string[] = []

/** A machine that is this one: what is typed there runs here, without a shell. */
const here: Transport = {
  run: async (_target, command: Command) => {
    typed.push(command.argv.join(' '))
    const [program = '', ...args] = command.argv
    const env = { ...process.env, HOME: path.join(panel.folder, 'home') }
    const { stdout, exitCode } = await promisify(execFile)(program, args, { env }).then(
      (ran) => ({ stdout: ran.stdout, exitCode: 0 }),
      (error: { code?: number }) => ({ stdout: '', exitCode: error.code ?? 1 }),
    )
    return { exitCode, signal: null, stdout, stderr: '', durationMs: 1, timedOut: false }
  },
  put: () => Promise.reject(new Error('nothing is written there')),
  http: () => Promise.reject(new Error('nothing is asked there')),
  login: async () => {},
  hostKeys: async () => [],
  close: async () => {},
}

beforeAll(async () => {
  panel = await testApi()
  admin = await panel.token('admin')
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
  pem = (await generateKey()).privateKey
  const folders = { data: panel.folder, mirrorRoot: undefined, tiupRoot: undefined }
  deps = { db: panel.db, transport: here, secrets: key, folders, now: () => new Date() }
  const cluster = path.join(panel.folder, 'home/.tiup/storage/dm/clusters/far')
  await mkdir(path.join(cluster, 'ssh'), { recursive: true })
  await copyFile('tests/recorded/meta/storage.yaml', path.join(cluster, 'meta.yaml'))
  await writeFile(path.join(cluster, 'ssh/id_rsa'), pem)
  const audit = path.join(cluster, '../../audit')
  await mkdir(audit, { recursive: true })
  const lines = `\tINFO\tx\t{"cmd": "far"}\n`.repeat(2000)
  await writeFile(path.join(audit, 'h45yTSGRyJ3'), `%2Fopt%2Ftiup-dm deploy far v8.5.0 t.yaml\n${lines}`)
  const failed = 'T\tINFO\tExecute command finished\t{"code": 1, "error": "timed out"}\n'
  await writeFile(path.join(audit, 'h45zCcBcxWw'), `%2Fopt%2Ftiup-dm scale-in far -N 10.79.0.11%3A8261\n${lines}${failed}`)
  await writeFile(path.join(audit, 'h45BgJrD2x3'), `%2Fopt%2Ftiup-dm start farther\n${lines}${failed}`)
}, 60_000)
afterAll(() => panel.close())

type Entry = { name: string; text?: string; type?: 'symlink'; linkname?: string }
const archiveOf = async (entries: readonly Entry[]): Promise<Buffer> => {
  const pack = tar.pack()
  for (const { text = '', ...header } of entries) pack.entry(header, text)
  pack.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of pack) chunks.push(Buffer.from(chunk as Buffer)) // tar-stream gives buffers
  return gzipSync(Buffer.concat(chunks))
}
const upload = (bytes: Buffer): Promise<Response> =>
  Promise.resolve(
    panel.api.request('/api/adopt/upload', {
      method: 'POST',
      headers: { host: 'panel.test', authorization: `Bearer ${admin}` },
      body: new Uint8Array(bytes),
    }),
  )
const errand = async <T>(url: string, body: unknown): Promise<{ state: string; result: T; error: { code: string } | null }> => {
  const answer = await panel.call('POST', url, { as: admin, body })
  const { id } = (await answer.json()) as { id: string } // shape of errandView
  const row = await claimErrand(panel.db, 'test')
  if (row) await doErrand(deps, row, new AbortController().signal)
  const view = await panel.call('GET', `/api/errands/${id}`, { as: admin })
  return (await view.json()) as { state: string; result: T; error: { code: string } | null } // shape of errandView
}
type Found = { name: string; hasKey: boolean; nodes: number }[]

describe('adoption', () => {
  it('by an archive: only meta.yaml and keys are kept, sealed, and gone when it is done', async () => {
    const meta = await readFile('tests/recorded/meta/tls.yaml', 'utf8')
    const bytes = await archiveOf([
      { name: './clusters/safe/meta.yaml', text: meta },
      { name: './clusters/safe/ssh/id_rsa', text: pem },
      { name: './clusters/safe/patch/big.tar.gz', text: 'x'.repeat(100_000) },
      { name: './audit/x', text: 'y' },
    ])
    const answer = await upload(bytes)
    expect(answer.status).toBe(200)
    const source = (await answer.json()) as { archive: string } // shape of the route
    const onDisk = await readFile(path.join(panel.folder, 'incoming', `tiup-${source.archive}`), 'utf8')
    expect(onDisk).not.toContain('meta.yaml')
    expect((await errand<Found>('/api/adopt/scan', source)).result).toMatchObject([{ name: 'safe', hasKey: true }])
    expect(await errand('/api/adopt', { ...source, names: ['safe'] })).toMatchObject({ state: 'done', error: null })
    expect(await readdir(path.join(panel.folder, 'incoming'))).toEqual([])
    expect(await errand('/api/adopt/scan', source)).toMatchObject({ state: 'failed', error: { code: 'errands.tiup-archive-gone' } })
  })

  it('by an archive refuses what is none, or is out to harm', async () => {
    const meta = { name: 'clusters/a/meta.yaml', text: 'x' }
    const bad: Entry[][] = [
      [meta, { name: '../../etc/passwd', text: 'x' }],
      [meta, { name: '/etc/passwd', text: 'x' }],
      [meta, { name: 'clusters/a/ssh/id_rsa', type: 'symlink', linkname: '/etc/shadow' }],
    ]
    for (const entries of bad) expect((await upload(await archiveOf(entries))).status).toBe(422)
    expect((await upload(Buffer.from('no archive'))).status).toBe(422)
    expect((await upload(await archiveOf([{ name: 'other/file', text: 'x' }]))).status).toBe(422)
    expect(await readdir(path.join(panel.folder, 'incoming'))).toEqual([])
    const refusal = async (entries: readonly Entry[], limits: Partial<typeof tiupArchiveLimits>) => {
      const body = new Response(new Uint8Array(await archiveOf(entries))).body
      if (!body) throw new Error('no body')
      return readArchive(body, { ...tiupArchiveLimits, ...limits }).then(
        () => 'taken',
        (error: { params: { detail: string } }) => error.params.detail,
      )
    }
    const many = Array.from({ length: 30 }, (_, i) => ({ name: `f${i}`, text: '' }))
    expect(await refusal([meta, ...many], { entries: 20 })).toBe('too-many-files')
    expect(await refusal([meta, { name: 'zeros', text: '0'.repeat(500_000) }], { unpackedBytes: 100_000 })).toBe('too-large-unpacked')
    expect(await refusal([meta, { name: 'zeros', text: '0'.repeat(500_000) }], { archiveBytes: 100 })).toBe('too-large')
    expect(await refusal([{ ...meta, text: 'x'.repeat(2000) }], { fileBytes: 1000 })).toContain('too-large')
    expect(await refusal([meta], {})).toBe('taken')
  })

  it('from the machine where tiup runs, with its history, by plain commands that read', async () => {
    const given = { name: 'ops', username: 'ops', sudo: 'nopasswd', password: 'p' }
    const saved = await panel.call('POST', '/api/credentials', { as: admin, body: given })
    const { id: credentialId } = (await saved.json()) as { id: string } // shape of credentialRow
    const ssh = { address: '192.0.2.77', port: 22, credentialId }
    expect((await errand<Found>('/api/adopt/scan', { ssh })).result).toMatchObject([{ name: 'far', hasKey: true }])
    expect(await errand('/api/adopt', { ssh, names: ['far'] })).toMatchObject({ state: 'done' })
    expect(typed.every((line) => /^(printenv HOME|find -P |head -c |\/bin\/bash -c cd )/.test(line))).toBe(true)
    const { link, history } = (await (await panel.call('GET', '/api/clusters/far/tiup', { as: admin })).json()) as TiupView // shape of the route
    expect(link).toMatchObject({ name: 'far', from: '192.0.2.77:22 ~/.tiup/storage/dm' })
    expect(history).toEqual([
      { id: 'h45zCcBcxWw', at: expect.stringMatching(/^2026-11-21T/), command: 'tiup dm scale-in far -N 10.79.0.11:8261', exitCode: 1 },
      { id: 'h45yTSGRyJ3', at: expect.stringMatching(/^2026-11-21T/), command: 'tiup dm deploy far v8.5.0 t.yaml', exitCode: null },
    ])
    const rows = JSON.stringify(await panel.db.errand.findMany()) + JSON.stringify(await panel.db.cluster.findMany())
    expect(rows).not.toContain(pem.split('\n')[3])
    const elsewhere = { ssh: { ...ssh, path: '/nowhere' } }
    expect(await errand('/api/adopt/scan', elsewhere)).toMatchObject({ state: 'failed', error: { code: 'errands.tiup-storage-unknown' } })
    expect((await panel.call('POST', '/api/adopt/scan', { as: admin, body: { path: 'x', ssh } })).status).toBe(400)
  })

  it('gives a cluster that can be looked at and not changed', async () => {
    for (const operation of ['start', 'stop', 'remove-deploy']) {
      const answer = await panel.call('POST', '/api/clusters/far/plans', { as: admin, body: { operation, input: {} } })
      expect([operation, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        ...[operation, 409, 'usecases.adopted-read-only'],
      ])
    }
    expect(await panel.db.plan.count()).toBe(0)
  })

  it('shows the units of a cluster with TLS, and why DM is not asked', async () => {
    const cluster = await findCluster(panel.db, 'safe')
    const instances = cluster ? instancesOf(cluster.topology) : []
    const world = new FakeTransport(new Map(instances.map(({ hostId }) => [hostId, new FakeHost()])))
    for (const { hostId, unit } of instances) world.host(hostId).start(unit)
    world.hooks.http = () => ({ status: 200, headers: {}, body: '' })
    await refreshStatus({ db: panel.db, transport: world, clock: systemClock }, 'safe')
    const dm = world.requests.filter(({ port }) => port === 8261 || port === 8262)
    expect(dm).toEqual([])
    const view = await panel.call('GET', '/api/clusters/safe', { as: admin })
    const { status } = (await view.json()) as { status: { rows: { role: string; status: unknown; unitState: { value: string } }[] } } // shape of clusterDetail
    const masters = status.rows.filter(({ role }) => role === 'dm-master' || role === 'dm-worker')
    expect(masters.length).toBeGreaterThan(1)
    for (const row of masters) {
      expect(row.status).toMatchObject({ value: 'N/A', why: 'enable_tls' })
      expect(row.unitState.value).toBe('active (running)')
    }
  })
})

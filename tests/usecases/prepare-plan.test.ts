import { createHash } from 'node:crypto'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '@/server/domain/plan'
import { stepsOf } from '@/server/domain/plan'
import type { ErrandDeps } from '@/server/errands/errand-run'
import { doErrand } from '@/server/errands/run-errands'
import { createTransport } from '@/server/remote/ssh-transport'
import { runnerKey } from '@/server/runner-key'
import { makeDemoPackages } from '@/server/sim/demo-packages'
import { startSshServer } from '@/server/sim/ssh-server'
import { openWorld } from '@/server/sim/store'
import { sealedOf } from '@/server/store/credentials'
import { askErrand, claimErrand, findErrand } from '@/server/store/errands'
import { pinnedKeysOf } from '@/server/store/host-keys'
import { planText } from '@/server/store/plans'
import { writeSetting } from '@/server/store/settings'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
let deps: ErrandDeps
let port = 0
const closing: (() => Promise<unknown>)[] = []
const addresses = ['127.9.0.11', '127.9.0.12']
const key = runnerKey(Buffer.alloc(32, 6))

beforeAll(async () => {
  panel = await testApi()
  admin = await panel.token('admin')
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
  const dir = path.join(panel.folder, 'simulated')
  const { world } = openWorld(dir, addresses, Date.now)
  for (const address of addresses) {
    const server = await startSshServer({ world, address, port, dir, delayMs: 0 })
    port = server.port
    closing.push(() => server.close())
  }
  const secretOf = async (id: string) => JSON.parse(key.openSealed((await sealedOf(panel.db, id)) ?? '', id))
  const transport = createTransport({ secretOf, pinnedKeys: (address, at) => pinnedKeysOf(panel.db, address, at) })
  closing.push(() => transport.close())
  const folders = { data: panel.folder, mirrorRoot: undefined, tiupRoot: path.join(panel.folder, 'tiup') }
  deps = { db: panel.db, transport, secrets: key, folders, now: () => new Date() }
}, 60_000)
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  await panel.close()
})

/** Calls the API as the administrator. */
const call = async <T>(method: string, url: string, body?: unknown): Promise<T> => {
  const answer = await panel.call(method, url, { as: admin, ...(body !== undefined && { body }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`)
  return JSON.parse(text) as T // shapes are those of domain/api.ts
}

/** Does what the API asked the runner for, as the runner would, until nothing is left. */
const work = async (): Promise<void> => {
  for (let row = await claimErrand(panel.db, 'test'); row; row = await claimErrand(panel.db, 'test')) {
    await doErrand(deps, row, new AbortController().signal)
  }
}
const errand = async <T>(method: string, url: string, body?: unknown): Promise<T> => {
  const { id } = await call<{ id: string }>(method, url, body)
  await work()
  const view = await call<{ state: string; result: T; error: unknown }>('GET', `/api/errands/${id}`)
  expect(view).toMatchObject({ state: 'done', error: null })
  return view.result
}
type Probed = { state: string; login: string; address: string; port: number; keyType: string; key: string; root: string; arch: string }
type View = {
  id: string
  state: string
  hash: string
  document: Plan
  problems: { code: string; severity: string }[]
  forecast: Record<string, string>
  error: string
}

describe('from nothing to a reviewed plan', () => {
  let credentialId = ''
  it('shows host keys before it logs in, and logs in once they are confirmed', async () => {
    const given = { name: 'root', username: 'root', sudo: 'root', password: 'root-pass' }
    credentialId = (await call<{ id: string }>('POST', '/api/credentials', given)).id
    const ask = { hosts: addresses.map((address) => ({ address, port })), credentialId }
    const before = await errand<Probed[]>('POST', '/api/hosts/probe', ask)
    expect(before.map(({ state, login }) => [state, login])).toEqual([
      ['new', 'not-tried'],
      ['new', 'not-tried'],
    ])
    await call('POST', '/api/host-keys', {
      keys: before.map(({ address, port: at, keyType, key: body }) => ({ address, port: at, keyType, key: body })),
    })
    const after = await errand<Probed[]>('POST', '/api/hosts/probe', ask)
    expect(after).toMatchObject(addresses.map((address) => ({ address, state: 'pinned', login: 'ok', root: 'root', arch: 'amd64' })))
  })

  it('takes packages in, and refuses what is none', async () => {
    const packages = await makeDemoPackages(path.join(panel.folder, 'demo'))
    await mkdir(path.join(panel.folder, 'incoming'), { recursive: true })
    for (const one of packages) {
      const file = crypto.randomUUID()
      await copyFile(one.path, path.join(panel.folder, 'incoming', file))
      const input = { input: { file, sha256: one.sha256, sizeBytes: one.sizeBytes, name: path.basename(one.path), by: 'test' } }
      await askErrand(panel.db, { kind: 'inspect-package', input, askedBy: 'test' })
    }
    await work()
    const rows = await call<{ component: string }[]>('GET', '/api/packages')
    expect(rows.map(({ component }) => component)).toEqual(expect.arrayContaining(['dm-master', 'dm-worker']))
    const { id } = await call<{ id: string }>('POST', '/api/packages?name=dm-master-v1-linux-amd64.tar.gz', 'no archive')
    await work()
    expect(await findErrand(panel.db, id)).toMatchObject({ state: 'failed', error: { code: 'errands.package-refused' } })
    expect((await call<unknown[]>('GET', '/api/packages')).length).toBe(rows.length)
  }, 60_000)

  it('makes a plan of a deploy whose text is its hash, with a forecast of every step', async () => {
    const topology = `global:\n  ssh_port: ${port}\nmaster_servers:\n  - host: ${addresses[0]}\nworker_servers:\n  - host: ${addresses[1]}\n`
    const asked = await call<View>('POST', '/api/clusters/dm1/plans', {
      operation: 'deploy',
      input: { version: 'v8.5.0', topology, credentialId },
    })
    expect(asked.state).toBe('probing')
    await work()
    const plan = await call<View>('GET', `/api/plans/${asked.id}`)
    expect([plan.state, plan.problems.filter(({ severity }) => severity === 'error')]).toEqual(['ready', []])
    expect(
      createHash('sha256')
        .update((await planText(panel.db, asked.id)) ?? '')
        .digest('hex'),
    ).toBe(plan.hash)
    const steps = stepsOf(plan.document)
    expect(steps.length).toBeGreaterThan(20)
    expect(Object.keys(plan.forecast).toSorted()).toEqual(steps.map(({ id }) => id).toSorted())
    expect(steps.filter(({ kind, id }) => kind === 'binaries' && plan.forecast[id] !== 'will-run')).toEqual([])
    const commands = await call<{ step: string; commands: string[] }[]>('GET', `/api/plans/${asked.id}/commands`)
    expect(commands).toHaveLength(steps.length)
    const file = steps.find((step) => step.kind === 'file')
    const blob = await call<{ text: string }>('GET', `/api/plans/${asked.id}/blobs/${file?.kind === 'file' ? file.content.sha256 : ''}`)
    expect(blob.text.length).toBeGreaterThan(0)
    const consent = plan.problems.map(({ code }) => code)
    const job = await call<{ id: string; number: number }>('POST', `/api/plans/${asked.id}/jobs`, { consent })
    expect(await call('GET', `/api/jobs/${job.number}`)).toMatchObject({ id: job.id, state: 'queued', planHash: plan.hash })
    expect(await call('GET', '/api/clusters/dm1')).toMatchObject({
      lifecycle: 'deploying',
      nodes: { 'dm-master': 1, 'dm-worker': 1 },
      runningJob: { id: job.id },
    })
    expect(await (await panel.call('GET', '/api/clusters/dm1/display?format=text', { as: admin })).text()).toContain('Total nodes: 2')
  }, 60_000)

  it('adopts a cluster of a TiUP folder, and gives it back as TiUP keeps it', async () => {
    const folder = path.join(panel.folder, 'tiup/storage/dm/clusters/old')
    await mkdir(path.join(folder, 'ssh'), { recursive: true })
    await copyFile('tests/recorded/meta/storage.yaml', path.join(folder, 'meta.yaml'))
    const pem = JSON.parse(key.openSealed((await sealedOf(panel.db, 'key:dm1')) ?? '', 'key:dm1')).privateKey
    await writeFile(path.join(folder, 'ssh/id_rsa'), pem)
    const [found] = await errand<{ name: string; hasKey: boolean; nodes: number }[]>('POST', '/api/adopt/scan', { path: '.' })
    expect(found).toMatchObject({ name: 'old', hasKey: true })
    await errand('POST', '/api/adopt', { path: '.', names: ['old'] })
    expect(await call('GET', '/api/clusters/old')).toMatchObject({ lifecycle: 'adopted', adopted: true })
    const archive = panel.call('GET', '/api/clusters/old/export', { as: admin })
    const done = archive.then(() => true)
    while (!(await Promise.race([done, new Promise((resolve) => setTimeout(() => resolve(false), 50))]))) await work()
    const { gunzipSync } = await import('node:zlib')
    const tar = gunzipSync(Buffer.from(await (await archive).arrayBuffer())).toString('latin1')
    expect(tar).toContain(pem.split('\n')[5])
    expect(tar).toContain('old/meta.yaml')
    expect(JSON.stringify(await panel.db.errand.findMany())).not.toContain(pem.split('\n')[5])
  })

  it('refuses a folder outside the configured root', async () => {
    const { id } = await call<{ id: string }>('POST', '/api/adopt/scan', { path: '../../../etc' })
    await work()
    expect(await findErrand(panel.db, id)).toMatchObject({ state: 'failed', error: { code: 'errands.tiup-folder-unknown' } })
  })
})

import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canonical } from '@/server/domain/audit-chain'
import type { Plan } from '@/server/domain/plan'
import { pullStore, sweepKeptFiles } from '@/server/errands/kept-files'
import { pull } from '@/server/operations/pull'
import { push } from '@/server/operations/push'
import { listAudit } from '@/server/store/audit'
import { createCluster } from '@/server/store/clusters'
import { keptFile, keptFolder } from '@/server/store/kept-files'
import { openPlan, readyPlan } from '@/server/store/plans'
import { createToken, createUser } from '@/server/store/users'
import { later, running, three } from '@/tests/plans/world'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
let operator: string
let other: string
beforeAll(async () => {
  panel = await testApi()
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', yaml: '' }
  for (const name of ['dm1', 'dm2']) {
    await createCluster(panel.db, { name, topology: three, createdBy: 'ann', ...rest })
    await panel.db.cluster.update({ where: { name }, data: { lifecycle: 'deployed' } })
  }
  admin = await panel.token('admin')
  operator = await operatorToken('op')
  other = await operatorToken('other')
}, 60_000)
afterAll(() => panel.close())

const operatorToken = async (name: string): Promise<string> => {
  const user = await createUser(panel.db, { name, email: `${name}@example.org`, role: 'operator', passwordHash: 'none' })
  return (await createToken(panel.db, { userId: user.id, name: 't', scope: 'operator', expiresAt: new Date(Date.now() + 3600_000) })).token
}
const said = async (answer: Response): Promise<string> => {
  if (answer.ok) return String(answer.status)
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`
}
const ask = (as: string, operation: 'push' | 'pull', input: object, cluster = 'dm1') =>
  panel.call('POST', `/api/clusters/${cluster}/plans`, { as, body: { operation, input } })

const send = (path: string, init: RequestInit) =>
  Promise.resolve(panel.api.request(path, { ...init, headers: { host: 'panel.test', 'x-dm-panel-address': '192.0.2.1', ...init.headers } }))

/** A finished upload, as the browser leaves it. */
const uploaded = async (as: string, content: string): Promise<string> => {
  const head = { 'tus-resumable': '1.0.0', authorization: `Bearer ${as}` }
  const metadata = `filename ${Buffer.from('../a "b".conf').toString('base64')}`
  const begun = await send('/api/uploads', {
    method: 'POST',
    headers: { ...head, 'upload-length': String(content.length), 'upload-metadata': metadata },
  })
  const at = new URL(begun.headers.get('location') ?? '', 'http://panel').pathname
  const type = 'application/offset+octet-stream'
  await send(at, { method: 'PATCH', headers: { ...head, 'upload-offset': '0', 'content-type': type }, body: content })
  return at.replace(/^.*\//, '')
}

it('an upload is its own person’s; taken once, it is a file of this cluster, also for the next plan', async () => {
  const upload = await uploaded(operator, 'canary-in-a-file')
  const input = { upload, path: '/x' }
  expect(await said(await ask(other, 'push', input))).toBe('404 usecases.upload-unknown')
  expect(await said(await ask(operator, 'push', { ...input, sudo: true }))).toBe('403 usecases.sudo-forbidden')
  expect(await said(await ask(await panel.token('viewer'), 'push', input))).toBe('403 platform.role-too-low')
  expect(await said(await ask(operator, 'push', { path: '/x' }))).toBe('422 usecases.input-invalid')
  const first = await ask(operator, 'push', input)
  const { id } = (await first.json()) as { id: string }
  const kept = await (await panel.call('GET', `/api/plans/${id}/input`, { as: operator })).json()
  expect(kept).toMatchObject({ file: upload, path: '/x' })
  expect(await said(await ask(operator, 'push', input))).toBe('202')
  expect(await said(await ask(other, 'push', { file: upload, path: '/x' }))).toBe('202')
  expect(await said(await ask(operator, 'push', { file: upload, path: '/x' }, 'dm2'))).toBe('409 usecases.file-gone')
  expect(await panel.db.keptFile.findUniqueOrThrow({ where: { id: upload } })).toMatchObject({ name: 'a _b_.conf', cluster: 'dm1' })
  expect(existsSync(keptFile(panel.env.dataFolder, upload))).toBe(true)
})

const planned = async (operation: 'push' | 'pull', plan: Plan): Promise<string> => {
  const id = await openPlan(panel.db, { clusterName: 'dm1', operation, input: {}, askedBy: 'ann', askedFrom: '' })
  const text = canonical({ ...plan, problems: [] })
  const hash = createHash('sha256').update(text).digest('hex')
  const forecast = { steps: {}, factsAt: new Date().toISOString() }
  await readyPlan(panel.db, id, { text, hash, revision: 1, forecast, problems: [] })
  return id
}

it('a plan whose file is gone can’t be run', async () => {
  const file = { id: randomUUID(), name: 'f', sizeBytes: 1, sha256: 'a'.repeat(64) }
  const asked = { push: { file, path: '/x', sudo: false, backup: true, atOnce: 5 } }
  const id = await planned('push', push.plan(three, running(three), { ...later(three, asked), revision: 1 }).plan)
  expect(await said(await panel.call('POST', `/api/plans/${id}/jobs`, { as: operator, body: { consent: [] } }))).toBe(
    '409 usecases.file-gone',
  )
})

const fetched = async (sudo: boolean, content: string): Promise<{ job: string; file: string }> => {
  const asked = { pull: { paths: ['/x/a.log'], sudo, atOnce: 5, roomBytes: 1 } }
  const user = sudo ? 'root' : 'tidb'
  const fact = { kind: 'file', link: false, readable: true, folder: 'there', mode: '0600', owner: user, group: user, sizeBytes: 1 } as const
  const facts = running(three)
  const hosts = Object.fromEntries(
    Object.entries(facts.hosts).map(([host, one]) => [host, { ...one, files: { [`${user} /x/a.log`]: fact } }]),
  )
  const plan = await planned('pull', pull.plan(three, { hosts }, { ...later(three, asked), revision: 1 }).plan)
  const body = { consent: ['pull.root'] }
  const { id: job } = (await (await panel.call('POST', `/api/plans/${plan}/jobs`, { as: admin, body })).json()) as { id: string }
  const file = randomUUID()
  const store = pullStore({ db: panel.db, dataFolder: panel.env.dataFolder, now: () => new Date() })
  await store.begin(file, { fresh: true, sizeBytes: content.length })
  await store.append(file, Buffer.from(content))
  const sha256 = await store.hash(file)
  await store.keep({ id: file, jobId: job, cluster: 'dm1', host: '10.0.0.1', path: '/x/a.log', sizeBytes: content.length, sha256 })
  return { job, file }
}

it('fetched files: for operators, what root has read for those who may be root; each download in the audit; gone when it is time', async () => {
  const { job, file } = await fetched(false, 'canary-of-a-log')
  const get = (as: string, path: string) => panel.call('GET', `/api/jobs/${job}/${path}`, { as })
  expect(await said(await get(await panel.token('viewer'), 'files'))).toBe('403 platform.role-too-low')
  expect(await said(await get(await panel.token('viewer'), `files/${file}`))).toBe('403 platform.role-too-low')
  const one = await get(operator, `files/${file}`)
  expect([one.headers.get('content-disposition'), await one.text()]).toEqual(['attachment; filename="a.log"', 'canary-of-a-log'])
  expect(await said(await get(operator, `files/${randomUUID()}`))).toBe('404 usecases.pulled-gone')
  expect((await (await get(operator, 'files-archive')).arrayBuffer()).byteLength).toBeGreaterThan(50)
  const asRoot = await fetched(true, 'shadow')
  const download = (as: string) => panel.call('GET', `/api/jobs/${asRoot.job}/files/${asRoot.file}`, { as })
  expect(await said(await download(operator))).toBe('403 usecases.sudo-forbidden')
  expect(await (await download(admin)).text()).toBe('shadow')
  const records = await listAudit(panel.db, { cluster: 'dm1' }, { limit: 200 })
  const downloads = records
    .filter(({ what, phase }) => what === 'download-pulled' && phase === 'outcome')
    .map(({ actor, result }) => `${actor} ${result}`)
  expect(downloads).toEqual(expect.arrayContaining(['op@example.org done', 'op@example.org refused: usecases.sudo-forbidden']))
  expect(JSON.stringify(records)).not.toContain('canary')
  expect((await panel.call('DELETE', `/api/jobs/${job}/files`, { as: operator })).status).toBe(204)
  expect(await said(await get(operator, `files/${file}`))).toBe('404 usecases.pulled-gone')
  await mkdir(keptFolder(panel.env.dataFolder), { recursive: true })
  await writeFile(keptFile(panel.env.dataFolder, 'lost.part'), 'x')
  const later3Days = new Date(Date.now() + 72 * 3600_000)
  const sweep = (now: Date) => sweepKeptFiles({ db: panel.db, dataFolder: panel.env.dataFolder, now: () => now })
  expect(await sweep(new Date())).toBe(1)
  expect(existsSync(keptFile(panel.env.dataFolder, file))).toBe(false)
  await sweep(later3Days)
  expect([existsSync(keptFile(panel.env.dataFolder, 'lost.part')), existsSync(keptFile(panel.env.dataFolder, asRoot.file))]).toEqual([
    false,
    true,
  ])
})

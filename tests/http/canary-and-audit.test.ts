import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyFile } from '@/server/audit-verify'
import { problemCodes } from '@/server/domain/words/catalogue'
import { access } from '@/server/http/access'
import { runnerKey } from '@/server/runner-key'
import { auditHead, sealAudit } from '@/server/store/audit'
import { sealedOf } from '@/server/store/credentials'
import { writeSetting } from '@/server/store/settings'
import { publicKeyOf } from '@/server/usecases/public-key-of'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
const key = runnerKey(Buffer.alloc(32, 5))
const canaries = ['canary-password-9f2c', 'canary-passphrase-77aa']
const pem = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey

beforeAll(async () => {
  panel = await testApi()
  admin = await panel.token('admin')
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
})
afterAll(() => panel.close())

const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T // shapes are those of domain/api.ts

/** Every text in every row of the database. */
const everyRow = async (): Promise<string> => {
  const tables = await panel.db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => panel.db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

describe('secrets', () => {
  it('reach the runner, and no answer, row or audit record', async () => {
    const given = { name: 'root', username: 'root', sudo: 'root', password: canaries[0], privateKey: pem, passphrase: canaries[1] }
    const saved = await panel.call('POST', '/api/credentials', { as: admin, body: given })
    expect(saved.status).toBe(200)
    const row = await json<{ id: string; fingerprint: string }>(saved)
    expect(row.fingerprint).toMatch(/^SHA256:/)
    const opened = JSON.parse(key.openSealed((await sealedOf(panel.db, row.id)) ?? '', row.id))
    expect(opened).toEqual({ password: canaries[0], privateKey: pem, passphrase: canaries[1] })
    const paths = Object.keys(access).flatMap((route) => (route.startsWith('GET ') && !route.includes('{') ? [route.slice(4)] : []))
    let said = JSON.stringify(row) + (await everyRow())
    for (const one of paths.filter((each) => each !== '/api/health')) said += await (await panel.call('GET', one, { as: admin })).text()
    for (const secret of [...canaries, pem, pem.split('\n')[3] ?? pem]) expect(said).not.toContain(secret)
  })

  it('are none where a key of the ssh-agent is named', async () => {
    const { publicKey, fingerprint } = publicKeyOf(pem) ?? { publicKey: '', fingerprint: '' }
    const save = (agent: string) =>
      panel.call('POST', '/api/credentials', {
        as: admin,
        body: { name: 'a', username: 'u', sudo: 'nopasswd', agent: { publicKey: agent } },
      })
    const row = await json<{ id: string; kind: string; fingerprint: string }>(await save(`${publicKey} me@here`))
    expect(row).toMatchObject({ kind: 'agent', fingerprint })
    expect(JSON.parse(key.openSealed((await sealedOf(panel.db, row.id)) ?? '', row.id))).toEqual({ agent: { publicKey } })
    expect(await json(await save(''))).toMatchObject({ kind: 'agent', fingerprint: '' })
    for (const bad of [pem, 'ssh-rsa AAAA', `ssh-ed25519 ${publicKey.split(' ')[1]}`]) expect((await save(bad)).status).toBe(422)
  })

  it('never come back in a refusal', async () => {
    const body = { name: 'x', username: 'x', sudo: 'root', privateKey: `-----BEGIN nonsense ${canaries[0]}` }
    const answer = await panel.call('POST', '/api/credentials', { as: admin, body })
    expect(answer.status).toBe(422)
    expect(await answer.text()).not.toContain(canaries[0])
  })
})

/** Bodies that get past the schema, so that the act itself is reached (and mostly refused: nothing of it exists). */
const bodies: Record<string, unknown> = {
  'PATCH /api/clusters/{name}': { waitTimeoutS: 60 },
  'POST /api/clusters/{name}/preflight': { version: 'v8.5.0', topology: '', credentialId: 'x' },
  'POST /api/clusters/{name}/edit-config': { yaml: 'x: 1', base: 1, reason: 'r' },
  'POST /api/clusters/{name}/tiup/take': { metaSha256: 'a'.repeat(64) },
  'POST /api/clusters/{name}/meta-restore': { archive: crypto.randomUUID(), metaSha256: 'a'.repeat(64), confirm: 'x' },
  'POST /api/clusters/{name}/forget': { confirm: 'x' },
  'POST /api/clusters/{name}/dmctl': { line: 'query-status' },
  'POST /api/adopt/scan': { path: '/x' },
  'POST /api/adopt': { path: '/x', names: ['x'] },
  'POST /api/plans/{id}/jobs': { consent: [] },
  'POST /api/jobs/{id}/answer': { question: 'q', choice: 'retry' },
  'POST /api/credentials': { name: 'n', username: 'u', sudo: 'root', password: 'p' },
  'POST /api/hosts/probe': { hosts: [{ address: '192.0.2.9', port: 22 }] },
  'POST /api/host-keys': { keys: [{ address: '192.0.2.9', port: 22, keyType: 'ssh-ed25519', key: 'AAAA' }] },
  'POST /api/host-keys/known-hosts': { text: '# none' },
  'POST /api/packages': 'not an archive',
  'POST /api/packages/fetch': {
    location: 'http://m.test',
    wanted: [{ component: 'dm-master', version: 'v8.5.0', os: 'linux', arch: 'amd64' }],
  },
  'POST /api/hotfix-packages/preview': { upload: crypto.randomUUID(), version: 'v8.5.0' },
  'POST /api/hotfix-packages': { upload: crypto.randomUUID(), version: 'v8.5.0', previewHash: 'a'.repeat(64) },
  'POST /api/packages/{sha256}/verify': { cluster: 'c', host: 'h' },
  'POST /api/channels': {
    ...{ name: 'n', kind: 'slack', url: 'http://127.0.0.1:9/x', enabled: true, language: 'en', clusters: [], quietMinutes: 0 },
    events: ['job-failed'],
  },
  'POST /api/mirror': { location: 'http://m.test' },
  'POST /api/mirror/confirm': { location: 'http://m.test', fingerprint: 'f' },
}
const queries: Record<string, string> = { 'DELETE /api/host-keys': '?address=192.0.2.9&port=22' }
/** They change nothing but what the caller himself typed, or nothing at all; the platform's own are tested there. */
const exempt = ['/api/drafts', '/api/topology/check', '/api/session', '/api/setup', '/api/users', '/api/tokens']

describe('audit', () => {
  it('has an intent of every mutating route, and its outcome when the act ended here', async () => {
    const known = new Set([
      'POST /api/clusters/{name}/plans',
      'DELETE /api/jobs/{id}/files',
      'POST /api/jobs/{id}/cancel',
      'POST /api/jobs/{id}/pause',
      'POST /api/jobs/{id}/answer',
      'POST /api/jobs/{id}/waive',
      'POST /api/jobs/{id}/break-in',
      'POST /api/plans/{id}/jobs',
      'POST /api/audit/verify', // reads only
      'POST /api/clusters/{name}/scale-out/check', // reads only
      'POST /api/clusters/{name}/edit-config/check', // reads only
      'PATCH /api/uploads/{id}', // bytes of an upload whose intent was written when it began
    ])
    const mutating = Object.keys(access).filter((route) => !route.startsWith('GET ') && !exempt.some((one) => route.includes(` ${one}`)))
    expect(mutating.length).toBeGreaterThan(12)
    for (const route of mutating.filter((one) => !known.has(one))) {
      const [method = '', url = ''] = route.split(' ')
      const before = await panel.db.auditRecord.count({ where: { phase: 'intent' } })
      const target = url.replace('{sha256}', 'a'.repeat(64)).replace(/\{\w+\}/g, 'x') + (queries[route] ?? '')
      await panel.call(method, target, { as: admin, body: bodies[route] ?? {} })
      expect([route, (await panel.db.auditRecord.count({ where: { phase: 'intent' } })) - before]).toEqual([route, 1])
    }
  })

  it('is sealed, exported, and any change of the file is found', async () => {
    await sealAudit(panel.db, key.auditKey)
    const head = await auditHead(panel.db)
    const text = await (await panel.call('GET', '/api/audit/export?format=jsonl', { as: admin })).text()
    const file = path.join(panel.folder, 'audit.jsonl')
    const verdict = async (content: string) => {
      await writeFile(file, content)
      return (await verifyFile(file, head)).findings.map(({ finding }) => finding)
    }
    expect(await verdict(text)).toEqual([])
    const lines = text.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(10)
    expect(await verdict(text.replace('192.0.2.1', '192.0.2.2'))).toContain('altered')
    expect(await verdict(lines.toSpliced(3, 1).join('\n'))).toContain('missing')
    expect(await verdict(lines.toSpliced(-2, 1).join('\n'))).toContain('cut')
    expect(await verdict(lines.slice(0, 4).join('\n'))).toContain('cut')
    expect(await verdict([...lines.slice(0, 2).toReversed(), ...lines.slice(2)].join('\n'))).toContain('reordered')
  })

  it('gives a CSV in which no cell is a formula', async () => {
    await panel.call('POST', '/api/mirror', { as: admin, body: { location: '=HYPERLINK("http://x")' } })
    await sealAudit(panel.db, key.auditKey)
    const csv = await (await panel.call('GET', '/api/audit/export?format=csv', { as: admin })).text()
    expect(csv).not.toMatch(/(^|,|\n)"?[=+@]/)
  })

  it('has words for every refusal in the sources', async () => {
    const { readdirSync, readFileSync } = await import('node:fs')
    const folders = ['server/usecases', 'server/errands', 'server/http/routes']
    const texts = folders.flatMap((folder) => readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8')))
    const codes = texts.flatMap((text) => [...text.matchAll(/'((?:usecases|errands|platform)\.[\w-]+)'/g)].map(([, code]) => code ?? ''))
    expect(codes.length).toBeGreaterThan(30)
    expect([...new Set(codes)].filter((code) => !problemCodes.includes(code))).toEqual([])
  })
})

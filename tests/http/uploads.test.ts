import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownUpload, sweepUploads, takeUpload, uploadKeepMs, uploadsFolder } from '@/server/usecases/receive-upload'
import { serveFetch } from '@/tests/support/serve-fetch'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let server: Server
let url: string
let operator: string
beforeAll(async () => {
  panel = await testApi()
  operator = await panel.token('operator')
  server = serveFetch((request) => panel.api.fetch(request))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await panel.close()
})

const tus = { 'tus-resumable': '1.0.0' }
const send = (method: string, to: string, { as = operator, headers = {}, body }: Send = {}): Promise<Response> =>
  fetch(`${url}${to}`, {
    method,
    headers: { ...tus, authorization: `Bearer ${as}`, ...headers },
    ...(body && { body: new Uint8Array(body) }),
  })
type Send = { as?: string; headers?: Record<string, string>; body?: Buffer }

const create = (sizeBytes: number, as = operator, name = 'dm-master-v8.5.0-linux-amd64.tar.gz') =>
  send('POST', '/api/uploads', {
    as,
    headers: { 'upload-length': String(sizeBytes), 'upload-metadata': `filename ${Buffer.from(name).toString('base64')}` },
  })
const begin = async (sizeBytes: number): Promise<string> => {
  const answer = await create(sizeBytes)
  expect(answer.status).toBe(201)
  return answer.headers.get('location') ?? ''
}
const idOf = (at: string): string => at.slice(at.lastIndexOf('/') + 1)
const offsetOf = async (at: string): Promise<number> => Number((await send('HEAD', at)).headers.get('upload-offset'))
const patchHeaders = (offset: number) => ({ 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' })
const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code // the API's refusal

/** Sends the first bytes of a larger body and then tears the connection. */
const cutAfter = (at: string, bytes: Buffer, offset: number, count: number): Promise<void> =>
  new Promise((resolve) => {
    const request = httpRequest(`${url}${at}`, {
      method: 'PATCH',
      headers: { ...tus, ...patchHeaders(offset), authorization: `Bearer ${operator}`, 'content-length': bytes.length - offset },
    })
    request.on('error', () => resolve())
    request.write(bytes.subarray(offset, offset + count), () => setTimeout(() => request.destroy(), 100))
  })

describe('an upload', () => {
  it('goes on at its byte after the connection was cut, twice, and arrives whole', async () => {
    const bytes = randomBytes(3_000_000)
    const at = await begin(bytes.length)
    for (const count of [700_000, 900_000]) {
      const before = await offsetOf(at)
      await cutAfter(at, bytes, before, count)
      const after = await offsetOf(at)
      expect(after).toBeGreaterThan(before)
      expect(after).toBeLessThanOrEqual(before + count)
    }
    const offset = await offsetOf(at)
    const rest = await send('PATCH', at, { headers: patchHeaders(offset), body: bytes.subarray(offset) })
    expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, String(bytes.length)])
    const user = await panel.db.user.findFirstOrThrow({ where: { role: 'operator' } })
    const { file, name } = await takeUpload(
      panel.db,
      { id: user.id, email: user.email, from: '' },
      { dataFolder: panel.folder, id: idOf(at) },
    )
    expect(name).toBe('dm-master-v8.5.0-linux-amd64.tar.gz')
    const kept = fs.readFileSync(path.join(panel.folder, 'incoming', file))
    expect(createHash('sha256').update(kept).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(fs.readdirSync(uploadsFolder(panel.folder))).toEqual([])
  })

  it('refuses a byte at the wrong place, more bytes than announced, and another use before it is whole', async () => {
    const at = await begin(10)
    const wrong = await send('PATCH', at, { headers: patchHeaders(5), body: Buffer.from('12345') })
    expect([wrong.status, await codeOf(wrong)]).toEqual([409, 'usecases.upload-refused'])
    const more = await send('PATCH', at, { headers: patchHeaders(0), body: Buffer.alloc(11) })
    expect([more.status >= 400, await offsetOf(at)]).toEqual([true, 0])
    const early = await send('POST', `${at}/package`, { headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') })
    expect([early.status, await codeOf(early)]).toEqual([409, 'usecases.upload-incomplete'])
    expect((await send('DELETE', at)).status).toBe(204)
    expect((await send('HEAD', at)).status).toBe(404)
    expect(fs.readdirSync(uploadsFolder(panel.folder))).toEqual([])
  })
})

describe('who may', () => {
  it('a viewer may nothing, and nobody touches another one’s upload', async () => {
    const at = await begin(5)
    const viewer = await panel.token('viewer')
    const other = await panel.token('operator')
    expect((await create(5, viewer)).status).toBe(403)
    for (const method of ['HEAD', 'PATCH', 'DELETE', 'GET']) {
      const asViewer = await send(method, at, {
        as: viewer,
        headers: patchHeaders(0),
        ...(method === 'PATCH' && { body: Buffer.from('12345') }),
      })
      const asOther = await send(method, at, {
        as: other,
        headers: patchHeaders(0),
        ...(method === 'PATCH' && { body: Buffer.from('12345') }),
      })
      expect([method, asViewer.status, asOther.status]).toEqual([method, 403, 404])
    }
    expect(await offsetOf(at)).toBe(0)
    await send('DELETE', at)
  })

  it('a page of another origin may not', async () => {
    const answer = await fetch(`${url}/api/uploads`, {
      method: 'POST',
      headers: { ...tus, 'upload-length': '5', cookie: 'a=b', origin: 'http://evil.test' },
    })
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'platform.foreign-origin'])
  })

  it('no id reaches out of the folder', async () => {
    for (const id of ['..%2F..%2Fpanel.sqlite', '%2e%2e', 'x', '00000000-0000-4000-8000-000000000000']) {
      expect((await send('HEAD', `/api/uploads/${id}`)).status).toBe(404)
    }
  })
})

describe('room', () => {
  it('is asked for before the first byte: size, quota with what other uploads still owe, and the audit knows', async () => {
    for (const [size, code] of [
      [2 * 1024 ** 3 + 1, 'usecases.package-too-large'],
      [0, 'usecases.package-empty'],
    ] as const) {
      const answer = await create(size)
      expect([await codeOf(answer), answer.status >= 400]).toEqual([code, true])
    }
    const none = await send('POST', '/api/uploads', { headers: { 'upload-defer-length': '1' } })
    expect(await codeOf(none)).toBe('usecases.upload-length')
    const quota = panel.env.packageQuotaBytes
    panel.env.packageQuotaBytes = 1000
    try {
      const at = await begin(700)
      expect(await codeOf(await create(400))).toBe('usecases.quota-exceeded')
      await send('DELETE', at)
      await send('DELETE', await begin(400))
    } finally {
      panel.env.packageQuotaBytes = quota
    }
    const results = (await panel.db.auditRecord.findMany({ where: { what: 'upload-file', phase: 'outcome' } })).map(({ result }) => result)
    expect(results).toContain('refused: usecases.quota-exceeded')
    expect(results).toContain('cancelled')
  })

  it('leftovers go after two days without a byte, not before', async () => {
    const at = await begin(5)
    const file = path.join(uploadsFolder(panel.folder), idOf(at))
    const soon = new Date(fs.statSync(file).mtimeMs + uploadKeepMs - 1000)
    expect(await sweepUploads(panel.db, panel.folder, soon)).toBe(0)
    expect(await sweepUploads(panel.db, panel.folder, new Date(soon.getTime() + 2000))).toBe(1)
    await expect(ownUpload(panel.folder, { id: 'x' }, idOf(at))).rejects.toMatchObject({ code: 'usecases.upload-unknown' })
    expect(fs.existsSync(file)).toBe(false)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChannelRow, ChannelsView } from '@/server/domain/notify'
import { runnerKey } from '@/server/runner-key'
import { channelSecretId } from '@/server/store/channels'
import { sealedOf } from '@/server/store/credentials'
import { writeSetting } from '@/server/store/settings'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
const key = runnerKey(Buffer.alloc(32, 5))
const token = 'canary-token-51e0'
const secret = 'canary-secret-of-16-and-more'
const given = {
  ...{ name: 'ops', kind: 'webhook', url: `https://hooks.example.com/services/${token}?key=${token}`, secret, enabled: true },
  ...{ language: 'zh-CN', clusters: [], events: ['job-failed', 'node-down'], quietMinutes: 10 },
}

beforeAll(async () => {
  panel = await testApi()
  admin = await panel.token('admin')
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
})
afterAll(() => panel.close())

const post = (body: unknown, as = admin) => panel.call('POST', '/api/channels', { as, body })
const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T // shapes are those of domain/notify.ts

/** Every text in every row of the database. */
const everyRow = async (): Promise<string> => {
  const tables = await panel.db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => panel.db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

describe('a channel', () => {
  it('is kept with its address and secret sealed; no answer, row or refusal has them', async () => {
    const saved = await post(given)
    expect(saved.status).toBe(200)
    const row = await json<ChannelRow>(saved)
    expect(row).toMatchObject({ address: 'https://hooks.example.com', hasSecret: true, waiting: 0, failing: false, lastSentAt: null })
    const open = async (part: 'url' | 'secret') => {
      const id = channelSecretId(row.id, part)
      return key.openSealed((await sealedOf(panel.db, id)) ?? '', id)
    }
    expect([await open('url'), await open('secret')]).toEqual([given.url, secret])
    const changed = await panel.call('PATCH', `/api/channels/${row.id}`, { as: admin, body: { secret: `${secret}2`, quietMinutes: 0 } })
    expect(changed.status).toBe(200)
    expect([await open('url'), await open('secret')]).toEqual([given.url, `${secret}2`])
    const texts = [JSON.stringify(row), await changed.text(), await everyRow()]
    const refused = [
      { ...given, url: `ftp://${token}` },
      { ...given, url: `https://u:${token}@h` },
      { ...given, kind: token },
      { ...given, secret: 'short' },
    ]
    for (const body of refused) {
      const answer = await post(body)
      expect([400, 422]).toContain(answer.status)
      texts.push(await answer.text())
    }
    for (const path of ['/api/channels', '/api/deliveries', '/api/credentials', '/api/audit?limit=500', '/api/audit/export'])
      texts.push(await (await panel.call('GET', path, { as: admin })).text())
    expect(texts.join('\n')).not.toMatch(/canary/)
    // Who may make credentials can't wipe it by its id.
    const wiped = await panel.call('DELETE', `/api/credentials/${encodeURIComponent(channelSecretId(row.id, 'url'))}`, { as: admin })
    expect(wiped.status).toBe(404)
    expect(await open('url')).toBe(given.url)
    expect((await panel.call('DELETE', `/api/channels/${row.id}`, { as: admin })).status).toBe(200)
    expect(await sealedOf(panel.db, channelSecretId(row.id, 'url'))).toBeUndefined()
  })

  it('of mail keeps its login sealed, shows its server only, and takes no address that could begin a header', async () => {
    const url = (query: string, scheme = 'smtp') => `${scheme}://mail.example.com:2525/?${query}`
    const right = `from=dm@example.com&to=canary-to@example.com&to=b@example.com`
    const mail = { ...given, kind: 'mail', url: url(`${right}&user=canary-user`), secret: 'canary-mail-password' }
    const row = await json<ChannelRow>(await post(mail))
    expect(row).toMatchObject({ kind: 'mail', address: 'smtp://mail.example.com:2525', hasSecret: true })
    const id = channelSecretId(row.id, 'secret')
    expect(key.openSealed((await sealedOf(panel.db, id)) ?? '', id)).toBe('canary-mail-password')
    const texts = [JSON.stringify(row)]
    const refusedAs = async (answer: Promise<Response>): Promise<unknown> => {
      const text = await (await answer).text()
      texts.push(text)
      return (JSON.parse(text) as { code: string }).code // refusals have one
    }
    const patch = (body: unknown) => panel.call('PATCH', `/api/channels/${row.id}`, { as: admin, body })
    const wrong: [object, string][] = [
      [{ url: url(`from=dm@example.com%0d%0aBcc:canary@example.com&to=b@example.com&user=u`) }, 'usecases.channel-mail-from'],
      [{ url: url(`from=dm@example.com&to=b@example.com%0aCc:canary@example.com&user=u`) }, 'usecases.channel-mail-to'],
      [{ url: url(`${right}&user=a%0d%0acanary`) }, 'usecases.channel-mail-user'],
      [{ url: 'smtp:///?from=a@b.c&to=a@b.c' }, 'usecases.channel-mail-server'],
      [{ url: 'smtp://u:canary@mail.example.com/' }, 'usecases.channel-address-bad'],
      [{ url: given.url }, 'usecases.channel-address-kind'],
      [{ url: url(right) }, 'usecases.channel-login-half'],
      [{ secret: undefined }, 'usecases.channel-login-half'],
      [{ kind: 'slack' }, 'usecases.channel-address-kind'],
    ]
    for (const [change, code] of wrong) expect(await refusedAs(post({ ...mail, ...change }))).toBe(code)
    // The password that is kept is not for another server.
    expect(await refusedAs(patch({ url: mail.url }))).toBe('usecases.channel-login-half')
    expect(await refusedAs(patch({ secret: '' }))).toBe('usecases.channel-login-half')
    const changed = await json<ChannelRow>(await patch({ url: url(right, 'smtps') }))
    expect(changed).toMatchObject({ address: 'smtps://mail.example.com:2525', hasSecret: false })
    expect(await sealedOf(panel.db, id)).toBeUndefined()
    for (const path of ['/api/channels', '/api/audit?limit=500', '/api/audit/export'])
      texts.push(await (await panel.call('GET', path, { as: admin })).text())
    expect(`${texts.join('\n')}${await everyRow()}`).not.toMatch(/canary/)
    expect((await panel.call('DELETE', `/api/channels/${row.id}`, { as: admin })).status).toBe(200)
  })

  it('is seen by operators, and changed by administrators only', async () => {
    const operator = await panel.token('operator')
    const viewer = await panel.token('viewer')
    const { id } = await json<ChannelRow>(await post(given))
    expect((await panel.call('GET', '/api/channels', { as: viewer })).status).toBe(403)
    expect(await json<ChannelsView>(await panel.call('GET', '/api/channels', { as: operator }))).toMatchObject({
      channels: [{ id }],
      panelUrl: null,
    })
    expect((await panel.call('GET', '/api/deliveries', { as: operator })).status).toBe(200)
    const writes = [
      post(given, operator),
      panel.call('PATCH', `/api/channels/${id}`, { as: operator, body: { enabled: false } }),
      panel.call('DELETE', `/api/channels/${id}`, { as: operator }),
      panel.call('POST', `/api/channels/${id}/test`, { as: operator }),
      panel.call('POST', '/api/deliveries/x/send', { as: operator }),
    ]
    expect((await Promise.all(writes)).map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
  })

  it('of a kind that signs needs its secret, and one that is not there is said to be so', async () => {
    expect(await json(await post({ ...given, secret: undefined }))).toMatchObject({ code: 'usecases.channel-secret-missing' })
    expect(await json(await post({ ...given, url: 'https://a:b@hooks.example.com/x' }))).toMatchObject({
      code: 'usecases.channel-address-bad',
    })
    expect(await json(await panel.call('PATCH', '/api/channels/none', { as: admin, body: { enabled: false } }))).toMatchObject({
      code: 'usecases.channel-unknown',
    })
    expect((await panel.call('POST', '/api/deliveries/none/send', { as: admin })).status).toBe(404)
  })
})

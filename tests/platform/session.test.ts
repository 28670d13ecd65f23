import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newSetupToken } from '@/server/store/settings'
import { createUser } from '@/server/store/users'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
beforeEach(async () => {
  panel = await testApi()
})
afterEach(() => panel.close())

const admin = { name: 'Ada', email: 'Ada@example.org', password: 'a long password' }
const setUp = async () => panel.call('POST', '/api/setup', { body: { token: await newSetupToken(panel.db), ...admin } })
const signIn = (password = admin.password, email = admin.email) => panel.call('POST', '/api/session', { body: { email, password } })
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
const whoIs = async (cookie: string) => (await panel.call('GET', '/api/session', { headers: { cookie } })).json()
const code = async (response: Response) => [response.status, (await response.json()).code]

describe('first run', () => {
  it('says that it needs an administrator, until there is one', async () => {
    expect(await whoIs('')).toEqual({ needsSetup: true, user: null })
    const cookie = cookieOf(await setUp())
    expect(await whoIs(cookie)).toMatchObject({ needsSetup: false, user: { name: 'Ada', email: 'ada@example.org', role: 'admin' } })
    expect(await whoIs('')).toEqual({ needsSetup: false, user: null })
  })

  it('takes the setup token once, and only the right one', async () => {
    const token = await newSetupToken(panel.db)
    expect(await code(await panel.call('POST', '/api/setup', { body: { token: 'guess', ...admin } }))).toEqual([
      403,
      'platform.setup-token-wrong',
    ])
    expect((await panel.call('POST', '/api/setup', { body: { token, ...admin } })).status).toBe(200)
    const again = { token, ...admin, email: 'eve@example.org' }
    expect(await code(await panel.call('POST', '/api/setup', { body: again }))).toEqual([409, 'platform.setup-done'])
  })

  it('keeps the token when the setup fails, and makes nobody', async () => {
    const token = await newSetupToken(panel.db)
    expect(await code(await panel.call('POST', '/api/setup', { body: { token, ...admin, password: 'short' } }))).toEqual([
      400,
      'platform.request-invalid',
    ])
    expect((await panel.call('POST', '/api/setup', { body: { token, ...admin } })).status).toBe(200)
  })
})

describe('session', () => {
  it('signs in by password, with a cookie that scripts and other sites do not get', async () => {
    await setUp()
    const answer = await signIn()
    expect(answer.status).toBe(200)
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('dm-panel.session_token='))
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).not.toMatch(/Secure/)
  })

  it('refuses a wrong password, and after ten attempts the right one too', async () => {
    await setUp()
    const codes = []
    for (let n = 0; n < 12; n++) codes.push((await signIn('wrong password')).status)
    expect(codes[0]).toBe(401)
    expect(codes.at(-1)).toBe(429)
    expect(await code(await signIn())).toEqual([429, 'platform.too-many-attempts'])
  })

  it('leaves intent and outcome of each attempt in the audit, without the password', async () => {
    await setUp()
    await signIn('wrong password')
    await signIn()
    const records = await panel.db.auditRecord.findMany({ where: { what: 'sign-in' } })
    const outcomes = records.filter((record) => record.phase === 'outcome').map((record) => record.result)
    expect(records.filter((record) => record.phase === 'intent').length).toBe(2)
    expect(outcomes.sort()).toEqual(['done', 'refused: platform.wrong-sign-in'])
    expect(records.every((record) => record.actor === 'ada@example.org' && record.from === '192.0.2.1')).toBe(true)
    expect(JSON.stringify(await panel.db.auditRecord.findMany())).not.toMatch(/long password|wrong password/)
  })

  it('offers no other way in by the auth library', async () => {
    const body = { name: 'Eve', email: 'eve@example.org', password: 'a long password', role: 'admin' }
    expect((await panel.call('POST', '/api/auth/sign-up/email', { body })).status).toBe(401)
    expect(await panel.db.user.count()).toBe(0)
  })

  it('refuses a request that another site makes with the cookie', async () => {
    const cookie = cookieOf(await setUp())
    const from = (origin: string) => panel.call('DELETE', '/api/session', { headers: { cookie, origin } })
    expect(await code(await from('http://evil.example'))).toEqual([403, 'platform.foreign-origin'])
    expect(await code(await from('null'))).toEqual([403, 'platform.foreign-origin'])
    expect((await whoIs(cookie)).user).not.toBeNull()
    expect((await from('http://panel.test')).status).toBe(200)
    expect((await whoIs(cookie)).user).toBeNull()
  })

  it('refuses a cookie without any sign of where the request comes from', async () => {
    const cookie = cookieOf(await setUp())
    expect((await panel.call('DELETE', '/api/session', { headers: { cookie } })).status).toBe(403)
  })

  it('ends all sessions on sign-out everywhere', async () => {
    const [first, second] = [cookieOf(await setUp()), cookieOf(await signIn())]
    await panel.call('DELETE', '/api/sessions', { headers: { cookie: first, origin: 'http://panel.test' } })
    expect((await whoIs(first)).user).toBeNull()
    expect((await whoIs(second)).user).toBeNull()
  })

  it('ends after its idle time and after its absolute time', async () => {
    const [idle, old] = [cookieOf(await setUp()), cookieOf(await signIn())]
    const rows = await panel.db.session.findMany({ orderBy: { createdAt: 'asc' } })
    await panel.db.session.update({ where: { id: rows[0]?.id ?? '' }, data: { expiresAt: new Date(Date.now() - 1000) } })
    await panel.db.session.update({ where: { id: rows[1]?.id ?? '' }, data: { createdAt: new Date(Date.now() - 8 * 86_400_000) } })
    expect((await whoIs(idle)).user).toBeNull()
    expect((await whoIs(old)).user).toBeNull()
  })

  it('locks a disabled user out, whatever he holds', async () => {
    const ada = cookieOf(await setUp())
    const passwordHash = 'unused'
    const eve = await createUser(panel.db, { name: 'Eve', email: 'eve@example.org', role: 'operator', passwordHash })
    const token = await panel.token('operator')
    const owner = await panel.db.apiToken.findFirstOrThrow()
    for (const id of [eve.id, owner.userId]) {
      const headers = { cookie: ada, origin: 'http://panel.test' }
      expect((await panel.call('PATCH', `/api/users/${id}`, { headers, body: { disabled: true } })).status).toBe(200)
    }
    expect((await panel.call('GET', '/api/tokens', { as: token })).status).toBe(401)
  })

  it('never leaves the panel without an administrator', async () => {
    const cookie = cookieOf(await setUp())
    const { user } = await whoIs(cookie)
    const headers = { cookie, origin: 'http://panel.test' }
    expect(await code(await panel.call('PATCH', `/api/users/${user.id}`, { headers, body: { role: 'viewer' } }))).toEqual([
      409,
      'platform.last-admin',
    ])
    expect(await code(await panel.call('DELETE', `/api/users/${user.id}`, { headers }))).toEqual([409, 'platform.last-admin'])
    expect((await whoIs(cookie)).user.role).toBe('admin')
  })
})

describe('API tokens', () => {
  it('are shown once, kept as a hash, and can be revoked', async () => {
    const as = await panel.token('operator')
    const made = await (await panel.call('POST', '/api/tokens', { as, body: { name: 'ci', scope: 'viewer', days: 1 } })).json()
    expect(made.token).toMatch(/^dmp_/)
    const kept = JSON.stringify([await panel.db.apiToken.findMany(), await (await panel.call('GET', '/api/tokens', { as })).json()])
    expect(kept).not.toContain(made.token)
    expect((await panel.call('GET', '/api/tokens', { as: made.token })).status).toBe(200)
    await panel.call('DELETE', `/api/tokens/${made.id}`, { as })
    expect((await panel.call('GET', '/api/tokens', { as: made.token })).status).toBe(401)
  })

  it('never give more than their scope, nor more than the user has', async () => {
    const as = await panel.token('operator')
    expect(await code(await panel.call('POST', '/api/tokens', { as, body: { name: 'x', scope: 'admin', days: 1 } }))).toEqual([
      403,
      'platform.token-scope-too-high',
    ])
    const admin = await panel.token('admin')
    const { token } = await (await panel.call('POST', '/api/tokens', { as: admin, body: { name: 'x', scope: 'viewer', days: 1 } })).json()
    expect(await code(await panel.call('GET', '/api/users', { as: token }))).toEqual([403, 'platform.role-too-low'])
  })

  it('end when they expire', async () => {
    const as = await panel.token('viewer')
    await panel.db.apiToken.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })
    expect((await panel.call('GET', '/api/tokens', { as })).status).toBe(401)
  })
})

describe('requests', () => {
  it('lists every wrong field, in the reader’s language', async () => {
    const as = await panel.token('admin')
    const body = { name: '', email: 'x', password: 'y', role: 'king' }
    const answer = await panel.call('POST', '/api/users', { as, body, headers: { 'accept-language': 'zh-CN,zh;q=0.9' } })
    const error = await answer.json()
    expect(answer.status).toBe(400)
    expect(error.problems.map((problem: { path: string }) => problem.path).sort()).toEqual(['email', 'name', 'password', 'role'])
    expect(error.message).toMatch(/请求/)
  })

  it('refuses a body over the limit before it is read', async () => {
    const as = await panel.token('admin')
    const body = { name: 'x'.repeat(2_000_000), email: 'a@example.org', password: 'a long password', role: 'viewer' }
    expect(await code(await panel.call('POST', '/api/users', { as, body }))).toEqual([413, 'platform.body-too-large'])
  })

  it('hides the inside of an unexpected failure', async () => {
    const as = await panel.token('viewer')
    await panel.db.$executeRawUnsafe('ALTER TABLE "ApiToken" RENAME COLUMN "name" TO "nome"')
    const answer = await panel.call('GET', '/api/tokens', { as })
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/nome|sqlite|prisma/i)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { access } from '@/server/http/access'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
beforeAll(async () => {
  panel = await testApi()
})
afterAll(() => panel.close())

/** What is really registered, in the table's spelling. */
const registered = () =>
  panel.api.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => `${route.method} ${route.path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`)

const call = (key: string, as?: string) => {
  const [method = '', path = ''] = key.split(' ')
  return panel.call(method, path.replace(/\{\w+\}/g, 'x'), { ...(as !== undefined && { as }), ...(method !== 'GET' && { body: {} }) })
}

describe('access', () => {
  it('lists every registered route', () => {
    expect(registered().length).toBeGreaterThan(10)
    expect([...new Set(registered())].filter((key) => !(key in access))).toEqual([])
  })

  it('lists no route that does not exist', () => {
    expect(Object.keys(access).filter((key) => !registered().includes(key))).toEqual([])
  })

  it('refuses whoever is not signed in, except on public routes', async () => {
    for (const [key, { least }] of Object.entries(access)) {
      if (least !== 'public') expect([key, (await call(key)).status]).toEqual([key, 401])
    }
  })

  it('refuses a viewer and an operator what is above them, before anything is read', async () => {
    const [viewer, operator] = [await panel.token('viewer'), await panel.token('operator')]
    for (const [key, { least }] of Object.entries(access)) {
      if (least === 'operator' || least === 'admin') expect([key, (await call(key, viewer)).status]).toEqual([key, 403])
      if (least === 'admin') expect([key, (await call(key, operator)).status]).toEqual([key, 403])
    }
  })

  it('refuses a path that is not listed, even to an administrator', async () => {
    expect((await call('GET /api/secret-door')).status).toBe(401)
    expect((await call('GET /api/secret-door', await panel.token('admin'))).status).toBe(404)
  })

  it('describes every route in the OpenAPI document', async () => {
    const document = await (await panel.call('GET', '/api/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(Object.keys(access).filter((key) => !described.includes(key) && key !== 'GET /api/openapi.json')).toEqual([])
  })
})

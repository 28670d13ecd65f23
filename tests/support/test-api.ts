import type { Role } from '@/server/domain/api'
import type { Env } from '@/server/env'
import { readEnv } from '@/server/env'
import type { Api } from '@/server/http/api'
import { createApi } from '@/server/http/app'
import { createAuth } from '@/server/http/auth'
import { createToken, createUser } from '@/server/store/users'
import { type TestDatabase, testDatabase } from './test-db'

export type TestApi = TestDatabase & {
  api: Api
  env: Env
  /** Calls the API; `as` is a bearer token. */
  call(method: string, path: string, options?: { as?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>
  /** A new user of this role: his bearer token. */
  token(role: Role): Promise<string>
}

/** The whole API over a database of its own, without HTTP. */
export const testApi = async (): Promise<TestApi> => {
  const database = await testDatabase()
  const env = readEnv({ DM_PANEL_DATA: database.folder })
  const auth = createAuth({ db: database.db, secret: 'a secret for tests only, long enough', secure: false })
  const api = createApi({ db: database.db, env, auth })
  return {
    ...database,
    api,
    env,
    call: async (method, path, { as, body, headers } = {}) =>
      api.request(path, {
        method,
        headers: {
          host: 'panel.test',
          'x-dm-panel-address': '192.0.2.1',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(as !== undefined && { authorization: `Bearer ${as}` }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    token: async (role) => {
      const email = `${role}-${Math.random().toString(36).slice(2)}@example.org`
      const user = await createUser(database.db, { name: role, email, role, passwordHash: 'none' })
      const expiresAt = new Date(Date.now() + 3600_000)
      return (await createToken(database.db, { userId: user.id, name: 'test', scope: role, expiresAt })).token
    },
  }
}

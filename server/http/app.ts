/**
 * The HTTP API. To add routes for a noun:
 *
 * 1. write `server/http/routes/<noun>.ts` with `export const register<Noun>Routes = (api: Api): void => { … }`;
 *    each route is `api.openapi(createRoute({ method, path: '/api/…/{id}', request: { params, ...takes(schema) },
 *    responses: { ...answers(schema), ...refusals } }), async (c) => c.json(await useCase(…), 200))`,
 *    its schemas are those of `domain/api.ts`, `c.req.valid('json' | 'param' | 'query')` is typed,
 *    `c.get('user')` is who asks (id, name, email, role, from), `c.get('db')`, `c.get('env')`, `c.get('auth')`;
 * 2. list each route in `access.ts` with the least role: an unlisted one is refused for everybody;
 * 3. call the register function in `createApi` below.
 *
 * Refuse by `throw new AppError('<area>.<name>', status, { params, problems })` (domain/app-error.ts), from routes and use cases alike;
 * its words are `<area>Problems`. Anything else thrown is logged and answered as 500 without its inside.
 */
import { bodyLimit } from 'hono/body-limit'
import { AppError } from '@/server/domain/app-error'
import { accessOf, bodyLimitBytes, mayAct } from './access'
import { type Api, type ApiVariables, newApi } from './api'
import { answerError } from './errors'
import { bearerOf, identify } from './identify'
import { isOwnOrigin } from './origin'
import { registerAuditRoutes } from './routes/audit'
import { registerClusterLookRoutes } from './routes/cluster-looks'
import { registerClusterRoutes } from './routes/clusters'
import { registerCredentialRoutes } from './routes/credentials'
import { registerDmctlRoutes } from './routes/dmctl'
import { registerDraftRoutes } from './routes/drafts'
import { registerHealthRoutes } from './routes/health'
import { registerHostKeyRoutes } from './routes/host-keys'
import { registerHostRoutes } from './routes/hosts'
import { registerHotfixRoutes } from './routes/hotfix-packages'
import { registerJobFileRoutes } from './routes/job-files'
import { registerJobRoutes } from './routes/jobs'
import { registerLedgerRoutes } from './routes/ledger'
import { registerNotificationRoutes } from './routes/notifications'
import { registerPackageRoutes } from './routes/packages'
import { registerPlanRoutes } from './routes/plans'
import { registerRevisionRoutes } from './routes/revisions'
import { registerSessionRoutes } from './routes/session'
import { registerTemplateRoutes } from './routes/templates'
import { registerTiupRoutes } from './routes/tiup'
import { registerTokenRoutes } from './routes/tokens'
import { registerUpgradeRoutes } from './routes/upgrades'
import { registerUploadRoutes } from './routes/uploads'
import { registerUserRoutes } from './routes/users'

export type ApiDeps = Pick<ApiVariables, 'db' | 'env' | 'auth'>

/** The whole API, guarded. */
export const createApi = (deps: ApiDeps): Api => {
  const api = newApi()
  api.onError(answerError)
  api.notFound((c) => answerError(new AppError('platform.not-found', 404, { params: { method: c.req.method, path: c.req.path } }), c))
  guard(api, deps)
  registerHealthRoutes(api)
  registerSessionRoutes(api)
  registerUserRoutes(api)
  registerTokenRoutes(api)
  registerAuditRoutes(api)
  registerClusterRoutes(api)
  registerClusterLookRoutes(api)
  registerCredentialRoutes(api)
  registerDraftRoutes(api)
  registerHostKeyRoutes(api)
  registerHostRoutes(api)
  registerTiupRoutes(api)
  registerTemplateRoutes(api)
  registerJobRoutes(api)
  registerJobFileRoutes(api)
  registerPackageRoutes(api)
  registerLedgerRoutes(api)
  registerHotfixRoutes(api)
  registerUpgradeRoutes(api)
  registerDmctlRoutes(api)
  registerUploadRoutes(api)
  registerRevisionRoutes(api)
  registerPlanRoutes(api)
  registerNotificationRoutes(api)
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'DM Panel',
      version: '1',
      description: 'Errors are {code, message, hint, problems}; message and hint follow Accept-Language.',
    },
    security: [{ bearer: [] }],
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  return api
}

const limitOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError('platform.body-too-large', 413, { params: { limit: maxSize } })
    },
  })

/** Everything that stands before a route: Origin, identity, role, size. */
const guard = (api: Api, deps: ApiDeps): void => {
  api.use('*', async (c, next) => {
    const { method, path } = c.req
    c.set('db', deps.db)
    c.set('env', deps.env)
    c.set('auth', deps.auth)
    c.header('Cache-Control', 'no-store')
    const headers = c.req.raw.headers
    if (!isSafe(method) && bearerOf(headers) === undefined && !isOwnOrigin(headers, deps.env)) {
      throw new AppError('platform.foreign-origin', 403, { params: { origin: headers.get('origin') ?? '–' } })
    }
    const { user, cookies } = await identify(deps, headers)
    for (const cookie of cookies) c.header('Set-Cookie', cookie, { append: true })
    c.set('visitor', user)
    const row = accessOf(method === 'HEAD' ? 'GET' : method, path)
    if (row?.least !== 'public') {
      if (!user) throw new AppError('platform.sign-in-needed', 401)
      if (!row) throw new AppError('platform.not-found', 404, { params: { method, path } })
      if (!mayAct(user.role, row.least))
        throw new AppError('platform.role-too-low', 403, { params: { needed: row.least, role: user.role } })
      c.set('user', user)
    }
    return row?.stream ? next() : limitOf(row?.bodyBytes ?? bodyLimitBytes)(c, next)
  })
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

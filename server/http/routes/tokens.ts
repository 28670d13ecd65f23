import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { newToken, tokenRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { createToken, listTokens, revokeToken, type TokenRow } from '@/server/store/users'
import { audited } from '@/server/usecases/audited'
import { mayAct } from '../access'
import { answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'

const list = createRoute({ method: 'get', path: '/api/tokens', responses: { ...answers(z.array(tokenRow)), ...refusals } })
const create = createRoute({
  method: 'post',
  path: '/api/tokens',
  request: takes(newToken),
  responses: { ...answers(tokenRow.extend({ token: z.string() }), 'The token is shown this once.'), ...refusals },
})
const revoke = createRoute({
  method: 'delete',
  path: '/api/tokens/{id}',
  request: { params: idParam },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})

/** API tokens of the user himself. */
export const registerTokenRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json((await listTokens(c.get('db'), c.get('user').id)).map(asRow), 200))
  api.openapi(create, async (c) => {
    const { name, scope, days } = c.req.valid('json')
    const { id: userId, role } = c.get('user')
    if (!mayAct(role, scope)) throw new AppError('platform.token-scope-too-high', 403, { params: { scope, role } })
    const expiresAt = new Date(Date.now() + days * 86_400_000)
    const deed = { what: 'create-token', command: `create API token ${name} (${scope}, ${days} days)` }
    const { token, row } = await audited(c.get('db'), c.get('user'), deed, () =>
      createToken(c.get('db'), { userId, name, scope, expiresAt }),
    )
    return c.json({ ...asRow(row), token }, 200)
  })
  api.openapi(revoke, async (c) => {
    const { id } = c.req.valid('param')
    const deed = { what: 'revoke-token', command: 'revoke API token', targets: [id] }
    await audited(c.get('db'), c.get('user'), deed, () => revokeToken(c.get('db'), c.get('user').id, id))
    return c.json({ ok: true as const }, 200)
  })
}

const asRow = (row: TokenRow) => ({
  ...row,
  expiresAt: row.expiresAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
})

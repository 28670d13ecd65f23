import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { dropDraft, readDraft, writeDraft } from '@/server/store/drafts'
import { maskDraft } from '@/server/usecases/seal-topology'
import { answers, refusals, takes } from '../answers'
import type { Api } from '../api'

const params = z.object({ key: z.string().min(1).max(200) })
const read = createRoute({
  method: 'get',
  path: '/api/drafts/{key}',
  request: { params },
  responses: { ...answers(z.object({ value: z.unknown(), updatedAt: z.string() }).nullable(), 'Null: there is none.'), ...refusals },
})
const write = createRoute({
  method: 'put',
  path: '/api/drafts/{key}',
  request: { params, ...takes(z.object({ value: z.unknown() })) },
  responses: { ...answers(z.object({ updatedAt: z.string() })), ...refusals },
})
const drop = createRoute({
  method: 'delete',
  path: '/api/drafts/{key}',
  request: { params },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})

/** What a user typed and has not sent; his own only. Changes nothing of any cluster, so it is not audited. */
export const registerDraftRoutes = (api: Api): void => {
  // That there is no draft is no error: a page asks each time that it opens.
  api.openapi(read, async (c) => c.json((await readDraft(c.get('db'), c.get('user').id, c.req.valid('param').key)) ?? null, 200))
  api.openapi(write, async (c) =>
    c.json(
      { updatedAt: await writeDraft(c.get('db'), c.get('user').id, c.req.valid('param').key, maskDraft(c.req.valid('json').value)) },
      200,
    ),
  )
  api.openapi(drop, async (c) => {
    await dropDraft(c.get('db'), c.get('user').id, c.req.valid('param').key)
    return c.json({ ok: true as const }, 200)
  })
}

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { credentialRow, errandView, newCredential } from '@/server/domain/api'
import { listCredentials } from '@/server/store/credentials'
import { askRunner } from '@/server/usecases/ask-errand'
import { removeCredential, saveCredential } from '@/server/usecases/save-credential'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const list = createRoute({ method: 'get', path: '/api/credentials', responses: { ...answers(z.array(credentialRow)), ...refusals } })
const create = createRoute({
  method: 'post',
  path: '/api/credentials',
  request: takes(newCredential),
  responses: { ...answers(credentialRow, 'Sealed for the runner; never shown again.'), ...refusals },
})
const agent = createRoute({
  method: 'get',
  path: '/api/credentials/agent-keys',
  responses: {
    ...accepts(errandView, 'The errand’s result: whether the runner knows an ssh-agent, and the public halves of its keys.'),
    ...refusals,
  },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/credentials/{id}',
  request: { params: idParam },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})

export const registerCredentialRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await listCredentials(c.get('db')), 200))
  api.openapi(create, async (c) => c.json(await saveCredential(c.get('db'), who(c), c.req.valid('json')), 200))
  api.openapi(agent, async (c) => c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'agent-keys', input: {} }), c), 202))
  api.openapi(remove, async (c) => {
    await removeCredential(c.get('db'), who(c), c.req.valid('param').id)
    return c.json({ ok: true as const }, 200)
  })
}

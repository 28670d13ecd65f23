import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { confirmKeys, hostKeyRow } from '@/server/domain/api'
import { hostKeyQuery, knownHostsInput, knownHostsPinned } from '@/server/domain/api-hosts'
import { listHostKeys } from '@/server/store/host-keys'
import { confirmHostKeys, pinKnownHosts, removeHostKeys } from '@/server/usecases/confirm-host-keys'
import { answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { who } from '../who'

const list = createRoute({ method: 'get', path: '/api/host-keys', responses: { ...answers(z.array(hostKeyRow)), ...refusals } })
const confirm = createRoute({
  method: 'post',
  path: '/api/host-keys',
  request: takes(confirmKeys),
  responses: { ...answers(z.array(hostKeyRow)), ...refusals },
})

const known = createRoute({
  method: 'post',
  path: '/api/host-keys/known-hosts',
  request: takes(knownHostsInput),
  responses: { ...answers(knownHostsPinned, 'Pinned; lines that name no single host were left out.'), ...refusals },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/host-keys',
  request: { query: hostKeyQuery },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})

export const registerHostKeyRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await listHostKeys(c.get('db')), 200))
  api.openapi(confirm, async (c) => {
    await confirmHostKeys(c.get('db'), who(c), c.req.valid('json'))
    return c.json(await listHostKeys(c.get('db')), 200)
  })
  api.openapi(known, async (c) => {
    const { pinned, problems } = await pinKnownHosts(c.get('db'), who(c), c.req.valid('json'))
    return c.json({ pinned, problems: problems.map((one) => ({ ...one, params: { ...one.params } })) }, 200)
  })
  api.openapi(remove, async (c) => {
    await removeHostKeys(c.get('db'), who(c), c.req.valid('query'))
    return c.json({ ok: true as const }, 200)
  })
}

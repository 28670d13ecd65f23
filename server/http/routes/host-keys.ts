import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { confirmKeys, hostKeyRow } from '@/server/domain/api'
import { listHostKeys } from '@/server/store/host-keys'
import { confirmHostKeys } from '@/server/usecases/confirm-host-keys'
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

export const registerHostKeyRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await listHostKeys(c.get('db')), 200))
  api.openapi(confirm, async (c) => {
    await confirmHostKeys(c.get('db'), who(c), c.req.valid('json'))
    return c.json(await listHostKeys(c.get('db')), 200)
  })
}

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView } from '@/server/domain/api'
import { dmctlAsk, dmctlView } from '@/server/domain/dmctl/input'
import { askRunner } from '@/server/usecases/ask-errand'
import { askDmctl, readDmctl } from '@/server/usecases/dmctl-console'
import { demandCluster } from '@/server/usecases/read-clusters'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const params = z.object({ name: z.string().min(1).max(100) })

const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/dmctl',
  request: { params },
  responses: { ...answers(dmctlView, 'Versions of dmctl, where it runs, and the lines that were run, newest first.'), ...refusals },
})
const ask = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/dmctl',
  request: { params, ...takes(dmctlAsk) },
  responses: { ...accepts(errandView), ...refusals },
})

const overview = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/dm',
  request: { params },
  responses: { ...accepts(errandView), ...refusals },
})

export const registerDmctlRoutes = (api: Api): void => {
  api.openapi(overview, async (c) => {
    const { name: cluster } = await demandCluster(c.get('db'), c.req.valid('param').name)
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'read-dm', input: { cluster } }), c), 202)
  })
  api.openapi(read, async (c) => c.json(await readDmctl(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(ask, async (c) =>
    c.json(errandBody(await askDmctl(c.get('db'), who(c), c.req.valid('param').name, c.req.valid('json')), c), 202),
  )
}

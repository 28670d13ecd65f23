import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { changesView } from '@/server/domain/api-changes'
import { monitorsView } from '@/server/domain/monitors'
import { readChanges } from '@/server/usecases/read-changes'
import { readMonitorsOf } from '@/server/usecases/read-monitors'
import { answers, refusals } from '../answers'
import type { Api } from '../api'

const params = z.object({ name: z.string().min(1).max(100) })

const monitors = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/monitors',
  request: { params },
  responses: {
    ...answers(
      monitorsView.nullable(),
      'Alerts and charts as the runner last read them, every 30 s while the cluster is watched; null: not read yet.',
    ),
    ...refusals,
  },
})
const changes = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/changes',
  request: { params, query: z.object({ hours: z.coerce.number().int().min(1).max(720).default(24) }) },
  responses: { ...answers(changesView, 'The newest first.'), ...refusals },
})

/** What is looked at beside a cluster's status. */
export const registerClusterLookRoutes = (api: Api): void => {
  api.openapi(monitors, async (c) => c.json(await readMonitorsOf(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(changes, async (c) => {
    const since = new Date(Date.now() - c.req.valid('query').hours * 3_600_000)
    return c.json(await readChanges(c.get('db'), c.req.valid('param').name, since), 200)
  })
}

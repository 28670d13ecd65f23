import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView } from '@/server/domain/api'
import { metaRestoreInput, takeTiupInput, tiupView } from '@/server/domain/api-tiup'
import { compareTiup, forgetCluster, handBack, readTiup, restoreMeta, takeTiup } from '@/server/usecases/tiup-cluster'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const named = { params: z.object({ name: z.string().min(1).max(100) }) }
const ok = z.object({ ok: z.literal(true) })

const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/tiup',
  request: named,
  responses: { ...answers(tiupView, 'Where tiup keeps the cluster, and what it did to it.'), ...refusals },
})
const compare = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/tiup/compare',
  request: { ...named, query: z.object({ archive: z.uuid().optional() }) },
  responses: {
    ...accepts(errandView, 'The errand’s result is what tiup’s meta.yaml, or an archive’s, says otherwise than the books.'),
    ...refusals,
  },
})
const take = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/tiup/take',
  request: { ...named, ...takes(takeTiupInput) },
  responses: { ...accepts(errandView, 'What tiup’s meta.yaml says becomes the newest revision.'), ...refusals },
})
const restore = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/meta-restore',
  request: { ...named, ...takes(metaRestoreInput) },
  responses: { ...accepts(errandView, 'What an archive says becomes the newest revision.'), ...refusals },
})
const giveBack = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/hand-back',
  request: named,
  responses: { ...answers(ok, 'The panel only looks at it from here on.'), ...refusals },
})
const forget = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/forget',
  request: { ...named, ...takes(z.object({ confirm: z.string() })) },
  responses: { ...answers(ok, 'An adopted cluster is not in the panel any more.'), ...refusals },
})

export const registerTiupRoutes = (api: Api): void => {
  api.openapi(read, async (c) => c.json(await readTiup(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(compare, async (c) => {
    const asked = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(errandBody(await compareTiup(c.get('db'), who(c), asked), c), 202)
  })
  api.openapi(take, async (c) => {
    const asked = { ...c.req.valid('param'), ...c.req.valid('json') }
    return c.json(errandBody(await takeTiup(c.get('db'), who(c), asked), c), 202)
  })
  api.openapi(restore, async (c) => {
    const asked = { ...c.req.valid('param'), ...c.req.valid('json') }
    return c.json(errandBody(await restoreMeta(c.get('db'), who(c), asked), c), 202)
  })
  api.openapi(giveBack, async (c) => {
    await handBack(c.get('db'), who(c), c.req.valid('param').name)
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(forget, async (c) => {
    await forgetCluster(c.get('db'), who(c), { ...c.req.valid('param'), ...c.req.valid('json') })
    return c.json({ ok: true as const }, 200)
  })
}

import { createRoute } from '@hono/zod-openapi'
import { errandView } from '@/server/domain/api'
import { hotfixRequest, hotfixSave } from '@/server/domain/api-packages'
import { buildHotfix, previewHotfix } from '@/server/usecases/use-upload'
import { accepts, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const preview = createRoute({
  method: 'post',
  path: '/api/hotfix-packages/preview',
  request: takes(hotfixRequest),
  responses: { ...accepts(errandView, 'The errand’s result shows the trees before and after; nothing is kept.'), ...refusals },
})
const build = createRoute({
  method: 'post',
  path: '/api/hotfix-packages',
  request: takes(hotfixSave),
  responses: { ...accepts(errandView, 'The errand builds and keeps what the preview showed: `{packages: PackageInfo[]}`.'), ...refusals },
})

export const registerHotfixRoutes = (api: Api): void => {
  api.openapi(preview, async (c) => {
    const row = await previewHotfix(c.get('db'), who(c), { ...c.req.valid('json'), dataFolder: c.get('env').dataFolder })
    return c.json(errandBody(row, c), 202)
  })
  api.openapi(build, async (c) => {
    const row = await buildHotfix(c.get('db'), who(c), { ...c.req.valid('json'), env: c.get('env') })
    return c.json(errandBody(row, c), 202)
  })
}

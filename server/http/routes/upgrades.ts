import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { upgradeView } from '@/server/domain/api-upgrades'
import { downloadExport, readUpgrade } from '@/server/usecases/read-upgrade'
import { answers, refusals } from '../answers'
import type { Api } from '../api'
import { who } from '../who'

const name = z.string().min(1).max(100)

const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/upgrade',
  request: { params: z.object({ name }) },
  responses: { ...answers(upgradeView), ...refusals },
})
const archive = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/exports/{id}/archive',
  request: { params: z.object({ name, id: z.string().min(1).max(100) }) },
  responses: {
    200: { description: 'What dmctl exported, with passwords in plain text, and the files of that time, tar.gz.' },
    ...refusals,
  },
})

export const registerUpgradeRoutes = (api: Api): void => {
  api.openapi(read, async (c) => c.json(await readUpgrade(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(archive, async (c) => {
    const at = c.req.valid('param')
    const bytes = await downloadExport(c.get('db'), who(c), at.name, at.id)
    const headers = { 'Content-Type': 'application/gzip', 'Content-Disposition': `attachment; filename="${at.name}-export.tar.gz"` }
    return c.body(bytes, 200, headers)
  })
}

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { localTemplateInput, localTopology, templateForms, templates } from '@/server/domain/topology/samples'
import { refusals } from '../answers'
import type { Api } from '../api'

const read = createRoute({
  method: 'get',
  path: '/api/templates/{form}',
  request: { params: z.object({ form: z.enum(templateForms) }), query: localTemplateInput },
  responses: { 200: { description: 'A topology to begin with, as `tiup dm template` prints one; the query is for `local`.' }, ...refusals },
})

export const registerTemplateRoutes = (api: Api): void => {
  api.openapi(read, async (c) => {
    const { form } = c.req.valid('param')
    const text = form === 'local' ? localTopology(c.req.valid('query')) : templates[form]
    return c.body(text, 200, { 'Content-Type': 'application/yaml; charset=utf-8' })
  })
}

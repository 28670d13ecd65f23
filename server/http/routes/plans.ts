import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { blobView, jobRow, planCommand, planView, submitPlan as submitInput } from '@/server/domain/api'
import { demandJob } from '@/server/usecases/read-jobs'
import { planBlob, planCommands, planInput, readPlan } from '@/server/usecases/read-plan'
import { submitPlan } from '@/server/usecases/submit-plan'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { who } from '../who'

const read = createRoute({
  method: 'get',
  path: '/api/plans/{id}',
  request: { params: idParam },
  responses: { ...answers(planView), ...refusals },
})
const commands = createRoute({
  method: 'get',
  path: '/api/plans/{id}/commands',
  request: { params: idParam, query: z.object({ step: z.string().optional() }) },
  responses: { ...answers(z.array(planCommand), 'What each step types; secrets are masked.'), ...refusals },
})
const input = createRoute({
  method: 'get',
  path: '/api/plans/{id}/input',
  request: { params: idParam },
  responses: {
    ...answers(z.unknown(), 'What the plan was asked with; asking again with it makes the same plan from fresh facts.'),
    ...refusals,
  },
})
const blob = createRoute({
  method: 'get',
  path: '/api/plans/{id}/blobs/{sha256}',
  request: { params: z.object({ id: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }) },
  responses: { ...answers(blobView), ...refusals },
})
const submit = createRoute({
  method: 'post',
  path: '/api/plans/{id}/jobs',
  request: { params: idParam, ...takes(submitInput) },
  responses: { ...accepts(jobRow), ...refusals },
})

export const registerPlanRoutes = (api: Api): void => {
  api.openapi(read, async (c) => c.json(await readPlan(c.get('db'), c.req.valid('param').id), 200))
  api.openapi(commands, async (c) => c.json(await planCommands(c.get('db'), c.req.valid('param').id, c.req.valid('query').step), 200))
  api.openapi(input, async (c) => c.json(await planInput(c.get('db'), c.req.valid('param').id), 200))
  api.openapi(blob, async (c) => {
    const { id, sha256 } = c.req.valid('param')
    return c.json(await planBlob(c.get('db'), id, sha256), 200)
  })
  api.openapi(submit, async (c) => {
    const { confirm, consent } = c.req.valid('json')
    const job = await submitPlan(c.get('db'), who(c), { planId: c.req.valid('param').id, confirm, consent })
    return c.json(await demandJob(c.get('db'), job.id), 202)
  })
}

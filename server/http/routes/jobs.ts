import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { answerInput, jobRow, journalEntry } from '@/server/domain/api'
import { listJobs } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { execResults, resultsText } from '@/server/usecases/exec-results'
import { exportJobEvidence } from '@/server/usecases/export-evidence'
import { demandJob, jobLog, readJob } from '@/server/usecases/read-jobs'
import { answerQuestion, breakIn, cancelJob, pauseJob, waiveWait } from '@/server/usecases/steer-job'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { byteStream, textStream } from '../text-stream'
import { who } from '../who'

const list = createRoute({
  method: 'get',
  path: '/api/jobs',
  request: {
    query: z.object({
      cluster: z.string().optional(),
      state: z.string().optional(),
      before: z.coerce.number().int().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...answers(z.array(jobRow)), ...refusals },
})
const detail = jobRow.extend({
  plan: z.unknown(),
  planHash: z.string(),
  forecast: z.record(z.string(), z.string()),
  factsAt: z.string().nullable(),
  view: z.unknown(),
})
const read = createRoute({
  method: 'get',
  path: '/api/jobs/{id}',
  request: { params: idParam },
  responses: { ...answers(detail), ...refusals },
})
const journal = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/journal',
  request: {
    params: idParam,
    query: z.object({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
  },
  responses: { ...answers(z.array(journalEntry)), ...refusals },
})
const log = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/log',
  request: { params: idParam },
  responses: { 200: { description: 'The whole log as text.' }, ...refusals },
})
const results = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/results',
  request: { params: idParam, query: z.object({ format: z.enum(['json', 'text']).default('json') }) },
  responses: {
    200: {
      description: 'Of a job of exec: [{hosts, result}]: what the command printed and how it ended; hosts with the same result together.',
    },
    ...refusals,
  },
})
const evidence = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/evidence',
  request: { params: idParam },
  responses: {
    200: {
      description:
        'tar.gz of the job: audit records, plan, commands, files (secrets masked), journal, log, hosts, programs; hashes in MANIFEST.sha256.',
    },
    ...refusals,
  },
})
const steer = (verb: 'cancel' | 'pause') =>
  createRoute({
    method: 'post',
    path: `/api/jobs/{id}/${verb}`,
    request: { params: idParam },
    responses: { ...accepts(jobRow), ...refusals },
  })
const answer = createRoute({
  method: 'post',
  path: '/api/jobs/{id}/answer',
  request: { params: idParam, ...takes(answerInput) },
  responses: { ...accepts(jobRow), ...refusals },
})

const reason = z.string().trim().min(1).max(2000)
const waive = createRoute({
  method: 'post',
  path: '/api/jobs/{id}/waive',
  request: { params: idParam, ...takes(z.object({ of: z.string().min(1), reason })) },
  responses: { ...accepts(jobRow), ...refusals },
})
const breakInRoute = createRoute({
  method: 'post',
  path: '/api/jobs/{id}/break-in',
  request: { params: idParam, ...takes(z.object({ instance: z.string().min(1), verb: z.enum(['start', 'restart']), reason })) },
  responses: { ...accepts(jobRow), ...refusals },
})

export const registerJobRoutes = (api: Api): void => {
  api.openapi(list, async (c) => {
    const { cluster, state, before, limit } = c.req.valid('query')
    return c.json(await listJobs(c.get('db'), { cluster, state, beforeNumber: before, limit }), 200)
  })
  api.openapi(read, async (c) => c.json(await readJob(c.get('db'), c.req.valid('param').id), 200))
  api.openapi(journal, async (c) => {
    const { after, limit } = c.req.valid('query')
    const job = await demandJob(c.get('db'), c.req.valid('param').id)
    return c.json(
      (await readJournal(c.get('db'), job.id, after, limit)).map((entry): z.infer<typeof journalEntry> => ({ ...entry })),
      200,
    )
  })
  api.openapi(log, async (c) => {
    const job = await demandJob(c.get('db'), c.req.valid('param').id)
    return textStream(jobLog(c.get('db'), job.id), `job-${job.number}.log`)
  })
  api.openapi(results, async (c) => {
    const job = await demandJob(c.get('db'), c.req.valid('param').id)
    const groups = await execResults(c.get('db'), job)
    c.header(
      'Content-Disposition',
      `attachment; filename="job-${job.number}-results.${c.req.valid('query').format === 'text' ? 'txt' : 'json'}"`,
    )
    return c.req.valid('query').format === 'text' ? c.text(resultsText(groups), 200) : c.json(groups, 200)
  })
  api.openapi(evidence, async (c) => {
    const { name, stream } = await exportJobEvidence(c.get('db'), who(c), c.req.valid('param').id)
    return byteStream(stream[Symbol.asyncIterator](), name, 'application/gzip')
  })
  api.openapi(steer('cancel'), async (c) => {
    await cancelJob(c.get('db'), who(c), c.req.valid('param').id)
    return c.json(await demandJob(c.get('db'), c.req.valid('param').id), 202)
  })
  api.openapi(steer('pause'), async (c) => {
    await pauseJob(c.get('db'), who(c), c.req.valid('param').id)
    return c.json(await demandJob(c.get('db'), c.req.valid('param').id), 202)
  })
  api.openapi(answer, async (c) => {
    await answerQuestion(c.get('db'), who(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(await demandJob(c.get('db'), c.req.valid('param').id), 202)
  })
  api.openapi(waive, async (c) => {
    await waiveWait(c.get('db'), who(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(await demandJob(c.get('db'), c.req.valid('param').id), 202)
  })
  api.openapi(breakInRoute, async (c) => {
    await breakIn(c.get('db'), who(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(await demandJob(c.get('db'), c.req.valid('param').id), 202)
  })
}

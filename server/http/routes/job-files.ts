import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { pulledFileView } from '@/server/domain/files'
import { dropPulledFiles, openAllPulled, openPulled, pulledFiles } from '@/server/usecases/pulled-files'
import { demandJob } from '@/server/usecases/read-jobs'
import { answers, idParam, refusals } from '../answers'
import type { Api } from '../api'
import { byteStream } from '../text-stream'
import { who } from '../who'

const list = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/files',
  request: { params: idParam },
  responses: { ...answers(z.array(pulledFileView), 'Of a job of pull: what it has fetched and is still kept.'), ...refusals },
})
const one = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/files/{file}',
  request: { params: idParam.extend({ file: z.string() }) },
  responses: { 200: { description: 'The file as it was on its host.' }, ...refusals },
})
const all = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/files-archive',
  request: { params: idParam },
  responses: { 200: { description: 'tar.gz of all of them: a folder per host, paths as they are there.' }, ...refusals },
})
const drop = createRoute({
  method: 'delete',
  path: '/api/jobs/{id}/files',
  request: { params: idParam },
  responses: { 204: { description: 'Nothing of them can be had any more.' }, ...refusals },
})

/** Files that jobs of pull have fetched. */
export const registerJobFileRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await pulledFiles(c.get('db'), await demandJob(c.get('db'), c.req.valid('param').id)), 200))
  api.openapi(one, async (c) => {
    const { id, file } = c.req.valid('param')
    const job = await demandJob(c.get('db'), id)
    const { name, stream } = await openPulled(c.get('db'), who(c), { job, dataFolder: c.get('env').dataFolder, id: file })
    return byteStream(stream[Symbol.asyncIterator](), name.replaceAll(/[^\w.+-]/g, '_'), 'application/octet-stream')
  })
  api.openapi(all, async (c) => {
    const job = await demandJob(c.get('db'), c.req.valid('param').id)
    const { name, stream } = await openAllPulled(c.get('db'), who(c), { job, dataFolder: c.get('env').dataFolder })
    return byteStream(stream[Symbol.asyncIterator](), name, 'application/gzip')
  })
  api.openapi(drop, async (c) => {
    await dropPulledFiles(c.get('db'), who(c), await demandJob(c.get('db'), c.req.valid('param').id))
    return c.body(null, 204)
  })
}

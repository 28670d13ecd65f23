import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView } from '@/server/domain/api'
import { keepUpload, uploadView } from '@/server/domain/api-packages'
import { audited } from '@/server/usecases/audited'
import { beginUpload, cancelUpload, ownUpload } from '@/server/usecases/receive-upload'
import { keepAsPackage } from '@/server/usecases/use-upload'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { type TusUploads, tusUploads, uploadsPath } from '../tus'
import { errandBody, who } from '../who'

const create = createRoute({
  method: 'post',
  path: uploadsPath,
  responses: {
    201: { description: 'tus 1.0: Upload-Length and Upload-Metadata (filename) in, Location out. At most 2 GiB.' },
    ...refusals,
  },
})
/** HEAD of the same path is tus: it tells Upload-Offset. */
const look = createRoute({
  method: 'get',
  path: '/api/uploads/{id}',
  request: { params: idParam },
  responses: { ...answers(uploadView), ...refusals },
})
const send = createRoute({
  method: 'patch',
  path: '/api/uploads/{id}',
  request: { params: idParam },
  responses: { 204: { description: 'tus 1.0: bytes from Upload-Offset on.' }, ...refusals },
})
const cancel = createRoute({
  method: 'delete',
  path: '/api/uploads/{id}',
  request: { params: idParam },
  responses: { 204: { description: 'Nothing of it is left.' }, ...refusals },
})
const keep = createRoute({
  method: 'post',
  path: '/api/uploads/{id}/package',
  request: { params: idParam, ...takes(keepUpload) },
  responses: { ...accepts(errandView, 'The errand inspects the finished upload and keeps it as a package.'), ...refusals },
})

/** Uploads that go on at their byte after a cut. The bytes are tus; what becomes of them is asked for afterwards. */
export const registerUploadRoutes = (api: Api): void => {
  let tus: TusUploads | undefined
  const bytes = (dataFolder: string): TusUploads => {
    tus ??= tusUploads(dataFolder)
    return tus
  }
  api.openapi(create, async (c) => {
    const { dataFolder } = c.get('env')
    const length = z.coerce.number().optional().catch(undefined).parse(c.req.header('upload-length'))
    const name = nameOf(c.req.header('upload-metadata') ?? '')
    const begun = await beginUpload(c.get('db'), who(c), { name, sizeBytes: length, env: c.get('env') })
    return bytes(dataFolder).create(c.req.raw, begun)
  })
  api.use('/api/uploads/:id', async (c, next) => {
    if (c.req.raw.method !== 'HEAD') return next()
    const { dataFolder } = c.get('env')
    await ownUpload(dataFolder, who(c), c.req.param('id'))
    return bytes(dataFolder).continue(c.req.raw)
  })
  api.openapi(look, async (c) => {
    const { id, name, sizeBytes, offsetBytes } = await ownUpload(c.get('env').dataFolder, who(c), c.req.valid('param').id)
    return c.json({ id, name, sizeBytes, offsetBytes }, 200)
  })
  api.openapi(send, async (c) => {
    const { dataFolder } = c.get('env')
    await ownUpload(dataFolder, who(c), c.req.valid('param').id)
    return bytes(dataFolder).continue(c.req.raw)
  })
  api.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param')
    const deed = { what: 'cancel-upload', command: `dm-panel cancel-upload ${id}`, targets: [id] }
    await audited(c.get('db'), who(c), deed, () => cancelUpload(c.get('db'), who(c), { dataFolder: c.get('env').dataFolder, id }))
    return c.body(null, 204)
  })
  api.openapi(keep, async (c) => {
    const { dataFolder } = c.get('env')
    const kept = { id: c.req.valid('param').id, dataFolder, should: c.req.valid('json') }
    return c.json(errandBody(await keepAsPackage(c.get('db'), who(c), kept), c), 202)
  })
}

/** `filename <base64>` of tus' metadata; a name for people only. */
const nameOf = (metadata: string): string => {
  const base64 = /(?:^|,)\s*filename ([A-Za-z0-9+/=]+)/.exec(metadata)?.[1] ?? ''
  return (
    Buffer.from(base64, 'base64')
      .toString('utf8')
      .replace(/\p{Cc}/gu, '')
      .slice(0, 200) || 'upload'
  )
}

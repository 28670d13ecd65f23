import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView, fetchPackages, mirrorView, packageRow } from '@/server/domain/api'
import { packageDetail, verifyPackage } from '@/server/domain/api-packages'
import { AppError } from '@/server/domain/app-error'
import { downloadName } from '@/server/domain/package'
import { packageFile } from '@/server/store/packages'
import { askRunner } from '@/server/usecases/ask-errand'
import { confirmMirror, readMirrors } from '@/server/usecases/mirrors'
import { demandPackage, readPackage, readPackages, removePackage } from '@/server/usecases/read-packages'
import { uploadPackage } from '@/server/usecases/upload-package'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { byteStream } from '../text-stream'
import { errandBody, who } from '../who'

const list = createRoute({ method: 'get', path: '/api/packages', responses: { ...answers(z.array(packageRow)), ...refusals } })
const upload = createRoute({
  method: 'post',
  path: '/api/packages',
  request: { query: z.object({ name: z.string().max(200).default('') }) },
  responses: { ...accepts(errandView, 'The archive itself is the body, at most 2 GiB. The errand inspects and keeps it.'), ...refusals },
})
const params = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })
const detail = createRoute({
  method: 'get',
  path: '/api/packages/{sha256}',
  request: { params },
  responses: { ...answers(packageDetail), ...refusals },
})
const archive = createRoute({
  method: 'get',
  path: '/api/packages/{sha256}/archive',
  request: { params },
  responses: {
    200: { description: 'The archive; a hotfix as tiup dm patch takes it.', content: { 'application/gzip': { schema: z.string() } } },
    ...refusals,
  },
})
const verify = createRoute({
  method: 'post',
  path: '/api/packages/{sha256}/verify',
  request: { params, ...takes(verifyPackage) },
  responses: {
    ...accepts(errandView, 'The errand runs the program with -V on the host, as the deploy user, and keeps what it said.'),
    ...refusals,
  },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/packages/{sha256}',
  request: { params },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})
const location = z.object({ location: z.string().trim().min(1).max(2000) })
const openMirror = createRoute({
  method: 'post',
  path: '/api/mirror',
  request: takes(
    location.extend({
      rootJson: z
        .string()
        .max(1024 * 1024)
        .optional(),
    }),
  ),
  responses: { ...accepts(errandView), ...refusals },
})
const confirm = createRoute({
  method: 'post',
  path: '/api/mirror/confirm',
  request: takes(location.extend({ fingerprint: z.string() })),
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})
const mirrors = createRoute({ method: 'get', path: '/api/mirror', responses: { ...answers(z.array(mirrorView)), ...refusals } })
const fetch = createRoute({
  method: 'post',
  path: '/api/packages/fetch',
  request: takes(fetchPackages),
  responses: { ...accepts(errandView), ...refusals },
})

export const registerPackageRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await readPackages(c.get('db')), 200))
  api.openapi(upload, async (c) => {
    const body = c.req.raw.body
    if (!body) throw new AppError('usecases.package-empty', 422)
    const length = Number(c.req.header('content-length') ?? 0)
    const { name } = c.req.valid('query')
    const row = await uploadPackage(c.get('db'), who(c), { body, name, length, env: c.get('env') })
    return c.json(errandBody(row, c), 202)
  })
  api.openapi(detail, async (c) => c.json(await readPackage(c.get('db'), c.req.valid('param').sha256), 200))
  api.openapi(archive, async (c) => {
    const found = await demandPackage(c.get('db'), c.req.valid('param').sha256)
    const file = packageFile(c.get('env').dataFolder, found.sha256)
    const stream = createReadStream(file)
    await once(stream, 'open') // a missing file is an error now, not a broken download
    return byteStream(stream[Symbol.asyncIterator](), downloadName(found), 'application/gzip')
  })
  api.openapi(verify, async (c) => {
    const { sha256 } = c.req.valid('param')
    const { cluster, host } = c.req.valid('json')
    const deed = { what: 'verify-package', command: `dm-panel verify-package ${sha256} ${host}`, cluster, targets: [host] }
    const input = { sha256, cluster, host, by: who(c).email }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'verify-package', input, deed }), c), 202)
  })
  api.openapi(remove, async (c) => {
    await removePackage(c.get('db'), who(c), c.req.valid('param').sha256, c.get('env').dataFolder)
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(openMirror, async (c) => {
    const input = c.req.valid('json')
    const deed = { what: 'read-mirror', command: `tiup mirror show ${input.location}`, targets: [input.location] }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'fetch-mirror', input, deed }), c), 202)
  })
  api.openapi(confirm, async (c) => {
    await confirmMirror(c.get('db'), who(c), c.req.valid('json'))
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(mirrors, async (c) => c.json(await readMirrors(c.get('db')), 200))
  api.openapi(fetch, async (c) => {
    const input = c.req.valid('json')
    const targets = input.wanted.map(({ component, version, os, arch }) => `${component}:${version} ${os}/${arch}`)
    const deed = { what: 'fetch-packages', command: 'tiup mirror clone', targets }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'fetch-packages', input, deed }), c), 202)
  })
}

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView, fetchPackages, mirrorView, packageRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { askRunner } from '@/server/usecases/ask-errand'
import { confirmMirror, readMirrors } from '@/server/usecases/mirrors'
import { readPackages, removePackage } from '@/server/usecases/read-packages'
import { uploadPackage } from '@/server/usecases/upload-package'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const list = createRoute({ method: 'get', path: '/api/packages', responses: { ...answers(z.array(packageRow)), ...refusals } })
const upload = createRoute({
  method: 'post',
  path: '/api/packages',
  request: { query: z.object({ name: z.string().max(200).default('') }) },
  responses: { ...accepts(errandView, 'The archive itself is the body, at most 2 GiB. The errand inspects and keeps it.'), ...refusals },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/packages/{sha256}',
  request: { params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) },
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

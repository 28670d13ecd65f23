import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { adoptSource, errandView, probeHostsInput } from '@/server/domain/api'
import { hostRow } from '@/server/domain/api-hosts'
import { AppError } from '@/server/domain/app-error'
import { findErrand } from '@/server/store/errands'
import { adoptClusters, scanTiup } from '@/server/usecases/adopt'
import { askRunner } from '@/server/usecases/ask-errand'
import { askSimulatedHosts } from '@/server/usecases/ask-simulated-hosts'
import { readHosts } from '@/server/usecases/read-hosts'
import { uploadTiup } from '@/server/usecases/upload-tiup'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const list = createRoute({ method: 'get', path: '/api/hosts', responses: { ...answers(z.array(hostRow)), ...refusals } })
const probe = createRoute({
  method: 'post',
  path: '/api/hosts/probe',
  request: takes(probeHostsInput),
  responses: { ...accepts(errandView, 'The errand’s result is a list of hosts: key, login, platform.'), ...refusals },
})
const errand = createRoute({
  method: 'get',
  path: '/api/errands/{id}',
  request: { params: idParam },
  responses: { ...answers(errandView), ...refusals },
})
const simulated = createRoute({
  method: 'post',
  path: '/api/simulated-hosts',
  responses: { ...accepts(errandView, 'The supervisor starts the simulator; the runner makes its hosts usable.'), ...refusals },
})
const scan = createRoute({
  method: 'post',
  path: '/api/adopt/scan',
  request: takes(adoptSource),
  responses: { ...accepts(errandView, 'Clusters found in a TiUP storage folder.'), ...refusals },
})
const upload = createRoute({
  method: 'post',
  path: '/api/adopt/upload',
  responses: {
    ...answers(z.object({ archive: z.uuid() }), 'The name to scan and adopt by. The body is a tar.gz of ~/.tiup/storage/dm.'),
    ...refusals,
  },
})
const adopt = createRoute({
  method: 'post',
  path: '/api/adopt',
  request: takes(adoptSource.safeExtend({ names: z.array(z.string()).min(1) })),
  responses: { ...accepts(errandView), ...refusals },
})

export const registerHostRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await readHosts(c.get('db')), 200))
  api.openapi(probe, async (c) => {
    const input = c.req.valid('json')
    const targets = input.hosts.map(({ address, port }) => `${address}:${port}`)
    const deed = { what: 'probe-hosts', command: 'dm-panel probe-hosts', targets }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'probe-hosts', input, deed }), c), 202)
  })
  api.openapi(errand, async (c) => {
    const row = await findErrand(c.get('db'), c.req.valid('param').id)
    const { id, role } = c.get('user')
    // Results may name hosts and show logs: they are for whoever asked, and for administrators.
    if (!row || (row.askedBy !== id && role !== 'admin')) throw new AppError('usecases.errand-unknown', 404)
    return c.json(errandBody(row, c), 200)
  })
  api.openapi(simulated, async (c) => c.json(errandBody(await askSimulatedHosts(c.get('db'), who(c), c.get('env').dataFolder), c), 202))
  api.openapi(upload, async (c) => {
    const body = c.req.raw.body
    if (!body) throw new AppError('usecases.tiup-archive-empty', 422)
    return c.json({ archive: await uploadTiup(c.get('db'), who(c), { body, dataFolder: c.get('env').dataFolder }) }, 200)
  })
  api.openapi(scan, async (c) => c.json(errandBody(await scanTiup(c.get('db'), who(c), c.req.valid('json')), c), 202))
  api.openapi(adopt, async (c) => c.json(errandBody(await adoptClusters(c.get('db'), who(c), c.req.valid('json')), c), 202))
}

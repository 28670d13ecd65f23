import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView } from '@/server/domain/api'
import { annotateEntry, ledgerView } from '@/server/domain/api-ledger'
import { askRunner } from '@/server/usecases/ask-errand'
import { demandCluster } from '@/server/usecases/read-clusters'
import { annotateLedgerEntry, readClusterLedger } from '@/server/usecases/read-ledger'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const name = z.string().min(1).max(100)
const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/ledger',
  request: { params: z.object({ name }) },
  responses: { ...answers(ledgerView), ...refusals },
})
const annotate = createRoute({
  method: 'patch',
  path: '/api/clusters/{name}/ledger/{id}',
  request: { params: z.object({ name, id: z.string().min(1).max(64) }), ...takes(annotateEntry) },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})
const verify = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/verify-binaries',
  request: { params: z.object({ name }) },
  responses: {
    ...accepts(errandView, 'The errand’s result: hash on the disk, hash of the process, -V and verdict of each instance.'),
    ...refusals,
  },
})

const check = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/check',
  request: { params: z.object({ name }) },
  responses: {
    ...accepts(errandView, 'The errand’s result: every check of hosts, files, units, ports, members, tasks, programs and network.'),
    ...refusals,
  },
})

const checkFile = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/check/file',
  request: {
    params: z.object({ name }),
    query: z.object({ host: z.string().min(1).max(255), path: z.string().min(1).max(4096) }),
  },
  responses: {
    ...accepts(
      errandView,
      'The errand’s result: what differs between a rendered file and the one on the host, line by line, secrets masked.',
    ),
    ...refusals,
  },
})

export const registerLedgerRoutes = (api: Api): void => {
  api.openapi(read, async (c) => c.json(await readClusterLedger(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(annotate, async (c) => {
    const { name: cluster, id } = c.req.valid('param')
    await annotateLedgerEntry(c.get('db'), who(c), { cluster, id }, c.req.valid('json'))
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(verify, async (c) => {
    const { name: cluster } = await demandCluster(c.get('db'), c.req.valid('param').name)
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'verify-binaries', input: { cluster } }), c), 202)
  })
  api.openapi(check, async (c) => {
    const { name: cluster } = await demandCluster(c.get('db'), c.req.valid('param').name)
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'check-cluster', input: { cluster } }), c), 202)
  })
  api.openapi(checkFile, async (c) => {
    const { name: cluster } = await demandCluster(c.get('db'), c.req.valid('param').name)
    const input = { cluster, ...c.req.valid('query') }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'check-file', input }), c), 202)
  })
}

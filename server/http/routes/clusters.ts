import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { askPlan, clusterDetail, clusterRow, errandView, planView, scaleOutCheck } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { jumpInput, reachInput, sshClients } from '@/server/domain/ssh-client'
import { displayCsv, displayJson, displayText } from '@/server/domain/topology/display-text'
import { ownFileLimits } from '@/server/domain/topology/own-files-input'
import { takeTypedSecrets } from '@/server/domain/topology/typed-secrets'
import { changeSettings } from '@/server/store/clusters'
import { askRunner } from '@/server/usecases/ask-errand'
import { askForPlan } from '@/server/usecases/ask-for-plan'
import { audited } from '@/server/usecases/audited'
import { checkScaleOut } from '@/server/usecases/check-scale-out'
import { checkTopology } from '@/server/usecases/check-topology'
import { exportCluster } from '@/server/usecases/export-cluster'
import { jumpProblems } from '@/server/usecases/jump-problems'
import { demandCluster, readCluster, readClusters, watchDisplay } from '@/server/usecases/read-clusters'
import { readPlan } from '@/server/usecases/read-plan'
import { unknownCluster } from '@/server/usecases/unknown-cluster'
import { accepts, answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { byteStream } from '../text-stream'
import { errandBody, who } from '../who'

const named = { params: z.object({ name: z.string().min(1).max(100) }) }
const ok = z.object({ ok: z.literal(true) })
const timeout = z.number().int().min(1).max(3600).nullable().optional()

const list = createRoute({ method: 'get', path: '/api/clusters', responses: { ...answers(z.array(clusterRow)), ...refusals } })
const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}',
  request: named,
  responses: { ...answers(clusterDetail), ...refusals },
})
const change = createRoute({
  method: 'patch',
  path: '/api/clusters/{name}',
  request: {
    ...named,
    ...takes(
      z.object({
        ...{ connectTimeoutS: timeout, waitTimeoutS: timeout },
        concurrency: z.number().int().min(1).max(64).nullable().optional(),
        sshClient: z.enum(sshClients).nullable().optional(),
        jump: jumpInput.nullable().optional(),
      }),
    ),
  },
  responses: { ...answers(ok), ...refusals },
})
const display = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/display',
  request: { ...named, query: z.object({ format: z.enum(['json', 'text', 'csv']).optional() }) },
  responses: { 200: { description: 'As `tiup dm display` prints it: JSON, or text or CSV by Accept or format.' }, ...refusals },
})
const plan = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/plans',
  request: { ...named, ...takes(askPlan) },
  responses: { ...accepts(planView), ...refusals },
})
const preflightInput = z.object({
  ...{ version: z.string(), topology: z.string().max(1_000_000), credentialId: z.string() },
  reach: reachInput.optional(),
})
const preflight = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/preflight',
  request: { ...named, ...takes(preflightInput) },
  responses: { ...accepts(errandView), ...refusals },
})
const logs = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/logs',
  request: {
    ...named,
    query: z.object({ instance: z.string(), file: z.string().optional(), lines: z.coerce.number().int().min(1).max(5000).default(200) }),
  },
  responses: { ...accepts(errandView), ...refusals },
})
const download = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/export',
  request: { ...named, query: z.object({ form: z.enum(['storage', 'backup']).default('storage') }) },
  responses: {
    200: { description: 'The cluster’s folder as TiUP keeps it, tar.gz; `backup`: as `tiup dm meta backup` writes it.' },
    ...refusals,
  },
})
/** Paths of the user's own files that would be given too. */
const checkedFiles = z.array(z.string().max(1000)).max(ownFileLimits.files).default([])
const check = createRoute({
  method: 'post',
  path: '/api/topology/check',
  request: takes(z.object({ yaml: z.string().max(1_000_000), cluster: z.string().max(100).default(''), files: checkedFiles })),
  responses: {
    ...answers(z.object({ problems: z.array(z.unknown()), instances: z.array(z.unknown()), files: z.array(z.unknown()) })),
    ...refusals,
  },
})

const checkNew = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/scale-out/check',
  request: { ...named, ...takes(z.object({ yaml: z.string().max(1_000_000), files: z.array(z.string()).max(1000).default([]) })) },
  responses: { ...answers(scaleOutCheck), ...refusals },
})

export const registerClusterRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await readClusters(c.get('db')), 200))
  api.openapi(read, async (c) => c.json(await readCluster(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(change, async (c) => {
    const { name } = c.req.valid('param')
    const { connectTimeoutS, waitTimeoutS, concurrency, sshClient, jump } = c.req.valid('json')
    const wanted = {
      ...(connectTimeoutS !== undefined && { connectTimeoutS }),
      ...(waitTimeoutS !== undefined && { waitTimeoutS }),
      ...(concurrency !== undefined && { concurrency }),
      ...(sshClient !== undefined && { sshClient }),
      ...(jump !== undefined && { jump: jump?.length ? jump : null }),
    }
    const deed = {
      what: 'change-settings',
      command: `dm-panel settings ${name}`,
      cluster: name,
      detail: { change: JSON.stringify(wanted) },
    }
    await audited(c.get('db'), who(c), deed, async () => {
      const problems = await jumpProblems(c.get('db'), wanted.jump ?? [], { kept: true })
      if (problems.length > 0) throw new AppError('usecases.jump-refused', 422, { problems })
      if (!(await changeSettings(c.get('db'), name, wanted))) throw await unknownCluster(c.get('db'), name)
    })
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(display, async (c) => {
    const { header, rows } = await watchDisplay(c.get('db'), c.req.valid('param').name)
    const accept = c.req.header('accept') ?? ''
    const format = c.req.valid('query').format ?? (accept.includes('text/csv') ? 'csv' : accept.includes('text/plain') ? 'text' : 'json')
    if (format === 'json') return c.json(displayJson(header, rows), 200)
    if (format === 'csv') return c.body(displayCsv(rows), 200, { 'Content-Type': 'text/csv; charset=utf-8' })
    return c.text(displayText(header, rows), 200)
  })
  api.openapi(plan, async (c) => {
    const id = await askForPlan(c.get('db'), who(c), {
      cluster: c.req.valid('param').name,
      ...c.req.valid('json'),
      input: c.req.valid('json').input,
      dataFolder: c.get('env').dataFolder,
    })
    return c.json(await readPlan(c.get('db'), id), 202)
  })
  api.openapi(preflight, async (c) => {
    const cluster = c.req.valid('param').name
    const deed = { what: 'preflight', command: `tiup dm check ${cluster}`, cluster }
    const { topology, ...asked } = c.req.valid('json')
    const input = { cluster, ...asked, topology: takeTypedSecrets(topology, cluster).masked }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'preflight', input, deed }), c), 202)
  })
  api.openapi(logs, async (c) => {
    const { name } = await demandCluster(c.get('db'), c.req.valid('param').name)
    const input = { cluster: name, ...c.req.valid('query') }
    return c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'tail-log', input }), c), 202)
  })
  api.openapi(download, async (c) => {
    const { name } = c.req.valid('param')
    const bare = c.req.valid('query').form === 'backup'
    const archive = await exportCluster(c.get('db'), who(c), { name, dataFolder: c.get('env').dataFolder, bare })
    // As `tiup dm meta backup` calls it, but for the colons.
    const day = new Date().toISOString().slice(0, 19).replaceAll(':', '')
    const file = bare ? `tiup-cluster_${name}_metabackup_${day}Z.tar.gz` : `${name}-tiup.tar.gz`
    return byteStream(archive[Symbol.asyncIterator](), file, 'application/gzip')
  })
  api.openapi(checkNew, async (c) =>
    c.json(await checkScaleOut(c.get('db'), { ...c.req.valid('json'), cluster: c.req.valid('param').name }), 200),
  )
  api.openapi(check, async (c) => c.json(await checkTopology(c.get('db'), c.req.valid('json')), 200))
}

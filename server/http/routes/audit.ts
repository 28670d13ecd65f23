import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { auditPage, auditRow, errandView } from '@/server/domain/api'
import { auditVerified } from '@/server/domain/api-audit'
import { AppError } from '@/server/domain/app-error'
import { auditHead, findAudit, listAudit } from '@/server/store/audit'
import { auditVerdict } from '@/server/store/audit-verdict'
import { askRunner } from '@/server/usecases/ask-errand'
import { audited } from '@/server/usecases/audited'
import { exportAudit, exportTypes } from '@/server/usecases/export-audit'
import { exportEvidence } from '@/server/usecases/export-evidence'
import { accepts, answers, idParam, refusals } from '../answers'
import type { Api } from '../api'
import { byteStream, textStream } from '../text-stream'
import { errandBody, who } from '../who'

const date = z.iso.datetime({ offset: true }).or(z.iso.date()).optional()
const list = createRoute({
  method: 'get',
  path: '/api/audit',
  request: {
    query: z.object({
      search: z.string().max(200).optional(),
      actor: z.string().optional(),
      cluster: z.string().optional(),
      what: z.string().optional(),
      phase: z.enum(['intent', 'outcome']).optional(),
      jobId: z.string().optional(),
      from: date,
      to: date,
      before: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...answers(auditPage), ...refusals },
})
const read = createRoute({
  method: 'get',
  path: '/api/audit/{id}',
  request: { params: idParam },
  responses: { ...answers(auditRow.extend({ detail: z.record(z.string(), z.unknown()), mac: z.string().nullable() })), ...refusals },
})
const download = createRoute({
  method: 'get',
  path: '/api/audit/export',
  request: {
    query: z.object({ format: z.enum(['jsonl', 'csv', 'text']).default('jsonl'), from: date, to: date, id: z.string().optional() }),
  },
  responses: { 200: { description: 'Sealed records in chain order, and the head that they are verified against.' }, ...refusals },
})

const evidence = createRoute({
  method: 'get',
  path: '/api/audit/{id}/evidence',
  request: { params: idParam },
  responses: {
    200: { description: 'tar.gz of the act: its records, plan, commands, journal, log, and the head of the chain.' },
    ...refusals,
  },
})

const verdict = createRoute({
  method: 'get',
  path: '/api/audit/verdict',
  responses: { ...answers(auditVerified.nullable(), 'What the runner last made of the chain; null before its first look.'), ...refusals },
})
const verify = createRoute({
  method: 'post',
  path: '/api/audit/verify',
  responses: { ...accepts(errandView, 'The errand’s result says how far the chain is sound, and what is wrong with it.'), ...refusals },
})

export const registerAuditRoutes = (api: Api): void => {
  api.openapi(list, async (c) => {
    const { before, limit, from, to, ...filter } = c.req.valid('query')
    const rows = await listAudit(c.get('db'), { ...filter, since: asDate(from), until: asDate(to) }, { limit: limit + 1, before })
    const records = rows.slice(0, limit).map((row) => ({ ...row, targets: [...row.targets] }))
    const nextBefore = rows.length > limit ? (records.at(-1)?.id ?? null) : null
    return c.json({ records, nextBefore, head: await auditHead(c.get('db')) }, 200)
  })
  // Before `{id}`, which would take the word for an id.
  api.openapi(download, async (c) => {
    const { format, from, to, id } = c.req.valid('query')
    const range = { since: asDate(from), until: asDate(to), id }
    const detail = { format, from: from ?? '', to: to ?? '', id: id ?? '' }
    const head = await audited(c.get('db'), who(c), { what: 'download-audit', command: 'tiup dm audit', detail }, () =>
      auditHead(c.get('db')),
    )
    return textStream(
      exportAudit(c.get('db'), format, range, head),
      `audit-${head.number}.${exportTypes[format].ending}`,
      exportTypes[format].type,
    )
  })
  api.openapi(evidence, async (c) => {
    const { name, stream } = await exportEvidence(c.get('db'), who(c), c.req.valid('param').id)
    return byteStream(stream[Symbol.asyncIterator](), name, 'application/gzip')
  })
  api.openapi(verdict, async (c) => c.json(auditVerified.nullable().parse((await auditVerdict(c.get('db'))) ?? null), 200))
  api.openapi(verify, async (c) => c.json(errandBody(await askRunner(c.get('db'), who(c), { kind: 'verify-audit', input: {} }), c), 202))
  api.openapi(read, async (c) => {
    const row = await findAudit(c.get('db'), c.req.valid('param').id)
    if (!row) throw new AppError('usecases.audit-unknown', 404)
    return c.json({ ...row, targets: [...row.targets], detail: { ...row.detail } }, 200)
  })
}

const asDate = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

import { statfs } from 'node:fs/promises'
import { createRoute } from '@hono/zod-openapi'
import { type HealthView, health } from '@/server/domain/api'
import { auditVerdict } from '@/server/store/audit-verdict'
import { lastBeat } from '@/server/store/runner-beat'
import { version } from '@/server/version'
import { answers, refusals } from '../answers'
import type { Api, ApiVariables } from '../api'

const read = createRoute({
  method: 'get',
  path: '/api/health',
  responses: {
    ...answers(health, 'All parts work.'),
    503: { description: 'A part does not work.', content: { 'application/json': { schema: health } } },
    ...refusals,
  },
})

/** A runner that has not shown itself for this long is taken for dead. */
const runnerSilentMs = 30_000
const diskLowBytes = 1024 ** 3

/** For people and for monitors. */
export const registerHealthRoutes = (api: Api): void => {
  api.openapi(read, async (c) => {
    const view = await look(c.get('db'), c.get('env').dataFolder)
    return view.ok ? c.json(view, 200) : c.json(view, 503)
  })
}

const look = async (db: ApiVariables['db'], dataFolder: string): Promise<HealthView> => {
  const beat = await lastBeat(db).then(
    (at) => ({ database: true, at }),
    () => ({ database: false, at: undefined }),
  )
  const disk = await statfs(dataFolder)
  const freeBytes = disk.bavail * disk.bsize
  const beatAgoMs = beat.at && Date.now() - beat.at.getTime()
  const runnerOk = beatAgoMs !== undefined && beatAgoMs < runnerSilentMs
  return {
    ok: beat.database && runnerOk && freeBytes > diskLowBytes,
    ...version(),
    web: { ok: true, uptimeS: Math.round(process.uptime()) },
    runner: { ok: runnerOk, beatAgoS: beatAgoMs === undefined ? null : Math.round(beatAgoMs / 1000) },
    database: { ok: beat.database },
    disk: { ok: freeBytes > diskLowBytes, freeBytes },
    audit: beat.database ? await auditOf(db) : { ok: true, state: 'not-yet', at: null, soundUpTo: 0, findingCount: 0 },
  }
}

/** The runner looks each minute, the longest chain takes it some. */
const verdictOldMs = 15 * 60_000

const auditOf = async (db: ApiVariables['db']): Promise<HealthView['audit']> => {
  const verdict = await auditVerdict(db)
  if (!verdict) return { ok: true, state: 'not-yet', at: null, soundUpTo: 0, findingCount: 0 }
  const { at, soundUpTo, findingCount } = verdict
  const old = Date.now() - Date.parse(at) > verdictOldMs
  return { ok: findingCount === 0 && !old, state: findingCount > 0 ? 'broken' : old ? 'old' : 'sound', at, soundUpTo, findingCount }
}

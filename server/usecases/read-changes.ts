import type { ChangeRow, ChangesView } from '@/server/domain/api-changes'
import { hostsOf } from '@/server/domain/topology/instances'
import { type AuditEntry, listAudit } from '@/server/store/audit'
import { findCluster } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { listJobs, numbersOfJobs } from '@/server/store/job-rows'
import { listRevisions } from '@/server/store/revisions'
import { unknownCluster } from './unknown-cluster'

const limit = 500

/** Acts of the audit that leave a cluster as it was; what jobs and revisions do is in their own rows. */
const readsOnly = /^(download|export|plan$|preflight$|verify|scan|dmctl$|edit-config$|config-export$|pause$|whole$)/

/** What changed of a cluster since: jobs, revisions, settings, host keys of its hosts, and other acts, the newest first. Throws cluster-unknown. */
export const readChanges = async (db: Db, name: string, since: Date): Promise<ChangesView> => {
  const cluster = await findCluster(db, name)
  if (!cluster) throw await unknownCluster(db, name)
  const from = since.toISOString()
  const jobs = (await listJobs(db, { cluster: name, limit })).filter(
    ({ createdAt, endedAt }) => createdAt >= from || (endedAt ?? '9') >= from,
  )
  const revisions = (await listRevisions(db, name)).filter(({ at }) => at >= from)
  const numbers = await numbersOfJobs(
    db,
    revisions.flatMap(({ jobId }) => jobId ?? []),
  )
  const addresses = new Set(hostsOf(cluster.topology).map(({ address }) => address))
  const acts = await listAudit(db, { cluster: name, since, phase: 'outcome' }, { limit })
  const keys = (await listAudit(db, { search: 'host-keys', since, phase: 'outcome' }, { limit })).filter(({ what, targets }) =>
    what.endsWith('host-keys') ? targets.some((target) => addresses.has(hostOfTarget(target))) : false,
  )
  const changes = [
    ...jobs.map((job): ChangeRow => {
      const { id, number, operation: what, state: detail, startedBy: by, createdAt: at } = job
      return { id: `job ${id}`, at, by, kind: 'job', what, detail, job: { id, number }, revision: null }
    }),
    ...revisions.map(({ revision, kind, reason, by, at, jobId }): ChangeRow => {
      const number = jobId === null ? undefined : numbers.get(jobId)
      const job = jobId !== null && number !== undefined ? { id: jobId, number } : null
      return { id: `revision ${revision}`, at, by, kind: 'revision', what: kind, detail: reason, job, revision }
    }),
    ...acts.filter((act) => act.jobId === null && act.result === 'done' && !readsOnly.test(act.what)).map((act) => actRow(act, 'act')),
    ...keys.filter(({ result }) => result === 'done').map((act) => actRow(act, 'host-key')),
  ]
  return { since: from, changes: changes.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, limit) }
}

/** `address:port type fingerprint`. */
const hostOfTarget = (target: string): string => (target.split(' ')[0] ?? '').replace(/:\d+$/, '')

const actRow = ({ id, at, actor: by, what, targets, detail }: AuditEntry, kind: 'act' | 'host-key'): ChangeRow => {
  const said = Object.entries(detail).map(([key, value]) => `${key}: ${value}`)
  return { id, at, by, kind, what, detail: [...targets, ...said].join(', '), job: null, revision: null }
}

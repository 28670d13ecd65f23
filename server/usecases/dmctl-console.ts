import type { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { DmctlPast, DmctlView, dmctlAsk } from '@/server/domain/dmctl/input'
import { parseDmctlLine } from '@/server/domain/dmctl/line'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import { dmctlHosts } from '@/server/operations/sources'
import { type AuditEntry, listAudit } from '@/server/store/audit'
import type { Db } from '@/server/store/database'
import type { ErrandRow } from '@/server/store/errands'
import { numbersOfJobs } from '@/server/store/job-rows'
import { listPackages } from '@/server/store/packages'
import { askRunner } from './ask-errand'
import { conclude, intend, type Who } from './audited'
import { demandCluster } from './read-clusters'
import { demandDmctl } from './seal-dmctl'

/**
 * A line that only reads, for the runner to answer. Throws plan-has-errors, dmctl-by-plan (it changes something, or takes a file), cluster-unknown;
 * a refusal is in the audit too. What is no command at all is not: it may be anything, a password among it.
 */
export const askDmctl = async (db: Db, who: Who, name: string, ask: z.infer<typeof dmctlAsk>): Promise<ErrandRow> => {
  const read = parseDmctlLine(ask.line, { files: [], version: '' })
  const deed = { what: 'dmctl', command: `tiup dmctl ${'problems' in read ? '******' : read.shown}`, cluster: name }
  try {
    const cluster = await demandCluster(db, name)
    const line = await demandDmctl(db, cluster.name, { ...ask, files: [] })
    if (line.command.effect !== 'reads' || line.files.length > 0) throw new AppError('usecases.dmctl-by-plan', 422)
    return await askRunner(db, who, {
      kind: 'ask-dmctl',
      input: { ...ask, cluster: cluster.name },
      deed: { ...deed, cluster: cluster.name },
    })
  } catch (error) {
    if (error instanceof AppError) await conclude(db, who, deed, { act: await intend(db, who, deed), result: `refused: ${error.code}` })
    throw error
  }
}

const kept = 100

/** What the console shows: versions, where it runs, and what was run: the audit's own records, newest first. Throws cluster-unknown. */
export const readDmctl = async (db: Db, name: string): Promise<DmctlView> => {
  const cluster = await demandCluster(db, name)
  const packages = await listPackages(db)
  const versions = [...new Set(packages.filter(({ component }) => component === 'dmctl').map(({ version }) => version))]
  return {
    ...{ version: cluster.version, user: cluster.deployUser, hosts: dmctlHosts(cluster.topology) },
    versions: versions.filter((version) => dmctlFor(cluster, packages, version)),
    history: await historyOf(db, cluster.name),
  }
}

const historyOf = async (db: Db, cluster: string): Promise<DmctlPast[]> => {
  const records = await listAudit(db, { cluster, what: 'dmctl' }, { limit: 2 * kept })
  const ends = new Map(records.filter(({ phase }) => phase === 'outcome').map((one) => [one.act, one]))
  const begun = records.filter(({ phase }) => phase === 'intent').slice(0, kept)
  const ids = begun.flatMap(({ jobId }) => jobId ?? [])
  const jobs = await numbersOfJobs(db, ids)
  return begun.map((one) => pastOf(one, ends.get(one.act), jobs))
}

const pastOf = (one: AuditEntry, end: AuditEntry | undefined, jobs: ReadonlyMap<string, number>): DmctlPast => ({
  ...{ act: one.act, at: one.at, by: one.actor, line: one.command.replace(/^tiup dmctl(:\S+ --master-addr \S+)? /, '') },
  ...{ result: end?.result ?? null, endedAt: end?.at ?? null, jobId: one.jobId ?? null },
  jobNumber: one.jobId ? (jobs.get(one.jobId) ?? null) : null,
})

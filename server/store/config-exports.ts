import { randomUUID } from 'node:crypto'
import type { ExportedFile } from '@/server/domain/step'
import { appendAudit } from './audit'
import { keepSecret } from './credentials'
import type { Db, Tx } from './database'

export type ConfigExportRow = {
  id: string
  cluster: string
  jobId: string
  at: string
  by: string
  version: string
  revision: number
  sha256: string
  sizeBytes: number
  sources: number
  tasks: number
  relay: Readonly<Record<string, readonly string[]>>
  files: readonly ExportedFile[]
}

/** Name of the secret that holds an export's archive (base64). */
export const exportSecret = (id: string): string => `export:${id}`

/** One export per job: a later one takes the former one's place. `sealed`: the archive, for the runner's eyes only. */
export const keepConfigExport = async (
  db: Db,
  { sealed, at, ...row }: Omit<ConfigExportRow, 'at' | 'by'> & { sealed: string; at: Date },
): Promise<void> => {
  const job = await db.job.findUniqueOrThrow({ where: { id: row.jobId }, select: { startedBy: true } })
  const by = job.startedBy
  const data = { ...row, at, by, relay: JSON.stringify(row.relay), files: JSON.stringify(row.files) }
  await db.$transaction(async (tx) => {
    await keepSecret(tx, { id: exportSecret(row.id), name: `${row.cluster} export`, sealed, createdBy: by })
    await tx.configExport.upsert({ where: { id: row.id }, create: data, update: data })
    await appendAudit(tx, {
      ...{ phase: 'outcome', act: randomUUID(), actor: by, from: 'runner', what: 'config-export', cluster: row.cluster, jobId: row.jobId },
      ...{ command: `dm-panel config-export ${row.cluster}`, result: 'done', detail: { sha256: row.sha256, bytes: row.sizeBytes } },
    })
  })
}

/** A cluster's exports, the latest first. */
export const listConfigExports = async (db: Db | Tx, cluster: string): Promise<ConfigExportRow[]> =>
  (await db.configExport.findMany({ where: { cluster }, orderBy: { at: 'desc' } })).map(rowOf)

export const findConfigExport = async (db: Db, cluster: string, id: string): Promise<ConfigExportRow | undefined> => {
  const row = await db.configExport.findFirst({ where: { cluster, id } })
  return row ? rowOf(row) : undefined
}

export const dropConfigExports = async (tx: Tx, cluster: string): Promise<void> => {
  const rows = await tx.configExport.findMany({ where: { cluster }, select: { id: true } })
  await tx.credential.deleteMany({ where: { id: { in: rows.map(({ id }) => exportSecret(id)) } } })
  await tx.configExport.deleteMany({ where: { cluster } })
}

const rowOf = ({ at, relay, files, ...row }: Awaited<ReturnType<Db['configExport']['findUniqueOrThrow']>>): ConfigExportRow => ({
  ...row,
  at: at.toISOString(),
  relay: JSON.parse(relay) as Record<string, string[]>, // written by keepConfigExport only
  files: JSON.parse(files) as ExportedFile[], // as above
})

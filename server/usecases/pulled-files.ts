import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import tar, { type Pack } from 'tar-stream'
import type { JobRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { PulledFileView } from '@/server/domain/files'
import type { Db } from '@/server/store/database'
import { dropPulled, keptFile, pulledBy } from '@/server/store/kept-files'
import { findPlan } from '@/server/store/plans'
import { audited, type Deed, type Who } from './audited'
import { demandSudo, runsAsRoot } from './may-sudo'

/** What a job has fetched and is still kept. Throws no-files. */
export const pulledFiles = async (db: Db, job: JobRow): Promise<PulledFileView[]> => {
  if (job.operation !== 'pull') throw new AppError('usecases.no-files', 404, { params: { number: job.number } })
  return pulledBy(db, job.id, new Date())
}

type From = { job: JobRow; dataFolder: string }

const deedOf = (what: string, { id: jobId, number, cluster }: JobRow, files: readonly PulledFileView[]): Deed => ({
  what,
  command: `dm-panel ${what} job ${number}`,
  ...{ jobId, cluster, targets: files.map(({ host, path }) => `${host}:${path}`) },
  detail: { sha256: files.map(({ sha256 }) => sha256).join(', ') },
})

/** What root has read is for those who may be root. */
const demandMayRead = async (db: Db, who: Who, job: JobRow): Promise<void> => {
  const plan = await findPlan(db, job.planId)
  demandSudo(who, plan?.document ? runsAsRoot(plan.document) : false)
}

/** One file. Throws pulled-gone, sudo-forbidden. */
export const openPulled = async (
  db: Db,
  who: Who,
  { job, dataFolder, id }: From & { id: string },
): Promise<{ name: string; stream: Readable }> => {
  const file = (await pulledFiles(db, job)).find((one) => one.id === id)
  return audited(db, who, deedOf('download-pulled', job, file ? [file] : []), async () => {
    if (!file || !existsSync(keptFile(dataFolder, id))) throw new AppError('usecases.pulled-gone', 404)
    await demandMayRead(db, who, job)
    return { name: file.name, stream: createReadStream(keptFile(dataFolder, id)) }
  })
}

/** All of a job's files as tar.gz, made while it is sent: a folder per host, paths as they are there. Throws pulled-gone, sudo-forbidden. */
export const openAllPulled = async (db: Db, who: Who, { job, dataFolder }: From): Promise<{ name: string; stream: Readable }> => {
  const files = await pulledFiles(db, job)
  return audited(db, who, deedOf('download-pulled', job, files), async () => {
    if (files.length === 0) throw new AppError('usecases.pulled-gone', 404)
    await demandMayRead(db, who, job)
    const pack = tar.pack()
    const stream = pack.pipe(createGzip())
    fill(pack, files, dataFolder).catch((error: unknown) => {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    })
    return { name: `job-${job.number}-files.tar.gz`, stream }
  })
}

const fill = async (pack: Pack, files: readonly PulledFileView[], dataFolder: string): Promise<void> => {
  for (const { id, host, path, sizeBytes, at } of files) {
    const entry = pack.entry({ name: `${host}${path}`, size: sizeBytes, mode: 0o600, mtime: new Date(at) })
    for await (const chunk of createReadStream(keptFile(dataFolder, id))) if (!entry.write(chunk)) await once(entry, 'drain')
    entry.end(null)
  }
  pack.finalize()
}

/** The runner deletes them within a minute; nobody can have them from now on. */
export const dropPulledFiles = async (db: Db, who: Who, job: JobRow): Promise<void> => {
  const files = await pulledFiles(db, job)
  await audited(db, who, deedOf('delete-pulled', job, files), () => dropPulled(db, job.id, new Date()))
}

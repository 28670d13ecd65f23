import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { type PulledToKeep, type PullStore, pulledKeepMs } from '@/server/domain/files'
import type { Db } from '@/server/store/database'
import { findJobRow } from '@/server/store/job-rows'
import { forgetFile, isKept, keepPull, keptFile, keptFolder, overdueFiles } from '@/server/store/kept-files'

/** What must stay free on the disk of the data folder. */
const reserveBytes = 1024 ** 3
const partKeepMs = 48 * 3600_000

/** As many bytes can be kept besides all that is there. */
export const roomForFiles = async (dataFolder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(dataFolder)
  return Math.max(0, bavail * bsize - reserveBytes)
}

export const hashFile = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

type Deps = { db: Db; dataFolder: string; now: () => Date }

/** Where a job's fetched files come together: for the engine, which knows no disk. */
export const pullStore = ({ db, dataFolder, now }: Deps): PullStore => {
  const partOf = (id: string): string => `${keptFile(dataFolder, id)}.part`
  return {
    async begin(id, { fresh, sizeBytes }) {
      await mkdir(keptFolder(dataFolder), { recursive: true, mode: 0o700 })
      if (fresh) await rm(partOf(id), { force: true })
      const there = await stat(partOf(id)).then(
        ({ size }) => size,
        () => 0,
      ) // none came yet
      const room = await roomForFiles(dataFolder)
      return sizeBytes - there > room ? { noRoom: room } : { doneBytes: there }
    },
    async append(id, bytes) {
      const file = await open(partOf(id), 'a', 0o600)
      try {
        await file.appendFile(bytes)
      } finally {
        await file.close()
      }
    },
    hash: (id) => hashFile(partOf(id)),
    async keep({ id, jobId, cluster, host, path, sizeBytes, sha256 }: PulledToKeep) {
      await rename(partOf(id), keptFile(dataFolder, id))
      const at = now()
      const name = path.slice(path.lastIndexOf('/') + 1)
      const by = (await findJobRow(db, jobId))?.startedBy ?? ''
      await keepPull(db, {
        id,
        jobId,
        cluster,
        host,
        path,
        name,
        sizeBytes,
        sha256,
        by,
        at,
        deleteAt: new Date(at.getTime() + pulledKeepMs),
      })
    },
  }
}

/** Deletes files whose time is over, and parts that nobody goes on with. Resolves with how many. */
export const sweepKeptFiles = async ({ db, dataFolder, now }: Deps): Promise<number> => {
  const overdue = await overdueFiles(db, now())
  for (const id of overdue) {
    await rm(keptFile(dataFolder, id), { force: true })
    await forgetFile(db, id)
  }
  const names = await readdir(keptFolder(dataFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] // nothing was ever kept
    throw error
  })
  let count = overdue.length
  for (const name of names) {
    const file = keptFile(dataFolder, name)
    const at = await stat(file).catch(() => undefined) // gone meanwhile
    if (!at || now().getTime() - at.mtimeMs < partKeepMs || (await isKept(db, name))) continue
    await rm(file, { force: true })
    count += 1
  }
  return count
}

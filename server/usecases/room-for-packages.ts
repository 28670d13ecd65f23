import { statfs } from 'node:fs/promises'
import { AppError } from '@/server/domain/app-error'
import type { Db } from '@/server/store/database'
import { keptBytes } from '@/server/store/kept-files'
import { packageBytes } from '@/server/store/packages'

export const maxPackageBytes = 2 * 1024 ** 3
/** What must stay free on the disk of the data folder. */
const reserveBytes = 1024 ** 3

export type RoomEnv = { dataFolder: string; packageQuotaBytes: number }

/**
 * How many bytes may come; throws when not even the announced ones fit. `owed`: bytes of other uploads that are still to come.
 * Throws package-too-large, quota-exceeded, disk-full.
 */
export const roomFor = async (db: Db, { length, owed = 0, env }: { length: number; owed?: number; env: RoomEnv }): Promise<number> => {
  if (length > maxPackageBytes) throw new AppError('usecases.package-too-large', 413, { params: { limit: maxPackageBytes } })
  const quota = env.packageQuotaBytes - (await packageBytes(db)) - (await keptBytes(db)) - owed
  if (quota <= length) throw new AppError('usecases.quota-exceeded', 507, { params: { quota: env.packageQuotaBytes } })
  const disk = await statfs(env.dataFolder)
  const free = disk.bavail * disk.bsize - reserveBytes - owed
  if (free <= length) throw new AppError('usecases.disk-full', 507, { params: { free: Math.max(0, free) } })
  return Math.min(maxPackageBytes, quota, free)
}

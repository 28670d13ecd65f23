import path from 'node:path'
import type { PackageComponent, PackageInfo } from '@/server/domain/package'
import type { Db } from './database'

export type StoredPackage = PackageInfo & { createdBy: string; createdAt: string }

/** Where the bytes of a package lie. */
export const packageFile = (dataFolder: string, sha256: string): string => path.join(dataFolder, 'packages', sha256)

export const listPackages = async (db: Db): Promise<StoredPackage[]> =>
  (await db.package.findMany({ orderBy: [{ component: 'asc' }, { version: 'desc' }, { createdAt: 'desc' }] })).map(packageOf)

export const findPackage = async (db: Db, sha256: string): Promise<StoredPackage | undefined> => {
  const row = await db.package.findUnique({ where: { sha256 } })
  return row ? packageOf(row) : undefined
}

/** Keeps a package's row; the same package twice is one. */
export const keepPackage = async (db: Db, info: PackageInfo, createdBy: string): Promise<void> => {
  const { origin, texts, sizeBytes, ...plain } = info
  const row = {
    ...plain,
    ...{ sizeBytes: BigInt(sizeBytes), origin: origin.from, originDetail: origin.detail, texts: JSON.stringify(texts), createdBy },
  }
  await db.package.upsert({ where: { sha256: info.sha256 }, create: row, update: {} })
}

export const dropPackage = async (db: Db, sha256: string): Promise<boolean> =>
  (await db.package.deleteMany({ where: { sha256 } })).count === 1

export const packageBytes = async (db: Db): Promise<number> =>
  Number((await db.package.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0)

/** Package → clusters on which an instance runs from it. */
export const packageUses = async (db: Db): Promise<Map<string, string[]>> => {
  const uses = new Map<string, string[]>()
  for (const { packageSha256, cluster } of await db.installed.findMany({ select: { packageSha256: true, cluster: true } })) {
    const known = uses.get(packageSha256) ?? []
    if (!known.includes(cluster)) uses.set(packageSha256, [...known, cluster])
  }
  return uses
}

type Stored = Awaited<ReturnType<Db['package']['findUniqueOrThrow']>>

const packageOf = (row: Stored): StoredPackage => ({
  sha256: row.sha256,
  component: row.component as PackageComponent, // written by keepPackage only
  version: row.version,
  os: row.os,
  arch: row.arch,
  sizeBytes: Number(row.sizeBytes),
  entry: row.entry,
  entrySha256: row.entrySha256,
  origin: { from: row.origin === 'mirror' ? 'mirror' : 'upload', detail: row.originDetail },
  texts: JSON.parse(row.texts) as Record<string, string>, // written by keepPackage only
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
})

import path from 'node:path'
import type { PackageComponent, PackageInfo, PackageOrigin, TreeChange, TreeEntry, VerifiedPackage } from '@/server/domain/package'
import type { Db, Tx } from './database'

export type StoredPackage = PackageInfo & { createdBy: string; createdAt: string }

export type KeptPackage = { info: PackageInfo; tree: readonly TreeEntry[]; changes?: readonly TreeChange[] }

/** Where the bytes of a package lie. */
export const packageFile = (dataFolder: string, sha256: string): string => path.join(dataFolder, 'packages', sha256)

export const listPackages = async (db: Db): Promise<StoredPackage[]> =>
  (await db.package.findMany({ orderBy: [{ component: 'asc' }, { version: 'desc' }, { createdAt: 'desc' }] })).map(packageOf)

export const findPackage = async (db: Db, sha256: string): Promise<StoredPackage | undefined> => {
  const row = await db.package.findUnique({ where: { sha256 } })
  return row ? packageOf(row) : undefined
}

/** Keeps a package's row and its archive's tree; the same package twice is one. */
export const keepPackage = async (db: Db, kept: KeptPackage, createdBy: string): Promise<void> => {
  const { info, tree, changes } = kept
  const { origin, texts, sizeBytes, hotfix, source = '', verified: _verified, ...plain } = info
  const row = {
    ...plain,
    ...{ source, sizeBytes: BigInt(sizeBytes), origin: origin.from, originDetail: origin.detail, texts: JSON.stringify(texts), createdBy },
    ...hotfix,
  }
  const files = { entries: JSON.stringify(tree), changes: JSON.stringify(changes ?? []) }
  await db.$transaction(async (tx) => {
    await tx.package.upsert({ where: { sha256: info.sha256 }, create: row, update: {} })
    await tx.packageTree.upsert({ where: { sha256: info.sha256 }, create: { sha256: info.sha256, ...files }, update: {} })
  })
}

/** What lies in a package; undefined for one that was kept before trees were. */
export const packageTree = async (db: Db, sha256: string): Promise<{ entries: TreeEntry[]; changes: TreeChange[] } | undefined> => {
  const row = await db.packageTree.findUnique({ where: { sha256 } })
  if (!row) return undefined
  const entries = JSON.parse(row.entries) as TreeEntry[] // written by keepPackage only
  return { entries, changes: JSON.parse(row.changes) as TreeChange[] } // as above
}

export const noteVerified = async (db: Db, sha256: string, verified: VerifiedPackage): Promise<void> => {
  await db.package.updateMany({ where: { sha256 }, data: { verified: JSON.stringify(verified) } })
}

export const dropPackage = (db: Db, sha256: string): Promise<boolean> =>
  db.$transaction(async (tx) => {
    await tx.packageTree.deleteMany({ where: { sha256 } })
    return (await tx.package.deleteMany({ where: { sha256 } })).count === 1
  })

/** Those that the store has no more. */
export const packagesGone = async (tx: Db | Tx, wanted: readonly string[]): Promise<string[]> => {
  const there = await tx.package.findMany({ where: { sha256: { in: [...wanted] } }, select: { sha256: true } })
  return wanted.filter((sha256) => !there.some((one) => one.sha256 === sha256))
}

/** The number of an unfinished job whose plan names the package. */
export const jobWithPackage = async (db: Db, sha256: string): Promise<number | undefined> =>
  (await db.job.findFirst({ where: { endedAt: null, plan: { document: { contains: sha256 } } }, select: { number: true } }))?.number

export const packageBytes = async (db: Db): Promise<number> =>
  Number((await db.package.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0)

/** Hotfixes that were built on this package. */
export const hotfixesOn = async (db: Db, baseSha256: string): Promise<StoredPackage[]> =>
  (await db.package.findMany({ where: { baseSha256 }, orderBy: { createdAt: 'desc' } })).map(packageOf)

/** The instances that run from a package, as this panel put it there. */
export const packageInstances = async (db: Db, packageSha256: string): Promise<{ cluster: string; instance: string; at: string }[]> =>
  (await db.ledger.findMany({ where: { packageSha256, supersededAt: null }, orderBy: [{ cluster: 'asc' }, { instance: 'asc' }] })).map(
    ({ cluster, instance, since }) => ({ cluster, instance, at: since.toISOString() }),
  )

/** Package → clusters on which an instance runs from it. */
export const packageUses = async (db: Db): Promise<Map<string, string[]>> => {
  const uses = new Map<string, string[]>()
  for (const { packageSha256, cluster } of await db.ledger.findMany({
    where: { supersededAt: null },
    select: { packageSha256: true, cluster: true },
  })) {
    const known = uses.get(packageSha256) ?? []
    if (!known.includes(cluster)) uses.set(packageSha256, [...known, cluster])
  }
  return uses
}

type Stored = Awaited<ReturnType<Db['package']['findUniqueOrThrow']>>

const packageOf = (row: Stored): StoredPackage => ({
  sha256: row.sha256,
  component: row.component as PackageComponent, // written by keepPackage only
  ...(row.source !== '' && { source: row.source }),
  version: row.version,
  os: row.os,
  arch: row.arch,
  sizeBytes: Number(row.sizeBytes),
  entry: row.entry,
  entrySha256: row.entrySha256,
  origin: { from: row.origin as PackageOrigin, detail: row.originDetail }, // written by keepPackage only
  texts: JSON.parse(row.texts) as Record<string, string>, // written by keepPackage only
  ...hotfixOf(row),
  ...(row.verified !== null && { verified: JSON.parse(row.verified) as VerifiedPackage }), // written by noteVerified only
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
})

const hotfixOf = ({ baseSha256, uploadName, uploadSha256, ticket, notes }: Stored): Pick<PackageInfo, 'hotfix'> =>
  baseSha256 === null ? {} : { hotfix: { baseSha256, uploadName, uploadSha256, ticket, notes } }

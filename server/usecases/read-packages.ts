import { rm } from 'node:fs/promises'
import type { PackageRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { packageFileName } from '@/server/domain/package'
import type { Db } from '@/server/store/database'
import { dropPackage, findPackage, listPackages, packageFile, packageUses } from '@/server/store/packages'
import { audited, type Who } from './audited'

export const readPackages = async (db: Db): Promise<PackageRow[]> => {
  const uses = await packageUses(db)
  return (await listPackages(db)).map(({ origin, entrySha256: _hash, texts: _texts, hotfix, verified, ...row }) => ({
    ...row,
    ticket: hotfix?.ticket ?? '',
    release: verified?.release ?? '',
    origin: origin.from,
    originDetail: origin.detail,
    usedBy: uses.get(row.sha256) ?? [],
  }))
}

/** Throws package-unknown, package-in-use. */
export const removePackage = async (db: Db, who: Who, sha256: string, dataFolder: string): Promise<void> => {
  const found = await findPackage(db, sha256)
  const deed = { what: 'remove-package', command: `dm-panel remove-package ${sha256}`, targets: found ? [packageFileName(found)] : [] }
  await audited(db, who, deed, async () => {
    const [cluster] = (await packageUses(db)).get(sha256) ?? []
    if (cluster) throw new AppError('usecases.package-in-use', 409, { params: { cluster } })
    if (!(await dropPackage(db, sha256))) throw new AppError('usecases.package-unknown', 404)
    await rm(packageFile(dataFolder, sha256), { force: true })
  })
}

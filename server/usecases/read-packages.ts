import { rm } from 'node:fs/promises'
import type { PackageRow } from '@/server/domain/api'
import type { PackageDetail } from '@/server/domain/api-packages'
import { AppError } from '@/server/domain/app-error'
import { downloadName, type PackageInfo, packageFileName } from '@/server/domain/package'
import type { Db } from '@/server/store/database'
import { ledgerUses } from '@/server/store/ledger'
import {
  dropPackage,
  findPackage,
  hotfixesOn,
  jobWithPackage,
  listPackages,
  packageFile,
  packageInstances,
  packageTree,
  packageUses,
  type StoredPackage,
} from '@/server/store/packages'
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

/** Everything that is known of one package. Throws package-unknown. */
export const readPackage = async (db: Db, sha256: string): Promise<PackageDetail> => {
  const found = await demandPackage(db, sha256)
  const { origin, texts: _texts, hotfix, verified, ...plain } = found
  const tree = await packageTree(db, sha256)
  const base = hotfix && (await findPackage(db, hotfix.baseSha256))
  return {
    ...plain,
    ...{ origin: origin.from, originDetail: origin.detail, fileName: downloadName(found) },
    hotfix: hotfix ? { ...hotfix, base: base ? nameOf(base) : null } : null,
    verified: verified ?? null,
    entries: tree?.entries ?? null,
    changes: tree?.changes ?? [],
    instances: await packageInstances(db, sha256),
    hotfixes: (await hotfixesOn(db, sha256)).map(nameOf),
  }
}

const nameOf = ({ sha256, component, version }: PackageInfo) => ({ sha256, component, version })

/** Throws package-unknown. */
export const demandPackage = async (db: Db, sha256: string): Promise<StoredPackage> => {
  const found = await findPackage(db, sha256)
  if (!found) throw new AppError('usecases.package-unknown', 404)
  return found
}

/** Throws package-unknown, package-in-use, package-in-job, package-in-ledger. */
export const removePackage = async (db: Db, who: Who, sha256: string, dataFolder: string): Promise<void> => {
  const found = await findPackage(db, sha256)
  const deed = { what: 'remove-package', command: `dm-panel remove-package ${sha256}`, targets: found ? [packageFileName(found)] : [] }
  await audited(db, who, deed, async () => {
    const [cluster] = (await packageUses(db)).get(sha256) ?? []
    if (cluster) throw new AppError('usecases.package-in-use', 409, { params: { cluster } })
    const job = await jobWithPackage(db, sha256)
    if (job !== undefined) throw new AppError('usecases.package-in-job', 409, { params: { job } })
    const [noted] = (await ledgerUses(db)).get(sha256) ?? []
    if (noted) throw new AppError('usecases.package-in-ledger', 409, { params: { cluster: noted } })
    if (!(await dropPackage(db, sha256))) throw new AppError('usecases.package-unknown', 404)
    await rm(packageFile(dataFolder, sha256), { force: true })
  })
}

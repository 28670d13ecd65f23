import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Pack } from 'tar-stream'
import type { Db } from '@/server/store/database'
import { rolePackages } from '@/server/store/ledger'
import { findPackage, packageFile } from '@/server/store/packages'

/** A package that later scale-outs of a role get. */
export type RoleArchive = { component: string; file: string; sizeBytes: number }

/** One per role: TiUP knows no platforms there, so that of a mixed role the first one is taken. */
export const roleArchives = async (db: Db, cluster: string, dataFolder: string): Promise<RoleArchive[]> => {
  const found: RoleArchive[] = []
  for (const { component, packageSha256 } of await rolePackages(db, cluster)) {
    const stored = await findPackage(db, packageSha256)
    if (!stored || found.some((one) => one.component === component)) continue
    found.push({ component, file: packageFile(dataFolder, packageSha256), sizeBytes: stored.sizeBytes })
  }
  return found
}

/** `patch/COMP-<7 digits of sha1>.tar.gz` and the link `patch/COMP.tar.gz` beside it, as TiUP 842f05c keeps them after patch --overwrite. */
export const packRoleArchive = async (pack: Pack, at: string, { component, file, sizeBytes }: RoleArchive): Promise<void> => {
  const name = `${component}-${(await sha1Of(file)).slice(0, 7)}.tar.gz`
  await pipeline(createReadStream(file), pack.entry({ name: `${at}patch/${name}`, mode: 0o644, size: sizeBytes }))
  pack.entry({ name: `${at}patch/${component}.tar.gz`, type: 'symlink', linkname: name })
}

const sha1Of = async (file: string): Promise<string> => {
  const hash = createHash('sha1')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

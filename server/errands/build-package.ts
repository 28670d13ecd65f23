import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type HotfixPreview, hotfixRequest, hotfixSave } from '@/server/domain/api-packages'
import { AppError } from '@/server/domain/app-error'
import { type ArrangedHotfix, arrangeHotfix, componentsOf, type HotfixUpload, leftOut } from '@/server/domain/hotfix'
import { type MirrorKept, mirrorKept } from '@/server/domain/mirror-kept'
import { type PackageComponent, type PackageInfo, packageFileName, type TreeEntry } from '@/server/domain/package'
import { isError, type Problem } from '@/server/domain/problem'
import { readHotfix } from '@/server/mirror/read-hotfix'
import { repack } from '@/server/mirror/repack'
import { walkArchive } from '@/server/mirror/walk-archive'
import { listMirrors } from '@/server/store/mirrors'
import { findPackage, listPackages, packageFile, type StoredPackage } from '@/server/store/packages'
import { endUpload, uploadsFolder } from '@/server/usecases/receive-upload'
import type { ErrandRun } from './errand-run'
import { fetchPackages, keepArchive } from './packages'

type Request = z.infer<typeof hotfixRequest>
const previewAsked = z.object({ request: hotfixRequest, name: z.string() })
const buildAsked = z.object({ request: hotfixSave, name: z.string(), by: z.string() })

type Part = { base: StoredPackage; entries: readonly TreeEntry[]; arranged: ArrangedHotfix }
type Arranged = { file: string; upload: HotfixUpload; parts: Part[]; problems: Problem[]; previewHash: string }

/** What hotfix packages would hold, before and after. Takes a base that is only in a mirror into the store; keeps nothing else. */
export const previewHotfix = async (run: ErrandRun, raw: unknown): Promise<HotfixPreview> => {
  const { request, name } = previewAsked.parse(raw)
  const { upload, parts, problems, previewHash } = await arrange(run, request, name)
  return {
    upload: { ...upload, entries: [...upload.entries] },
    packages: parts.map(({ base, arranged }) => ({
      component: base.component,
      base: {
        sha256: base.sha256,
        component: base.component,
        version: base.version,
        fileName: packageFileName(base),
        createdAt: base.createdAt,
      },
      entry: base.entry,
      changes: arranged.changes,
      problems: arranged.problems.map(shown),
    })),
    leftOut: leftOut(
      upload,
      parts.map(({ arranged }) => arranged),
    ),
    problems: problems.map(shown),
    previewHash,
  }
}

const shown = ({ code, severity, params }: Problem): HotfixPreview['problems'][number] => ({ code, severity, params: { ...params } })

/**
 * Builds the packages that a preview showed and keeps them all, or none. Throws hotfix-refused, hotfix-changed, base-missing,
 * package-damaged, upload-unknown.
 */
export const buildPackages = async (run: ErrandRun, raw: unknown): Promise<{ packages: PackageInfo[] }> => {
  const { request, name, by } = buildAsked.parse(raw)
  const { file, upload, parts, problems, previewHash } = await arrange(run, request, name)
  const faults = [...problems, ...parts.flatMap(({ arranged }) => arranged.problems)].filter(isError)
  if (faults.length > 0) throw new AppError('errands.hotfix-refused', 422, { params: { name }, problems: faults })
  if (previewHash !== request.previewHash) throw new AppError('errands.hotfix-changed', 409)
  const built: { part: Part; target: string }[] = []
  try {
    for (const part of parts) {
      await run.progress({ done: built.length, total: parts.length, at: packageFileName(part.base) })
      built.push({ part, target: await build(run, part, file) })
    }
    const packages: PackageInfo[] = []
    for (const { part, target } of built) packages.push(await keep(run, { part, target, upload, request, by }))
    await endUpload(run.db, run.folders.data, request.upload)
    return { packages }
  } finally {
    for (const { target } of built) await rm(target, { force: true })
  }
}

/** Writes a package beside the store. Nothing is left of one that can't be written. */
const build = async (run: ErrandRun, { base, entries, arranged }: Part, upload: string): Promise<string> => {
  const folder = path.join(run.folders.data, 'incoming')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = path.join(folder, randomUUID())
  const from = { file: packageFile(run.folders.data, base.sha256), entries }
  try {
    const faults = await repack({ base: from, upload, changes: arranged.changes, signal: run.signal }, target)
    if (faults.length > 0) throw new AppError('errands.hotfix-refused', 422, { params: { name: packageFileName(base) }, problems: faults })
    return target
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}

type Keep = { part: Part; target: string; upload: HotfixUpload; request: z.infer<typeof hotfixSave>; by: string }

const keep = async (run: ErrandRun, { part, target, upload, request, by }: Keep): Promise<PackageInfo> => {
  const { base, arranged } = part
  const version = await freeVersion(run, base, request.ticket)
  const { ticket, notes } = request
  const info = await keepArchive(run, {
    file: target,
    fileName: packageFileName({ ...base, version }),
    ...{ component: base.component, version, by, changes: arranged.changes },
    origin: { from: 'hotfix', detail: upload.name },
    hotfix: { baseSha256: base.sha256, uploadName: upload.name, uploadSha256: upload.sha256, ticket, notes },
  })
  return (await findPackage(run.db, info.sha256)) ?? info // the very same package may have been built before
}

/** `v8.5.0-hotfix-DM-812`, or the day where there is no ticket; `-2` and so on when that name is taken. */
const freeVersion = async (run: ErrandRun, base: StoredPackage, ticket: string): Promise<string> => {
  const mark = ticket.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-+|-+$/g, '')
  const wanted = `${base.version}-hotfix-${mark || run.now().toISOString().slice(0, 10).replaceAll('-', '')}`
  const taken = new Set(
    (await listPackages(run.db)).flatMap((one) =>
      one.component === base.component && one.os === base.os && one.arch === base.arch ? [one.version] : [],
    ),
  )
  for (let count = 1; ; count += 1) {
    const version = count === 1 ? wanted : `${wanted}-${count}`
    if (!taken.has(version)) return version
  }
}

const arrange = async (run: ErrandRun, request: Request, name: string): Promise<Arranged> => {
  const file = path.join(uploadsFolder(run.folders.data), request.upload)
  const upload = await readHotfix(file, name, { signal: run.signal }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new AppError('errands.upload-unknown', 404)
    throw error
  })
  if (Array.isArray(upload)) throw new AppError('errands.hotfix-refused', 422, { params: { name }, problems: upload })
  const components = request.components ?? componentsOf(upload)
  const parts: Part[] = []
  for (const component of components) {
    await run.progress({ done: parts.length, total: components.length, at: component })
    const base = await baseOf(run, { ...request, component })
    const entries = await entriesOf(run, base)
    parts.push({ base, entries, arranged: arrangeHotfix({ ...base, entries }, upload, request.placements) })
  }
  const problems: Problem[] =
    components.length > 0 ? [] : [{ code: 'hotfix.which-component', severity: 'error', params: { name: upload.name } }]
  const seen = parts.map(({ base, arranged }) => ({ base: base.sha256, changes: arranged.changes }))
  const previewHash = createHash('sha256')
    .update(JSON.stringify({ upload: upload.sha256, seen }))
    .digest('hex')
  return { file, upload, parts, problems, previewHash }
}

/** The archive's tree as it is now; a base that has changed on the disk is no base. */
const entriesOf = async (run: ErrandRun, base: StoredPackage): Promise<readonly TreeEntry[]> => {
  const walked = await walkArchive(packageFile(run.folders.data, base.sha256), { signal: run.signal })
  if (Array.isArray(walked) || walked.sha256 !== base.sha256) {
    const problems = Array.isArray(walked) ? walked : []
    throw new AppError('errands.package-damaged', 422, { params: { name: packageFileName(base) }, problems })
  }
  return walked.entries
}

type Wanted = { component: PackageComponent; version: string; os: string; arch: string }

/** The release of the running version: from the store, else from a confirmed mirror that has it. */
const baseOf = async (run: ErrandRun, asked: Wanted): Promise<StoredPackage> => {
  const wanted = { ...asked, version: /^\d/.test(asked.version) ? `v${asked.version}` : asked.version }
  const fits = (one: StoredPackage): boolean =>
    one.origin.from !== 'hotfix' &&
    one.component === wanted.component &&
    one.version === wanted.version &&
    one.os === wanted.os &&
    one.arch === wanted.arch
  const stored = (await listPackages(run.db)).filter(fits)
  const there = stored.find(({ origin }) => origin.from === 'mirror') ?? stored[0]
  if (there) return there
  for (const { location, confirmedBy, kept } of await listMirrors(run.db)) {
    if (confirmedBy === '' || !hasVersion(mirrorKept.parse(kept), wanted)) continue
    const { component, version, os, arch } = wanted
    const [fetched] = await fetchPackages(run, { location, wanted: [{ component, version, os, arch }] })
    const found = fetched && (await findPackage(run.db, fetched.sha256))
    if (found) return found
  }
  throw new AppError('errands.base-missing', 404, { params: { name: packageFileName(wanted) } })
}

const hasVersion = ({ components }: MirrorKept, { component, version, os, arch }: Wanted): boolean =>
  components.some((one) => one.component === component && (one.platforms[`${os}/${arch}`] ?? []).includes(version))

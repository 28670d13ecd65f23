import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { fetchPackages as fetchInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { componentNames } from '@/server/domain/component'
import { type MirrorKept, mirrorKept } from '@/server/domain/mirror-kept'
import { type HotfixOrigin, type PackageComponent, type PackageInfo, packageFileName, type TreeChange } from '@/server/domain/package'
import { inspectPackage } from '@/server/mirror/inspect-package'
import { type OpenedMirror, openMirror, trustedState } from '@/server/mirror/mirror-client'
import { MirrorRefused } from '@/server/mirror/mirror-refused'
import { findMirror, keepMirror } from '@/server/store/mirrors'
import { findPackage, keepPackage, packageFile } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'

const uploaded = z.object({
  file: z.uuid(),
  name: z.string(),
  by: z.string(),
  /** What the sender says that its hash is. */
  expectedSha256: z.string().optional(),
  component: z.enum([...componentNames, 'dmctl']).optional(),
  version: z.string().optional(),
})

/** Inspects what was uploaded and keeps it, or refuses it with every fault; nothing of it is run. */
export const inspectUpload = async (run: ErrandRun, raw: unknown): Promise<PackageInfo> => {
  const { file, name, by, expectedSha256, component, version } = uploaded.parse(raw)
  const origin = { from: 'upload' as const, detail: name }
  const told = { ...(expectedSha256 && { expectedSha256 }), ...(component && { component }), ...(version && { version }) }
  return keepArchive(run, { file: path.join(run.folders.data, 'incoming', file), fileName: name, origin, by, ...told })
}

type Archive = {
  file: string
  fileName: string
  origin: PackageInfo['origin']
  by: string
  component?: PackageComponent
  version?: string
  source?: string
  expectedSha256?: string
  hotfix?: HotfixOrigin
  changes?: readonly TreeChange[]
}

/** Inspects an archive that lies in the incoming folder and moves it into the store; refused or not, it is gone from there. */
export const keepArchive = async (run: ErrandRun, archive: Archive): Promise<PackageInfo> => {
  try {
    const { fileName, component, origin } = archive
    const seen = await inspectPackage(archive.file, { ...(fileName && { fileName }), ...(component && { component }), signal: run.signal })
    if (Array.isArray(seen) || !('sha256' in seen)) {
      throw new AppError('errands.package-refused', 422, { params: { name: fileName }, problems: Array.isArray(seen) ? seen : [] })
    }
    const named = archive.version === undefined && seen.version === undefined ? sourceFromName(fileName) : undefined
    const version = archive.version ?? seen.version ?? named?.version
    const source = archive.source ?? named?.source
    if (!version) throw new AppError('errands.package-version-unknown', 422, { params: { name: fileName } })
    if (archive.expectedSha256 !== undefined && archive.expectedSha256 !== seen.sha256) {
      throw new AppError('errands.package-hash-differs', 422, {
        params: { name: fileName, wanted: archive.expectedSha256, seen: seen.sha256 },
      })
    }
    const { tree, ...plain } = seen
    const info: PackageInfo = {
      ...plain,
      version,
      origin,
      ...(source !== undefined && { source }),
      ...(archive.hotfix && { hotfix: archive.hotfix }),
    }
    await mkdir(path.join(run.folders.data, 'packages'), { recursive: true, mode: 0o700 })
    await rename(archive.file, packageFile(run.folders.data, info.sha256))
    await keepPackage(run.db, { info, tree, ...(archive.changes && { changes: archive.changes }) }, archive.by)
    return info
  } finally {
    await rm(archive.file, { force: true })
  }
}

/** `my-dm-master-v8.5.0-linux-amd64.tar.gz`: published under a name of its own. */
const sourceFromName = (fileName: string): { source: string; version: string } | undefined => {
  const [, source, version] = /^([A-Za-z0-9][A-Za-z0-9_.-]*?)-(v\d+\.\d+\.\d+.*?)-[a-z]+-[a-z0-9_]+\.tar\.gz$/.exec(fileName) ?? []
  return source !== undefined && version !== undefined ? { source, version } : undefined
}

/** Reads and verifies a mirror; from `rootJson` on when it is given and the mirror is not trusted yet. A mirror that nobody confirmed yet is shown with its root's fingerprint, and nothing is fetched of it. */
export const fetchMirror = async (
  run: ErrandRun,
  raw: unknown,
): Promise<{ location: string; fingerprint: string; rootVersion: number; confirmed: boolean }> => {
  const { location, rootJson } = z.object({ location: z.string(), rootJson: z.string().optional() }).parse(raw)
  const before = await findMirror(run.db, location)
  const confirmed = (before?.confirmedBy ?? '') !== ''
  const mirror = await open(run, location, confirmed ? before?.kept : undefined, rootJson)
  const components: MirrorKept['components'] = []
  for (const component of [...componentNames, 'dmctl'].filter((name) => mirror.components.includes(name))) {
    components.push({ component, platforms: await platformsOf(mirror, component) })
    await run.progress({ done: components.length, total: componentNames.length + 1, at: component })
  }
  const { fingerprint, rootVersion } = mirror
  await keepMirror(run.db, {
    location,
    fingerprint,
    rootVersion,
    kept: { state: mirror.state(), expires: mirror.expires(), components } satisfies MirrorKept,
  })
  return { location, fingerprint, rootVersion, confirmed }
}

const platformsOf = async (mirror: OpenedMirror, component: string): Promise<Record<string, string[]>> => {
  const platforms: Record<string, string[]> = {}
  for (const { version, platforms: built } of await refusals(() => mirror.listVersions(component))) {
    for (const { os, arch } of built) platforms[`${os}/${arch}`] = [...(platforms[`${os}/${arch}`] ?? []), version]
  }
  return platforms
}

const open = async (run: ErrandRun, location: string, kept: unknown, givenRoot?: string): Promise<OpenedMirror> => {
  const web = /^https?:\/\//.test(location)
  if (!web && run.folders.mirrorRoot === undefined) throw new AppError('errands.mirror-root-unset', 422, { params: { location } })
  const state = kept === undefined ? null : trustedState.parse(mirrorKept.parse(kept).state)
  return refusals(() =>
    openMirror(location, state, { localRoot: run.folders.mirrorRoot ?? '', now: run.now, ...(givenRoot && { givenRoot }) }),
  )
}

const refusals = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if (error instanceof MirrorRefused)
      throw new AppError(error.problem.code, 502, { params: error.problem.params, problems: [error.problem] })
    throw error
  }
}

/** Downloads packages of a confirmed mirror, verified, inspected like an upload; those in the store already are left. */
export const fetchPackages = async (run: ErrandRun, raw: unknown): Promise<PackageInfo[]> => {
  const { location, wanted } = fetchInput.parse(raw)
  const known = await findMirror(run.db, location)
  if (!known || known.confirmedBy === '') throw new AppError('errands.mirror-unconfirmed', 409, { params: { location } })
  const mirror = await open(run, location, known.kept)
  const kept: PackageInfo[] = []
  for (const [done, want] of wanted.entries()) kept.push(await fetchOne(run, mirror, { want, location, done, total: wanted.length }))
  await keepMirror(run.db, { ...known, kept: { ...mirrorKept.parse(known.kept), state: mirror.state() } })
  return kept
}

type Fetch = {
  want: { component: string; source?: string | undefined; version: string; os: string; arch: string }
  location: string
  done: number
  total: number
}

const fetchOne = async (run: ErrandRun, mirror: OpenedMirror, { want, location, done, total }: Fetch): Promise<PackageInfo> => {
  const component = [...componentNames, 'dmctl' as const].find((name) => name === want.component)
  if (!component) throw new AppError('errands.component-unknown', 422, { params: { component: want.component } })
  const file = await refusals(() => mirror.resolveVersion(want.source ?? component, want.version, want))
  const there =
    'sha256' in file.hashes && typeof file.hashes.sha256 === 'string' ? await findPackage(run.db, file.hashes.sha256) : undefined
  if (there) return there
  const folder = path.join(run.folders.data, 'incoming')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = path.join(folder, randomUUID())
  const source = want.source === component ? undefined : want.source
  const at = packageFileName({ component: source ?? component, version: file.version, os: file.os, arch: file.arch })
  let toldMs = 0
  const onProgress = (doneBytes: number): void => {
    if (Date.now() - toldMs < 500) return
    toldMs = Date.now()
    void run.progress({ done, total, at, doneBytes, totalBytes: file.length })
  }
  await refusals(() => mirror.download(file, target, { onProgress, signal: run.signal }))
  const { version } = file
  return keepArchive(run, {
    file: target,
    fileName: at,
    origin: { from: 'mirror', detail: location },
    by: 'mirror',
    component,
    version,
    ...(source && { source }),
  })
}

import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/server/domain/app-error'
import { componentNames } from '@/server/domain/component'
import type { Problem } from '@/server/domain/problem'
import { listPackages } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'
import { keepArchive } from './packages'
import type { PatchFile, TiupSource } from './tiup-source'

const mostBytes = 2 * 1024 ** 3

/** The packages of TiUP's `patch/` go into the store as hotfixes, each once; `rolePackages`: those that later scale-outs get. */
export const takePatches = async (
  run: ErrandRun,
  source: TiupSource,
  of: { name: string; version: string; by: string },
): Promise<{ rolePackages: string[]; problems: Problem[] }> => {
  const [rolePackages, problems]: [string[], Problem[]] = [[], []]
  const patches = await source.patches(of.name)
  for (const [done, patch] of patches.entries()) {
    await run.progress({ done, total: patches.length, at: patch.file })
    try {
      const sha256 = await takeOne(run, source, { ...of, patch })
      if (patch.role !== undefined) rolePackages.push(sha256)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const why = error.problems.slice(0, 3).map((one): Problem => ({ ...one, severity: 'info' }))
      problems.push({ code: 'manage.patch-refused', severity: 'warning', params: { file: patch.file } }, ...why)
    }
  }
  return { rolePackages, problems }
}

const takeOne = async (
  run: ErrandRun,
  source: TiupSource,
  { name, version, by, patch }: { name: string; version: string; by: string; patch: PatchFile },
): Promise<string> => {
  const detail = `tiup: ${name}/patch/${patch.file}`
  const known = (await listPackages(run.db)).find(({ origin, sizeBytes }) => origin.detail === detail && sizeBytes === patch.sizeBytes)
  if (known) return known.sha256
  const [, called = '', sha1 = ''] = /^(.+)-([0-9a-f]{7})\.tar\.gz$/.exec(patch.file) ?? []
  const component = componentNames.find((one) => one === called)
  if (!component || patch.sizeBytes > mostBytes) throw new AppError('errands.package-refused', 422, { params: { name: patch.file } })
  const folder = path.join(run.folders.data, 'incoming')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, randomUUID())
  try {
    await source.copyPatch(name, patch.file, file)
    const origin = { from: 'hotfix', detail } as const
    const kept = await keepArchive(run, { file, fileName: patch.file, component, version: `${version}-hotfix-${sha1}`, origin, by })
    return kept.sha256
  } finally {
    await rm(file, { force: true })
  }
}

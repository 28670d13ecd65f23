import { constants } from 'node:fs'
import { copyFile, lstat, open, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/server/domain/app-error'
import type { NamedPath } from '@/server/domain/topology/own-files'
import type { ErrandRun } from './errand-run'
import { type AuditFile, maxAuditFiles, maxFileBytes, type PatchFile, type TiupSource } from './tiup-source'

/** A storage below the configured root of this machine. Nothing outside the root is read, links followed. */
export const folderSource = async (run: ErrandRun, folder: string): Promise<TiupSource> => {
  const { root, clusters } = await clustersFolder(run, folder)
  const patchFile = async (name: string, file: string): Promise<string | undefined> =>
    realFile(path.join(clusters, name, 'patch', file), clusters)
  return {
    names: () => readdir(clusters),
    read: async (name) => {
      const meta = await readSmall(path.join(clusters, name, 'meta.yaml'), clusters)
      return meta === undefined ? undefined : { meta, key: await readSmall(path.join(clusters, name, 'ssh', 'id_rsa'), clusters) }
    },
    history: () => auditFiles(path.join(path.dirname(clusters), 'audit'), root),
    patches: (name) => patchesIn(path.join(clusters, name, 'patch'), (file) => patchFile(name, file)),
    copyPatch: async (name, file, target) => {
      const real = await patchFile(name, file)
      if (real === undefined) throw new AppError('errands.tiup-patch-gone', 404, { params: { file } })
      await copyFile(real, target, constants.COPYFILE_EXCL)
    },
    ownFiles: (named) => ownFilesBelow(named, root),
    done: async () => {},
  }
}

/** `…/storage/dm`, its `clusters`, or a folder above; below the configured root, links followed. */
const clustersFolder = async (run: ErrandRun, folder: string): Promise<{ root: string; clusters: string }> => {
  const { tiupRoot } = run.folders
  if (tiupRoot === undefined) throw new AppError('errands.tiup-root-unset', 422)
  const real = async (one: string): Promise<string | undefined> => realpath(one).catch(() => undefined)
  const root = await real(tiupRoot)
  for (const below of ['clusters', 'storage/dm/clusters', '.tiup/storage/dm/clusters', '']) {
    const inside = await real(path.resolve(tiupRoot, folder, below))
    if (!root || !inside || !(inside === root || inside.startsWith(`${root}/`))) continue
    if ((await stat(inside)).isDirectory() && (below !== '' || (await holdsMeta(inside)))) return { root, clusters: inside }
  }
  throw new AppError('errands.tiup-folder-unknown', 404, { params: { path: folder } })
}

const holdsMeta = async (folder: string): Promise<boolean> => {
  for (const name of await readdir(folder)) if (await readSmall(path.join(folder, name, 'meta.yaml'), folder)) return true
  return false
}

/** Where a path really leads, if that is a regular file below the folder. */
const realFile = async (file: string, below: string): Promise<string | undefined> => {
  const real = await realpath(file).catch(() => undefined)
  return real?.startsWith(`${below}/`) && (await stat(real)).isFile() ? real : undefined
}

/** A regular file of modest size that really lies below the folder; undefined otherwise. */
const readSmall = async (file: string, below: string): Promise<string | undefined> => {
  const real = await realFile(file, below)
  return real !== undefined && (await stat(real)).size <= maxFileBytes ? readFile(real, 'utf8') : undefined
}

const auditFiles = async (folder: string, root: string): Promise<AuditFile[]> => {
  const names = await readdir(folder).catch(() => [])
  const files: AuditFile[] = []
  for (const id of names.slice(0, maxAuditFiles)) {
    const real = await realFile(path.join(folder, id), root)
    if (real !== undefined) files.push({ id, ...(await endsOf(real)) })
  }
  return files
}

const headBytes = 8192
const tailBytes = 16_384

const endsOf = async (file: string): Promise<{ head: string; tail: string }> => {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const part = async (from: number, bytes: number): Promise<string> => {
      const buffer = Buffer.alloc(Math.min(bytes, size))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, Math.max(0, from))
      return buffer.toString('utf8', 0, bytesRead)
    }
    return { head: await part(0, headBytes), tail: await part(size - tailBytes, tailBytes) }
  } finally {
    await handle.close()
  }
}

const patchesIn = async (folder: string, real: (file: string) => Promise<string | undefined>): Promise<PatchFile[]> => {
  const [found, roles] = [[] as PatchFile[], new Map<string, string>()]
  for (const file of await readdir(folder).catch(() => [])) {
    const there = await lstat(path.join(folder, file))
    if (there.isSymbolicLink()) roles.set(path.basename(await readlink(path.join(folder, file))), file.replace(/\.tar\.gz$/, ''))
    else if (there.isFile() && file.endsWith('.tar.gz') && (await real(file))) found.push({ file, sizeBytes: there.size })
  }
  return found.map((one) => {
    const role = roles.get(one.file)
    return role === undefined ? one : { ...one, role }
  })
}

const ownFilesBelow = async (named: readonly NamedPath[], root: string): Promise<Record<string, string>> => {
  const texts: Record<string, string> = {}
  for (const { field, value } of named) {
    const inside = field === 'config_file' ? [''] : await readdir(value).catch(() => [])
    for (const name of inside) {
      const file = path.join(value, name)
      const text = await readSmall(file, root)
      if (text !== undefined) texts[file] = text
    }
  }
  return texts
}

import { readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { adoptSource } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { Target } from '@/server/remote/transport'
import { findCredential } from '@/server/store/credentials'
import type { ErrandRun } from './errand-run'
import { targetOf } from './look-at-hosts'

/** Where clusters of TiUP are read from: a folder here, an uploaded archive, or a folder on another machine. */
export type TiupSource = {
  names(): Promise<string[]>
  /** Texts of meta.yaml and ssh/id_rsa; undefined when there is no such cluster. */
  read(name: string): Promise<{ meta: string; key: string | undefined } | undefined>
  /** Nothing more will be read. */
  done(): Promise<void>
}

/** Throws tiup-root-unset, tiup-folder-unknown, tiup-archive-gone, credential-unknown, and what a host may refuse. */
export const tiupSource = async (run: ErrandRun, raw: unknown): Promise<TiupSource> => {
  const { path: folder, archive, ssh } = adoptSource.parse(raw)
  if (archive !== undefined) return archiveSource(run, archive)
  if (ssh) return sshSource(run, ssh)
  return folderSource(await clustersFolder(run, folder ?? ''))
}

const maxFileBytes = 4 * 1024 ** 2

const folderSource = (clusters: string): TiupSource => ({
  names: () => readdir(clusters),
  read: async (name) => {
    const meta = await readSmall(path.join(clusters, name, 'meta.yaml'), clusters)
    return meta === undefined ? undefined : { meta, key: await readSmall(path.join(clusters, name, 'ssh', 'id_rsa'), clusters) }
  },
  done: async () => {},
})

/** `…/storage/dm`, its `clusters`, or a folder above; below the configured root, links followed. */
const clustersFolder = async (run: ErrandRun, folder: string): Promise<string> => {
  const { tiupRoot } = run.folders
  if (tiupRoot === undefined) throw new AppError('errands.tiup-root-unset', 422)
  const real = async (one: string): Promise<string | undefined> => realpath(one).catch(() => undefined)
  const root = await real(tiupRoot)
  for (const below of ['clusters', 'storage/dm/clusters', '.tiup/storage/dm/clusters', '']) {
    const inside = await real(path.resolve(tiupRoot, folder, below))
    if (!root || !inside || !(inside === root || inside.startsWith(`${root}/`))) continue
    if ((await stat(inside)).isDirectory() && (below !== '' || (await holdsMeta(inside)))) return inside
  }
  throw new AppError('errands.tiup-folder-unknown', 404, { params: { path: folder } })
}

const holdsMeta = async (folder: string): Promise<boolean> => {
  for (const name of await readdir(folder)) if (await readSmall(path.join(folder, name, 'meta.yaml'), folder)) return true
  return false
}

/** A regular file of modest size that really lies below the folder; undefined otherwise. */
const readSmall = async (file: string, below: string): Promise<string | undefined> => {
  const real = await realpath(file).catch(() => undefined)
  if (!real?.startsWith(`${below}/`)) return undefined
  const found = await stat(real)
  return found.isFile() && found.size <= maxFileBytes ? readFile(real, 'utf8') : undefined
}

const sealedFiles = z.record(z.string(), z.object({ meta: z.string(), key: z.string().optional() }))

/** What web kept of an upload, sealed. */
const archiveSource = async (run: ErrandRun, id: string): Promise<TiupSource> => {
  const file = path.join(run.folders.data, 'incoming', `tiup-${id}`)
  const sealed = await readFile(file, 'utf8').catch(() => undefined)
  if (sealed === undefined) throw new AppError('errands.tiup-archive-gone', 404)
  const files = sealedFiles.parse(JSON.parse(run.secrets.openSealed(sealed, `tiup:${id}`)))
  return {
    names: async () => Object.keys(files),
    read: async (name) => {
      const found = Object.hasOwn(files, name) ? files[name] : undefined
      return found && { meta: found.meta, key: found.key }
    },
    done: () => rm(file, { force: true }),
  }
}

type Ssh = NonNullable<z.infer<typeof adoptSource>['ssh']>

/** The storage of the login user on the machine where tiup runs, or a folder that was named. Three plain commands; nothing is written. */
const sshSource = async (run: ErrandRun, { address, port, credentialId, path: given }: Ssh): Promise<TiupSource> => {
  const credential = await findCredential(run.db, credentialId)
  if (!credential) throw new AppError('usecases.credential-unknown', 404, { params: { id: credentialId } })
  const login = { user: credential.username, credentialId, sudo: credential.sudo }
  const target = targetOf({ hostId: address, sshPort: port }, login, {})
  const storage = given || `${(await typed(run, target, ['printenv', 'HOME']))?.trim() ?? ''}/.tiup/storage/dm`
  const clusters = `${storage.replace(/\/+$/, '').replace(/\/clusters$/, '')}/clusters`
  const shape = ['-mindepth', '2', '-maxdepth', '2', '-type', 'f', '-name', 'meta.yaml', '-print0']
  const found = await typed(run, target, ['find', '-P', clusters, ...shape])
  if (found === undefined) throw new AppError('errands.tiup-storage-unknown', 404, { params: { host: address, path: clusters } })
  const names = found.split('\0').flatMap((file) => (file === '' ? [] : [file.split('/').at(-2) ?? '']))
  return {
    names: async () => names,
    read: async (name) => {
      if (!names.includes(name)) return undefined
      const meta = await typed(run, target, ['head', '-c', String(maxFileBytes), '--', `${clusters}/${name}/meta.yaml`])
      const key = await typed(run, target, ['head', '-c', String(maxFileBytes), '--', `${clusters}/${name}/ssh/id_rsa`])
      return meta === undefined ? undefined : { meta, key }
    },
    done: async () => {},
  }
}

/** What a command printed; undefined when it failed. */
const typed = async (run: ErrandRun, target: Target, argv: readonly string[]): Promise<string | undefined> => {
  const result = await run.transport.run(target, { argv, as: 'login', deadlineMs: 30_000 }, { signal: run.signal })
  return result.exitCode === 0 ? result.stdout : undefined
}

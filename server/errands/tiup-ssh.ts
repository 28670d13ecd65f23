import { open } from 'node:fs/promises'
import type { z } from 'zod'
import type { adoptSource } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { type NamedPath, plainPath } from '@/server/domain/topology/own-files'
import type { Target } from '@/server/remote/transport'
import { findCredential } from '@/server/store/credentials'
import type { ErrandRun } from './errand-run'
import { targetOf } from './look-at-hosts'
import { type AuditFile, maxAuditFiles, maxFileBytes, type PatchFile, type TiupSource } from './tiup-source'

type Ssh = NonNullable<z.infer<typeof adoptSource>['ssh']>

/** The storage of the login user on the machine where tiup runs, or a folder that was named. Plain commands that read; nothing is written. */
export const sshSource = async (run: ErrandRun, { address, port, credentialId, path: given, jump }: Ssh): Promise<TiupSource> => {
  const credential = await findCredential(run.db, credentialId)
  if (!credential) throw new AppError('usecases.credential-unknown', 404, { params: { id: credentialId } })
  const login = { user: credential.username, credentialId, sudo: credential.sudo }
  const target = targetOf({ hostId: address, sshPort: port }, login, jump ? { jump } : {})
  const storage = given || `${(await typed(run, target, ['printenv', 'HOME']))?.trim() ?? ''}/.tiup/storage/dm`
  const base = storage.replace(/\/+$/, '').replace(/\/clusters$/, '')
  const clusters = `${base}/clusters`
  const shape = ['-mindepth', '2', '-maxdepth', '2', '-type', 'f', '-name', 'meta.yaml', '-print0']
  const found = await typed(run, target, ['find', '-P', clusters, ...shape])
  if (found === undefined) throw new AppError('errands.tiup-storage-unknown', 404, { params: { host: address, path: clusters } })
  const names = found.split('\0').flatMap((file) => (file === '' ? [] : [file.split('/').at(-2) ?? '']))
  const text = (file: string): Promise<string | undefined> => typed(run, target, ['head', '-c', String(maxFileBytes), '--', file])
  return {
    names: async () => names,
    read: async (name) => {
      if (!names.includes(name)) return undefined
      const meta = await text(`${clusters}/${name}/meta.yaml`)
      return meta === undefined ? undefined : { meta, key: await text(`${clusters}/${name}/ssh/id_rsa`) }
    },
    history: (name) => auditFiles(run, target, { folder: `${base}/audit`, name }),
    patches: (name) => patchesIn(run, target, `${clusters}/${name}/patch`),
    copyPatch: (name, file, to) => copied(run, target, { from: `${clusters}/${name}/patch/${file}`, to, file }),
    ownFiles: (named) => ownFiles(run, target, named, text),
    done: async () => {},
  }
}

/** What a command printed; undefined when it failed. */
const typed = async (run: ErrandRun, target: Target, argv: readonly string[]): Promise<string | undefined> => {
  const result = await run.transport.run(target, { argv, as: 'login', deadlineMs: 30_000 }, { signal: run.signal })
  return result.exitCode === 0 ? result.stdout : undefined
}

/** The name of each audit file that names the cluster, its first line, and how its command ended: one command for all of them. */
const auditScript = `cd -- "$1" 2>/dev/null || exit 0
find . -maxdepth 1 -type f -printf '%f\\n' | head -n "$3" | while IFS= read -r f; do
  head -c 8192 -- "$f" | head -n 1 | grep -qF -- "$2" || continue
  printf '%s\\t' "$f"
  head -c 8192 -- "$f" | head -n 1 | tr -d '\\0\\t' | tr -d '\\n'
  printf '\\t'
  tail -c 16384 -- "$f" | tr -d '\\0' | grep -o 'Execute command finished.{"code": [0-9]*' | tail -n 1 | tr -d '\\n'
  printf '\\n'
done`

const auditFiles = async (run: ErrandRun, target: Target, of: { folder: string; name: string }): Promise<AuditFile[]> => {
  const argv = ['/bin/bash', '-c', auditScript, 'tiup-history', of.folder, of.name, String(maxAuditFiles)]
  return ((await typed(run, target, argv)) ?? '').split('\n').flatMap((line): AuditFile[] => {
    const [id = '', head = '', ...tail] = line.split('\t')
    return id === '' ? [] : [{ id, head, tail: tail.join('\t') }]
  })
}

const patchesIn = async (run: ErrandRun, target: Target, folder: string): Promise<PatchFile[]> => {
  const shape = ['-mindepth', '1', '-maxdepth', '1', '-name', '*.tar.gz', '-printf', '%y\\t%s\\t%f\\t%l\\n']
  const rows = ((await typed(run, target, ['find', '-P', folder, ...shape])) ?? '').split('\n').map((line) => line.split('\t'))
  const roles = new Map(
    rows.flatMap(([type, , name = '', to = '']) => (type === 'l' ? [[to, name.replace(/\.tar\.gz$/, '')] as const] : [])),
  )
  return rows.flatMap(([type, size, file = '']): PatchFile[] => {
    const role = roles.get(file)
    return type === 'f' && file !== '' ? [{ file, sizeBytes: Number(size), ...(role === undefined ? {} : { role }) }] : []
  })
}

/** Through a text, for what a command prints is text; decoded while it comes. */
const copied = async (run: ErrandRun, target: Target, { from, to, file }: { from: string; to: string; file: string }): Promise<void> => {
  const handle = await open(to, 'wx', 0o600)
  let [rest, writing] = ['', Promise.resolve()]
  const onOutput = (stream: 'stdout' | 'stderr', text: string): void => {
    if (stream !== 'stdout') return
    const all = rest + text.replace(/\s+/g, '')
    const whole = all.length - (all.length % 4)
    rest = all.slice(whole)
    const bytes = Buffer.from(all.slice(0, whole), 'base64')
    writing = writing.then(() => handle.appendFile(bytes))
  }
  try {
    const command = { argv: ['base64', '-w', '0', '--', from], as: 'login' as const, deadlineMs: 30 * 60_000 }
    const { exitCode } = await run.transport.run(target, command, { signal: run.signal, onOutput })
    await writing
    if (exitCode !== 0) throw new AppError('errands.tiup-patch-gone', 404, { params: { file } })
  } finally {
    await handle.close()
  }
}

const ownFiles = async (
  run: ErrandRun,
  target: Target,
  named: readonly NamedPath[],
  text: (file: string) => Promise<string | undefined>,
): Promise<Record<string, string>> => {
  const texts: Record<string, string> = {}
  for (const { field, value } of named) {
    const folder = plainPath(value)
    const listed =
      field === 'config_file' ? value : await typed(run, target, ['find', '-L', folder, '-maxdepth', '1', '-type', 'f', '-print0'])
    for (const file of (listed ?? '').split('\0').filter(Boolean)) {
      const found = await text(file)
      if (found !== undefined) texts[file] = found
    }
  }
  return texts
}

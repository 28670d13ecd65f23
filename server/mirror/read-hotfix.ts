import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { HotfixUpload } from '@/server/domain/hotfix'
import type { TreeEntry } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { packageLimits } from './archive-limits'
import { packageProblem } from './archive-refused'
import { fileFacts, formOfFile, type WalkOptions, walkArchive } from './walk-archive'

/**
 * Reads what was uploaded for a hotfix, and runs nothing of it: an archive (tar or tar.gz) of any layout, a program, or any other file.
 * `name` is the name it had where it came from. Every fault is a Problem (`package.*`); rejects as `walkArchive` does.
 */
export const readHotfix = async (
  file: string,
  name: string,
  options: Pick<WalkOptions, 'limits' | 'signal'> = {},
): Promise<HotfixUpload | Problem[]> => {
  const form = await formOfFile(file)
  if (form === 'gzip' || form === 'tar') {
    const walked = await walkArchive(file, options)
    if (Array.isArray(walked)) return walked
    if (!walked.entries.some(({ type }) => type === 'file')) return [packageProblem('unknown-component')]
    return { name, form: 'archive', ...walked }
  }
  const { size } = await stat(file)
  if (size > packageLimits.archiveBytes) return [packageProblem('too-large', { limit: packageLimits.archiveBytes })]
  const { take, facts } = fileFacts()
  for await (const chunk of createReadStream(file, options.signal ? { signal: options.signal } : {})) {
    take(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))
  }
  const seen = facts()
  const path = plainName(name)
  const entry: TreeEntry = { path, type: 'file', sizeBytes: size, mode: form === 'program' ? 0o755 : 0o644, ...seen }
  return { name, form: form === 'program' ? 'program' : 'file', sha256: seen.sha256 ?? '', sizeBytes: size, entries: [entry] }
}

/** The last part of a name as a browser says it, without what could mean something in a path. */
const plainName = (name: string): string => name.replace(/^.*[\\/]/, '').replace(/\p{Cc}/gu, '') || 'file'

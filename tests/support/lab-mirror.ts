/**
 * The lab's signed mirror, kept beside its packages. Run by itself it prints the
 * mirror's folder, its root.json and its fingerprint.
 */
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPackages } from '@/tests/lab/build-packages'
import { makeMirror } from '@/tests/support/make-mirror'

export interface LabMirror {
  readonly dir: string
  readonly rootPath: string
  readonly fingerprint: string
}

/** Builds what is missing; the keys are thrown away, so the same packages keep the same mirror. Of two that build at once the first wins. */
export async function labMirror(): Promise<LabMirror> {
  const packages = buildPackages()
  const folder = dirname(packages[0]?.file ?? '')
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const info = join(dirname(folder), `dm-signed-mirror-${id}.json`)
  if (!existsSync(info)) {
    const dir = mkdtempSync(join(dirname(folder), `dm-signed-mirror-${id}-`))
    const made = await makeMirror(
      dir,
      packages.map((item) => ({ ...item, os: 'linux', arch: 'amd64' })),
    )
    const partial = `${info}.${process.pid}`
    writeFileSync(partial, JSON.stringify({ dir, rootPath: made.rootPath, fingerprint: made.fingerprint }))
    try {
      linkSync(partial, info)
    } catch {
      rmSync(dir, { recursive: true, force: true })
    } finally {
      rmSync(partial)
    }
  }
  return JSON.parse(readFileSync(info, 'utf8')) as LabMirror // written just above, by this program
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await labMirror(), null, 2))
}

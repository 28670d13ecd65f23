/**
 * The lab's signed mirror, kept beside its packages. Run by itself it prints the
 * mirror's folder, its root.json and its fingerprint.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPackages } from '@/tests/lab/build-packages'
import { makeMirror } from '@/tests/support/make-mirror'

export interface LabMirror {
  readonly dir: string
  readonly rootPath: string
  readonly fingerprint: string
}

const infoOf = (dir: string): string => join(dirname(dir), `${dir.slice(dirname(dir).length + 1)}.json`)

/** Builds what is missing; the keys are thrown away, so the same packages keep the same mirror. */
export async function labMirror(): Promise<LabMirror> {
  const packages = buildPackages()
  const folder = dirname(packages[0]?.file ?? '')
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const dir = join(dirname(folder), `dm-mirror-${id}`)
  if (!existsSync(infoOf(dir))) {
    rmSync(dir, { recursive: true, force: true })
    const made = await makeMirror(
      dir,
      packages.map((item) => ({ ...item, os: 'linux', arch: 'amd64' })),
    )
    const partial = `${infoOf(dir)}.${process.pid}`
    writeFileSync(partial, JSON.stringify({ dir, rootPath: made.rootPath, fingerprint: made.fingerprint }))
    renameSync(partial, infoOf(dir))
  }
  return JSON.parse(readFileSync(infoOf(dir), 'utf8')) as LabMirror // written just above, by this program
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await labMirror(), null, 2))
}

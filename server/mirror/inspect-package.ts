import path from 'node:path'
import { componentNames, componentSpec } from '@/server/domain/component'
import type { PackageComponent, TreeEntry } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { type ArchiveLimits, packageLimits } from './archive-limits'
import { packageProblem, Unfit } from './archive-refused'
import { type FileSink, walkArchive } from './walk-archive'

export type InspectedPackage = {
  component: PackageComponent
  /** From the file's name; an archive itself does not say. */
  version?: string
  os: string
  arch: string
  entry: string
  entrySha256: string
  sizeBytes: number
  sha256: string
  texts: Readonly<Record<string, string>>
  tree: readonly TreeEntry[]
}

export type InspectOptions = {
  /** What it should be; found out by its program when not given. */
  component?: PackageComponent
  /** The name it was uploaded under, when the file's own is another. */
  fileName?: string
  limits?: Partial<ArchiveLimits>
  signal?: AbortSignal
}

const packageComponents: readonly PackageComponent[] = [...componentNames, 'dmctl']

/** Where a component's program lies in its package; the exporters' own releases have it in one folder of another name. */
const programPaths = (component: PackageComponent): string[] =>
  component === 'dmctl' ? ['dmctl/dmctl', 'dmctl'] : [componentSpec(component).entry]

/**
 * Reads a package's archive as a stream and runs nothing of it. Every fault of the archive is a Problem (`package.*`);
 * rejects only when the file itself can't be read, and on abort.
 */
export const inspectPackage = async (file: string, options: InspectOptions = {}): Promise<InspectedPackage | Problem[]> => {
  const { limits, signal, fileName } = options
  const { texts, watch } = textCollector({ ...packageLimits, ...limits })
  const walked = await walkArchive(file, { watch, ...(limits && { limits }), ...(signal && { signal }) })
  if (Array.isArray(walked)) return walked
  const judged = judge(walked.entries, options.component)
  if (Array.isArray(judged)) return judged
  const version = versionFromName(path.basename(fileName ?? file), judged.component)
  const { sha256, sizeBytes, entries: tree } = walked
  return { ...judged, ...(version !== undefined && { version }), sizeBytes, sha256, texts: texts(), tree }
}

const isText = (name: string): boolean => /^dm-master\/(?:conf\/[^/]+\.rules\.yml|scripts\/[^/]+\.json)$/.test(name)

/** Keeps the rules and dashboards as they come by. */
const textCollector = (limits: ArchiveLimits) => {
  const kept = new Map<string, Buffer[]>()
  let allBytes = 0
  const watch = ({ path: name, sizeBytes }: { path: string; sizeBytes: number }): FileSink | undefined => {
    if (!isText(name)) return undefined
    allBytes += sizeBytes
    if (sizeBytes > limits.textBytes || allBytes > limits.allTextBytes) throw new Unfit(packageProblem('text-too-large', { path: name }))
    const chunks: Buffer[] = []
    kept.set(name, chunks)
    return (chunk) => void chunks.push(chunk)
  }
  const texts = () => Object.fromEntries([...kept].map(([name, chunks]) => [name, Buffer.concat(chunks).toString('utf8')]))
  return { watch, texts }
}

type Judged = Pick<InspectedPackage, 'component' | 'os' | 'arch' | 'entry' | 'entrySha256'>

const judge = (entries: readonly TreeEntry[], wanted: PackageComponent | undefined): Judged | Problem[] => {
  for (const component of wanted ? [wanted] : packageComponents) {
    const program = programOf(component, entries)
    if (!program) continue
    if ((program.mode & 0o111) === 0) return [packageProblem('not-executable', { path: program.path })]
    if (program.platform === undefined) return [packageProblem('not-a-linux-program', { path: program.path })]
    const [os = '', arch = ''] = program.platform.split('/')
    return { component, os, arch, entry: program.path, entrySha256: program.sha256 ?? '' }
  }
  return wanted
    ? [packageProblem('no-program', { component: wanted, path: programPaths(wanted)[0] ?? '' })]
    : [packageProblem('unknown-component')]
}

/** The program of a component in its package's tree. */
const programOf = (component: PackageComponent, entries: readonly TreeEntry[]): TreeEntry | undefined => {
  const files = entries.filter(({ type }) => type === 'file')
  const exact = programPaths(component)
    .map((wanted) => files.find((file) => file.path === wanted))
    .find((file) => file !== undefined)
  if (exact || !component.endsWith('_exporter')) return exact
  return files.findLast((file) => file.path.split('/').length === 2 && file.path.endsWith(`/${component}`))
}

/** `dm-master-v8.5.0-linux-amd64.tar.gz` → `v8.5.0` */
const versionFromName = (name: string, component: PackageComponent): string | undefined =>
  name.startsWith(`${component}-`) ? /^-(v\d+\.\d+\.\d+.*?)-[a-z]+-[a-z0-9_]+\.tar\.gz$/.exec(name.slice(component.length))?.[1] : undefined

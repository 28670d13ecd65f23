import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import tar, { type Header } from 'tar-stream'
import { componentNames, componentSpec } from '@/server/domain/component'
import type { PackageComponent } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import { elfHeaderBytes, readElf } from './elf'

export const packageLimits = {
  archiveBytes: 2 * 1024 ** 3,
  unpackedBytes: 8 * 1024 ** 3,
  entries: 50_000,
  pathCharacters: 1024,
  /** Of one rules file or dashboard, and of all. */
  textBytes: 4 * 1024 ** 2,
  allTextBytes: 32 * 1024 ** 2,
}

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
}

export type InspectOptions = {
  /** What it should be; found out by its program when not given. */
  component?: PackageComponent
  /** The name it was uploaded under, when the file's own is another. */
  fileName?: string
  signal?: AbortSignal
}

const packageComponents: readonly PackageComponent[] = [...componentNames, 'dmctl']

/** Where a component's program lies in its package; the exporters' own releases have it in one folder of another name. */
const programPaths = (component: PackageComponent): string[] =>
  component === 'dmctl' ? ['dmctl/dmctl', 'dmctl'] : [componentSpec(component).entry]

type Program = { path: string; sha256: string; head: Buffer; executable: boolean }
type Found = { programs: Map<string, Program>; texts: Record<string, string>; textBytes: number; links: { name: string; target: string }[] }

/**
 * Reads a package's archive as a stream and runs nothing of it. Every fault of the archive is a Problem (`package.*`);
 * rejects only when the file itself can't be read, and on abort.
 */
export const inspectPackage = async (file: string, options: InspectOptions = {}): Promise<InspectedPackage | Problem[]> => {
  const hash = createHash('sha256')
  const found: Found = { programs: new Map(), texts: {}, textBytes: 0, links: [] }
  const input = createReadStream(file)
  let sizeBytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length
      hash.update(chunk)
      done(sizeBytes > packageLimits.archiveBytes ? new Unfit(problem('too-large', { limit: packageLimits.archiveBytes })) : null, chunk)
    },
  })
  const extract = tar.extract()
  const reading = readEntries(extract, found)
  try {
    const flow = pipeline(input, measure, createGunzip(), guardSize(), extract, options.signal ? { signal: options.signal } : {})
    await Promise.all([flow, reading])
  } catch (error) {
    options.signal?.throwIfAborted()
    await reading.catch(() => {})
    if (error instanceof Unfit) return [error.problem]
    if (isReadFailure(error)) throw error
    return [problem('not-an-archive', { detail: error instanceof Error ? error.message : String(error) })]
  }
  const judged = judge(found, options)
  if (Array.isArray(judged)) return judged
  const version = versionFromName(path.basename(options.fileName ?? file), judged.component)
  return { ...judged, ...(version === undefined ? {} : { version }), sizeBytes, sha256: hash.digest('hex'), texts: found.texts }
}

/** A file in the archive, as tar-stream hands it out. */
type Source = tar.Extract extends AsyncIterable<infer Entry> ? Entry : never

/** Ends the reading of an archive that can't be a package. */
class Unfit extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
  }
}

const problem = (name: string, params: Problem['params'] = {}): Problem => ({ code: `package.${name}`, severity: 'error', params })

/** The disk failed, not the archive. */
const isReadFailure = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['open', 'read', 'fstat'].includes(String(error.syscall))

const guardSize = (): Transform => {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > packageLimits.unpackedBytes ? new Unfit(problem('bomb', { limit: packageLimits.unpackedBytes })) : null, chunk)
    },
  })
}

const readEntries = async (extract: tar.Extract, found: Found): Promise<void> => {
  let count = 0
  for await (const entry of extract) {
    count += 1
    if (count > packageLimits.entries) throw new Unfit(problem('too-many-files', { limit: packageLimits.entries }))
    const name = checkedName(entry.header)
    if (entry.header.type === 'file' || entry.header.type === 'contiguous-file') await readFile(entry, name, entry.header, found)
    else if (entry.header.type === 'symlink') found.links.push({ name, target: checkedLink(name, entry.header) })
    else if (entry.header.type !== 'directory') throw new Unfit(problem('special-file', { path: name, type: String(entry.header.type) }))
    entry.resume()
  }
  for (const { name } of found.links) {
    const through = [...found.programs.keys(), ...Object.keys(found.texts)].find((one) => one === name || one.startsWith(`${name}/`))
    if (through !== undefined) throw new Unfit(problem('unsafe-link', { path: name, target: through }))
  }
}

/** A relative path without `..`, backslash or control character, as it would be unpacked. */
const checkedName = ({ name }: Header): string => {
  const parts = name.split('/')
  const isUnsafe = name.startsWith('/') || parts.includes('..') || /[\\\p{Cc}]/u.test(name) || name.length > packageLimits.pathCharacters
  if (isUnsafe || name === '') throw new Unfit(problem('unsafe-path', { path: JSON.stringify(name).slice(0, 200) }))
  return parts.filter((part) => part !== '.' && part !== '').join('/')
}

/** A link may stay inside of the archive's own tree, as some in Grafana's do; hard links and links that leave it are refused. */
const checkedLink = (name: string, { linkname }: Header): string => {
  const target = linkname ?? ''
  const resolved = path.posix.normalize(path.posix.join(path.posix.dirname(name), target))
  const leaves = target === '' || target.startsWith('/') || target.includes('\\') || resolved === '..' || resolved.startsWith('../')
  if (leaves) throw new Unfit(problem('unsafe-link', { path: name, target: target.slice(0, 200) }))
  return resolved
}

const isText = (name: string): boolean => /^dm-master\/(?:conf\/[^/]+\.rules\.yml|scripts\/[^/]+\.json)$/.test(name)

const isProgram = (name: string): boolean =>
  packageComponents.some((component) => programPaths(component).includes(name)) || /^[^/]+\/(?:node|blackbox)_exporter$/.test(name)

const readFile = async (bytes: Source, name: string, header: Header, found: Found): Promise<void> => {
  const hash = isProgram(name) ? createHash('sha256') : null
  const text = isText(name) ? [] : null
  if (text && (header.size ?? 0) > packageLimits.textBytes) throw new Unfit(problem('text-too-large', { path: name }))
  const head = await consume(bytes, hash, text)
  if (hash) found.programs.set(name, { path: name, sha256: hash.digest('hex'), head, executable: ((header.mode ?? 0) & 0o111) !== 0 })
  if (!text) return
  const whole = Buffer.concat(text)
  found.textBytes += whole.length
  if (found.textBytes > packageLimits.allTextBytes) throw new Unfit(problem('text-too-large', { path: name }))
  found.texts[name] = whole.toString('utf8')
}

const consume = async (bytes: Source, hash: Hash | null, text: Buffer[] | null): Promise<Buffer> => {
  let head = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    if (head.length < elfHeaderBytes) head = Buffer.concat([head, part.subarray(0, elfHeaderBytes)])
    hash?.update(part)
    text?.push(part)
  }
  return head
}

type Judged = Pick<InspectedPackage, 'component' | 'os' | 'arch' | 'entry' | 'entrySha256'>

const judge = (found: Found, options: InspectOptions): Judged | Problem[] => {
  const candidates = options.component ? [options.component] : packageComponents
  for (const component of candidates) {
    const program = programOf(component, found)
    if (!program) continue
    if (!program.executable) return [problem('not-executable', { path: program.path })]
    const elf = readElf(program.head)
    if (!elf) return [problem('not-a-linux-program', { path: program.path })]
    return { component, ...elf, entry: program.path, entrySha256: program.sha256 }
  }
  return options.component
    ? [problem('no-program', { component: options.component, path: programPaths(options.component)[0] ?? '' })]
    : [problem('unknown-component')]
}

const programOf = (component: PackageComponent, { programs }: Found): Program | undefined => {
  const exact = programPaths(component)
    .map((wanted) => programs.get(wanted))
    .find((program) => program !== undefined)
  if (exact || !component.endsWith('_exporter')) return exact
  return [...programs.values()].find((program) => program.path.endsWith(`/${component}`))
}

/** `dm-master-v8.5.0-linux-amd64.tar.gz` → `v8.5.0` */
const versionFromName = (name: string, component: PackageComponent): string | undefined =>
  name.startsWith(`${component}-`) ? /^-(v\d+\.\d+\.\d+.*?)-[a-z]+-[a-z0-9_]+\.tar\.gz$/.exec(name.slice(component.length))?.[1] : undefined

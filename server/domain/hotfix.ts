import { componentNames, componentSpec } from './component'
import type { PackageComponent, TreeChange, TreeEntry } from './package'
import type { Problem } from './problem'

/** What somebody uploaded for a hotfix. Of a lone file or program the one entry's path is its name. */
export type HotfixUpload = {
  name: string
  form: 'archive' | 'program' | 'file'
  sha256: string
  sizeBytes: number
  entries: readonly TreeEntry[]
}

/** The release that a hotfix is built on. */
export type HotfixBase = { component: PackageComponent; entry: string; os: string; arch: string; entries: readonly TreeEntry[] }

/** Where files of the upload go when the rules do not know, or are to be overruled; `to` is a path in the package, '' leaves the file out. */
export type Placement = { component: string; from: string; to: string }

export type ArrangedHotfix = { changes: TreeChange[]; problems: Problem[] }

const allComponents: readonly PackageComponent[] = [...componentNames, 'dmctl']

const programName = (component: PackageComponent): string => (component === 'dmctl' ? 'dmctl' : lastOf(componentSpec(component).entry))

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The component that Go's linker says a program is, if it is one of ours. */
const componentOfMain = ({ main }: TreeEntry): PackageComponent | undefined =>
  main === undefined ? undefined : allComponents.find((component) => programName(component) === lastOf(main))

/** By its name alone; a lone upload may have more behind the component's name, such as `dm-worker-v8.5.0-fix`. */
const componentOfName = (path: string, lone: boolean): PackageComponent | undefined => {
  const name = lastOf(path)
  const exact = allComponents.find((component) => programName(component) === name)
  return exact ?? (lone ? allComponents.find((component) => name.startsWith(`${programName(component)}`)) : undefined)
}

const componentOf = (file: TreeEntry, lone: boolean): PackageComponent | undefined =>
  file.platform === undefined ? undefined : (componentOfMain(file) ?? componentOfName(file.path, lone))

const filesOf = (entries: readonly TreeEntry[]): TreeEntry[] => entries.filter(({ type }) => type === 'file')

/** The components that an upload is for, as its programs and folders say, in their usual order. */
export const componentsOf = (upload: HotfixUpload): PackageComponent[] => {
  const lone = upload.form !== 'archive'
  const programs = new Set(filesOf(upload.entries).map((file) => componentOf(file, lone)))
  if (programs.size === 0 || (programs.size === 1 && programs.has(undefined))) {
    const folders = new Set(upload.entries.flatMap(({ path }) => path.split('/').slice(0, -1)))
    return allComponents.filter((component) => folders.has(component))
  }
  return allComponents.filter((component) => programs.has(component))
}

const problem = (code: string, params: Problem['params']): Problem => ({ code, severity: 'error', params })

/**
 * The tree of a component's package after the upload is put into its base: a program at any depth takes the place of the base's entry,
 * any other file that of the base's file with the same path (or the end of it), and what a component's own tarball has more is added.
 * All faults at once (`hotfix.*`, `package.*`), with `severity: 'warning'` for what was mended.
 */
export const arrangeHotfix = (base: HotfixBase, upload: HotfixUpload, placements: readonly Placement[] = []): ArrangedHotfix => {
  const problems: Problem[] = []
  const chosen = new Map<string, TreeEntry>()
  const own = placements.filter(({ component }) => component === base.component)
  const prefix = prefixOf(base, upload)
  for (const file of filesOf(upload.entries)) {
    const asked = own.find(({ from }) => from === file.path)
    const to = asked ? asked.to : placeOf(base, upload, { file, prefix })
    if (to === undefined || to === '') continue
    const fault = asked && to !== base.entry ? placeFault(base, to) : to === base.entry ? programFault(base, upload, file) : undefined
    if (fault) {
      problems.push(fault)
      continue
    }
    const other = chosen.get(to)
    if (other && other.sha256 !== file.sha256)
      problems.push(problem('hotfix.ambiguous', { path: to, first: other.path, second: file.path }))
    else if (!other) chosen.set(to, file)
  }
  const changes = changesOf(base, chosen)
  if (problems.length === 0 && chosen.size === 0) problems.push(nothingFits(base, upload))
  else if (problems.length === 0 && changes.every(({ change }) => change === 'same'))
    problems.push(problem('hotfix.same-as-base', { component: base.component }))
  const program = chosen.get(base.entry)
  if (program && upload.form === 'archive' && program.path !== base.entry) {
    problems.push({
      ...problem('hotfix.layout-mended', { component: base.component, path: program.path, entry: base.entry }),
      severity: 'warning',
    })
  }
  return { changes, problems }
}

/** Files of the upload that no package takes. */
export const leftOut = (upload: HotfixUpload, arranged: readonly ArrangedHotfix[]): string[] => {
  const taken = new Set(arranged.flatMap(({ changes }) => changes.map(({ from }) => from)))
  return filesOf(upload.entries).flatMap(({ path }) => (taken.has(path) ? [] : [path]))
}

const nothingFits = (base: HotfixBase, upload: HotfixUpload): Problem => {
  const { component } = base
  if (upload.form === 'archive') return problem('hotfix.nothing-fits', { component, name: upload.name })
  return problem('hotfix.which-place', { component, name: upload.name })
}

/** The folder in which a component's own tarball has its tree; undefined: it is no such tarball. */
const prefixOf = (base: HotfixBase, upload: HotfixUpload): string | undefined => {
  const program = filesOf(upload.entries).find(({ path }) => path === base.entry || path.endsWith(`/${base.entry}`))
  return program?.path.slice(0, program.path.length - base.entry.length)
}

const placeOf = (
  base: HotfixBase,
  upload: HotfixUpload,
  { file, prefix }: { file: TreeEntry; prefix: string | undefined },
): string | undefined => {
  const lone = upload.form !== 'archive'
  if (isItsProgram(base, upload, file)) return base.entry
  const paths = filesOf(base.entries).map(({ path }) => path)
  const same = paths.filter((path) => path !== base.entry && (file.path === path || file.path.endsWith(`/${path}`)))
  const longest = same.sort((a, b) => b.length - a.length)[0]
  if (longest !== undefined) return longest
  if (lone) {
    const named = paths.filter((path) => path !== base.entry && lastOf(path) === lastOf(file.path))
    return named.length === 1 ? named[0] : undefined
  }
  const top = `${base.entry.split('/')[0]}/`
  const rest = prefix !== undefined && file.path.startsWith(prefix) ? file.path.slice(prefix.length) : ''
  return base.entry.includes('/') && rest.startsWith(top) && rest !== base.entry ? rest : undefined
}

/** A file that stands for the component's program, be it right or not. */
const isItsProgram = (base: HotfixBase, upload: HotfixUpload, file: TreeEntry): boolean => {
  const lone = upload.form !== 'archive'
  if (lone) return upload.form === 'program' || lastOf(file.path) === programName(base.component)
  if (lastOf(file.path) === programName(base.component)) {
    return file.platform !== undefined || !filesOf(upload.entries).some((one) => componentOf(one, false) === base.component)
  }
  return componentOfMain(file) === base.component && file.platform !== undefined
}

const programFault = (base: HotfixBase, upload: HotfixUpload, file: TreeEntry): Problem | undefined => {
  const lone = upload.form !== 'archive'
  const is = componentOfMain(file) ?? componentOfName(file.path, lone)
  const wanted = `${base.os}/${base.arch}`
  if (file.platform === undefined) return problem('package.not-a-linux-program', { path: file.path })
  if (file.platform !== wanted) return problem('hotfix.wrong-arch', { path: file.path, seen: file.platform, wanted })
  if (is !== undefined && is !== base.component)
    return problem('hotfix.wrong-component', { path: file.path, seen: is, wanted: base.component })
  if (!lone && (file.mode & 0o111) === 0) return problem('package.not-executable', { path: file.path })
  return undefined
}

/** A place that somebody typed must be a file's path inside of the package. */
const placeFault = (base: HotfixBase, to: string): Problem | undefined => {
  const parts = to.split('/')
  const plain = !parts.includes('..') && !parts.includes('.') && !parts.includes('') && !/[\\\p{Cc}]/u.test(to) && to.length <= 1024
  const clash = base.entries.some(
    ({ path, type }) =>
      (path === to && type !== 'file') || (type !== 'directory' && to.startsWith(`${path}/`)) || path.startsWith(`${to}/`),
  )
  return plain && !clash ? undefined : problem('hotfix.no-such-place', { path: to })
}

const changesOf = (base: HotfixBase, chosen: ReadonlyMap<string, TreeEntry>): TreeChange[] => {
  const kept = filesOf(base.entries).map(({ path, sizeBytes, mode, sha256 = '' }): TreeChange => {
    const before = { sizeBytes, mode, sha256 }
    const file = chosen.get(path)
    if (!file) return { path, change: 'same', before, after: before }
    const after = { sizeBytes: file.sizeBytes, mode: path === base.entry ? 0o755 : mode, sha256: file.sha256 ?? '' }
    return { path, change: after.sha256 === sha256 && after.mode === mode ? 'same' : 'changed', before, after, from: file.path }
  })
  const there = new Set(kept.map(({ path }) => path))
  const added = [...chosen].flatMap(([path, file]): TreeChange[] => {
    const mode = (file.mode & 0o111) === 0 ? 0o644 : 0o755
    const after = { sizeBytes: file.sizeBytes, mode, sha256: file.sha256 ?? '' }
    return there.has(path) ? [] : [{ path, change: 'added', after, from: file.path }]
  })
  return [...kept, ...added].sort((a, b) => (a.path < b.path ? -1 : 1))
}

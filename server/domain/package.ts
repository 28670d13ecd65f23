import type { ComponentName } from './component'

/** A tarball of one component, version, os/arch, in the store by its sha256. `dmctl` is kept too. */
export type PackageComponent = ComponentName | 'dmctl'

/** `hotfix`: built here, from a release and what was uploaded for it. */
export type PackageOrigin = 'upload' | 'mirror' | 'hotfix'

export type PackageInfo = {
  sha256: string
  component: PackageComponent
  /** The mirror's name for it where that is another, as `component_sources` of a topology says. */
  source?: string
  version: string
  os: string
  arch: string
  sizeBytes: number
  /** Path of the program in the archive, and the sha256 of that file. */
  entry: string
  entrySha256: string
  origin: { from: PackageOrigin; detail: string }
  /** Small texts that are rendered onto hosts: a dm-master package's rules and dashboards. Path in the archive → text. */
  texts: Readonly<Record<string, string>>
  /** Of a hotfix: where it comes from. */
  hotfix?: HotfixOrigin
  /** What its program said with `-V` on a host, the last time that somebody asked. */
  verified?: VerifiedPackage
}

export type HotfixOrigin = { baseSha256: string; uploadName: string; uploadSha256: string; ticket: string; notes: string }

/** What a program of DM prints with `-V`; '' where it printed no such line. */
export type ProgramVersion = { release: string; commit: string; branch: string; built: string; go: string }

export type VerifiedPackage = ProgramVersion & {
  cluster: string
  host: string
  user: string
  by: string
  at: string
  /** All that it printed, cut to 4 KiB. */
  text: string
}

/** One entry of an archive, its path without `./`. */
export type TreeEntry = {
  path: string
  type: 'file' | 'directory' | 'symlink'
  sizeBytes: number
  /** Permission bits, such as 0o755. */
  mode: number
  /** Of a file. */
  sha256?: string
  /** Of a symbolic link. */
  target?: string
  /** Of a Linux program: `linux/amd64` or `linux/arm64`. */
  platform?: string
  /** Of a Go program: the package path of its main, as the linker noted it. */
  main?: string
}

/** A file of a hotfix package against its base. */
export type TreeChange = {
  path: string
  change: 'same' | 'changed' | 'added'
  before?: { sizeBytes: number; mode: number; sha256: string }
  after: { sizeBytes: number; mode: number; sha256: string }
  /** Where it lies in what was uploaded. */
  from?: string
}

/** `dm-master-v8.5.0-linux-amd64.tar.gz` */
export const packageFileName = (p: { component: string; version: string; os: string; arch: string }): string =>
  `${p.component}-${p.version}-${p.os}-${p.arch}.tar.gz`

/** The name under which it is downloaded: a hotfix is called as `tiup dm patch`'s document calls it. */
export const downloadName = (p: Pick<PackageInfo, 'component' | 'version' | 'os' | 'arch' | 'origin'>): string =>
  packageFileName(p.origin.from === 'hotfix' ? { ...p, version: 'hotfix' } : p)

/** What makes a component's program print its version and end. */
export const versionFlag = (component: PackageComponent): string =>
  component === 'grafana' ? '-v' : component.startsWith('dm') ? '-V' : '--version'

/** Reads what `-V` of DM's programs printed, or `--version` of the monitors'. Null when it is no version text. */
export const parseProgramVersion = (text: string): ProgramVersion | null => {
  const line = (name: string): string => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*?)\\s*$`, 'm').exec(text)?.[1] ?? ''
  const release = line('Release Version')
  if (release !== '') {
    const [commit = '', branch = '', built = '', go = ''] = ['Git Commit Hash', 'Git Branch', 'UTC Build Time', 'Go Version'].map(line)
    return { release, commit, branch, built, go }
  }
  const plain = /\bversion:? v?(\d[^\s,)]*)/i.exec(text)?.[1]
  if (plain === undefined) return null
  const inBrackets = (name: string): string => new RegExp(`\\b${name}: ([^\\s,)]+)`).exec(text)?.[1] ?? ''
  const commit = inBrackets('revision') || inBrackets('commit')
  return { release: `v${plain}`, commit, branch: inBrackets('branch'), built: line('build date'), go: line('go version') }
}

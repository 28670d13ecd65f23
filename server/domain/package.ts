import type { ComponentName } from './component'

/** A tarball of one component, version, os/arch, in the store by its sha256. `dmctl` is kept too. */
export type PackageComponent = ComponentName | 'dmctl'

export type PackageInfo = {
  sha256: string
  component: PackageComponent
  version: string
  os: string
  arch: string
  sizeBytes: number
  /** Path of the program in the archive, and the sha256 of that file. */
  entry: string
  entrySha256: string
  origin: { from: 'upload' | 'mirror'; detail: string }
  /** Small texts that are rendered onto hosts: a dm-master package's rules and dashboards. Path in the archive → text. */
  texts: Readonly<Record<string, string>>
}

/** `dm-master-v8.5.0-linux-amd64.tar.gz` */
export const packageFileName = (p: Pick<PackageInfo, 'component' | 'version' | 'os' | 'arch'>): string =>
  `${p.component}-${p.version}-${p.os}-${p.arch}.tar.gz`

import semver from 'semver'
import type { ComponentManifest, MirrorItem } from './manifest'
import { MirrorRefused } from './mirror-refused'

export type MirrorFile = MirrorItem & { component: string; version: string; os: string; arch: string }

export type ComponentVersion = { version: string; platforms: { os: string; arch: string; sizeBytes: number; released: string }[] }

/** An item without an entry counts as absent, as in TiUP. */
const isUsable = (item: MirrorItem): boolean => !item.yanked && item.entry !== ''

/** Newest first. */
const byVersion = (a: string, b: string): number =>
  semver.valid(a) && semver.valid(b)
    ? semver.rcompare(a, b)
    : Number(Boolean(semver.valid(b))) - Number(Boolean(semver.valid(a))) || (a < b ? 1 : -1)

/** All versions of a component that can be installed, newest first, each with its platforms. */
export const versionsOf = (manifest: ComponentManifest): ComponentVersion[] => {
  const found = new Map<string, ComponentVersion>()
  for (const [platform, versions] of Object.entries(manifest.platforms)) {
    const [os = '', arch = ''] = platform.split('/')
    for (const [version, item] of Object.entries(versions)) {
      if (!isUsable(item)) continue
      const row = found.get(version) ?? { version, platforms: [] }
      row.platforms.push({ os, arch, sizeBytes: item.length, released: item.released })
      found.set(version, row)
    }
  }
  return [...found.values()].sort((a, b) => byVersion(a.version, b.version))
}

/** The file for a platform (else of `any/any`). `''`: latest stable, else the latest pre-release; same rule as tiup 842f05c. */
export const chooseVersion = (manifest: ComponentManifest, wanted: string, { os, arch }: { os: string; arch: string }): MirrorFile => {
  const exact = Object.hasOwn(manifest.platforms, `${os}/${arch}`)
  const platform = exact ? `${os}/${arch}` : 'any/any'
  const versions = Object.hasOwn(manifest.platforms, platform) ? (manifest.platforms[platform] ?? {}) : {}
  const version = wanted === '' ? latest(versions) : wanted === 'nightly' ? manifest.nightly : wanted
  const item = version !== undefined && Object.hasOwn(versions, version) ? versions[version] : undefined
  if (version === undefined || !item || !isUsable(item)) {
    throw new MirrorRefused('unknown-version', { component: manifest.id, version: wanted || 'latest', platform: `${os}/${arch}` })
  }
  const [fileOs = os, fileArch = arch] = platform.split('/')
  return { ...item, component: manifest.id, version, os: fileOs, arch: fileArch }
}

const latest = (versions: Readonly<Record<string, MirrorItem>>): string | undefined => {
  const usable = Object.entries(versions)
    .filter(([version, item]) => isUsable(item) && semver.valid(version) && !version.includes('nightly'))
    .map(([version]) => version)
    .sort(byVersion)
  return usable.find((version) => semver.prerelease(version) === null) ?? usable[0]
}

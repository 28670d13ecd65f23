import semver from 'semver'
import type { Problem } from '../problem'

/** Same letters as tiup 842f05c takes; `.` and `..` are refused, as they are folders. */
export const clusterNameProblem = (name: string): Problem | undefined => {
  if (/^[a-zA-Z0-9\-_.]+$/.test(name) && name !== '.' && name !== '..' && name.length <= 100) return undefined
  return { code: 'topology.cluster-name', severity: 'error', path: 'name', params: { name } }
}

/** `8.5.0` → `v8.5.0`; `nightly` stays. */
export const normalVersion = (version: string): string => {
  const trimmed = version.trim()
  return /^\d/.test(trimmed) ? `v${trimmed}` : trimmed
}

/** A cluster's version is SemVer from v2.0.0 on, or nightly. Judges the normalised text. */
export const versionProblem = (version: string): Problem | undefined => {
  const normal = normalVersion(version)
  if (normal === 'nightly' || normal.endsWith('-nightly')) return undefined
  const parsed = semver.parse(normal)
  if (!normal.startsWith('v') || parsed === null)
    return { code: 'topology.version-form', severity: 'error', path: 'version', params: { version } }
  if (semver.lt(`${parsed.major}.${parsed.minor}.${parsed.patch}`, '2.0.0'))
    return { code: 'topology.version-old', severity: 'error', path: 'version', params: { version } }
  return undefined
}

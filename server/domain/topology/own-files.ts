import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import type { Problem } from '../problem'
import { entriesOf } from './instances'
import { keptBlob, type OwnFilesInput, ownFileLimits } from './own-files-input'
import type { Topology } from './topology'
import { secretMark, secretMask } from './typed-secrets'

/** The user's own files that a topology names by their path on the machine where it was written: TiUP reads them there. */

export const ownFileFields = ['rule_dir', 'dashboard_dir', 'config_file'] as const
export type OwnFileField = (typeof ownFileFields)[number]

/** Path → where its text is kept: a blob, or (an Alertmanager's configuration has passwords) a sealed secret. */
export const keptFiles = z.record(z.string(), z.union([z.literal(secretMask), keptBlob]))
export type KeptFiles = z.infer<typeof keptFiles>

export type NamedPath = {
  field: OwnFileField
  /** Where it stands in the topology. */
  path: string
  /** What it says: a folder, or the file of `config_file`. */
  value: string
  /** The given files that fit, by their whole path. */
  found: string[]
}

/** Every path of a topology that names files of the user's, with those of `given` that fit it. */
export const namedPaths = (topology: Topology, given: readonly string[]): NamedPath[] =>
  entriesOf(topology).flatMap(({ path, entry }) =>
    ownFileFields.flatMap((field): NamedPath[] => {
      const value = Object.entries(entry).find(([key]) => key === field)?.[1]
      if (typeof value !== 'string' || value === '') return []
      return [{ field, path: `${path}.${field}`, value, found: given.filter((file) => fits(field, value, file)) }]
    }),
  )

/** Without slashes at its end. */
export const plainPath = (dir: string): string => dir.replace(/(.)\/+$/, '$1')

const endings: Readonly<Record<Exclude<OwnFileField, 'config_file'>, string>> = { rule_dir: '.rules.yml', dashboard_dir: '.json' }

/** TiUP takes `*.rules.yml` and `*.json` of the folder itself, nothing below it. */
const fits = (field: OwnFileField, value: string, file: string): boolean => {
  if (field === 'config_file') return file === value
  const dir = `${plainPath(value)}/`
  return file.startsWith(dir) && file.endsWith(endings[field]) && !file.slice(dir.length).includes('/')
}

/** What is missing of the named files and what can't be used of the given ones; paths lead to the keys that name them. */
export const ownFileProblems = (topology: Topology, given: readonly string[]): Problem[] => {
  const named = namedPaths(topology, given)
  const used = new Set(named.flatMap(({ found }) => found))
  return [
    ...named.flatMap(({ field, path, value, found }): Problem[] => {
      if (found.length === 0) return [{ code: `topology.${field}-missing`, severity: 'error', path, params: { field, path: value } }]
      const bad = field === 'config_file' ? undefined : found.find((file) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(nameOf(file)))
      return bad === undefined ? [] : [{ code: 'topology.file-name', severity: 'error', path, params: { name: nameOf(bad) } }]
    }),
    ...given.flatMap((file): Problem[] =>
      used.has(file) ? [] : [{ code: 'topology.file-unused', severity: 'info', params: { path: file } }],
    ),
  ]
}

const nameOf = (file: string): string => file.split('/').at(-1) ?? ''

/** What is wrong with the files themselves: their number, their sizes, dashboards that are no JSON. Only what a key names is looked into. */
export const ownTextProblems = (topology: Topology, files: OwnFilesInput): Problem[] => {
  const sizes = Object.entries(files).map(([path, text]) => ({ path, bytes: typeof text === 'string' ? utf8ToBytes(text).length : 0 }))
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const { fileBytes, allBytes, files: most } = ownFileLimits
  const problem = (code: string, params: Problem['params'], path?: string): Problem => ({
    ...{ code: `topology.${code}`, severity: 'error', params },
    ...(path === undefined ? {} : { path }),
  })
  const tooMuch = sizes.length > most || all > allBytes
  return [
    ...(tooMuch ? [problem('files-too-many', { files: sizes.length, bytes: all, most, allBytes })] : []),
    ...sizes.flatMap(({ path, bytes }) => (bytes > fileBytes ? [problem('file-too-large', { path, bytes, limit: fileBytes })] : [])),
    ...namedPaths(topology, Object.keys(files)).flatMap(({ field, path, found }) =>
      field !== 'dashboard_dir'
        ? []
        : found.flatMap((file) => {
            const text = files[file]
            return typeof text !== 'string' || isJson(text) ? [] : [problem('file-not-json', { path: file }, path)]
          }),
    ),
  ]
}

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Name of the sealed secret that an Alertmanager's configuration is. */
export const ownFileSecret = (cluster: string, path: string): string =>
  `topology:${cluster}:${bytesToHex(sha256(utf8ToBytes(JSON.stringify(['file', path])))).slice(0, 32)}`

/** What stands for its text wherever a plan is made; only the wire to the host puts the text in its place. */
export const ownFileMark = (cluster: string, path: string): string => secretMark(ownFileSecret(cluster, path))

/** The paths whose files are secrets as a whole: they hold what Alertmanager logs in elsewhere with. */
export const secretFiles = (topology: Topology, files: OwnFilesInput): ReadonlySet<string> =>
  new Set(namedPaths(topology, Object.keys(files)).flatMap(({ field, found }) => (field === 'config_file' ? found : [])))

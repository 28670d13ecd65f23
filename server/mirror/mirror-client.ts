import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { type IndexManifest, manifestShapes, type RootManifest, readEnvelope, readManifest, type SnapshotManifest } from './manifest'
import { MirrorRefused } from './mirror-refused'
import { type MirrorSource, mirrorSource, readText, type SourceSettings } from './mirror-source'
import { type ComponentVersion, chooseVersion, type MirrorFile, versionsOf } from './mirror-versions'
import { readNextRoot, readRoot, refuseExpired, sha256Of, verifySignatures } from './verify'

/** What is remembered of a mirror between visits, so that it can't go back: texts of root and index, versions of the rest. */
export const trustedState = z.object({
  format: z.literal(1),
  root: z.string(),
  timestampVersion: z.number(),
  /** Version of each manifest by its name in the snapshot. */
  versions: z.record(z.string(), z.number()),
})
export type TrustedState = z.infer<typeof trustedState>

export type OpenedMirror = {
  /** To be stored; grows with each component that is read, so ask again after the last call. */
  state(): TrustedState
  /** sha256 of the trusted root.json, as `sha256sum root.json` prints it. */
  fingerprint: string
  rootVersion: number
  /** When each manifest that was read expires, by its name; grows like the state. */
  expires(): Record<string, string>
  components: readonly string[]
  /** Newest first; yanked versions are left out. */
  listVersions(component: string): Promise<ComponentVersion[]>
  /** `''`: the latest stable one; `nightly`; or an exact version. */
  resolveVersion(component: string, version: string, platform: { os: string; arch: string }): Promise<MirrorFile>
  /** Streams to a new file and compares length and sha256; no file is left when it fails. */
  download(file: MirrorFile, toFile: string, options?: { onProgress?: (doneBytes: number) => void; signal?: AbortSignal }): Promise<void>
}

export type OpenSettings = SourceSettings & {
  now?: () => Date
  /** The text of a root.json that the operator gave, for a mirror that is not trusted yet. */
  givenRoot?: string
}

/** A fresh private mirror has no more than a few; this bounds the walk along a hostile one. */
const maxRootSteps = 1000
const maxTimestampBytes = 1024
const maxRootBytes = 1024 * 1024
const maxManifestBytes = 64 * 1024 * 1024

/**
 * Reads and verifies a mirror (root chain, timestamp, snapshot, index). `trusted` null: the root is taken as given, or from the
 * mirror itself, and its fingerprint has to be confirmed by a person before anything of it is used. Rejects with `MirrorRefused`.
 */
export const openMirror = async (location: string, trusted: TrustedState | null, settings: OpenSettings): Promise<OpenedMirror> => {
  const source = mirrorSource(location, settings)
  const now = settings.now ?? ((): Date => new Date())
  const known = trusted?.versions ?? {}
  const firstRoot = trusted?.root ?? settings.givenRoot ?? (await readText(source, 'root.json', maxRootBytes))
  const { text: rootText, root } = await walkRoots(source, firstRoot)
  refuseExpired('root.json', root.expires, now())
  const { snapshot, timestampVersion, timestampExpires } = await readSnapshot(source, root, trusted, now())
  for (const [name, { version }] of Object.entries(snapshot.meta)) refuseRollback(name, version, known[name])
  const index = await readIndex(source, root, snapshot, now())
  const seen: Record<string, number> = { ...known, '/index.json': index.version }
  const expires: Record<string, string> = {
    'root.json': root.expires,
    'timestamp.json': timestampExpires,
    'snapshot.json': snapshot.expires,
    'index.json': index.expires,
  }
  const readComponent = async (id: string) => {
    const manifest = await componentManifest(source, { index, snapshot, known: seen }, id, now())
    seen[`/${id}.json`] = manifest.version
    expires[`${id}.json`] = manifest.expires
    return manifest
  }
  return {
    state: () => ({ format: 1, root: rootText, timestampVersion, versions: { ...seen } }),
    fingerprint: sha256Of(rootText),
    rootVersion: root.version,
    expires: () => ({ ...expires }),
    components: Object.keys(index.components).filter((id) => index.components[id]?.yanked === false),
    listVersions: async (component) => versionsOf(await readComponent(component)),
    resolveVersion: async (component, version, platform) => chooseVersion(await readComponent(component), version, platform),
    download: (file, toFile, options = {}) => download(source, file, toFile, options),
  }
}

/** Walks `N+1.root.json` until there is none. */
const walkRoots = async (source: MirrorSource, first: string): Promise<{ text: string; root: RootManifest }> => {
  let text = first
  let { root } = readRoot('root.json', first)
  for (let step = 0; step < maxRootSteps; step += 1) {
    const name = `${root.version + 1}.root.json`
    const next = await readText(source, name, maxRootBytes).catch((error: unknown) => {
      if (error instanceof MirrorRefused && error.refusal === 'not-found') return null
      throw error
    })
    if (next === null) return { text, root }
    root = readNextRoot(name, next, root)
    text = next
  }
  throw new MirrorRefused('malformed', { manifest: 'root.json' })
}

const readSnapshot = async (
  source: MirrorSource,
  root: RootManifest,
  trusted: TrustedState | null,
  now: Date,
): Promise<{ snapshot: SnapshotManifest; timestampVersion: number; timestampExpires: string }> => {
  const timestampFile = readEnvelope('timestamp.json', await readText(source, 'timestamp.json', maxTimestampBytes))
  verifySignatures('timestamp.json', timestampFile, root.roles.timestamp)
  const timestamp = readManifest('timestamp.json', manifestShapes.timestamp, timestampFile.signed)
  refuseExpired('timestamp.json', timestamp.expires, now)
  refuseRollback('timestamp.json', timestamp.version, trusted?.timestampVersion)
  const { hashes, length } = timestamp.meta['/snapshot.json']
  const text = await readText(source, 'snapshot.json', Math.min(length, maxManifestBytes))
  if (sha256Of(text) !== hashes.sha256) throw new MirrorRefused('hash', { name: 'snapshot.json' })
  const snapshotFile = readEnvelope('snapshot.json', text)
  verifySignatures('snapshot.json', snapshotFile, root.roles.snapshot)
  const snapshot = readManifest('snapshot.json', manifestShapes.snapshot, snapshotFile.signed)
  refuseExpired('snapshot.json', snapshot.expires, now)
  return { snapshot, timestampVersion: timestamp.version, timestampExpires: timestamp.expires }
}

const refuseRollback = (manifest: string, version: number, known: number | undefined): void => {
  if (known !== undefined && version < known) throw new MirrorRefused('rollback', { manifest, version, known })
}

/** The file that the snapshot names, not longer than it says. */
const readNamed = async (
  source: MirrorSource,
  snapshot: SnapshotManifest,
  name: string,
): Promise<{ file: string; version: number; text: string }> => {
  const entry = Object.hasOwn(snapshot.meta, name) ? snapshot.meta[name] : undefined
  if (!entry) throw new MirrorRefused('not-found', { name })
  const file = `${entry.version}.${name.slice(1)}`
  return { file, version: entry.version, text: await readText(source, file, Math.min(entry.length, maxManifestBytes)) }
}

const refuseOtherVersion = (manifest: string, version: number, expected: number): void => {
  if (version !== expected) throw new MirrorRefused('rollback', { manifest, version, known: expected })
}

const readIndex = async (source: MirrorSource, root: RootManifest, snapshot: SnapshotManifest, now: Date): Promise<IndexManifest> => {
  const { file, version, text } = await readNamed(source, snapshot, '/index.json')
  const envelope = readEnvelope(file, text)
  verifySignatures(file, envelope, root.roles.index)
  const index = readManifest(file, manifestShapes.index, envelope.signed)
  refuseExpired(file, index.expires, now)
  refuseOtherVersion(file, index.version, version)
  return index
}

type Known = { index: IndexManifest; snapshot: SnapshotManifest; known: Readonly<Record<string, number>> }

const componentManifest = async (source: MirrorSource, { index, snapshot, known }: Known, id: string, now: Date) => {
  const component = Object.hasOwn(index.components, id) ? index.components[id] : undefined
  if (!component || component.yanked) throw new MirrorRefused('unknown-component', { component: id })
  const owner = Object.hasOwn(index.owners, component.owner) ? index.owners[component.owner] : undefined
  // The index declares the owner's keys: once it has expired, they are no longer vouched for.
  refuseExpired('index.json', index.expires, now)
  const { file, version, text } = await readNamed(source, snapshot, `/${id}.json`)
  const envelope = readEnvelope(file, text)
  if (!owner) throw new MirrorRefused('signature', { manifest: file })
  verifySignatures(file, envelope, owner)
  const manifest = readManifest(file, manifestShapes.component, envelope.signed)
  if (manifest.id !== id) throw new MirrorRefused('malformed', { manifest: file })
  refuseExpired(file, manifest.expires, now)
  refuseOtherVersion(file, manifest.version, version)
  refuseRollback(file, manifest.version, known[`/${id}.json`])
  return manifest
}

type DownloadOptions = { onProgress?: (doneBytes: number) => void; signal?: AbortSignal }

const download = async (source: MirrorSource, file: MirrorFile, toFile: string, { onProgress, signal }: DownloadOptions): Promise<void> => {
  const hash = createHash('sha256')
  let done = 0
  const bytes = await source.open(file.url, signal ? { signal } : {})
  const checked = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      const part = Buffer.from(chunk)
      done += part.length
      if (done > file.length) throw new MirrorRefused('hash', { name: file.url })
      hash.update(part)
      onProgress?.(done)
      yield part
    }
    if (done !== file.length || hash.digest('hex') !== file.hashes.sha256) throw new MirrorRefused('hash', { name: file.url })
  }
  try {
    await pipeline(checked, createWriteStream(toFile, { flags: 'wx', mode: 0o600 }), signal ? { signal } : {})
  } catch (error) {
    // Another's file of that name is not ours to remove.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) await fs.rm(toFile, { force: true })
    throw error
  }
}

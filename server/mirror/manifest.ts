import { z } from 'zod'
import { canonicalJson, type Json } from './canonical-json'
import { MirrorRefused } from './mirror-refused'

/** Shapes of a TiUP mirror's manifests ("repository v1"). Unknown fields are kept by the signature check and ignored here. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const dateTime = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not a date')
const count = z.number().int().min(0)
/** A file of the flat directory: no folder, no dot at its beginning. */
const flatUrl = z.string().regex(/^\/?[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$/)

const key = z.object({
  keytype: z.literal('rsa'),
  keyval: z.object({ public: z.string() }),
  scheme: z.literal('rsassa-pss-sha256'),
})
const keys = z.record(z.string(), key)
const role = z.object({ keys, threshold: z.number().int().min(1) })
const common = { spec_version: z.string(), expires: dateTime, version: count }

const root = z.object({
  ...common,
  _type: z.literal('root'),
  roles: z.object({ root: role, index: role, snapshot: role, timestamp: role }),
})
const timestamp = z.object({
  ...common,
  _type: z.literal('timestamp'),
  meta: z.object({ '/snapshot.json': z.object({ hashes: z.object({ sha256 }), length: count }) }),
})
const snapshot = z.object({
  ...common,
  _type: z.literal('snapshot'),
  meta: z.record(z.string(), z.object({ version: count, length: count })),
})
/** Old indexes leave it out, which TiUP reads as none needed; one signature is the least that is asked for here. */
const ownerThreshold = count.default(1).transform((threshold) => Math.max(1, threshold))
const index = z.object({
  ...common,
  _type: z.literal('index'),
  owners: z.record(z.string(), z.object({ keys, threshold: ownerThreshold })),
  components: z.record(z.string(), z.object({ owner: z.string(), url: flatUrl, yanked: z.boolean().default(false) })),
})
const item = z.object({
  url: flatUrl,
  entry: z.string().default(''),
  released: z.string().default(''),
  yanked: z.boolean().default(false),
  hashes: z.object({ sha256 }),
  length: count,
})
const component = z.object({
  ...common,
  _type: z.literal('component'),
  id: z.string(),
  nightly: z.string().default(''),
  platforms: z.record(z.string(), z.record(z.string(), item)),
})

export const manifestShapes = { root, timestamp, snapshot, index, component }
export type RootManifest = z.infer<typeof root>
type TimestampManifest = z.infer<typeof timestamp>
export type SnapshotManifest = z.infer<typeof snapshot>
export type IndexManifest = z.infer<typeof index>
export type ComponentManifest = z.infer<typeof component>
export type RoleKeys = z.infer<typeof role>
export type PublicKeyObject = z.infer<typeof key>
export type MirrorItem = z.infer<typeof item>

const json: z.ZodType<Json> = z.json()
const envelope = z.object({ signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })), signed: z.record(z.string(), json) })

export type Envelope = { signatures: readonly { keyid: string; sig: string }[]; signedBytes: Buffer; signed: Json }

/** Reads a manifest file. Refuses one that is not canonical, so that every byte of it counts. */
export const readEnvelope = (name: string, text: string): Envelope => {
  const read = envelope.strict().safeParse(parseJson(name, text))
  if (!read.success) throw new MirrorRefused('malformed', { manifest: name })
  const { signatures, signed } = read.data
  if (canonicalJson({ signatures, signed }) !== text.replace(/\n$/, '')) throw new MirrorRefused('malformed', { manifest: name })
  return { signatures, signed, signedBytes: Buffer.from(canonicalJson(signed)) }
}

const parseJson = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new MirrorRefused('malformed', { manifest: name })
  }
}

/** The signed part as a manifest of the given shape. */
export const readManifest = <S extends z.ZodType>(name: string, shape: S, signed: Json): z.infer<S> => {
  const read = shape.safeParse(signed)
  if (!read.success) throw new MirrorRefused('malformed', { manifest: name })
  return read.data
}

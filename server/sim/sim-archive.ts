import { gunzipSync } from 'node:zlib'
import { hashText, type SimMachine } from './machine'
import { readTar } from './tar'

/** What a program of the demonstration says of itself: the end of its bytes is `dm-worker v8.5.0`. */
const versionIn = (bytes: Buffer): string => /\b(v\d+\.\d+\.\d+[\w.-]*)\s*$/.exec(bytes.subarray(-80).toString('latin1'))?.[1] ?? ''

/** A program in a package of a host's cache; undefined when the package is no archive that a simulated host has kept whole. */
export const programIn = (
  machine: SimMachine,
  cached: string,
  entry: string,
): { found: false } | { found: true; sha256: string; version: string; size: number } | undefined => {
  const content = machine.node(cached)?.content
  if (content === undefined) return undefined
  const bytes = Buffer.from(content, 'base64')
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined
  const file = readTar(gunzipSync(bytes)).find(({ name }) => name.replace(/^\.\//, '') === entry)
  if (!file) return { found: false }
  return { found: true, sha256: hashText(file.content), version: versionIn(file.content), size: file.content.length }
}

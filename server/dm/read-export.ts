import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { z } from 'zod'

/** What an export holds, without its secrets: names, and which workers wrote relay of which source. */
export type ExportContent = { sources: string[]; tasks: string[]; relay: Record<string, string[]> }

/** An export is a few small files; more than this is none. Bytes, unpacked. */
const most = 64 * 2 ** 20

const relayFile = z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), z.unknown()).transform(Object.keys)]))

/** Reads dmctl's `config export` (a tar.gz of `sources/*.yaml`, `tasks/*.yaml`, `relay_workers.json`); a damaged one says why. */
export const readExport = async (bytes: Buffer): Promise<ExportContent | { unreadable: string }> => {
  const read = await exportFiles(bytes)
  if ('unreadable' in read) return read
  const { files } = read
  const named = (folder: string): string[] =>
    [...files.keys()].flatMap((name) => new RegExp(`^${folder}/(.+)\\.ya?ml$`).exec(name)?.[1] ?? [])
  return { sources: named('sources'), tasks: named('tasks'), relay: relayOf(files.get('relay_workers.json')) }
}

/** Its files by their paths, passwords and all. */
export const exportFiles = async (bytes: Buffer): Promise<{ files: Map<string, string> } | { unreadable: string }> => {
  const files = new Map<string, string>()
  try {
    const archive = extract()
    archive.end(gunzipSync(bytes, { maxOutputLength: most }))
    for await (const entry of archive) files.set(entry.header.name.replace(/^\.\//, ''), (await buffer(entry)).toString('utf8'))
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) }
  }
  return { files }
}

const relayOf = (text: string | undefined): Record<string, string[]> => {
  if (text === undefined) return {}
  try {
    const read = relayFile.safeParse(JSON.parse(text))
    return read.success ? read.data : {}
  } catch {
    return {} // an export of a cluster without relay may have an empty file
  }
}

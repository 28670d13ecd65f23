/** The answers recorded from the real DM, and how to compare with them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer } from './standin-cluster'

const folder = fileURLToPath(new URL('recorded', import.meta.url))

export interface Recording {
  readonly host: string
  readonly port: number
  readonly method: string
  readonly path: string
  readonly body: string
  readonly status: number
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly answer: string
}

/** The text of the recording whose file's name begins with `number-`. */
export function recordedText(number: string): string {
  const name = readdirSync(folder).find((file) => file.startsWith(`${number}-`) || file === `${number}.txt`)
  if (name === undefined) throw new Error(`no recording ${number}`)
  return readFileSync(join(folder, name), 'utf8')
}

export function recording(number: string): Recording {
  const text = recordedText(number)
  const call = /^\$ curl -X (\w+) 'http:\/\/([\d.]+):(\d+)([^']*)'.*?(?:-d '(.*)')?\n/.exec(text)
  if (call === null) throw new Error(`recording ${number} holds no request`)
  const [head = '', method = '', host = '', port = '', path = '', body = ''] = call
  const [, status] = /^HTTP\/1\.1 (\d+)/m.exec(text) ?? []
  const rest = text.slice(head.length)
  const blank = rest.indexOf('\n\n')
  const headers = new Map<string, string[]>()
  for (const line of rest.slice(0, blank).split('\n')) {
    const [key, value] = line.split(': ')
    if (key !== undefined && value !== undefined) headers.set(key.toLowerCase(), [...(headers.get(key.toLowerCase()) ?? []), value])
  }
  const answer = rest.slice(blank + 2, rest.lastIndexOf('\n--- http='))
  return { host, port: Number(port), method, path, body, status: Number(status ?? 0), headers, answer }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Brings an answer to the recording's names: `names` maps ours to theirs. Items
 * of lists that are about nodes that the recording did not have are left out,
 * ids are replaced, and lists are sorted by name.
 */
export function normalise(text: string, names: ReadonlyMap<string, string>): Json | string {
  let mapped = text
  for (const [ours, theirs] of names) mapped = mapped.replaceAll(ours, theirs)
  try {
    return walk(JSON.parse(mapped) as Json) // whatever it is, walk takes it
  } catch {
    return mapped.trim()
  }
}

function walk(value: Json): Json {
  if (Array.isArray(value)) {
    const kept = value.map(walk).filter((item) => !(isObject(item) && typeof item.name === 'string' && item.name.startsWith('extra-')))
    return kept.sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
  }
  if (!isObject(value)) return value
  const out: { [key: string]: Json } = {}
  for (const [key, item] of Object.entries(value)) {
    out[key] = key === 'memberID' && typeof item === 'string' && /^\d+$/.test(item) ? 'id' : key === 'cluster_id' ? 'id' : walk(item)
  }
  // A count of a list that may have lost items says no more than the list.
  if (Array.isArray(out.data)) delete out.total
  return out
}

const isObject = (value: Json): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
const nameOf = (value: Json): string => (isObject(value) && typeof value.name === 'string' ? value.name : '')

const comparedHeaders = ['content-type', 'grpc-metadata-content-type', 'access-control-allow-origin', 'x-content-type-options']

/** The recording's headers that a client could rely on. */
export function headersOf(from: Recording): Record<string, string> {
  const out: Record<string, string> = {}
  for (const key of comparedHeaders) {
    const values = from.headers.get(key)
    if (values !== undefined) out[key] = values.join(', ')
  }
  return out
}

export function headersIn(answer: Answer): Record<string, string> {
  const out: Record<string, string> = {}
  for (const key of comparedHeaders) {
    const value = answer.headers[key]
    if (value !== undefined) out[key] = String(value)
  }
  return out
}

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml'
import type { Problem } from '../problem'
import { type ConfigValue, exactNumber } from './config-map'
import { maskYaml } from './mask-yaml'
import { readYaml } from './parse'
import { hostPort, type Topology } from './topology'

/** What stands in a secret's place in every text that is kept. Typed, it means: the one that was typed before. */
export const secretMask = '******'

/** How a secret is written where it ends up: as it is between back quotes, as a YAML scalar, or with back quotes of its own. */
type Form = 'raw' | 'yaml' | 'ini'
type Path = readonly string[]

/** A secret by the name of its credential; `value` is the mask when the user meant the former one. */
export type TypedSecret = { id: string; path: string; value: string; rendered: string }

/** What is left of a text that can be kept, and what was taken out of it. With an error among the problems nothing of it may be kept. */
export type TakenSecrets = { masked: string; secrets: TypedSecret[]; problems: Problem[] }

/** Takes every secret out of a topology's text; all else stays letter for letter. Never throws. */
export const takeTypedSecrets = (text: string, cluster: string): TakenSecrets => {
  const masked = maskedComments(maskedNodes(text))
  const read = readYaml(text)
  const after = readYaml(masked)
  // A text that is no YAML can't become a plan; what looks like a secret is masked by the letter.
  if ('problems' in read || 'problems' in after) return { masked: maskYaml(masked), secrets: [], problems: [] }
  const problems: Problem[] = []
  const secrets = leavesOf(read.data).flatMap(({ path, value }): TypedSecret[] => {
    const form = formOf(path, value)
    const where = path.join('.')
    if (form === undefined) {
      if (looksSecret(path)) problems.push({ code: 'usecases.secret-misplaced', severity: 'error', path: where, params: { key: where } })
      return []
    }
    if (value === '') return []
    if (withUserInfo.test(value)) problems.push(fault('in-url', where))
    if (form !== 'yaml' && /[`\n\r]/.test(value)) problems.push(fault('unfit', where))
    if (valueAt(after.data, path) !== secretMask) problems.push(fault('not-in-place', where))
    return [{ id: idOf(read.data, path, cluster), path: where, value, rendered: rendered(form, value) }]
  })
  return { masked, secrets, problems: problems.map(read.where) }
}

const fault = (name: string, path: string): Problem => ({ code: `usecases.secret-${name}`, severity: 'error', path, params: { key: path } })

const rendered = (form: Form, value: string): string => (form === 'yaml' ? JSON.stringify(value) : form === 'ini' ? `\`${value}\`` : value)

const yamlKeys = [
  'password',
  'bearer_token',
  'credentials',
  'secret_key',
  'access_key',
  'client_secret',
  'secrets',
  'headers',
  'http_headers',
]
const strictKeys = ['password', 'bearer_token', 'credentials', 'secret_key', 'client_secret']
const withUserInfo = /^[a-z][\w+.-]*:\/\/[^/@\s]*:[^/@\s]*@/i

/** Where a topology may hold a secret: Grafana's password and settings, and what Prometheus logs in elsewhere with. */
const formOf = (path: Path, value: string): Form | undefined => {
  const [section = '', second = '', third = ''] = path
  if (section === 'grafana_servers' && third === 'password') return 'raw'
  const setting = section === 'grafana_servers' && third === 'config' ? path.slice(3) : undefined
  const shared = section === 'server_configs' && second === 'grafana' ? path.slice(2) : undefined
  const name = (setting ?? shared)?.join('.')
  if (name !== undefined) return /(password|secret|token|secret_key)$/i.test(name) || withUserInfo.test(value) ? 'ini' : undefined
  if (section !== 'monitoring_servers' || (third !== 'remote_config' && third !== 'additional_scrape_conf')) return undefined
  const inner = path.slice(3)
  const isKey = inner.at(-1) === 'key' && inner.at(-2) === 'tls_config'
  return isKey || withUserInfo.test(value) || inner.some((key) => yamlKeys.includes(key)) ? 'yaml' : undefined
}

const looksSecret = (path: Path): boolean => strictKeys.includes(path.at(-1) ?? '')

type Leaf = { path: string[]; value: string }

/** Every scalar with its path. */
const leavesOf = (value: unknown, path: string[] = []): Leaf[] => {
  if (typeof value !== 'object' || value === null) return [{ path, value: String(value) }]
  const exact = exactNumber(value)
  if (exact !== undefined) return [{ path, value: exact }]
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), value)

/**
 * Name of a secret's credential. It holds the instance, and of a list's item its URL: a password that is not typed anew
 * never goes to another place than before.
 */
const idOf = (data: unknown, path: Path, cluster: string): string => {
  const entry = valueAt(data, path.slice(0, 2))
  const [host, port] = [valueAt(entry, ['host']), Number(valueAt(entry, ['port']) ?? (path[0] === 'grafana_servers' ? 3000 : 9090))]
  const instance = host === undefined ? '' : hostPort(String(host), port)
  if (path[0] === 'grafana_servers' && path[2] === 'password') return `grafana:${cluster}:${instance}`
  const names = path.map((key, i) => {
    const url = valueAt(data, [...path.slice(0, i + 1), 'url'])
    return typeof url === 'string' ? url : i === 1 && instance !== '' ? instance : key
  })
  return `topology:${cluster}:${bytesToHex(sha256(utf8ToBytes(JSON.stringify(names)))).slice(0, 32)}`
}

/** The text with the mask over every secret's scalar, found in the tree of a text that may still have errors. */
const maskedNodes = (text: string): string => {
  const spans: [number, number][] = []
  try {
    const doc = parseDocument(text, { logLevel: 'silent', uniqueKeys: false, merge: true })
    visit(doc, {
      Scalar: (key, node, ancestors) => {
        if (key === 'key' || !node.range || node.value === null) return
        const path = pathOf([...ancestors, node])
        const value = String(node.value)
        if (value !== '' && value !== secretMask && formOf(path, value) !== undefined) spans.push([node.range[0], node.range[1]])
      },
    })
  } catch {
    return maskYaml(text) // nested beyond what can be read
  }
  return spans
    .toSorted(([a], [b]) => b - a)
    .reduce((left, [from, to]) => `${left.slice(0, from)}"${secretMask}"${left[to - 1] === '\n' ? '\n' : ''}${left.slice(to)}`, text)
}

/** Keys and indices from the root; a merge key stands for the map that it is in. */
const pathOf = (nodes: readonly unknown[]): string[] =>
  nodes.flatMap((node, i): string[] => {
    if (isPair(node)) {
      const name = isScalar(node.key) ? String(node.key.value) : isAlias(node.key) ? node.key.source : ''
      return name === '<<' ? [] : [name]
    }
    return isSeq(node) ? (isMap(nodes[i + 1]) || nodes[i + 1] !== undefined ? [String(node.items.indexOf(nodes[i + 1]))] : []) : []
  })

/** What was commented out is masked by the letter. */
const maskedComments = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? maskYaml(line) : line))
    .join('\n')

/** Stands for a secret in what plans and books keep; `partsWithSecrets` cuts at it. */
export const secretMark = (id: string): string => `dm-panel-secret:${id}`

/**
 * The topology of a masked text, as plans and the books keep it: Grafana's password gone, every other secret named by a mark that
 * `partsWithSecrets` knows. `grafana`: instances whose password was typed, with the name of its credential.
 */
export const withSecretMarks = (topology: Topology, cluster: string): { topology: Topology; grafana: Record<string, string> } => {
  const grafana: Record<string, string> = {}
  const data = {
    grafana_servers: topology.grafanas,
    monitoring_servers: topology.monitors,
    server_configs: { grafana: topology.serverConfigs?.grafana },
  }
  const marked = <T extends ConfigValue>(value: T, path: string[]): T =>
    changed(value, path, (at, text) => (formOf(at, text) === undefined || text === '' ? undefined : secretMark(idOf(data, at, cluster))))
  const grafanas = topology.grafanas.map(({ password, ...entry }, i) => {
    if (password) grafana[hostPort(entry.host, entry.port)] = idOf(data, ['grafana_servers', String(i), 'password'], cluster)
    return entry.config ? { ...entry, config: marked(entry.config, ['grafana_servers', String(i), 'config']) } : entry
  })
  const monitors = topology.monitors.map((entry, i) => {
    const at = ['monitoring_servers', String(i)]
    const { remote_config: remote, additional_scrape_conf: scrape } = entry
    const section = (name: 'remote_write' | 'remote_read') => {
      const list = remote?.[name]
      return list ? { [name]: list.map((one, j) => marked(one, [...at, 'remote_config', name, String(j)])) } : {}
    }
    return {
      ...entry,
      ...(remote ? { remote_config: { ...section('remote_write'), ...section('remote_read') } } : {}),
      ...(scrape ? { additional_scrape_conf: marked(scrape, [...at, 'additional_scrape_conf']) } : {}),
    }
  })
  const shared = topology.serverConfigs?.grafana
  const serverConfigs = topology.serverConfigs && {
    ...topology.serverConfigs,
    ...(shared ? { grafana: marked(shared, ['server_configs', 'grafana']) } : {}),
  }
  return { topology: { ...topology, grafanas, monitors, ...(serverConfigs ? { serverConfigs } : {}) }, grafana }
}

/** The topology with every mark replaced by what `textOf` says of its credential. */
export const withoutSecretMarks = (topology: Topology, textOf: (id: string) => string): Topology => {
  const prefix = secretMark('')
  const text = JSON.stringify(topology, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(prefix) ? textOf(value.slice(prefix.length)) : value,
  )
  return JSON.parse(text) as Topology // the same shape: only texts were changed
}

type TextPart = { text: string } | { secret: string }

/** A file's literal text cut at the marks of this cluster's secrets; a mark of another cluster's stays a text. */
export const partsWithSecrets = (text: string, cluster: string): TextPart[] => {
  const id = `topology:${cluster.replace(/[.]/g, '\\.')}:[0-9a-f]{32}`
  return text
    .split(new RegExp(`${secretMark('')}(${id})`))
    .flatMap((piece, i): TextPart[] => (i % 2 === 1 ? [{ secret: piece }] : piece === '' ? [] : [{ text: piece }]))
}

const changed = <T extends ConfigValue>(value: T, path: string[], change: (path: string[], text: string) => string | undefined): T => {
  const walk = (at: ConfigValue, here: string[]): ConfigValue => {
    const exact = exactNumber(at)
    if (typeof at !== 'object' || exact !== undefined) return change(here, exact ?? String(at)) ?? at
    if (Array.isArray(at)) return at.map((item: ConfigValue, i) => walk(item, [...here, String(i)]))
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, walk(item, [...here, key])]))
  }
  return walk(value, path) as T // a text stays a text, a map a map
}

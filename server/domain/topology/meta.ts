import { Document, isMap, isScalar, Scalar, visit } from 'yaml'
import { z } from 'zod'
import type { Problem } from '../problem'
import { exactNumber } from './config-map'
import { readYaml } from './parse'
import { alertmanager, grafana, knownKeys, master, monitor, topologyFile, worker } from './schema'
import { type Topology, withDefaults } from './topology'

export type Meta = { user: string; version: string; topology: Topology }

/**
 * The text of TiUP's meta.yaml, key for key and space for space. A Grafana whose password the panel made needs it in
 * `grafanaPasswords` by index; without one TiUP's default is written.
 */
export const writeMeta = (meta: Meta, grafanaPasswords: readonly string[] = []): string =>
  render({ user: meta.user, dm_version: meta.version, topology: topologyObject(meta.topology, grafanaPasswords) })

/** The topology alone, as `tiup dm edit-config` shows it. */
export const writeTopology = (topology: Topology, grafanaPasswords: readonly string[] = []): string =>
  render(topologyObject(topology, grafanaPasswords))

/** Reads a meta.yaml of any TiUP: unknown keys are ignored, defaults filled in; problems only where it can't be understood at all. */
export const readMeta = (text: string): { meta?: Meta; problems: Problem[] } => {
  const read = readYaml(text)
  if ('problems' in read) return read
  const parsed = metaFile.safeParse(read.data)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue): Problem => {
      const path = issue.path.map(String).join('.')
      return read.where({ code: 'topology.meta', severity: 'error', path, params: { key: path, message: issue.message } })
    })
    return { problems }
  }
  const { user, dm_version, topology } = parsed.data
  const resolved = withDefaults({ ...topology, global: { ...topology.global, user: topology.global?.user ?? user ?? 'tidb' } })
  return { meta: { user: user ?? resolved.global.user, version: dm_version, topology: resolved }, problems: [] }
}

const loose = topologyFile.strip().extend({
  global: z.exactOptional(topologyFile.shape.global.unwrap().strip()),
  monitored: z.exactOptional(topologyFile.shape.monitored.unwrap().strip()),
  master_servers: z.exactOptional(z.array(master.strip())),
  worker_servers: z.exactOptional(z.array(worker.strip())),
  monitoring_servers: z.exactOptional(z.array(monitor.strip())),
  grafana_servers: z.exactOptional(z.array(grafana.strip())),
  alertmanager_servers: z.exactOptional(z.array(alertmanager.strip())),
})
const metaFile = z.object({ user: z.exactOptional(z.string()), dm_version: z.string(), topology: loose })

const topologyObject = (topology: Topology, passwords: readonly string[]): Record<string, unknown> => ({
  global: ordered('global', topology.global),
  ...(topology.monitored ? { monitored: ordered('monitored', topology.monitored) } : {}),
  ...(topology.componentSources ? { component_sources: ordered('component_sources', topology.componentSources) } : {}),
  ...(topology.serverConfigs ? { server_configs: serverConfigs(topology.serverConfigs) } : {}),
  master_servers: topology.masters.map((entry) => ordered('master_servers', entry)),
  worker_servers: topology.workers.map((entry) => ordered('worker_servers', entry)),
  monitoring_servers: topology.monitors.map((entry) => ordered('monitoring_servers', entry)),
  ...some(
    'grafana_servers',
    topology.grafanas.map((entry, i) => ({ ...entry, password: passwords[i] ?? entry.password ?? 'admin' })),
  ),
  ...some('alertmanager_servers', topology.alertmanagers),
})

const some = (section: string, entries: readonly object[]): Record<string, unknown> =>
  entries.length > 0 ? { [section]: entries.map((entry) => ordered(section, entry)) } : {}

/** Written even when empty; all else that is empty, false or zero is left out, as TiUP does. */
const alwaysWritten: Readonly<Record<string, readonly string[]>> = {
  monitoring_servers: ['external_alertmanagers'],
  grafana_servers: ['anonymous_enable', 'root_url', 'domain'],
}

const ordered = (section: string, entry: object): Record<string, unknown> => {
  const always = alwaysWritten[section] ?? []
  const values = new Map<string, unknown>(Object.entries(entry))
  return Object.fromEntries(
    knownKeys([section]).flatMap((key): [string, unknown][] => {
      const value = values.get(key)
      if (value === undefined || (!always.includes(key) && isEmpty(value))) return []
      if (key === 'resource_control') return [[key, ordered(key, Object(value))]]
      return [[key, key === 'external_alertmanagers' ? value : sortedMap(value)]]
    }),
  )
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === false || value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const serverConfigs = (configs: NonNullable<Topology['serverConfigs']>) => ({
  master: sortedMap(configs.master ?? {}),
  worker: sortedMap(configs.worker ?? {}),
  grafana: sortedMap(configs.grafana ?? {}),
})

/** Go writes the keys of a map in order. */
const sortedMap = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedMap)
  if (typeof value !== 'object' || value === null || exactNumber(value) !== undefined) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortedMap(item)]),
  )
}

/**
 * Go's yaml.v3 with indent 4: a list's dash stands 4 right of its key, an item's fields 2 right of the dash, and a map
 * inside an item 2 right of its key; the npm library has one indent, so the lines are laid out here.
 */
const render = (root: Record<string, unknown>): string => `${mapLines(root, 4).join('\n')}\n`

const mapLines = (map: object, step: number): string[] =>
  Object.entries(map).flatMap(([key, value]) => fieldLines(scalarText(key), value, step))

const fieldLines = (key: string, value: unknown, step: number): string[] => {
  const exact = exactNumber(value)
  if (exact !== undefined) return [`${key}: ${exact}`]
  if (Array.isArray(value))
    return value.length === 0
      ? [`${key}: []`]
      : [`${key}:`, ...value.flatMap((item) => itemLines(item)).map((line) => `${' '.repeat(step)}${line}`)]
  if (typeof value === 'object' && value !== null) {
    const lines = mapLines(value, step)
    return lines.length === 0 ? [`${key}: {}`] : [`${key}:`, ...lines.map((line) => `${' '.repeat(step)}${line}`)]
  }
  return [`${key}: ${scalarText(value)}`]
}

const itemLines = (item: unknown): string[] => {
  if (typeof item !== 'object' || item === null || exactNumber(item) !== undefined) return [`- ${exactNumber(item) ?? scalarText(item)}`]
  const lines = Array.isArray(item) ? item.flatMap(itemLines) : mapLines(item, 2)
  return lines.length === 0 ? [`- ${Array.isArray(item) ? '[]' : '{}'}`] : lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))
}

/** One line; quoted exactly where a YAML reader would take it for something else. */
const scalarText = (value: unknown): string => {
  if (typeof value === 'string' && /[\n\r\t]/.test(value)) return JSON.stringify(value)
  const doc = new Document(value, { version: '1.1' })
  visit(doc, (_, node) => {
    if (isScalar(node) && node.value === '') node.type = Scalar.QUOTE_DOUBLE
    return isMap(node) ? visit.SKIP : undefined
  })
  return doc.toString({ lineWidth: 0, directives: false }).trimEnd()
}

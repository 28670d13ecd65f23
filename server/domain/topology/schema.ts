import { z } from 'zod'
import type { ConfigMap, ConfigValue } from './config-map'

/**
 * Keys of topology.yaml, in the order in which TiUP writes them. Fields keep the names of the file, so that a problem's path,
 * meta.yaml and the code use one word. Same keys as tiup 842f05c, components/dm/spec.
 */

/** What a value should have been; the words are looked up by it. */
export type Kind = 'text' | 'integer' | 'port' | 'true/false' | 'map' | 'list'

const read = <T>(kind: Kind, convert: (value: unknown) => T | undefined) =>
  z.unknown().transform((value, ctx): T => {
    const converted = convert(value)
    if (converted !== undefined) return converted
    ctx.issues.push({ code: 'custom', message: kind, input: value })
    return z.NEVER
  })

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
const asInteger = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined)
const asPort = (value: unknown): number | undefined => {
  const port = asInteger(value)
  return port !== undefined && port >= 1 && port <= 65535 ? port : undefined
}
/** YAML 1.1 words are taken too: TiUP's parser does so for fields that want a boolean. */
const asYesNo = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (/^(y|yes|on)$/i.test(value)) return true
  return /^(n|no|off)$/i.test(value) ? false : undefined
}
const asConfigValue = (value: unknown): ConfigValue | undefined => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(asConfigValue).filter((item) => item !== undefined)
  return asMap(value)
}
const asMap = (value: unknown): ConfigMap | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, ConfigValue][] => {
      const converted = asConfigValue(item)
      return converted === undefined ? [] : [[key, converted]]
    }),
  )
}
const asTexts = (value: unknown): string[] | undefined => {
  if (!Array.isArray(value)) return undefined
  const texts = value.map(asText).filter((item) => item !== undefined)
  return texts.length === value.length ? texts : undefined
}

const maybe = z.exactOptional
const text = maybe(read('text', asText))
const port = maybe(read('port', asPort))
/** 0 turns it off. */
const portOrOff = maybe(read('port', (value) => (value === 0 ? 0 : asPort(value))))
const yesNo = maybe(read('true/false', asYesNo))
const map = maybe(read('map', asMap))
const texts = maybe(read('list', asTexts))

export const resourceControl = z.strictObject({
  memory_limit: text,
  cpu_quota: text,
  io_read_bandwidth_max: text,
  io_write_bandwidth_max: text,
  limit_core: text,
  timeout_stop_sec: text,
  timeout_start_sec: text,
})
export type ResourceControl = z.infer<typeof resourceControl>

const globalOptions = z.strictObject({
  user: text,
  group: text,
  ssh_port: port,
  ssh_type: text,
  enable_tls: yesNo,
  listen_host: text,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  resource_control: maybe(resourceControl),
  os: text,
  arch: text,
  custom: maybe(read('map', asConfigValue)),
  systemd_mode: text,
  pd_mode: text,
})

const monitored = z.strictObject({
  node_exporter_port: port,
  blackbox_exporter_port: port,
  node_exporter_version: text,
  blackbox_exporter_version: text,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  numa_node: text,
  resource_control: maybe(resourceControl),
})

const place = { host: text, manage_host: text, ssh_port: port, patched: yesNo, ignore_exporter: yesNo }

export const master = z.strictObject({
  ...place,
  name: text,
  port,
  peer_port: port,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  source: text,
  numa_node: text,
  config: map,
  resource_control: maybe(resourceControl),
  arch: text,
  os: text,
  v1_source_path: text,
})

export const worker = z.strictObject({
  ...place,
  name: text,
  port,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  source: text,
  numa_node: text,
  config: map,
  resource_control: maybe(resourceControl),
  arch: text,
  os: text,
})

export const monitor = z.strictObject({
  ...place,
  port,
  ng_port: portOrOff,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  numa_node: text,
  prom_remote_write_to_vm: yesNo,
  enable_prom_agent_mode: yesNo,
  remote_config: maybe(
    z.strictObject({ remote_write: maybe(z.array(read('map', asMap))), remote_read: maybe(z.array(read('map', asMap))) }),
  ),
  external_alertmanagers: maybe(z.array(z.strictObject({ host: text, web_port: port }))),
  pushgateway_addrs: texts,
  storage_retention: text,
  storage_retention_size: text,
  storage_retention_time: text,
  resource_control: maybe(resourceControl),
  arch: text,
  os: text,
  rule_dir: text,
  additional_scrape_conf: map,
  scrape_interval: text,
  scrape_timeout: text,
  additional_args: texts,
  ng_monitoring_config: map,
})

export const grafana = z.strictObject({
  ...place,
  port,
  deploy_dir: text,
  config: map,
  resource_control: maybe(resourceControl),
  arch: text,
  os: text,
  dashboard_dir: text,
  username: text,
  password: text,
  anonymous_enable: yesNo,
  root_url: text,
  domain: text,
  default_theme: text,
  org_name: text,
  org_role: text,
  use_vm_as_datasource: yesNo,
})

export const alertmanager = z.strictObject({
  ...place,
  web_port: port,
  cluster_port: port,
  listen_host: text,
  deploy_dir: text,
  data_dir: text,
  log_dir: text,
  numa_node: text,
  resource_control: maybe(resourceControl),
  additional_args: texts,
  arch: text,
  os: text,
  config_file: text,
})

/** The file as written, typed but without defaults. */
export const topologyFile = z.strictObject({
  global: maybe(globalOptions),
  monitored: maybe(monitored),
  component_sources: maybe(z.strictObject({ master: text, worker: text })),
  server_configs: maybe(z.strictObject({ master: map, worker: map, grafana: map })),
  master_servers: maybe(z.array(master)),
  worker_servers: maybe(z.array(worker)),
  monitoring_servers: maybe(z.array(monitor)),
  grafana_servers: maybe(z.array(grafana)),
  alertmanager_servers: maybe(z.array(alertmanager)),
})
export type TopologyFile = z.infer<typeof topologyFile>

const sections: Readonly<Record<string, z.ZodObject>> = {
  '': topologyFile,
  global: globalOptions,
  monitored,
  component_sources: z.strictObject({ master: text, worker: text }),
  server_configs: z.strictObject({ master: map, worker: map, grafana: map }),
  resource_control: resourceControl,
  remote_config: z.strictObject({ remote_write: text, remote_read: text }),
  external_alertmanagers: z.strictObject({ host: text, web_port: port }),
  master_servers: master,
  worker_servers: worker,
  monitoring_servers: monitor,
  grafana_servers: grafana,
  alertmanager_servers: alertmanager,
}

/** Keys that may stand at a path (list indices are left out), in TiUP's order. */
export const knownKeys = (path: readonly (string | number)[]): string[] => {
  const last = path.findLast((part) => typeof part === 'string') ?? ''
  return Object.keys(sections[last]?.shape ?? {})
}

import type { z } from 'zod'
import type { Lifecycle } from '../instance'
import type { ConfigMap } from './config-map'
import type { alertmanager, grafana, master, monitor, ResourceControl, TopologyFile, worker } from './schema'

/**
 * The desired cluster as topology.yaml describes it, every default resolved; absolute directories per instance. Plain JSON; holds nothing observed.
 * What the user left out and TiUP leaves out of meta.yaml stays absent.
 */
export type Topology = {
  global: GlobalOptions
  /** Absent: no exporters at all. */
  monitored?: Monitored
  componentSources?: { master?: string; worker?: string }
  serverConfigs?: { master?: ConfigMap; worker?: ConfigMap; grafana?: ConfigMap }
  masters: readonly Master[]
  workers: readonly Worker[]
  monitors: readonly Monitor[]
  grafanas: readonly Grafana[]
  alertmanagers: readonly Alertmanager[]
}

type Filled<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> }

export type GlobalOptions = Filled<
  NonNullable<TopologyFile['global']>,
  'user' | 'ssh_port' | 'ssh_type' | 'deploy_dir' | 'data_dir' | 'os' | 'systemd_mode'
>
export type Monitored = Filled<
  NonNullable<TopologyFile['monitored']>,
  'node_exporter_port' | 'blackbox_exporter_port' | 'deploy_dir' | 'data_dir' | 'log_dir'
>
/** Absent is active. The panel's own: no topology.yaml and no meta.yaml has it. */
type Standing = { lifecycle?: Lifecycle }
export type Master = Filled<z.infer<typeof master>, 'host' | 'ssh_port' | 'name' | 'port' | 'peer_port' | 'deploy_dir' | 'data_dir'> &
  Standing
export type Worker = Filled<z.infer<typeof worker>, 'host' | 'ssh_port' | 'name' | 'port' | 'deploy_dir' | 'data_dir'> & Standing
export type Monitor = Filled<z.infer<typeof monitor>, 'host' | 'ssh_port' | 'port' | 'deploy_dir' | 'data_dir' | 'external_alertmanagers'> &
  Standing
/** `password` is absent when the panel makes one. */
export type Grafana = Filled<
  z.infer<typeof grafana>,
  'host' | 'ssh_port' | 'port' | 'deploy_dir' | 'username' | 'anonymous_enable' | 'root_url' | 'domain'
> &
  Standing
export type Alertmanager = Filled<
  z.infer<typeof alertmanager>,
  'host' | 'ssh_port' | 'web_port' | 'cluster_port' | 'deploy_dir' | 'data_dir'
> &
  Standing
export type Entry = Master | Worker | Monitor | Grafana | Alertmanager

/** Fills every default in. Never fails: what makes no sense is said by `check.ts`. */
export const withDefaults = (file: TopologyFile): Topology => {
  const global = globalDefaults(file.global ?? {})
  const dirs = directoryRules(global)
  const place = <T extends { host?: string; ssh_port?: number }>(entry: T) => ({
    ...entry,
    host: entry.host ?? '',
    ssh_port: entry.ssh_port ?? global.ssh_port,
  })
  const configs = serverConfigs(file.server_configs)
  return {
    global,
    ...(file.monitored ? { monitored: monitoredDefaults(file.monitored, global, dirs) } : {}),
    ...(file.component_sources ? { componentSources: file.component_sources } : {}),
    ...(configs ? { serverConfigs: configs } : {}),
    masters: (file.master_servers ?? []).map((entry) => {
      const port = entry.port ?? 8261
      const placed = place(entry)
      return {
        ...platform(placed),
        name: entry.name ?? `dm-${placed.host}-${port}`,
        port,
        peer_port: entry.peer_port ?? 8291,
        ...dirs(entry, 'dm-master', port),
      }
    }),
    workers: (file.worker_servers ?? []).map((entry) => {
      const port = entry.port ?? 8262
      const placed = place(entry)
      return { ...platform(placed), name: entry.name ?? `dm-${placed.host}-${port}`, port, ...dirs(entry, 'dm-worker', port) }
    }),
    monitors: (file.monitoring_servers ?? []).map((entry) => {
      const port = entry.port ?? 9090
      const external = (entry.external_alertmanagers ?? []).map((one) => ({ ...one, web_port: one.web_port ?? 9093 }))
      return { ...platform(place(entry)), port, ...dirs(entry, 'prometheus', port), external_alertmanagers: external }
    }),
    grafanas: (file.grafana_servers ?? []).map((entry) => {
      const port = entry.port ?? 3000
      const { deploy_dir } = dirs(entry, 'grafana', port)
      return {
        ...platform(place(entry)),
        port,
        deploy_dir,
        username: entry.username ?? 'admin',
        anonymous_enable: entry.anonymous_enable ?? false,
        root_url: entry.root_url ?? '',
        domain: entry.domain ?? '',
      }
    }),
    alertmanagers: (file.alertmanager_servers ?? []).map((entry) => {
      const port = entry.web_port ?? 9093
      return { ...platform(place(entry)), web_port: port, cluster_port: entry.cluster_port ?? 9094, ...dirs(entry, 'alertmanager', port) }
    }),
  }
}

/** `[::1]:8261` for an IPv6 address, `host:port` otherwise. */
export const hostPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** Where SSH goes. */
export const hostIdOf = (entry: { host: string; manage_host?: string }): string => entry.manage_host || entry.host

/** The instance's settings over the cluster's, field by field. */
export const mergedResources = (global: ResourceControl | undefined, own: ResourceControl | undefined): ResourceControl => ({
  ...global,
  ...own,
})

/** Go's spelling of what uname says; anything else stays as it is. */
export const normalArch = (arch: string): string => ({ x86_64: 'amd64', aarch64: 'arm64' })[arch.toLowerCase()] ?? arch.toLowerCase()

/** Entries whose os or arch is not written get what was seen on their hosts. */
export const fillPlatforms = (topology: Topology, seen: Readonly<Record<string, { os: string; arch: string }>>): Topology => {
  const filled = <T extends { host: string; manage_host?: string; os?: string; arch?: string }>(entry: T): T => {
    const platform = seen[hostIdOf(entry)]
    return platform ? { ...entry, arch: entry.arch || platform.arch, os: entry.os || platform.os } : entry
  }
  return {
    ...topology,
    masters: topology.masters.map(filled),
    workers: topology.workers.map(filled),
    monitors: topology.monitors.map(filled),
    grafanas: topology.grafanas.map(filled),
    alertmanagers: topology.alertmanagers.map(filled),
  }
}

const globalDefaults = (given: NonNullable<TopologyFile['global']>): GlobalOptions => ({
  ...given,
  user: given.user || 'tidb',
  ssh_port: given.ssh_port ?? 22,
  ssh_type: given.ssh_type || 'builtin',
  deploy_dir: given.deploy_dir || 'deploy',
  data_dir: given.data_dir || 'data',
  os: given.os || 'linux',
  systemd_mode: given.systemd_mode || 'system',
})

type Rules = ReturnType<typeof directoryRules>

/** Same rules as tiup 842f05c: a relative deploy_dir lies in /home/USER, whatever the user's real home; relative data and log lie in deploy_dir. */
const directoryRules =
  (global: GlobalOptions) => (entry: { deploy_dir?: string; data_dir?: string; log_dir?: string }, role: string, port: number) => {
    const deploy = clean(inside(`/home/${global.user}`, entry.deploy_dir || `${global.deploy_dir}/${role}-${port}`))
    const data = entry.data_dir || (isAbsolute(global.data_dir) ? `${global.data_dir}/${role}-${port}` : global.data_dir)
    const log = entry.log_dir || global.log_dir
    return { deploy_dir: deploy, data_dir: clean(inside(deploy, data)), ...(log ? { log_dir: clean(inside(deploy, log)) } : {}) }
  }

const monitoredDefaults = (given: NonNullable<TopologyFile['monitored']>, global: GlobalOptions, dirs: Rules): Monitored => {
  const port = given.node_exporter_port ?? 9100
  const own = dirs({ ...given }, 'monitor', port)
  return {
    ...given,
    node_exporter_port: port,
    blackbox_exporter_port: given.blackbox_exporter_port ?? 9115,
    ...own,
    log_dir: own.log_dir ?? clean(inside(own.deploy_dir, global.log_dir || 'log')),
  }
}

/** TiUP writes all three as soon as one is there. */
const serverConfigs = (given: TopologyFile['server_configs']): Topology['serverConfigs'] =>
  given && { master: given.master ?? {}, worker: given.worker ?? {}, grafana: given.grafana ?? {} }

const platform = <T extends { os?: string; arch?: string }>(entry: T): T => ({
  ...entry,
  ...(entry.arch ? { arch: normalArch(entry.arch) } : {}),
  ...(entry.os ? { os: entry.os.toLowerCase() } : {}),
})

const isAbsolute = (path: string): boolean => path.startsWith('/')
const inside = (parent: string, path: string): string => (isAbsolute(path) ? path : `${parent}/${path}`)

/** Without `//`, `/./` and a slash at the end; `..` is left for `check.ts` to refuse. */
const clean = (path: string): string => path.replace(/\/(\.?\/)+/g, '/').replace(/(.)\/\.?$/, '$1')

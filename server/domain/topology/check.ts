import type { ComponentName } from '../component'
import type { Problem } from '../problem'
import { isSshClient, sshClients } from '../ssh-client'
import { dmKeyProblems } from './dm-keys'
import { entriesOf, exporterHosts } from './instances'
import { type Entry, type GlobalOptions, hostIdOf, type Topology } from './topology'

/** Everything that is wrong or doubtful in a topology by itself; `path` says where. */
export const topologyProblems = (topology: Topology): Problem[] => [
  ...globalProblems(topology.global),
  ...countProblems(topology),
  ...entriesOf(topology).flatMap(({ path, entry }) => entryProblems(path, entry)),
  ...monitoredProblems(topology),
  ...ignoredKeys(topology),
  ...dmKeyProblems(topology),
  ...duplicateNames(topology),
  ...portConflicts(topology),
  ...directoryConflicts(topology),
  ...platformMismatches(topology),
]

export type PortUse = { hostId: string; port: number; path: string; owner: string }
export type DirectoryUse = { hostId: string; dir: string; path: string; owner: string }

/** Every port that the cluster listens on, exporters included. */
export const portsOf = (topology: Topology): PortUse[] => [
  ...entriesOf(topology).flatMap(({ path, component, entry }) =>
    Object.entries(portFields(entry)).map(([field, port]) => ({
      hostId: hostIdOf(entry),
      port,
      path: `${path}.${field}`,
      owner: `${component} ${entry.host} ${field}`,
    })),
  ),
  ...exporterPorts(topology),
]

/** Every deploy and data directory, exporters included; log directories may be shared. */
export const directoryUses = (topology: Topology): DirectoryUse[] => [
  ...entriesOf(topology).flatMap(({ path, component, entry }) => {
    const use = (field: string, dir: string) => ({
      hostId: hostIdOf(entry),
      dir,
      path: `${path}.${field}`,
      owner: `${component} ${entry.host} ${field}`,
    })
    return [use('deploy_dir', entry.deploy_dir), ...('data_dir' in entry && entry.data_dir ? [use('data_dir', entry.data_dir)] : [])]
  }),
  ...exporterDirectories(topology),
]

/** Whether one of two directories is, or lies in, the other. */
export const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

const error = (code: string, path: string, params: Problem['params'] = {}): Problem => ({
  code: `topology.${code}`,
  severity: 'error',
  path,
  params,
})
const warning = (code: string, path: string, params: Problem['params'] = {}): Problem => ({
  ...error(code, path, params),
  severity: 'warning',
})

const portFields = (entry: Entry): Record<string, number> => {
  if ('web_port' in entry) return { web_port: entry.web_port, cluster_port: entry.cluster_port }
  if ('peer_port' in entry) return { port: entry.port, peer_port: entry.peer_port }
  return 'ng_port' in entry && entry.ng_port ? { port: entry.port, ng_port: entry.ng_port } : { port: entry.port }
}

const exporterPorts = (topology: Topology): PortUse[] => {
  const monitored = topology.monitored
  if (!monitored) return []
  return exporterHosts(topology).flatMap(({ hostId, address }) =>
    (['node_exporter_port', 'blackbox_exporter_port'] as const).map((field) => ({
      hostId,
      port: monitored[field],
      path: `monitored.${field}`,
      owner: `${field === 'node_exporter_port' ? 'node_exporter' : 'blackbox_exporter'} ${address}`,
    })),
  )
}

const exporterDirectories = (topology: Topology): DirectoryUse[] => {
  const monitored = topology.monitored
  if (!monitored) return []
  return exporterHosts(topology).flatMap(({ hostId, address }) =>
    (['deploy_dir', 'data_dir'] as const).map((field) => ({
      hostId,
      dir: monitored[field],
      path: `monitored.${field}`,
      owner: `exporters ${address} ${field}`,
    })),
  )
}

const userName = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/

const globalProblems = (global: GlobalOptions): Problem[] => {
  const found: Problem[] = []
  if (!userName.test(global.user)) found.push(error('bad-user', 'global.user', { user: global.user }))
  if (global.group && !userName.test(global.group)) found.push(error('bad-user', 'global.group', { user: global.group }))
  if (global.enable_tls) found.push(error('tls-unsupported', 'global.enable_tls'))
  if (global.systemd_mode === 'user') found.push(error('user-systemd-unsupported', 'global.systemd_mode'))
  else if (global.systemd_mode !== 'system')
    found.push(error('bad-choice', 'global.systemd_mode', { value: global.systemd_mode, choices: 'system' }))
  if (global.ssh_type === 'none') found.push(error('ssh-type-unsupported', 'global.ssh_type', { type: global.ssh_type }))
  else if (!isSshClient(global.ssh_type))
    found.push(error('bad-choice', 'global.ssh_type', { value: global.ssh_type, choices: sshClients.join(', ') }))
  for (const field of ['deploy_dir', 'data_dir', 'log_dir'] as const) found.push(...pathProblems(`global.${field}`, global[field]))
  if (global.listen_host) found.push(...hostProblems('global.listen_host', global.listen_host))
  found.push(...resourceProblems('global.resource_control', global.resource_control))
  return found
}

const countProblems = (topology: Topology): Problem[] => {
  const { masters, workers, grafanas, monitors } = topology
  const found: Problem[] = []
  if (masters.length === 0 && workers.length === 0) found.push(error('no-instance', 'master_servers'))
  else if (masters.length === 0) found.push(error('no-master', 'master_servers'))
  else if (masters.length === 1) found.push(warning('one-master', 'master_servers'))
  else if (masters.length % 2 === 0)
    found.push(warning('even-masters', 'master_servers', { count: masters.length, tolerates: masters.length / 2 - 1 }))
  if (workers.length === 0 && masters.length > 0) found.push(warning('no-worker', 'worker_servers'))
  if (grafanas.length > 0 && monitors.length === 0) found.push(error('grafana-alone', 'grafana_servers'))
  return found
}

const entryProblems = (path: string, entry: Entry): Problem[] => {
  const found: Problem[] = []
  if (entry.host === '') found.push(error('empty-host', `${path}.host`))
  else found.push(...hostProblems(`${path}.host`, entry.host))
  if (entry.manage_host) found.push(...hostProblems(`${path}.manage_host`, entry.manage_host))
  if ('listen_host' in entry && entry.listen_host) found.push(...hostProblems(`${path}.listen_host`, entry.listen_host))
  found.push(...pathProblems(`${path}.deploy_dir`, entry.deploy_dir))
  for (const field of ['data_dir', 'log_dir', 'v1_source_path'] as const)
    if (field in entry) found.push(...pathProblems(`${path}.${field}`, ownPart(entry, fieldText(entry, field))))
  for (const field of ['rule_dir', 'dashboard_dir', 'config_file']) {
    const value = fieldText(entry, field)
    if (value && !value.startsWith('/')) found.push(error('relative-local-path', `${path}.${field}`, { field, value }))
  }
  if ('name' in entry && !/^[A-Za-z0-9_.:[\]-]{1,200}$/.test(entry.name))
    found.push(error('bad-name', `${path}.name`, { name: entry.name }))
  const numa = fieldText(entry, 'numa_node')
  if (numa && !/^[0-9,+!-]+$|^all$/.test(numa)) found.push(error('bad-numa', `${path}.numa_node`, { value: numa }))
  if ('additional_args' in entry)
    for (const [i, arg] of (entry.additional_args ?? []).entries())
      if (/[\n\r`$;|&<>\\'"()]/.test(arg)) found.push(error('bad-argument', `${path}.additional_args.${i}`, { value: arg }))
  found.push(...resourceProblems(`${path}.resource_control`, entry.resource_control))
  return found
}

/** The part below the deploy directory, which is judged by itself. */
const ownPart = (entry: Entry, dir: string | undefined): string | undefined =>
  dir?.startsWith(`${entry.deploy_dir}/`) ? dir.slice(entry.deploy_dir.length) : dir

const fieldText = (entry: Entry, field: string): string | undefined => {
  const value = Object.entries(entry).find(([key]) => key === field)?.[1]
  return typeof value === 'string' ? value : undefined
}

const hostProblems = (path: string, host: string): Problem[] =>
  /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host) || /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(host)
    ? []
    : [error('bad-host', path, { host })]

/** A path ends up in shell scripts and units: letters that mean something there, `..` and a bare `/` are refused. */
const pathProblems = (path: string, dir: string | undefined): Problem[] => {
  if (!dir) return []
  const bad = /[\s"'`$\\;&|<>()*?%#!{}[\]]/.test(dir) || dir.split('/').includes('..') || dir === '/' || dir.startsWith('-')
  return bad ? [error('bad-path', path, { path: dir })] : []
}

const resourceProblems = (path: string, resources: object | undefined): Problem[] =>
  Object.entries(resources ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' && /[\n\r]/.test(value) ? [error('bad-resource', `${path}.${key}`, { value })] : [],
  )

const monitoredProblems = (topology: Topology): Problem[] => {
  const monitored = topology.monitored
  if (!monitored) return []
  const dirs = (['deploy_dir', 'data_dir', 'log_dir'] as const).flatMap((field) => pathProblems(`monitored.${field}`, monitored[field]))
  return [...dirs, ...resourceProblems('monitored.resource_control', monitored.resource_control)]
}

/** Of a TiDB cluster; TiUP takes them for DM too, and they change nothing there. */
const ignoredKeys = (topology: Topology): Problem[] => {
  const keys = ['ng_port', 'ng_monitoring_config', 'prom_remote_write_to_vm', 'use_vm_as_datasource']
  return entriesOf(topology).flatMap(({ path, entry }) =>
    Object.entries(entry).flatMap(([key, value]) =>
      keys.includes(key) && value ? [warning('ignored-key', `${path}.${key}`, { key })] : [],
    ),
  )
}

const duplicateNames = (topology: Topology): Problem[] => {
  const seen = new Map<string, string>()
  return entriesOf(topology).flatMap(({ path, component, entry }) => {
    if (!('name' in entry)) return []
    const key = `${component} ${entry.name}`
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, path)
      return []
    }
    return [error('duplicate-name', `${path}.name`, { name: entry.name, other: first })]
  })
}

const portConflicts = (topology: Topology): Problem[] => {
  const seen = new Map<string, PortUse>()
  return portsOf(topology).flatMap((use) => {
    const key = `${use.hostId} ${use.port}`
    const first = seen.get(key)
    if (!first) {
      seen.set(key, use)
      return []
    }
    return [error('port-conflict', use.path, { host: use.hostId, port: use.port, first: first.owner, second: use.owner })]
  })
}

const directoryConflicts = (topology: Topology): Problem[] => {
  const uses = directoryUses(topology)
  const ownerEntry = (use: DirectoryUse) => `${use.hostId} ${use.path.split('.').slice(0, -1).join('.')}`
  return uses.flatMap((use, i) => {
    const rival = uses.slice(0, i).find((other) => {
      if (other.hostId !== use.hostId) return false
      if (other.dir === use.dir) return true
      return ownerEntry(other) !== ownerEntry(use) && overlap(other.dir, use.dir)
    })
    return rival
      ? [error('dir-conflict', use.path, { host: use.hostId, dir: use.dir, other: rival.dir, first: rival.owner, second: use.owner })]
      : []
  })
}

/** Empty is not amd64: TiUP compares as written. */
const platformMismatches = (topology: Topology): Problem[] => {
  const seen = new Map<string, { platform: string; component: ComponentName }>()
  return entriesOf(topology).flatMap(({ path, component, entry }) => {
    const platform = `${entry.os ?? ''}/${entry.arch ?? ''}`
    const hostId = hostIdOf(entry)
    const first = seen.get(hostId)
    if (!first) {
      seen.set(hostId, { platform, component })
      return []
    }
    if (first.platform === platform) return []
    return [
      error('platform-mismatch', path, { host: hostId, first: `${first.component} ${first.platform}`, second: `${component} ${platform}` }),
    ]
  })
}

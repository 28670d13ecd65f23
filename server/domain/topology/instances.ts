import type { ComponentName } from '../component'
import type { Instance } from '../instance'
import { unitName } from '../instance'
import {
  type Alertmanager,
  type Entry,
  type Grafana,
  hostIdOf,
  hostPort,
  type Master,
  type Monitor,
  type Topology,
  type Worker,
} from './topology'

/** All instances in start order, within a component in the topology's order; then one pair of exporters per host. */
export const instancesOf = (topology: Topology): Instance[] => {
  const known = instances.get(topology)
  if (known) return [...known]
  const found = allInstances(topology)
  instances.set(topology, found)
  return [...found]
}

/** A topology is never changed in place, and planners ask for its instances once per host. */
const instances = new WeakMap<Topology, readonly Instance[]>()

const allInstances = (topology: Topology): Instance[] => [
  ...topology.masters.map(masterInstance),
  ...topology.workers.map(workerInstance),
  ...topology.monitors.map(monitorInstance),
  ...topology.grafanas.map(grafanaInstance),
  ...topology.alertmanagers.map(alertmanagerInstance),
  ...exporters(topology, 'node_exporter'),
  ...exporters(topology, 'blackbox_exporter'),
]

/** Every entry of the five lists with its path in the file. */
export const entriesOf = (topology: Topology): { path: string; component: ComponentName; entry: Entry }[] => [
  ...topology.masters.map((entry, i) => ({ path: `master_servers.${i}`, component: 'dm-master' as const, entry })),
  ...topology.workers.map((entry, i) => ({ path: `worker_servers.${i}`, component: 'dm-worker' as const, entry })),
  ...topology.monitors.map((entry, i) => ({ path: `monitoring_servers.${i}`, component: 'prometheus' as const, entry })),
  ...topology.grafanas.map((entry, i) => ({ path: `grafana_servers.${i}`, component: 'grafana' as const, entry })),
  ...topology.alertmanagers.map((entry, i) => ({ path: `alertmanager_servers.${i}`, component: 'alertmanager' as const, entry })),
]

/** Hosts by the address of SSH, in order of first appearance; `address` is the service address of the first entry there. */
export const hostsOf = (topology: Topology): { hostId: string; address: string; sshPort: number }[] => {
  const hosts = new Map<string, { hostId: string; address: string; sshPort: number }>()
  for (const { entry } of entriesOf(topology)) {
    const hostId = hostIdOf(entry)
    if (!hosts.has(hostId)) hosts.set(hostId, { hostId, address: entry.host, sshPort: entry.ssh_port })
  }
  return [...hosts.values()]
}

/** Hosts that get exporters: none without `monitored`, and none where an entry says `ignore_exporter`. */
export const exporterHosts = (topology: Topology): { hostId: string; address: string; sshPort: number }[] => {
  if (!topology.monitored) return []
  const ignored = new Set(entriesOf(topology).flatMap(({ entry }) => (entry.ignore_exporter ? [hostIdOf(entry)] : [])))
  return hostsOf(topology).filter((host) => !ignored.has(host.hostId))
}

/** Directories that an instance owns: deploy, data, log, in this order, without repeats. */
export const directoriesOf = (instance: Instance): string[] => [
  ...new Set([instance.deployDir, instance.dataDir, instance.logDir].filter((dir) => dir !== '')),
]

const common = (component: ComponentName, entry: Entry, ports: readonly number[]) => ({
  id: hostPort(entry.host, ports[0] ?? 0),
  component,
  host: entry.host,
  hostId: hostIdOf(entry),
  sshPort: entry.ssh_port,
  ports,
  unit: unitName(component, ports[0] ?? 0),
  deployDir: entry.deploy_dir,
  dataDir: 'data_dir' in entry ? (entry.data_dir ?? '') : '',
  logDir: ('log_dir' in entry ? entry.log_dir : undefined) || `${entry.deploy_dir}/log`,
  os: entry.os ?? '',
  arch: entry.arch ?? '',
  patched: entry.patched ?? false,
  lifecycle: entry.lifecycle ?? ('active' as const),
})

const masterInstance = (entry: Master): Instance => ({ ...common('dm-master', entry, [entry.port, entry.peer_port]), name: entry.name })
const workerInstance = (entry: Worker): Instance => ({ ...common('dm-worker', entry, [entry.port]), name: entry.name })
const monitorInstance = (entry: Monitor): Instance => ({
  ...common('prometheus', entry, entry.ng_port ? [entry.port, entry.ng_port] : [entry.port]),
  name: '',
})
const grafanaInstance = (entry: Grafana): Instance => ({ ...common('grafana', entry, [entry.port]), name: '' })
const alertmanagerInstance = (entry: Alertmanager): Instance => ({
  ...common('alertmanager', entry, [entry.web_port, entry.cluster_port]),
  name: '',
})

const exporters = (topology: Topology, component: 'node_exporter' | 'blackbox_exporter'): Instance[] => {
  const monitored = topology.monitored
  if (!monitored) return []
  const port = component === 'node_exporter' ? monitored.node_exporter_port : monitored.blackbox_exporter_port
  const first = new Map(
    entriesOf(topology)
      .toReversed()
      .map(({ entry }) => [hostIdOf(entry), entry]),
  )
  return exporterHosts(topology).map((host) => {
    const onHost = first.get(host.hostId)
    return {
      id: hostPort(host.address, port),
      component,
      host: host.address,
      hostId: host.hostId,
      sshPort: host.sshPort,
      ports: [port],
      unit: unitName(component, port),
      deployDir: monitored.deploy_dir,
      dataDir: monitored.data_dir,
      logDir: monitored.log_dir,
      name: '',
      os: onHost?.os ?? '',
      arch: onHost?.arch ?? '',
      patched: false,
      lifecycle: 'active',
    }
  })
}

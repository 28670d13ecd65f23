import { type ComponentName, components } from '@/server/domain/component'
import { type ClusterFacts, type HostFacts, noClusterFacts, noHostFacts, type UnitFact } from '@/server/domain/facts'
import type { PackageInfo } from '@/server/domain/package'
import type { Login } from '@/server/domain/plan'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { parseTopology } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from '@/server/operations/input'

/** Data that planners are tested with: ordinary hosts, a full package store. */

const at = '2026-11-21T03:00:00.000Z'

export const topologyOf = (yaml: string): Topology => {
  const { topology, problems } = parseTopology(yaml)
  if (!topology) throw new Error(JSON.stringify(problems))
  return topology
}

export const three = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}, {host: 10.0.0.3}]
worker_servers: [{host: 10.0.0.4}, {host: 10.0.0.5}]
monitoring_servers: [{host: 10.0.0.1}]
grafana_servers: [{host: 10.0.0.1}]
alertmanager_servers: [{host: 10.0.0.1}]
`)

export const tiny = topologyOf(`global: {user: ops, deploy_dir: dm}
monitored: {}
master_servers: [{host: m1.example, manage_host: 192.0.2.1, ssh_port: 2222}]
worker_servers: [{host: m1.example, manage_host: 192.0.2.1, ssh_port: 2222}]
`)

const given: Login = { user: 'root', credentialId: 'credential-root', sudo: 'root' }
const deployLogin = (user: string): Login => ({ user, credentialId: 'credential-deploy', sudo: 'nopasswd' })

const packageOf = (component: ComponentName, i: number): PackageInfo => ({
  sha256: String(i).repeat(64).slice(0, 64),
  component,
  version: components[component].version === 'cluster' ? 'v8.5.0' : 'v1.2.3',
  os: 'linux',
  arch: 'amd64',
  sizeBytes: 100_000_000,
  entry: components[component].entry,
  entrySha256: 'abcdef'.charAt(i % 6).repeat(64),
  origin: { from: 'mirror', detail: '' },
  texts:
    component === 'dm-master'
      ? {
          'dm-master/conf/dm_worker.rules.yml': 'groups: [] # ENV_LABELS_ENV\n',
          'dm-master/scripts/DM.json': '{"title": "Test-Cluster-DM"}',
        }
      : {},
})
const names: ComponentName[] = ['dm-master', 'dm-worker', 'prometheus', 'grafana', 'alertmanager', 'node_exporter', 'blackbox_exporter']
export const packages = names.map((name, i) => packageOf(name, i + 1))

export const inputFor = (topology: Topology, more: Partial<OperationInput> = {}): OperationInput => ({
  clusterName: 'dm1',
  version: 'v8.5.0',
  revision: 0,
  given,
  deploy: deployLogin(topology.global.user),
  publicKey: 'ssh-ed25519 AAAAC3panel',
  packages,
  grafanaSecrets: Object.fromEntries(topology.grafanas.map((one) => [`${one.host}:${one.port}`, `grafana-${one.host}`])),
  ...more,
})

/** Input of start and stop: no first login any more. */
export const later = (topology: Topology, more: Partial<OperationInput> = {}): OperationInput => {
  const { given: _first, ...rest } = inputFor(topology, more)
  return { ...rest, revision: 1 }
}

export const freshHost = (topology: Topology, host: string, more: Partial<HostFacts> = {}): HostFacts => {
  const own = instancesOf(topology).filter((one) => one.hostId === host)
  return {
    ...noHostFacts(at),
    root: 'yes',
    system: {
      hostname: `host-${host}`,
      os: 'linux',
      arch: 'amd64',
      distribution: 'Debian GNU/Linux 12',
      bootId: 'boot',
      clockMs: Date.parse(at) + 40,
      cpus: 4,
      memoryMiB: 16384,
      init: 'systemd',
      systemdVersion: '252',
      commands: [
        'tar',
        'gzip',
        'sha256sum',
        'flock',
        'timeout',
        'visudo',
        'useradd',
        'groupadd',
        'sudo',
        'ss',
        'awk',
        'runuser',
        'systemctl',
      ],
      openFilesHard: 1048576,
      timezone: 'UTC',
    },
    users: { [topology.global.user]: { exists: false } },
    paths: Object.fromEntries(
      own.flatMap((one) => [one.deployDir, one.dataDir, one.logDir].map((path) => [path, { exists: false } as const])),
    ),
    listeners: [],
    disks: Object.fromEntries(own.map((one) => [one.deployDir, { mount: '/', freeBytes: 50 * 2 ** 30 }])),
    units: Object.fromEntries(own.map((one) => [one.unit, unit('inactive')])),
    reach: Object.fromEntries(instancesOf(topology).flatMap((one) => one.ports.map((port) => [`${one.host}:${port}`, 'refused' as const]))),
    ...more,
  }
}

export const fresh = (topology: Topology, more: Record<string, Partial<HostFacts>> = {}): OperationFacts => ({
  hosts: Object.fromEntries(hostsOf(topology).map(({ hostId }) => [hostId, freshHost(topology, hostId, more[hostId])])),
})

export const unit = (activeState: string): UnitFact => ({
  loadState: 'loaded',
  activeState,
  subState: activeState === 'active' ? 'running' : 'dead',
  result: 'success',
  unitFileState: 'enabled',
  execMainStatus: 0,
  mainPid: 0,
  nRestarts: 0,
  activeEnterMonotonicUs: 0,
  activeEnterTimestamp: '',
  needDaemonReload: false,
})

/** All units of these instance ids (all without ids) run; sources by worker id. */
export const running = (topology: Topology, ids?: readonly string[], sources: Record<string, string> = {}): OperationFacts => {
  const instances = instancesOf(topology)
  const isUp = (id: string) => ids === undefined || ids.includes(id)
  const hosts = Object.fromEntries(
    hostsOf(topology).map(({ hostId }) => {
      const own = instances.filter((one) => one.hostId === hostId)
      return [
        hostId,
        freshHost(topology, hostId, {
          units: Object.fromEntries(own.map((one) => [one.unit, unit(isUp(one.id) ? 'active' : 'inactive')])),
        }),
      ]
    }),
  )
  const masters = instances.filter((one) => one.component === 'dm-master')
  const leader = masters.find((one) => isUp(one.id))
  const cluster: ClusterFacts = {
    ...noClusterFacts(at),
    ...(leader
      ? {
          members: {
            leader: { name: leader.name, addr: leader.id },
            masters: masters.map((one) => ({ name: one.name, memberId: '1', alive: isUp(one.id), peerUrls: [], clientUrls: [] })),
            workers: instances
              .filter((one) => one.component === 'dm-worker')
              .map((one) => ({
                name: one.name,
                addr: one.id,
                stage: sources[one.id] ? ('bound' as const) : ('free' as const),
                source: sources[one.id] ?? '',
              })),
            seenFrom: leader.id,
          },
        }
      : { membersError: 'nobody answered' }),
  }
  return { hosts, cluster }
}

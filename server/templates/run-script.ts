import type { Instance } from '@/server/domain/instance'
import { type Alertmanager, hostPort, type Master, type Monitor, type Topology, type Worker } from '@/server/domain/topology/topology'

/** The start scripts, line for line as tiup 842f05c writes them, embed/templates/scripts. Every value was checked at the border. */

const warning = ['# WARNING: This file was auto-generated. Do not edit!', '#          All your edit might be overwritten!']
const enter = [`cd "\${DEPLOY_DIR}" || exit 1`]

/**
 * `join`: the members to join. A master that is still joining has no data: with --initial-cluster it would found a cluster of its own
 * and spoil its folder (recorded b5), so that its script joins, whoever renders it.
 */
export const masterScript = (topology: Topology, instance: Instance, entry: Master, members?: readonly string[]): string => {
  const settled = topology.masters.filter(({ lifecycle }) => lifecycle !== 'joining').map((m) => hostPort(m.host, m.port))
  const join = members ?? (entry.lifecycle === 'joining' && settled.length > 0 ? settled : undefined)
  const listen = listenHost(topology, instance.host)
  const cluster = topology.masters.map((m) => `${m.name}=http://${hostPort(m.host, m.peer_port)}`).join(',')
  return text(
    '#!/bin/bash',
    'set -e',
    '',
    ...warning,
    `DEPLOY_DIR=${instance.deployDir}`,
    ...enter,
    ...command(`exec ${numa(entry.numa_node)}bin/dm-master/dm-master`, [
      ...(entry.v1_source_path && !join ? [`--v1-sources-path="${entry.v1_source_path}"`] : []),
      `--name="${entry.name}"`,
      `--master-addr="${hostPort(listen, entry.port)}"`,
      `--advertise-addr="${hostPort(entry.host, entry.port)}"`,
      `--peer-urls="http://${hostPort(listen, entry.peer_port)}"`,
      `--advertise-peer-urls="http://${hostPort(entry.host, entry.peer_port)}"`,
      `--log-file="${instance.logDir}/dm-master.log"`,
      `--data-dir="${instance.dataDir}"`,
      join ? `--join="${join.join(',')}"` : `--initial-cluster="${cluster}"`,
      `--config=conf/dm-master.toml ${redirect(instance.logDir, 'dm-master')}`,
    ]),
  )
}

export const workerScript = (topology: Topology, instance: Instance, entry: Worker, join?: readonly string[]): string => {
  const masters = join ?? topology.masters.map((m) => hostPort(m.host, m.port))
  return text(
    '#!/bin/bash',
    'set -e',
    '',
    ...warning,
    `DEPLOY_DIR=${instance.deployDir}`,
    '',
    ...enter,
    ...command(`exec ${numa(entry.numa_node)}bin/dm-worker/dm-worker`, [
      `--name="${entry.name}"`,
      `--worker-addr="${hostPort(listenHost(topology, instance.host), entry.port)}"`,
      `--advertise-addr="${hostPort(entry.host, entry.port)}"`,
      `--log-file="${instance.logDir}/dm-worker.log"`,
      `--join="${masters.join(',')}"`,
      `--config=conf/dm-worker.toml ${redirect(instance.logDir, 'dm-worker')}`,
    ]),
  )
}

export const prometheusScript = (instance: Instance, entry: Monitor): string => {
  const retention = /^[1-9]\d*d$/.test(entry.storage_retention_time ?? '') ? entry.storage_retention_time : '30d'
  const size = /^[1-9]\d*(B|KB|MB|GB|TB|PB|EB)$/.test(entry.storage_retention_size ?? '') ? entry.storage_retention_size : undefined
  const storage = entry.enable_prom_agent_mode
    ? ['--enable-feature=agent', ...(entry.additional_args ?? [])]
    : [
        `--storage.tsdb.path="${instance.dataDir}"`,
        ...(entry.additional_args ?? []),
        ...(size ? [`--storage.tsdb.retention.size="${size}"`] : []),
        `--storage.tsdb.retention.time="${retention}"`,
      ]
  return text(
    '#!/bin/bash',
    'set -e',
    '',
    `DEPLOY_DIR=${instance.deployDir}`,
    ...enter,
    '',
    ...warning,
    '',
    ...ngWrapper(instance.deployDir),
    '',
    ...tee(instance.logDir, 'prometheus'),
    ...command(`exec ${numa(entry.numa_node)}bin/prometheus/prometheus`, [
      `--config.file="${instance.deployDir}/conf/prometheus.yml"`,
      `--web.listen-address=":${entry.port}"`,
      `--web.external-url="http://${hostPort(entry.host, entry.port)}/"`,
      '--web.enable-admin-api',
      '--log.level="info"',
      ...storage,
    ]),
  )
}

export const grafanaScript = (instance: Instance): string =>
  text(
    '#!/bin/bash',
    'set -e',
    '',
    ...warning,
    `DEPLOY_DIR=${instance.deployDir}`,
    ...enter,
    '',
    'LANG=en_US.UTF-8 \\',
    ...command('exec bin/bin/grafana-server', [
      `--homepath="${instance.deployDir}/bin"`,
      `--config="${instance.deployDir}/conf/grafana.ini"`,
    ]),
  )

export const alertmanagerScript = (topology: Topology, instance: Instance, entry: Alertmanager): string =>
  text(
    '#!/bin/bash',
    'set -e',
    '',
    `DEPLOY_DIR=${instance.deployDir}`,
    ...enter,
    '',
    ...warning,
    '',
    ...tee(instance.logDir, 'alertmanager'),
    ...command(`exec ${numa(entry.numa_node)}bin/alertmanager/alertmanager`, [
      '--config.file="conf/alertmanager.yml"',
      `--storage.path="${instance.dataDir}"`,
      '--data.retention=120h',
      '--log.level="info"',
      `--web.listen-address="${hostPort(entry.listen_host || listenHost(topology, entry.host), entry.web_port)}"`,
      `--web.external-url="http://${hostPort(entry.host, entry.web_port)}"`,
      ...topology.alertmanagers.map((one) => `--cluster.peer="${hostPort(one.host, one.cluster_port)}"`),
      ...(entry.additional_args ?? []),
      `--cluster.listen-address="${hostPort(entry.host, entry.cluster_port)}"`,
    ]),
  )

export const exporterScript = (instance: Instance, numaNode: string | undefined): string => {
  const name = instance.component
  const flags =
    name === 'node_exporter'
      ? [
          '--collector.tcpstat',
          '--collector.mountstats',
          '--collector.meminfo_numa',
          '--collector.buddyinfo',
          '--collector.vmstat.fields="^.*"',
          '--log.level="info"\n    #--collector.systemd \\\n    #--collector.interrupts \\',
        ]
      : ['--log.level="info"', '--config.file="conf/blackbox.yml"']
  return text(
    '#!/bin/bash',
    'set -e',
    '',
    ...warning,
    `DEPLOY_DIR=${instance.deployDir}`,
    ...enter,
    '',
    ...tee(instance.logDir, name),
    '',
    `EXPORTER_BIN=bin/${name}/${name}`,
    'if [ ! -f $EXPORTER_BIN ]; then',
    `  EXPORTER_BIN=bin/${name}`,
    'fi',
    ...command(`exec ${numa(numaNode)}$EXPORTER_BIN`, [`--web.listen-address=":${instance.ports[0]}"`, ...flags]),
  )
}

/** The cluster's listen_host, else every address of the host's family. */
const listenHost = (topology: Topology, host: string): string => topology.global.listen_host || (host.includes(':') ? '::' : '0.0.0.0')

const numa = (node: string | undefined): string => (node ? `numactl --cpunodebind=${node} --membind=${node} ` : '')

const command = (program: string, flags: readonly string[]): string[] => [
  `${program} \\`,
  ...flags.map((flag, i) => `    ${flag}${i === flags.length - 1 ? '' : ' \\'}`),
]

const redirect = (logDir: string, name: string): string => `>> "${logDir}/${name}_stdout.log" 2>> "${logDir}/${name}_stderr.log"`

const tee = (logDir: string, name: string): string[] => [`exec > >(tee -i -a "${logDir}/${name}.log")`, 'exec 2>&1']

/** Present in every script of Prometheus, whether the program is there or not. */
const ngWrapper = (deployDir: string): string[] => [
  'if [ -e "bin/ng-monitoring-server" ]; then',
  'echo "#!/bin/bash',
  '',
  '# WARNING: This file was auto-generated to restart ng-monitoring when fail. ',
  '#          Do not edit! All your edit might be overwritten!',
  '',
  'while true',
  'do',
  '    bin/ng-monitoring-server \\',
  `        --config ${deployDir}/conf/ngmonitoring.toml \\`,
  '        >/dev/null 2>&1',
  '    sleep 15s',
  'done" > scripts/ng-wrapper.sh',
  'fi',
]

const text = (...lines: readonly string[]): string => `${lines.join('\n')}\n`

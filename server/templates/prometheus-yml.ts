import { isMap, isSeq, parseDocument, stringify } from 'yaml'
import { exporterHosts } from '@/server/domain/topology/instances'
import { hostPort, type Monitor, type Topology } from '@/server/domain/topology/topology'

/**
 * conf/prometheus.yml as tiup 842f05c writes it, with the jobs of TiDB's components left in place and empty.
 * `ruleFiles`: names beside it.
 */
export const renderPrometheusYml = (
  topology: Topology,
  entry: Monitor,
  options: { clusterName: string; ruleFiles: readonly string[] },
): string => {
  const hosts = exporterHosts(topology)
  const monitored = topology.monitored
  const nodes = monitored ? hosts.map((host) => hostPort(host.address, monitored.node_exporter_port)) : []
  const blackboxes = monitored ? hosts.map((host) => hostPort(host.address, monitored.blackbox_exporter_port)) : []
  const own =
    monitored && hosts.some((host) => host.address === entry.host)
      ? hostPort(entry.host, monitored.blackbox_exporter_port)
      : (blackboxes[0] ?? '')
  const lines = [
    ...globals(entry, options.clusterName),
    ...(entry.enable_prom_agent_mode ? [] : [...rules(options.ruleFiles), ...alerting(topology, entry)]),
    '',
    'scrape_configs:',
    ...pushgatewayJob(entry),
    ...job('overwritten-nodes', targets(nodes)),
    ...tidbJobs,
    ...portProbe(
      'tidb_port_probe',
      [
        ['tidb', []],
        ['tikv', []],
        ['pd', []],
      ],
      own,
      true,
    ),
    ...portProbe(
      'monitor_port_probe',
      [
        ['grafana', topology.grafanas.map((grafana) => hostPort(grafana.host, grafana.port))],
        ['node_exporter', nodes],
        ['blackbox_exporter', blackboxes],
        ...(entry.pushgateway_addrs?.length ? [['pushgateway', entry.pushgateway_addrs] as const] : []),
      ],
      own,
      false,
    ),
    ...blackboxes.flatMap((address) =>
      icmpJob(
        address,
        hosts.map((host) => host.address),
      ),
    ),
    ...job('dm_master', targets(topology.masters.map((master) => hostPort(master.host, master.port)))),
    ...job('dm_worker', targets(topology.workers.map((worker) => hostPort(worker.host, worker.port)))),
    ...remote(entry),
  ]
  return withScrapeSettings(lines.join('\n'), entry)
}

const globals = (entry: Monitor, clusterName: string): string[] => [
  '---',
  'global:',
  `  scrape_interval: ${entry.scrape_interval || '15s'} # By default, scrape targets every 15 seconds.`,
  '  evaluation_interval: 15s # By default, scrape targets every 15 seconds.',
  ...(entry.scrape_timeout ? [`  scrape_timeout: ${entry.scrape_timeout}`] : []),
  '  external_labels:',
  `    cluster: '${clusterName}'`,
  '    monitor: "prometheus"',
  '',
]

const rules = (files: readonly string[]): string[] => [
  "# Load and evaluate rules in this file every 'evaluation_interval' seconds.",
  'rule_files:',
  ...files.map((file) => `  - '${file}'`),
]

const alerting = (topology: Topology, entry: Monitor): string[] => {
  const all = [
    ...topology.alertmanagers.map((one) => hostPort(one.host, one.web_port)),
    ...entry.external_alertmanagers.map((one) => hostPort(one.host ?? '', one.web_port ?? 9093)),
  ]
  if (all.length === 0) return []
  return ['alerting:', '  alertmanagers:', '  - static_configs:', '    - targets:', ...all.map((address) => `      - '${address}'`)]
}

const honor = "    honor_labels: true # don't overwrite job & instance labels"

const job = (name: string, body: readonly string[]): string[] => [`  - job_name: "${name}"`, honor, ...body]

const targets = (addresses: readonly string[]): string[] => ['    static_configs:', ...group(addresses)]

const group = (addresses: readonly string[]): string[] => ['    - targets:', ...addresses.map((address) => `      - '${address}'`)]

const pushgatewayJob = (entry: Monitor): string[] =>
  entry.pushgateway_addrs?.length ? job('overwritten-cluster', targets(entry.pushgateway_addrs)) : []

const dropped = [
  'source_request_seconds_count',
  'batch_requests_sum',
  'batch_requests_count',
  'batch_pending_requests_sum',
  'batch_pending_requests_count',
]

/** Of a TiDB cluster; always written, never with targets. */
const tidbJobs: readonly string[] = [
  ...job('tidb', [
    '    metric_relabel_configs:',
    '      - action: drop',
    `        regex: ${dropped.map((name) => `tidb_tikvclient_${name}`).join('|')}`,
    '        source_labels:',
    '        - __name__',
    ...targets([]),
  ]),
  ...job('tiproxy', ['    metrics_path: /api/metrics', ...targets([])]),
  ...['tikv', 'pd', 'tso', 'scheduling', 'router'].flatMap((name) => job(name, targets([]))),
]

const probe = (name: string, interval: string, module: string): string[] => [
  `  - job_name: "${name}"`,
  `    scrape_interval: ${interval}`,
  '    metrics_path: /probe',
  '    params:',
  `      module: [${module}]`,
  '    static_configs:',
]

const portProbe = (
  name: string,
  groups: readonly (readonly [string, readonly string[]])[],
  blackbox: string,
  evenWithout: boolean,
): string[] => [
  ...probe(name, '30s', 'tcp_connect'),
  ...groups.flatMap(([label, addresses]) => [...group(addresses), '      labels:', `        group: '${label}'`]),
  '    relabel_configs:',
  '      - source_labels: [__address__]',
  '        target_label: __param_target',
  '      - source_labels: [__param_target]',
  '        target_label: instance',
  ...(blackbox || evenWithout ? ['      - target_label: __address__', `        replacement: '${blackbox}'`] : []),
]

const icmpJob = (blackbox: string, hosts: readonly string[]): string[] => [
  ...probe(`blackbox_exporter_${blackbox}_icmp`, '6s', 'icmp'),
  ...group(hosts),
  '    relabel_configs:',
  ...relabel('[__address__]', '(.*)(:80)?', '__param_target', firstMatch),
  ...relabel('[__param_target]', '(.*)', 'ping', firstMatch),
  ...relabel('[]', '.*', '__address__', `'${blackbox}'`),
]

/** Prometheus's own placeholder. */
const firstMatch = `\${1}`

const relabel = (source: string, regex: string, target: string, replacement: string): string[] => [
  `      - source_labels: ${source}`,
  `        regex: ${regex}`,
  `        target_label: ${target}`,
  `        replacement: ${replacement}`,
]

const remote = (entry: Monitor): string[] => {
  const { remote_write: write, remote_read: read } = entry.remote_config ?? {}
  return [
    ...(write?.length ? stringify({ remote_write: write }).trimEnd().split('\n') : []),
    ...(read?.length ? stringify({ remote_read: read }).trimEnd().split('\n') : []),
  ]
}

/** `additional_scrape_conf` goes into every job, over what is there. */
const withScrapeSettings = (text: string, entry: Monitor): string => {
  const settings = Object.entries(entry.additional_scrape_conf ?? {})
  if (settings.length === 0) return text
  const doc = parseDocument(text)
  const jobs = doc.get('scrape_configs')
  if (isSeq(jobs)) for (const item of jobs.items) if (isMap(item)) for (const [key, value] of settings) item.set(key, doc.createNode(value))
  return doc.toString({ lineWidth: 0 })
}

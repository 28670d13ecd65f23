import { z } from 'zod'

/** Topologies to begin with. Comments are part of them: they stay in what the user saves. */
export const templates = {
  minimal: `# Three dm-master tolerate the loss of one. dm-worker: one per upstream source, and one free to take over.
global:
  user: tidb
  ssh_port: 22
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
monitored: {}
master_servers:
  - host: 10.0.0.11
  - host: 10.0.0.12
  - host: 10.0.0.13
worker_servers:
  - host: 10.0.0.14
  - host: 10.0.0.15
  - host: 10.0.0.16
monitoring_servers:
  - host: 10.0.0.11
grafana_servers:
  - host: 10.0.0.11
alertmanager_servers:
  - host: 10.0.0.11
`,
  single: `# One host for all. Every upgrade and restart interrupts replication; for trying out.
global:
  user: tidb
  ssh_port: 22
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
master_servers:
  - host: 10.0.0.11
worker_servers:
  - host: 10.0.0.11
`,
  full: `# All common keys; what is commented out shows its default.
global:
  user: tidb # runs the units; made if missing
  # group: tidb
  ssh_port: 22
  # listen_host: 0.0.0.0
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
  # log_dir: log, below each deploy_dir
  # resource_control:
  #   memory_limit: 4G

# Exporters on every host that has an instance
monitored:
  node_exporter_port: 9100
  blackbox_exporter_port: 9115

# Goes into every dm-master.toml and dm-worker.toml; an instance's own config wins
server_configs:
  master:
    log-level: info
    # openapi: true
  worker:
    log-level: info
    # keepalive-ttl: 60

master_servers:
  - host: 10.0.0.11
    # name: dm-10.0.0.11-8261
    # port: 8261
    # peer_port: 8291
    # config:
    #   log-level: warn
  - host: 10.0.0.12
  - host: 10.0.0.13

worker_servers:
  - host: 10.0.0.14
    # port: 8262
  - host: 10.0.0.15
  - host: 10.0.0.16

monitoring_servers:
  - host: 10.0.0.11
    # port: 9090
    # storage_retention_time: 30d

grafana_servers:
  - host: 10.0.0.11
    # port: 3000

alertmanager_servers:
  - host: 10.0.0.11
    # web_port: 9093
    # cluster_port: 9094
`,
} as const

export type TemplateName = keyof typeof templates

export const templateForms = ['minimal', 'single', 'full', 'local'] as const
export type TemplateForm = (typeof templateForms)[number]

const hosts = z
  .string()
  .transform((text) => text.split(',').flatMap((one) => one.trim() || []))
  .pipe(z.array(z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/)).max(200))
const dir = z.string().regex(/^[A-Za-z0-9/_.-]{1,500}$/)

/** What `tiup dm template --local` is asked for with, by its names and defaults; hosts as `a,b,c`. */
export const localTemplateInput = z.object({
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/)
    .default('tidb'),
  group: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,32}$/)
    .default(''),
  sshPort: z.coerce.number().int().min(1).max(65_535).default(22),
  deployDir: dir.default('/tidb-deploy'),
  dataDir: dir.default('/tidb-data'),
  arch: z.enum(['amd64', 'arm64']).default('amd64'),
  masters: hosts.prefault('172.19.0.101,172.19.0.102,172.19.0.103'),
  workers: hosts.prefault('172.19.0.101,172.19.0.102,172.19.0.103'),
  monitors: hosts.prefault('172.19.0.101'),
  grafanas: hosts.prefault('172.19.0.101'),
  alertmanagers: hosts.prefault('172.19.0.101'),
})
export type LocalTemplate = z.infer<typeof localTemplateInput>

/** A topology of these hosts. A list that is empty leaves its section out. */
export const localTopology = (asked: LocalTemplate): string => {
  const section = (name: string, list: readonly string[]): string[] =>
    list.length > 0 ? [`${name}:`, ...list.map((host) => `  - host: ${host.includes(':') ? JSON.stringify(host) : host}`)] : []
  return [
    'global:',
    `  user: ${asked.user}`,
    ...(asked.group ? [`  group: ${asked.group}`] : []),
    `  ssh_port: ${asked.sshPort}`,
    `  deploy_dir: ${asked.deployDir}`,
    `  data_dir: ${asked.dataDir}`,
    `  arch: ${asked.arch}`,
    ...section('master_servers', asked.masters),
    ...section('worker_servers', asked.workers),
    ...section('monitoring_servers', asked.monitors),
    ...section('grafana_servers', asked.grafanas),
    ...section('alertmanager_servers', asked.alertmanagers),
    '',
  ].join('\n')
}

/** The kinds of software that a DM cluster consists of, and all that the product knows about each: one row, no switches elsewhere. */
export const componentNames = [
  'dm-master',
  'dm-worker',
  'prometheus',
  'grafana',
  'alertmanager',
  'node_exporter',
  'blackbox_exporter',
] as const

export type ComponentName = (typeof componentNames)[number]

/** Components that `tiup dm display` gives rows of their own, and that `-R` accepts. */
export const roleNames = ['dm-master', 'dm-worker', 'prometheus', 'grafana', 'alertmanager'] as const
export type RoleName = (typeof roleNames)[number]

export type ComponentSpec = {
  /** Order of start and update; stop is the reverse. Same order as tiup 842f05c, ComponentsByStartOrder. */
  startOrder: number
  mainPort: number
  /** Peer port of a master, cluster port of an Alertmanager. */
  secondPort?: number
  /** Path of the program below `<deploy_dir>/bin`. */
  entry: string
  /** Whether its package has the cluster's version or the mirror's newest stable one. */
  version: 'cluster' | 'latest'
  /** How its health is asked; see `health.ts`. */
  health: 'dm-master' | 'dm-worker' | { httpPath: string }
  /** Files in its log folder, the most telling last. */
  logs: readonly string[]
  runScript: string
}

export const components = {
  'dm-master': {
    startOrder: 1,
    mainPort: 8261,
    secondPort: 8291,
    entry: 'dm-master/dm-master',
    version: 'cluster',
    health: 'dm-master',
    logs: ['dm-master.log', 'dm-master_stderr.log', 'dm-master_stdout.log'],
    runScript: 'run_dm-master.sh',
  },
  'dm-worker': {
    startOrder: 2,
    mainPort: 8262,
    entry: 'dm-worker/dm-worker',
    version: 'cluster',
    health: 'dm-worker',
    logs: ['dm-worker.log', 'dm-worker_stderr.log', 'dm-worker_stdout.log'],
    runScript: 'run_dm-worker.sh',
  },
  prometheus: {
    startOrder: 3,
    mainPort: 9090,
    entry: 'prometheus/prometheus',
    version: 'cluster',
    health: { httpPath: '/-/ready' },
    logs: ['prometheus.log'],
    runScript: 'run_prometheus.sh',
  },
  grafana: {
    startOrder: 4,
    mainPort: 3000,
    entry: 'bin/grafana-server',
    version: 'cluster',
    health: { httpPath: '/login' },
    logs: ['grafana.log'],
    runScript: 'run_grafana.sh',
  },
  alertmanager: {
    startOrder: 5,
    mainPort: 9093,
    secondPort: 9094,
    entry: 'alertmanager/alertmanager',
    version: 'latest',
    health: { httpPath: '/-/ready' },
    logs: ['alertmanager.log'],
    runScript: 'run_alertmanager.sh',
  },
  node_exporter: {
    startOrder: 6,
    mainPort: 9100,
    entry: 'node_exporter/node_exporter',
    version: 'latest',
    health: { httpPath: '/metrics' },
    logs: ['node_exporter.log'],
    runScript: 'run_node_exporter.sh',
  },
  blackbox_exporter: {
    startOrder: 7,
    mainPort: 9115,
    entry: 'blackbox_exporter/blackbox_exporter',
    version: 'latest',
    health: { httpPath: '/metrics' },
    logs: ['blackbox_exporter.log'],
    runScript: 'run_blackbox_exporter.sh',
  },
} as const satisfies Record<ComponentName, ComponentSpec>

/** The catalogue row of a component. */
export const componentSpec = (name: ComponentName): ComponentSpec => components[name]

export const isRole = (name: string): name is RoleName => roleNames.some((role) => role === name)

import { type ComponentName, components, type RoleName, roleNames } from '../component'
import type { DisplayRow } from '../display'

/** What stands above the rows of `tiup dm display`. */
export type DisplayHeader = {
  name: string
  version: string
  user: string
  sshType: string
  grafanaUrls: readonly string[]
  /** Only with TLS. */
  tls?: { ca: string; key: string; certificate: string }
}

/** `--uptime` adds the column Since; `nowMs` is compared with the start of each process. */
export type DisplayOptions = { uptime?: { nowMs: number } }

/** Same order as tiup 842f05c: by role as printed, then host, port, and directories. Exporters have no row. */
export const displayOrder = (rows: readonly DisplayRow[]): DisplayRow[] =>
  rows
    .filter((row) => isRole(row.role))
    .toSorted((a, b) => compare(roleText(a), roleText(b)) || compare(a.host, b.host) || mainPort(a) - mainPort(b) || compare(a.id, b.id))

/** The text of `tiup dm display`, without tiup's own first line. */
export const displayText = (header: DisplayHeader, rows: readonly DisplayRow[], options: DisplayOptions = {}): string => {
  const since = options.uptime
  const titles = ['ID', 'Role', 'Host', 'Ports', 'OS/Arch', 'Status', ...(since ? ['Since'] : []), 'Data Dir', 'Deploy Dir']
  const body = displayOrder(rows).map((row) => [
    row.id,
    roleText(row),
    row.host,
    row.ports,
    row.osArch,
    row.status.value,
    ...(since ? [uptime(row, since.nowMs)] : []),
    row.dataDir || '-',
    row.deployDir,
  ])
  return `${[...headerLines(header), ...table(titles, body), `Total nodes: ${body.length}`].join('\n')}\n`
}

/** The shape of `tiup dm display --format json`. */
export const displayJson = (header: DisplayHeader, rows: readonly DisplayRow[], options: DisplayOptions = {}) => ({
  cluster_meta: {
    cluster_type: 'dm',
    cluster_name: header.name,
    cluster_version: header.version,
    deploy_user: header.user,
    ssh_type: header.sshType,
    tls_enabled: header.tls !== undefined,
    ...(header.grafanaUrls.length > 0 ? { grafana_urls: [...header.grafanaUrls] } : {}),
  },
  instances: displayOrder(rows).map((row) => ({
    id: row.id,
    role: roleText(row),
    host: row.host,
    manage_host: row.hostId,
    ports: row.ports,
    os_arch: row.osArch,
    status: row.status.value,
    memory: '-',
    memory_limit: '-',
    cpu_quota: '-',
    since: options.uptime ? uptime(row, options.uptime.nowMs) : '-',
    data_dir: row.dataDir || '-',
    deploy_dir: row.deployDir,
    numa_node: '-',
    numa_cores: '-',
    version: componentOf(row).version === 'cluster' ? header.version : '',
    ComponentName: row.role,
    Port: mainPort(row),
  })),
})

/** One line per row; a cell that a spreadsheet would take for a formula is led by an apostrophe. */
export const displayCsv = (rows: readonly DisplayRow[]): string => {
  const titles = [
    'ID',
    'Role',
    'Host',
    'Ports',
    'OS/Arch',
    'Status',
    'Since',
    'Data Dir',
    'Deploy Dir',
    'Version',
    'Unit',
    'Unit State',
    'Source',
    'Seen At',
  ]
  const lines = displayOrder(rows).map((row) => [
    row.id,
    roleText(row),
    row.host,
    row.ports,
    row.osArch,
    row.status.value,
    row.since.value ?? '',
    row.dataDir,
    row.deployDir,
    row.version.value,
    row.unit,
    row.unitState.value,
    row.source,
    row.status.at ?? '',
  ])
  return [titles, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

export type ListRow = { name: string; user: string; version: string; path: string; privateKey: string }

/** The text of `tiup dm list`, without tiup's own first line. */
export const listText = (clusters: readonly ListRow[]): string => {
  const rows = clusters.map((c) => [c.name, c.user, c.version, c.path, c.privateKey])
  return `${table(['Name', 'User', 'Version', 'Path', 'PrivateKey'], rows).join('\n')}\n`
}

/** The shape of `tiup dm list --format json`. */
export const listJson = (clusters: readonly ListRow[]) => ({
  clusters: clusters.map((c) => ({ name: c.name, user: c.user, version: c.version, path: c.path, private_key: c.privateKey })),
})

/** A cell of a CSV file, quoted where needed, never a formula. */
export const csvCell = (value: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const isRole = (name: ComponentName): name is RoleName => roleNames.some((role: ComponentName) => role === name)
const componentOf = (row: DisplayRow) => components[row.role]
const roleText = (row: DisplayRow): string => (row.patched ? `${row.role} (patched)` : row.role)
const mainPort = (row: DisplayRow): number => Number(row.ports.split('/')[0])
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const headerLines = (header: DisplayHeader): string[] => {
  const line = (title: string, value: string) => `${`${title}:`.padEnd(20)}${value}`
  return [
    line('Cluster type', 'dm'),
    line('Cluster name', header.name),
    line('Cluster version', header.version),
    line('Deploy user', header.user),
    line('SSH type', header.sshType),
    ...(header.tls
      ? [
          line('TLS encryption', 'enabled'),
          line('CA certificate', header.tls.ca),
          line('Client private key', header.tls.key),
          line('Client certificate', header.tls.certificate),
        ]
      : []),
    ...(header.grafanaUrls.length > 0 ? [line('Grafana URL', header.grafanaUrls.join(','))] : []),
  ]
}

/** Columns two spaces apart, the last one not padded. */
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const all = [titles, titles.map((title) => '-'.repeat(title.length)), ...rows]
  const widths = titles.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
  return all.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + 2))).join(''))
}

/** `6s`, `1m5s`, `2h3m4s`, `1d2h3m4s` without the parts that are zero, as tiup prints them; `-` when it does not run. */
const uptime = (row: DisplayRow, nowMs: number): string => {
  if (row.since.value === null) return '-'
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(row.since.value)) / 1000))
  const parts = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const text = parts.flatMap(([n, unit]) => (n > 0 ? [`${n}${unit}`] : [])).join('')
  return text || '0s'
}

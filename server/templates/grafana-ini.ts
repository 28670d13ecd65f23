import { type ConfigMap, exactNumber } from '@/server/domain/topology/config-map'
import type { Grafana } from '@/server/domain/topology/topology'
import { grafanaIniText } from './grafana-ini-text'
import type { Part } from './rendered-file'

/**
 * conf/grafana.ini. Keys are aligned per section, as the library that TiUP writes it with does. The password stands in
 * back quotes, so that `#` and `;` in it are no comments. `settings`: the user's, `section.key` split at the last dot.
 */
export const renderGrafanaIni = (entry: Grafana, deployDir: string, password: Part, settings: ConfigMap): Part[] => {
  const lines = grafanaIniText.replaceAll('{deploy}', deployDir).split('\n')
  const changes: [string, string, string][] = [
    ['server', 'http_port', String(entry.port)],
    ['server', 'domain', entry.domain || entry.host],
    ...(entry.root_url
      ? ([
          ['server', 'root_url', entry.root_url],
          ['server', 'serve_from_sub_path', 'true'],
        ] as [string, string, string][])
      : []),
    ['security', 'admin_user', entry.username],
    ['auth', 'login_cookie_name', `grafana_session_${entry.domain ? `${entry.domain}_` : ''}${entry.port}`],
    ...(entry.default_theme ? ([['users', 'default_theme', entry.default_theme]] as [string, string, string][]) : []),
    ...anonymous(entry),
    ...userSettings(settings),
    ['security', 'admin_password', marker],
  ]
  const text = aligned(changes.reduce(setKey, lines)).join('\n')
  const [before = '', after = ''] = text.split(marker)
  return [{ text: `${before}\`` }, password, { text: `\`${after}` }]
}

const marker = '\u0000password\u0000'

const anonymous = (entry: Grafana): [string, string, string][] =>
  entry.anonymous_enable
    ? [
        ['auth.anonymous', 'enabled', 'true'],
        ['auth.anonymous', 'org_name', entry.org_name || 'Main Org.'],
        ['auth.anonymous', 'org_role', entry.org_role || 'Viewer'],
      ]
    : []

const userSettings = (settings: ConfigMap): [string, string, string][] =>
  Object.entries(settings).flatMap(([name, value]): [string, string, string][] => {
    const dot = name.lastIndexOf('.')
    const text = exactNumber(value) ?? (typeof value === 'object' ? '' : String(value))
    const key = name.slice(dot + 1)
    return key === 'admin_password' || /[\n\r]/.test(text) ? [] : [[dot < 0 ? '' : name.slice(0, dot), key, text]]
  })

const setKey = (lines: string[], [section, key, value]: [string, string, string]): string[] => {
  const line = `${key} = ${value}`
  const start = section === '' ? -1 : lines.indexOf(`[${section}]`)
  if (section !== '' && start < 0) return [...lines, `[${section}]`, line, '']
  const next = lines.findIndex((text, i) => i > start && /^\[.*\]$/.test(text))
  const end = next < 0 ? lines.length : next
  const at = lines.findIndex((text, i) => i > start && i < end && text.startsWith(`${key} =`))
  if (at >= 0) return lines.with(at, line)
  const last = lines.findLastIndex((text, i) => i > start && i < end && isKey(text))
  return lines.toSpliced((last >= 0 ? last : start) + 1, 0, line)
}

const isKey = (line: string): boolean => /^[^\s#;[][^=]* = ?/.test(line)

const aligned = (lines: readonly string[]): string[] => {
  const section = sectionNumbers(lines)
  const width = new Map<number, number>()
  for (const [i, line] of lines.entries())
    if (isKey(line)) width.set(section[i] ?? 0, Math.max(width.get(section[i] ?? 0) ?? 0, line.indexOf(' =')))
  return lines.map((line, i) => {
    if (!isKey(line)) return line
    const at = line.indexOf(' =')
    return `${line.slice(0, at).padEnd(width.get(section[i] ?? 0) ?? 0)}${line.slice(at)}`
  })
}

const sectionNumbers = (lines: readonly string[]): number[] => {
  let n = 0
  return lines.map((line) => {
    if (/^\[.*\]$/.test(line)) n++
    return n
  })
}

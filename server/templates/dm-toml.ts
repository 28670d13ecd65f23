import { type ConfigMap, type ConfigValue, exactNumber, isConfigMap } from '@/server/domain/topology/config-map'

/**
 * conf/dm-master.toml and conf/dm-worker.toml: the cluster's settings with the instance's over them, leaf by leaf; `a.b: v`
 * and nested maps are the same; lists are replaced whole. Text as BurntSushi's encoder writes it: keys in order, no indent.
 */
export const renderDmToml = (component: 'dm-master' | 'dm-worker', shared: ConfigMap | undefined, own: ConfigMap | undefined): string =>
  `${header(component)}${encodeToml(mergeConfig(shared ?? {}, own ?? {}))}`

/** Both maps as one nested map. The TLS keys of an instance are left out: they belong to clusters with TLS. */
export const mergeConfig = (shared: ConfigMap, own: ConfigMap): ConfigMap => {
  const leaves = new Map<string, ConfigValue>()
  for (const [path, value] of flatten(shared)) leaves.set(path, value)
  for (const [path, value] of flatten(own)) if (!tlsKeys.includes(path)) leaves.set(path, value)
  return fold(leaves)
}

const tlsKeys = ['ssl-ca', 'ssl-cert', 'ssl-key']

const header = (component: string): string =>
  [
    '# WARNING: This file is auto-generated. Do not edit! All your modification will be overwritten!',
    "# You can use 'tiup cluster edit-config' and 'tiup cluster reload' to update the configuration",
    '# All configuration items you want to change can be added to:',
    '# server_configs:',
    `#   ${component}:`,
    '#     aa.b1.c3: value',
    '#     aa.b2.c4: value',
    '',
  ].join('\n')

const flatten = (map: ConfigMap, prefix = ''): [string, ConfigValue][] =>
  Object.entries(map).flatMap(([key, value]): [string, ConfigValue][] =>
    isConfigMap(value) ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  )

type Tree = Map<string, ConfigValue | Tree>

const fold = (leaves: ReadonlyMap<string, ConfigValue>): ConfigMap => {
  const root: Tree = new Map()
  for (const [path, value] of leaves) {
    const keys = path.split('.')
    let at = root
    for (const key of keys.slice(0, -1)) {
      const next = at.get(key)
      const table: Tree = next instanceof Map ? next : new Map()
      at.set(key, table)
      at = table
    }
    at.set(keys.at(-1) ?? '', value)
  }
  return asMap(root)
}

const asMap = (tree: Tree): ConfigMap =>
  Object.fromEntries([...tree].map(([key, value]) => [key, value instanceof Map ? asMap(value) : value]))

/** Plain keys of a table first, then its tables, both in order; a line free before each table. */
export const encodeToml = (map: ConfigMap): string => tableText(map, []).join('\n').replace(/^\n/, '').replace(/(.)$/, '$1\n')

const tableText = (map: ConfigMap, path: readonly string[]): string[] => {
  const entries = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const plain = entries.flatMap(([key, value]) => (isTable(value) ? [] : [`${keyText(key)} = ${valueText(value)}`]))
  const tables = entries.flatMap(([key, value]) => {
    const name = [...path, keyText(key)]
    if (isConfigMap(value)) return tableText(value, name)
    return isTableList(value)
      ? value.flatMap((item) => [
          '',
          `[[${name.join('.')}]]`,
          ...tableText(item, name)
            .filter((line) => line !== `[${name.join('.')}]`)
            .filter((line, i) => i > 0 || line !== ''),
        ])
      : []
  })
  return path.length === 0 ? [...plain, ...tables] : ['', `[${path.join('.')}]`, ...plain, ...tables]
}

const isTableList = (value: ConfigValue): value is readonly ConfigMap[] =>
  Array.isArray(value) && value.length > 0 && value.every(isConfigMap)
const isTable = (value: ConfigValue): boolean => isConfigMap(value) || isTableList(value)

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key))

const valueText = (value: ConfigValue): string => {
  if (typeof value === 'string') return stringText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const exact = exactNumber(value)
  if (exact !== undefined) return exact
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${keyText(key)} = ${valueText(item)}`)
    .join(', ')}}`
}

const stringText = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007F')

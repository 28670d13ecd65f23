import { type Document, isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml'

/** The lists of a topology that the form shows as columns, with each one's port key and default. */
export const formRoles = [
  { role: 'dm-master', list: 'master_servers', portKey: 'port', port: 8261 },
  { role: 'dm-worker', list: 'worker_servers', portKey: 'port', port: 8262 },
  { role: 'prometheus', list: 'monitoring_servers', portKey: 'port', port: 9090 },
  { role: 'grafana', list: 'grafana_servers', portKey: 'port', port: 3000 },
  { role: 'alertmanager', list: 'alertmanager_servers', portKey: 'web_port', port: 9093 },
] as const

export type FormRole = (typeof formRoles)[number]['role']

/** A host's entry in one list: where it stands, and the keys that the form edits. `own`: written in the text, not a default. */
export type FormEntry = { index: number; port: number; own: Readonly<Record<string, string>>; line: number }
export type FormHost = { host: string; entries: Readonly<Partial<Record<FormRole, readonly FormEntry[]>>> }
export type TopologyForm = { hosts: FormHost[]; global: Readonly<Record<string, string>>; exporters: boolean; readable: boolean }

/** What the form shows of a text, however broken the text is; `readable: false` when it is no YAML map at all. */
export const readForm = (text: string): TopologyForm => {
  const doc = parseDocument(text)
  if (doc.contents !== null && !isMap(doc.contents)) return { hosts: [], global: {}, exporters: false, readable: false }
  const hosts = new Map<string, Record<string, FormEntry[]>>()
  for (const { role, list, portKey, port } of formRoles) {
    const items = doc.getIn([list])
    if (!isSeq(items)) continue
    items.items.forEach((item, index) => {
      if (!isMap(item)) return
      const host = String(item.get('host') ?? '')
      if (host === '') return
      const entry = { index, port: Number(item.get(portKey) ?? port), own: scalarsOf(item), line: lineOf(text, item.range?.[0]) }
      const entries = hosts.get(host) ?? {}
      entries[role] = [...(entries[role] ?? []), entry]
      hosts.set(host, entries)
    })
  }
  const global = doc.getIn(['global'])
  return {
    hosts: [...hosts].map(([host, entries]) => ({ host, entries })),
    global: isMap(global) ? scalarsOf(global) : {},
    exporters: doc.has('monitored'),
    readable: doc.errors.length === 0,
  }
}

/** Puts a host into a role's list or takes it out. Comments and the order of everything else stay. */
export const setRole = (text: string, host: string, role: FormRole, on: boolean): string =>
  edit(text, (doc) => {
    const { list } = roleOf(role)
    const items = listOf(doc, list)
    const at = items.items.findIndex((item) => isMap(item) && String(item.get('host')) === host)
    if (on && at < 0) items.add(doc.createNode({ host }))
    if (!on && at >= 0) items.delete(at)
    if (items.items.length === 0) doc.delete(list)
  })

/** Sets one key of an entry; an empty value takes the key away, so that the default holds again. Numbers stay numbers. */
export const setEntryKey = (text: string, role: FormRole, index: number, key: string, value: string): string =>
  edit(text, (doc) => setScalar(doc, [roleOf(role).list, index, key], value))

/** Sets one key of `global`. */
export const setGlobalKey = (text: string, key: string, value: string): string =>
  edit(text, (doc) => setScalar(doc, ['global', key], value))

/** Turns the exporters on (`monitored: {}`) or off. */
export const setExporters = (text: string, on: boolean): string =>
  edit(text, (doc) => {
    if (on && !doc.has('monitored')) doc.set('monitored', doc.createNode({}))
    if (!on) doc.delete('monitored')
  })

/** Adds hosts in roles as they are most often wanted: the first three as masters, the others as workers. */
export const addHosts = (text: string, hosts: readonly string[], role: FormRole): string =>
  hosts.reduce((now, host) => setRole(now, host, role, true), text)

/** Addresses in free text: one a line, or separated by commas and spaces; `10.0.0.1-3` counts up the last number. */
export const readAddresses = (text: string): string[] =>
  [...new Set(text.split(/[\s,;]+/).flatMap((word) => expandRange(word)))].filter((word) => word !== '')

const expandRange = (word: string): string[] => {
  const range = /^(.*\.)(\d{1,3})-(\d{1,3})$/.exec(word)
  if (!range) return [word]
  const [from, to] = [Number(range[2]), Number(range[3])]
  if (to < from || to > 255) return [word]
  return Array.from({ length: to - from + 1 }, (_, n) => `${range[1]}${from + n}`)
}

const edit = (text: string, change: (doc: Document) => void): string => {
  const doc: Document = parseDocument(text)
  if (doc.errors.length > 0 || (doc.contents !== null && !isMap(doc.contents))) return text
  if (doc.contents === null) doc.contents = new YAMLMap()
  change(doc)
  return doc.toString({ lineWidth: 0 })
}

const listOf = (doc: Document, list: string): YAMLSeq => {
  const there = doc.get(list)
  if (isSeq(there)) return there
  const made = new YAMLSeq()
  doc.set(list, made)
  return made
}

const setScalar = (doc: Document, path: readonly (string | number)[], value: string): void => {
  if (value === '') doc.deleteIn(path)
  else doc.setIn(path, /^\d+$/.test(value) ? Number(value) : value)
}

const roleOf = (role: FormRole): (typeof formRoles)[number] => {
  const found = formRoles.find((candidate) => candidate.role === role)
  if (!found) throw new Error(`no such role in the form: ${role}`)
  return found
}

const scalarsOf = (map: YAMLMap): Record<string, string> => {
  const all = map.items.map((pair): [string, unknown] => [String(pair.key), map.get(String(pair.key))])
  return Object.fromEntries(
    all.filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)).map(([key, value]) => [key, String(value)]),
  )
}

const lineOf = (text: string, offset: number | undefined): number => text.slice(0, offset ?? 0).split('\n').length

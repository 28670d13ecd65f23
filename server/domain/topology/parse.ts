import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { isError, type Problem } from '../problem'
import { topologyProblems } from './check'
import { knownKeys, type TopologyFile, topologyFile } from './schema'
import { type Topology, withDefaults } from './topology'

/**
 * Reads a user's topology.yaml strictly. All problems at once, each with its path, line and column. There is a topology
 * exactly when no problem is an error. Never throws.
 */
export const parseTopology = (yamlText: string): { topology?: Topology; problems: Problem[] } => {
  const read = readYaml(yamlText)
  if ('problems' in read) return read
  const { data, where } = read
  const file = topologyFile.safeParse(data)
  if (!file.success) {
    const problems = file.error.issues.flatMap((issue) => issueProblems(issue, data))
    const known = topologyFile.safeParse(withoutUnknown(data, file.error.issues))
    const more = known.success ? topologyProblems(withDefaults(known.data)) : []
    return { problems: sorted([...problems, ...more].map(where)) }
  }
  const topology = withDefaults(file.data)
  const problems = sorted(topologyProblems(topology).map(where))
  return problems.some(isError) ? { problems } : { topology, problems }
}

/** The file as it is typed, without defaults and without a look at what it means; or all that is wrong with its form. */
export const readTopologyFile = (
  yamlText: string,
): { file: TopologyFile; where: (problem: Problem) => Problem } | { problems: Problem[] } => {
  const read = readYaml(yamlText)
  if ('problems' in read) return read
  const file = topologyFile.safeParse(read.data)
  if (file.success) return { file: file.data, where: read.where }
  return { problems: sorted(file.error.issues.flatMap((issue) => issueProblems(issue, read.data)).map(read.where)) }
}

/** Problems found elsewhere (against other clusters), with their positions in the text that they are about. */
export const located = (yamlText: string, problems: readonly Problem[]): Problem[] => {
  const read = readYaml(yamlText)
  return 'problems' in read ? [...problems] : sorted(problems.map(read.where))
}

/** A YAML text as plain data: empty values are absent, numbers that JSON can't hold keep their text. */
export const readYaml = (text: string): { data: unknown; where: (problem: Problem) => Problem } | { problems: Problem[] } => {
  const lines = new LineCounter()
  try {
    const doc = parseDocument(text, { lineCounter: lines, intAsBigInt: true, merge: true, uniqueKeys: true, logLevel: 'silent' })
    if (doc.errors.length > 0) return { problems: doc.errors.map((e) => yamlProblem(e.message, lines.linePos(e.pos[0]))) }
    const data = plain(doc.toJS({ maxAliasCount: 100 }))
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      return { problems: [{ code: 'topology.empty', severity: 'error', line: 1, column: 1, params: {} }] }
    return { data, where: (problem) => ({ ...problem, ...position(doc, lines, problem) }) }
  } catch (cause) {
    // The library throws on alias bombs and on nesting that is too deep for the stack; both are bad input.
    return { problems: [yamlProblem(cause instanceof Error ? cause.message : String(cause), { line: 1, col: 1 })] }
  }
}

const yamlProblem = (message: string, at: { line: number; col: number }): Problem => ({
  code: 'topology.yaml',
  severity: 'error',
  line: at.line,
  column: at.col,
  params: { message: message.split('\n')[0] ?? '' },
})

const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: value.toString() }
  if (typeof value === 'number') return Number.isInteger(value) || !Number.isFinite(value) ? { $float: floatText(value) } : value
  if (Array.isArray(value)) return value.map(plain).filter((item) => item !== undefined)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === null || item === undefined ? [] : [[key, plain(item)]])),
    )
  return value === null ? undefined : value
}

/** As TOML and YAML both spell it. */
const floatText = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

type Issue = { code?: string | undefined; path: PropertyKey[]; message: string; keys?: string[]; expected?: unknown }

/** The data without the keys that nobody knows, so that the rest can be looked at for conflicts all the same. */
const withoutUnknown = (data: unknown, issues: readonly Issue[]): unknown => {
  const copy: unknown = structuredClone(data)
  for (const issue of issues) {
    const section = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)).reduce<unknown>(entry, copy)
    if (typeof section === 'object' && section !== null) for (const key of issue.keys ?? []) Reflect.deleteProperty(section, key)
  }
  return copy
}

const issueProblems = (issue: Issue, data: unknown): Problem[] => {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys')
    return (issue.keys ?? []).map((key) => {
      const near = nearest(key, knownKeys(path))
      const code = near === '' ? 'topology.unknown-key' : 'topology.unknown-key-near'
      return {
        code,
        severity: 'error',
        path: [...path, key].join('.'),
        params: { key, section: path.join('.') || 'topology', nearest: near },
      }
    })
  const expected = issue.code === 'custom' ? issue.message : issue.expected === 'array' ? 'list' : 'map'
  const seen = shown(path.reduce<unknown>(entry, data))
  const code = expected === 'port' ? 'topology.bad-port' : 'topology.wrong-type'
  return [{ code, severity: 'error', path: path.join('.'), params: { key: path.join('.'), expected, seen } }]
}

const entry = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === String(key))?.[1] : undefined

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** The known key with the least letters to change, '' when none is near. */
const nearest = (key: string, known: readonly string[]): string => {
  const scored = known.map((name) => ({ name, cost: distance(key.toLowerCase().slice(0, 60), name) })).toSorted((a, b) => a.cost - b.cost)
  const best = scored[0]
  return best && best.cost <= Math.max(2, Math.floor(key.length / 3)) ? best.name : ''
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}

/** Position of a path's key, else of the nearest level above that is written. */
const position = (doc: Document, lines: LineCounter, problem: Problem): { line?: number; column?: number } => {
  const path = problem.path === undefined ? [] : problem.path.split('.')
  let node: unknown = doc.contents
  let at: Node | undefined = isNode(doc.contents) ? doc.contents : undefined
  for (const part of path) {
    const next = child(node, part)
    if (!next) break
    at = next.at
    node = next.value
  }
  const start = at?.range?.[0]
  if (start === undefined) return { line: 1, column: 1 }
  const { line, col } = lines.linePos(start)
  return { line, column: col }
}

const child = (node: unknown, part: string): { at: Node; value: unknown } | undefined => {
  if (isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === part)
    return pair && isNode(pair.key) ? { at: pair.key, value: pair.value } : undefined
  }
  const items = typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) ? node.items : []
  const item: unknown = items[Number(part)]
  return isNode(item) ? { at: item, value: item } : undefined
}

const sorted = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))

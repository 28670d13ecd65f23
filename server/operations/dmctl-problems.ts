import { type DmctlLine, parseDmctlLine } from '@/server/domain/dmctl/line'
import type { SubtaskFact } from '@/server/domain/facts'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from './input'
import { unseenHosts } from './select'
import { dmctlHost } from './sources'

type Params = Problem['params']
const of = (severity: Problem['severity'], code: string, params: Params = {}): Problem => ({ code: `dmctl.${code}`, severity, params })

/** The line as it was asked for; undefined when it can't be run. */
export const lineOf = ({ typed, version }: OperationInput): DmctlLine | undefined => {
  const read = typed && parseDmctlLine(typed.line, { files: typed.files.map(({ name }) => name), version: typed.version || version })
  return read && !('problems' in read) ? read : undefined
}

/** What stands against a line, what will happen by it, and what of that is worth a second thought. */
export const dmctlProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { typed, version } = input
  const files = typed?.files.map(({ name }) => name) ?? []
  const read = parseDmctlLine(typed?.line ?? '', { files, version: typed?.version || version })
  const host = instancesOf(topology).find((one) => one.hostId === dmctlHost(topology, typed?.host))
  const missing = input.dmctl ? [] : [of('error', 'no-package', { version: typed?.version || version })]
  const refusals = [...('problems' in read ? read.problems : []), ...missing, ...(host ? unseenHosts([host], facts) : [])]
  if ('problems' in read) return refusals
  const other = typed && typed.version !== version ? [of('warning', 'other-version', { chosen: typed.version, cluster: version })] : []
  return [...refusals, ...effectOf(read, facts), ...other, ...unknownNames(read, facts), ...warningsOf(read, facts)]
}

/** The sentence of what will happen; a command that only reads has none. */
const effectOf = (line: DmctlLine, facts: OperationFacts): Problem[] => {
  const { command, named, files } = line
  if (command.effect === 'reads') return []
  const sources = named.source.length > 0 ? named.source : sourcesOfTasks(named.task, facts)
  return [
    of('info', `will-${command.name.replaceAll(' ', '-')}`, {
      task: named.task.join(', ') || '*',
      source: sources.join(', ') || '*',
      worker: named.worker.join(', ') || '*',
      file: files.join(', '),
    }),
  ]
}

const sourcesOfTasks = (tasks: readonly string[], { cluster }: OperationFacts): string[] => [
  ...new Set((cluster?.tasks ?? []).filter(({ task }) => tasks.includes(task)).map(({ source }) => source)),
]

/** What DM does not list; it would refuse most of it by itself, with a number instead of a sentence. */
const unknownNames = ({ named, command }: DmctlLine, { cluster }: OperationFacts): Problem[] => {
  const tasks = cluster?.tasks && new Set(cluster.tasks.map(({ task }) => task))
  const sources = cluster?.sources && new Set(cluster.sources.map(({ source }) => source))
  const workers = cluster?.members && new Set(cluster.members.workers.map(({ name }) => name))
  const strange = (kind: 'task' | 'source' | 'worker', known: ReadonlySet<string> | undefined): Problem[] =>
    known
      ? named[kind].filter((name) => !known.has(name)).map((name) => of('warning', `unknown-${kind}`, { name, known: list([...known]) }))
      : []
  if (command.effect === 'reads') return []
  return [...strange('task', tasks), ...strange('source', sources), ...strange('worker', workers)]
}

const list = (names: readonly string[]): string => names.join(', ') || '–'

/** What DM does not say before it does it. */
const warningsOf = (line: DmctlLine, facts: OperationFacts): Problem[] => {
  const { command, named, flags } = line
  const subtasks = facts.cluster?.tasks
  if (command.effect === 'reads') return []
  if (!subtasks) return [of('warning', 'tasks-unknown', { why: facts.cluster?.tasksError ?? facts.cluster?.membersError ?? '' })]
  const ofTask = subtasks.filter(({ task, source }) => named.task.includes(task) && touches(named.source, source))
  const ofSource = subtasks.filter(({ source }) => named.source.includes(source))
  switch (command.name) {
    case 'stop-task':
      return [...lockWarnings(ofTask), ...loadWarnings('stop-loading', ofTask), ...(named.task.length === 0 ? everyTask(named.source) : [])]
    case 'pause-task':
      return [...lockWarnings(ofTask), ...(named.task.length === 0 ? everyTask(named.source) : [])]
    case 'start-task':
      return flags.has('--remove-meta') ? [of('warning', 'remove-meta')] : []
    case 'operate-source stop':
      return tasksOn('stop-source-tasks', ofSource)
    case 'transfer-source':
      return [...loadWarnings('transfer-loading', ofSource), ...notFree(named, facts)]
    case 'unlock-ddl-lock':
    case 'shard-ddl-lock unlock':
      return [of('warning', 'unlock')]
    case 'binlog skip':
    case 'binlog replace':
    case 'binlog inject':
    case 'handle-error':
      return [of('warning', 'binlog', { task: list(named.task) })]
    case 'offline-member':
      return [of('warning', 'offline')]
    case 'config import':
      return subtasks.length > 0 || (facts.cluster?.sources?.length ?? 0) > 0 ? [of('warning', 'import-not-empty')] : []
    default:
      return []
  }
}

const touches = (named: readonly string[], source: string): boolean => named.length === 0 || named.includes(source)

const everyTask = (sources: readonly string[]): Problem[] => [of('warning', 'every-task', { source: list(sources) })]

const lockWarnings = (subtasks: readonly SubtaskFact[]): Problem[] => {
  const held = subtasks.filter(({ ddlLock }) => ddlLock !== '')
  const locks = [...new Set(held.map(({ ddlLock }) => ddlLock))]
  return locks.length === 0
    ? []
    : [of('warning', 'task-locked', { task: list([...new Set(held.map(({ task }) => task))]), lock: list(locks) })]
}

const loadWarnings = (code: string, subtasks: readonly SubtaskFact[]): Problem[] => {
  const loading = subtasks.filter(({ unit, stage }) => (unit === 'Dump' || unit === 'Load') && stage !== 'Finished')
  return loading.length === 0 ? [] : [of('warning', code, { task: list([...new Set(loading.map(({ task }) => task))]) })]
}

const tasksOn = (code: string, subtasks: readonly SubtaskFact[]): Problem[] =>
  subtasks.length === 0 ? [] : [of('warning', code, { task: list([...new Set(subtasks.map(({ task }) => task))]) })]

const notFree = ({ worker: [name] }: DmctlLine['named'], { cluster }: OperationFacts): Problem[] => {
  const taker = cluster?.members?.workers.find((one) => one.name === name)
  return taker && taker.stage !== 'free' ? [of('warning', 'worker-not-free', { worker: taker.name, stage: taker.stage })] : []
}

import type { CheckRow } from '@/server/domain/check-row'
import type { ClusterFacts, MembersFact, SubtaskFact } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { row } from './check-row'
import { byComponent, quorum } from './select'

/** What DM says of itself, against the topology: leader, majority, members, workers, tasks; and whether monitors answer. */
export const checkMembers = (topology: Topology, facts: ClusterFacts): CheckRow[] => {
  const instances = instancesOf(topology)
  const masters = byComponent(instances, 'dm-master')
  const workers = byComponent(instances, 'dm-worker')
  return [
    ...leaderRows(masters, facts),
    ...(facts.members ? masterRows(masters, facts.members) : []),
    ...masters.map((one) => healthRow(one, facts)),
    ...(facts.members ? workerRows(workers, facts.members) : []),
    ...taskRows(facts),
    ...Object.entries(facts.up).map(([id, up]) => {
      const host = instances.find((one) => one.id === id)?.hostId ?? ''
      return row(
        up,
        {
          host,
          subject: id,
          code: 'check.answers',
          group: 'units',
          expected: '2xx',
          seen: up ? '2xx' : 'another',
          params: { instance: id },
        },
        'warn',
      )
    }),
  ]
}

const leaderRows = (masters: readonly Instance[], { members, membersError }: ClusterFacts): CheckRow[] => {
  const about = { host: '', group: 'members' } as const
  const leader = row(
    members?.leader !== undefined && members.leader !== null,
    { ...about, code: 'check.leader', expected: 'a leader', seen: members?.leader?.name ?? membersError ?? 'unknown' },
    'fail',
  )
  const odd = row(
    masters.length >= 3 && masters.length % 2 === 1,
    { ...about, code: 'check.master-count', expected: '3, 5 or 7', seen: String(masters.length) },
    'warn',
  )
  if (!members) return [leader, odd]
  const alive = members.masters.filter((one) => one.alive).length
  const needed = quorum(members.masters.length)
  const spare = { ...about, code: 'check.quorum-spare', expected: `${needed + 1} alive` }
  return [leader, odd, row(alive > needed, { ...spare, seen: `${alive} alive, quorum ${needed}`, params: { alive, needed } }, 'warn')]
}

const aboutMember = (one: Instance) => ({ host: one.hostId, subject: one.id, group: 'members', params: { instance: one.id } }) as const

/** `as`: what DM knows it by. */
const registered = (one: Instance, as: string | undefined): CheckRow =>
  row(as !== undefined, { ...aboutMember(one), code: 'check.registered', expected: one.name, seen: as ?? 'not registered' }, 'fail')

/** A master's own word; it is asked for also where nobody leads. */
const healthRow = (one: Instance, { health }: ClusterFacts): CheckRow => {
  const own = health[one.id]
  const seen = own ? (own.healthy ? 'healthy' : own.reason) : 'no answer'
  return row(own?.healthy, { ...aboutMember(one), code: 'check.healthy', expected: 'healthy', seen }, 'fail')
}

const masterRows = (masters: readonly Instance[], members: MembersFact): CheckRow[] => [
  ...masters.flatMap((one) => {
    const known = members.masters.find(({ name }) => name === one.name)
    const about = aboutMember(one)
    return [
      registered(one, known?.memberId),
      row(known?.alive, { ...about, code: 'check.alive', expected: 'alive', seen: known?.alive ? 'alive' : 'not alive' }, 'fail'),
    ]
  }),
  ...strangers(
    members.masters.map(({ name }) => name),
    masters,
  ),
]

const workerRows = (workers: readonly Instance[], members: MembersFact): CheckRow[] => {
  const online = members.workers.filter(({ stage }) => stage !== 'offline')
  const free = online.filter(({ stage }) => stage === 'free').length
  return [
    ...workers.flatMap((one) => {
      const known = members.workers.find(({ name }) => name === one.name)
      const about = aboutMember(one)
      return [
        registered(one, known?.addr),
        row(
          known && known.stage !== 'offline',
          { ...about, code: 'check.online', expected: 'free, bound or relay', seen: known?.stage ?? 'unknown' },
          'fail',
        ),
      ]
    }),
    row(free > 0, { host: '', group: 'members', code: 'check.free-worker', expected: 'a free worker', seen: `${free} free` }, 'warn'),
    ...strangers(
      members.workers.map(({ name }) => name),
      workers,
    ),
  ]
}

/** Members that DM knows and the topology does not. */
const strangers = (names: readonly string[], known: readonly Instance[]): CheckRow[] =>
  names
    .filter((name) => !known.some((one) => one.name === name))
    .map((name) =>
      row(
        false,
        { host: '', subject: name, group: 'members', code: 'check.stranger', expected: 'not registered', seen: name, params: { name } },
        'warn',
      ),
    )

const taskRows = ({ tasks, tasksError, sources }: ClusterFacts): CheckRow[] => {
  if (tasks === undefined && tasksError === undefined) return []
  const about = { host: '', group: 'tasks' } as const
  const seen = tasks ? `${new Set(tasks.map(({ task }) => task)).size} tasks` : (tasksError ?? '')
  return [
    row(tasks !== undefined, { ...about, code: 'check.tasks-known', expected: 'an answer of query-status', seen }, 'warn'),
    ...(sources ?? []).map((one) =>
      row(
        one.worker !== '',
        {
          ...about,
          subject: one.source,
          code: 'check.source-bound',
          expected: 'a worker',
          seen: one.worker || 'none',
          params: { source: one.source },
        },
        'fail',
      ),
    ),
    ...(tasks ?? []).flatMap(subtaskRows),
  ]
}

const subtaskRows = (one: SubtaskFact): CheckRow[] => {
  const about = { host: '', subject: `${one.task}@${one.source}`, group: 'tasks', params: { task: one.task, source: one.source } } as const
  return [
    row(
      one.stage === 'Running' || one.stage === 'Finished',
      { ...about, code: 'check.task-stage', expected: 'Running', seen: `${one.stage} ${one.unit}`.trim() },
      'warn',
    ),
    row(one.error === '', { ...about, code: 'check.task-error', expected: 'none', seen: one.error || 'none' }, 'fail'),
    row(one.ddlLock === '', { ...about, code: 'check.ddl-lock', expected: 'none', seen: one.ddlLock || 'none' }, 'warn'),
  ]
}

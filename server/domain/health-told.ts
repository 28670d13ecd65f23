import type { ClusterStatus, DisplayRow } from './display'
import type { NoticeParams, NotifyEvent } from './notify'

type NodeState = 'up' | 'down' | 'off'

/** What of a cluster's health people know, and what is seen otherwise since when (ISO) but may be a moment's. */
export type HealthTold = {
  at: string
  nodes: Readonly<Record<string, NodeState>>
  /** '': it was never there, or is not expected. */
  leader: 'there' | 'lost' | ''
  pending: Readonly<Record<string, { to: string; since: string }>>
}
export type HealthNews = { event: NotifyEvent; subject: string; params: NoticeParams }

/** How long another state must be seen, and in two readings, before it is said. */
const sureMs = 15_000

type Seen = { status: ClusterStatus; busy: boolean; stopped: boolean }

/**
 * The difference between what people know and what was seen now. `busy`: a job has held the cluster since the last reading, so that
 * what goes down is its doing (its own end is told by itself). `stopped`: the panel stopped the cluster. What can't be known now, for a
 * host is silent or no master leads, leaves what is known as it is. The first reading tells nothing.
 */
export const tellHealth = (before: HealthTold | undefined, seen: Seen): { told: HealthTold; news: HealthNews[] } => {
  const { at } = seen.status
  const now = { ...nodesOf(before, seen), ...hostsOf(seen.status) }
  const leader = leaderOf(before, seen)
  if (!before) return { told: { at, nodes: now, leader, pending: {} }, news: [] }
  const pending: Record<string, { to: string; since: string }> = {}
  const nodes: Record<string, NodeState> = {}
  const news: HealthNews[] = []
  for (const [subject, state] of Object.entries(now)) {
    const from = before.nodes[subject]
    const settled = settle(subject, { known: from, state, before, seen, pending })
    nodes[subject] = settled ? state : (from ?? state)
    if (settled && from !== undefined) news.push(...nodeNews(subject, { from, to: state, seen }))
  }
  const ledAnew = settle('', { known: before.leader, state: leader, before, seen, pending })
  if (ledAnew && leader === 'lost' && before.leader === 'there') news.push({ event: 'leader-lost', subject: 'leader', params: {} })
  if (ledAnew && leader === 'there' && before.leader === 'lost')
    news.push({ event: 'leader-back', subject: 'leader', params: { leader: seen.status.leader } })
  return { told: { at, nodes, leader: ledAnew ? leader : before.leader, pending }, news }
}

/** Whether the state counts from now on; one that is bad or was waits in `pending` first. */
const settle = (
  subject: string,
  one: {
    known: string | undefined
    state: string
    before: HealthTold
    seen: Seen
    pending: Record<string, { to: string; since: string }>
  },
): boolean => {
  const { known, state, before, seen, pending } = one
  if (known === state || known === undefined) return true
  if (state === 'off' || state === '' || known === '' || (known === 'off' && state === 'up')) return true
  const waits = before.pending[subject]
  const since = waits?.to === state ? waits.since : seen.status.at
  const sure = Date.parse(seen.status.at) - Date.parse(since) >= sureMs
  if (sure && !(seen.busy && (state === 'down' || state === 'lost'))) return true
  pending[subject] = { to: state, since }
  return false
}

const nodeNews = (subject: string, { from, to, seen }: { from: NodeState; to: NodeState; seen: Seen }): HealthNews[] => {
  if (from === to || to === 'off' || (from === 'off' && to === 'up')) return []
  const row = seen.status.rows.find(({ id }) => id === subject)
  const host = subject.startsWith(hostMark) ? subject.slice(hostMark.length) : (row?.host ?? '')
  const node = row?.id ?? host
  const role = row?.role ?? 'host'
  const why = to === 'up' ? '' : row ? whyOf(row) : (seen.status.silent[host] ?? '')
  return [{ event: to === 'up' ? 'node-up' : 'node-down', subject, params: { node, role, host, why } }]
}

const whyOf = ({ status, unitState }: DisplayRow): string => [status.value, unitState.value].filter((one) => one !== '').join(', ')

const hostMark = 'host:'

const hostsOf = ({ rows, silent }: ClusterStatus): Record<string, NodeState> =>
  Object.fromEntries(
    [...new Set(rows.map(({ hostId }) => hostId))].map((host) => [`${hostMark}${host}`, silent[host] === undefined ? 'up' : 'down']),
  )

/** Of instances whose state is known now. */
const nodesOf = (before: HealthTold | undefined, seen: Seen): Record<string, NodeState> =>
  Object.fromEntries(
    seen.status.rows.flatMap((row): [string, NodeState][] => {
      const state = seen.status.silent[row.hostId] === undefined ? stateOf(row, before?.nodes[row.id], seen) : undefined
      const kept = before?.nodes[row.id]
      return state ? [[row.id, state]] : kept ? [[row.id, kept]] : []
    }),
  )

const bad: readonly string[] = ['Down', 'Unhealthy', 'Offline']

const stateOf = (row: DisplayRow, known: NodeState | undefined, { busy, stopped }: Seen): NodeState | undefined => {
  const unit = row.unitState.value
  if (unit.startsWith('inactive')) return busy || stopped || known === 'off' ? 'off' : 'down'
  if (unit.startsWith('failed')) return 'down'
  // Without a leader every master is shown as Down, with the reason: that is the leader's news.
  if (row.role === 'dm-master' && bad.includes(row.status.value) && row.status.why) return undefined
  if (bad.includes(row.status.value)) return 'down'
  return row.status.value === 'N/A' ? undefined : 'up'
}

const leaderOf = (before: HealthTold | undefined, { status, stopped }: Seen): HealthTold['leader'] => {
  if (status.leader !== '') return 'there'
  const masters = status.rows.filter(({ role }) => role === 'dm-master')
  const asked = masters.filter(({ hostId }) => status.silent[hostId] === undefined)
  if (asked.length === 0) return before?.leader ?? '' // nobody could be asked
  if (stopped || asked.every(({ unitState }) => unitState.value.startsWith('inactive'))) return ''
  return before?.leader === 'there' || before?.leader === 'lost' ? 'lost' : ''
}

import type { ClusterFacts, HostFacts } from '@/server/domain/facts'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import type { Guard, StepOf } from '@/server/domain/step'
import { quorumOf } from './judge-health'
import type { StepKind, Verdict } from './step-kind'
import { judged, pathInWords, unitInWords } from './verdict'

type GuardOf<K extends Guard['guard']> = Extract<Guard, { guard: K }>

type GuardKind<G extends Guard> = {
  needs(asks: G): readonly HostProbe[]
  clusterNeeds?(asks: G): readonly ClusterProbe[]
  holds(asks: G, seen: HostFacts, cluster?: ClusterFacts): Verdict
  expected(asks: G): string
  seen(asks: G, seen: HostFacts, cluster?: ClusterFacts): string
  /** What is said when it does not hold, where there is more to say than that. */
  failure?: string
}

const otherListeners = (asks: GuardOf<'port-free-or-ours'>, seen: HostFacts) =>
  (seen.listeners ?? []).filter((one) => one.port === asks.port && one.unit !== asks.unit)

const aliveWithout = ({ name }: GuardOf<'quorum-without'>, cluster: ClusterFacts | undefined): number =>
  (cluster?.members?.masters ?? []).filter((one) => one.alive && one.name !== name).length

/** Whoever is registered when the master is gone, for a while or for good. */
const staying = <T extends { name: string }>({ name, leaves }: GuardOf<'quorum-without'>, masters: readonly T[]): T[] =>
  masters.filter((one) => !leaves || one.name !== name)

const otherUnits = ({ user, except }: GuardOf<'user-unused'>, seen: HostFacts): string[] =>
  (seen.userUnits[user] ?? []).filter((unit) => !except.includes(unit))

const loading = ({ tasks }: GuardOf<'not-loading'>, cluster: ClusterFacts | undefined): string[] =>
  (cluster?.tasks ?? [])
    .filter(({ task, stage, unit }) => tasks.includes(task) && stage === 'Running' && (unit === 'Dump' || unit === 'Load'))
    .map(({ task, source, unit }) => `${task} on ${source}: ${unit}`)

/** What speaks against DM's reading of passwords: a source that is bound to nobody, a task that does not run, in DM's own words. */
const unread = ({ sources, tasks }: GuardOf<'passwords-read'>, cluster: ClusterFacts | undefined): string[] => [
  ...sources.flatMap((source) => {
    const holder = cluster?.members?.workers.find((one) => one.source === source && one.stage === 'bound')
    return holder ? [] : [`${source} is bound to no worker that is online`]
  }),
  ...tasks.flatMap(({ task, source }) => {
    const now = cluster?.tasks?.find((one) => one.task === task && one.source === source)
    if (now?.stage === 'Running' || now?.stage === 'Finished') return []
    return [`${task} on ${source}: ${now?.stage ?? 'not reported'}${now?.error ? `: ${now.error}` : ''}`]
  }),
]

const guards = {
  platform: {
    needs: () => [{ probe: 'system' }],
    holds: (asks, seen) => judged(seen.system, (fact) => fact.os === asks.os && fact.arch === asks.arch),
    expected: (asks) => `${asks.os}/${asks.arch}`,
    seen: (_asks, seen) => (seen.system ? `${seen.system.os}/${seen.system.arch}` : 'unknown'),
  } satisfies GuardKind<GuardOf<'platform'>>,
  systemd: {
    needs: () => [{ probe: 'system' }],
    holds: (_asks, seen) => judged(seen.system, (fact) => fact.init === 'systemd'),
    expected: () => 'PID 1: systemd',
    seen: (_asks, seen) => (seen.system ? `PID 1: ${seen.system.init}` : 'unknown'),
  } satisfies GuardKind<GuardOf<'systemd'>>,
  root: {
    needs: () => [{ probe: 'system' }],
    holds: (_asks, seen) => judged(seen.root, (root) => root === 'yes' || root === 'sudo'),
    expected: () => 'root, or sudo',
    seen: (_asks, seen) => seen.root ?? 'unknown',
  } satisfies GuardKind<GuardOf<'root'>>,
  'port-free-or-ours': {
    needs: () => [{ probe: 'listeners' }],
    holds: (asks, seen) => judged(seen.listeners, () => otherListeners(asks, seen).length === 0),
    expected: (asks) => `port ${asks.port} free, or of ${asks.unit}`,
    seen(asks, seen) {
      if (!seen.listeners) return 'unknown'
      const others = otherListeners(asks, seen).map(
        (one) => `${one.process || 'a process'} (pid ${one.pid}${one.unit ? `, ${one.unit}` : ''})`,
      )
      return others.length > 0 ? `port ${asks.port}: ${others.join(', ')}` : `port ${asks.port} free or ours`
    },
  } satisfies GuardKind<GuardOf<'port-free-or-ours'>>,
  'disk-free': {
    needs: (asks) => [{ probe: 'disk', path: asks.path }],
    holds: (asks, seen) => judged(seen.disks[asks.path], (fact) => fact.freeBytes >= asks.bytes),
    expected: (asks) => `${Math.ceil(asks.bytes / 1024 ** 2)} MiB free`,
    seen(asks, seen) {
      const fact = seen.disks[asks.path]
      return fact ? `${Math.floor(fact.freeBytes / 1024 ** 2)} MiB free on ${fact.mount}` : 'unknown'
    },
  } satisfies GuardKind<GuardOf<'disk-free'>>,
  'unit-known': {
    needs: (asks) => [{ probe: 'unit', unit: asks.unit, hashExe: false }],
    holds: (asks, seen) => judged(seen.units[asks.unit], (fact) => fact.loadState === 'loaded'),
    expected: () => 'LoadState=loaded',
    seen: (asks, seen) => unitInWords(seen.units[asks.unit]),
  } satisfies GuardKind<GuardOf<'unit-known'>>,
  'file-is': {
    needs: (asks) => [{ probe: 'path', path: asks.path, hash: true }],
    holds: (asks, seen) => judged(seen.paths[asks.path], (fact) => fact.exists && asks.oneOf.some((sha256) => sha256 === fact.sha256)),
    expected: (asks) => `${asks.path} with sha256 ${asks.oneOf.map((sha256) => sha256.slice(0, 12)).join(' or ')}, as at review`,
    seen: (asks, seen) => pathInWords(seen.paths[asks.path]),
  } satisfies GuardKind<GuardOf<'file-is'>>,
  'path-present': {
    needs: (asks) => [{ probe: 'path', path: asks.path, hash: false }],
    holds: (asks, seen) => judged(seen.paths[asks.path], (fact) => fact.exists),
    expected: (asks) => `${asks.path} there`,
    seen: (asks, seen) => pathInWords(seen.paths[asks.path]),
  } satisfies GuardKind<GuardOf<'path-present'>>,
  'user-unused': {
    needs: (asks) => [{ probe: 'user-units', user: asks.user }],
    holds: (asks, seen) => judged(seen.userUnits[asks.user], () => otherUnits(asks, seen).length === 0),
    expected: (asks) => `no other service runs as ${asks.user}`,
    seen: (asks, seen) => (seen.userUnits[asks.user] ? otherUnits(asks, seen).join(', ') || 'none' : 'unknown'),
  } satisfies GuardKind<GuardOf<'user-unused'>>,
  'quorum-without': {
    needs: () => [],
    clusterNeeds: () => [{ probe: 'members' }],
    // DM counts whoever is registered now, also a master that never came up.
    holds: (asks, _seen, cluster) =>
      judged(cluster?.members, ({ masters }) => aliveWithout(asks, cluster) >= quorumOf(staying(asks, masters).length)),
    expected: (asks) => `at least ${quorumOf(asks.masters)} of ${asks.masters} masters alive without ${asks.name}`,
    seen: (asks, _seen, cluster) => {
      const { masters } = cluster?.members ?? {}
      if (!masters) return cluster?.membersError ?? 'member list unknown'
      const stay = staying(asks, masters).length
      const others = stay === asks.masters ? '' : ` of ${stay} that are registered`
      return `${aliveWithout(asks, cluster)} alive${others}`
    },
  } satisfies GuardKind<GuardOf<'quorum-without'>>,
  'not-loading': {
    needs: () => [],
    clusterNeeds: (asks) => asks.tasks.map((task) => ({ probe: 'task', task })),
    holds: (asks, _seen, cluster) => judged(cluster?.tasks, () => loading(asks, cluster).length === 0),
    expected: (asks) => `no Dump or Load in ${asks.tasks.join(', ')}`,
    seen: (asks, _seen, cluster) =>
      cluster?.tasks ? loading(asks, cluster).join(', ') || 'none' : (cluster?.tasksError ?? 'tasks unknown'),
  } satisfies GuardKind<GuardOf<'not-loading'>>,
  'passwords-read': {
    needs: () => [],
    clusterNeeds: ({ tasks }) => [
      { probe: 'members' },
      ...[...new Set(tasks.map(({ task }) => task))].map((task) => ({ probe: 'task', task }) as const),
    ],
    holds: (asks, _seen, cluster) =>
      cluster?.members && (cluster.tasks || asks.tasks.length === 0) ? (unread(asks, cluster).length === 0 ? 'yes' : 'no') : 'unknown',
    expected: ({ sources, tasks }) =>
      [
        ...(sources.length > 0 ? [`bound: ${sources.join(', ')}`] : []),
        ...(tasks.length > 0 ? [`running: ${tasks.map(({ task, source }) => `${task} on ${source}`).join(', ')}`] : []),
      ].join('; '),
    seen: (asks, _seen, cluster) =>
      cluster?.members ? unread(asks, cluster).join('; ') || 'as expected' : (cluster?.membersError ?? 'member list unknown'),
    failure: 'upgrade.passwords-unread',
  } satisfies GuardKind<GuardOf<'passwords-read'>>,
} satisfies { [K in Guard['guard']]: GuardKind<GuardOf<K>> }

/** Parameters of methods are bivariant, so the exact table may be read as a plain one; a guard only ever meets its own row. */
const kindOf = (asks: Guard): GuardKind<Guard> => {
  const table: Record<Guard['guard'], GuardKind<Guard>> = guards
  return table[asks.guard]
}

/** A condition that must hold whenever it is asked. Does nothing; `predict` changes nothing. */
export const guard: StepKind<StepOf<'guard'>> = {
  needs: ({ asks }) => kindOf(asks).needs(asks),
  clusterNeeds: ({ asks }) => kindOf(asks).clusterNeeds?.(asks) ?? [],
  satisfied: ({ asks }, seen, _turn, cluster) => kindOf(asks).holds(asks, seen, cluster),
  acts: () => [],
  predict: (_step, seen) => seen,
  explain: ({ asks }, seen, _turn, cluster) => ({ expected: kindOf(asks).expected(asks), seen: kindOf(asks).seen(asks, seen, cluster) }),
  failure: ({ asks }) => kindOf(asks).failure ?? 'engine.guard',
  afterCrash: 'probe',
  volatile: true,
}

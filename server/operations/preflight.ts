import type { CheckRow } from '@/server/domain/check-row'
import { components } from '@/server/domain/component'
import type { HostFacts } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import { isError, type Problem, waivable } from '@/server/domain/problem'
import { directoriesOf, entriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { ownFileProblems } from '@/server/domain/topology/own-files'
import { hostIdOf, type Topology } from '@/server/domain/topology/topology'
import { row } from './check-row'
import { packageFor, sourceOf, wantedBytes, wantedVersion, withSeenPlatforms } from './deploy-packages'
import type { OperationFacts, OperationInput } from './input'
import { isExporter } from './select'

/** Every check of every host and pair of hosts, in the topology's order. */
export const preflight = (asWritten: Topology, facts: OperationFacts, input: OperationInput): CheckRow[] => {
  const topology = withSeenPlatforms(asWritten, facts)
  return [
    ...hostsOf(topology).flatMap(({ hostId }) => hostRows(hostId, topology, facts, input)),
    ...clockRows(topology, facts),
    ...reachPairs(topology).map((pair) => reachRow(pair, facts)),
    ...packageTextRows(topology, input),
  ]
}

/** The report's failures, warnings and unknowns, and what no host has to be asked for; waived failures are warnings. */
export const preflightProblems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => [
  ...rowProblems(preflight(topology, facts, input), facts, input),
  ...localFileProblems(topology, input),
]

/** What rows say that is not well; waived failures are warnings. */
export const rowProblems = (rows: readonly CheckRow[], facts: OperationFacts, input: OperationInput): Problem[] =>
  rows.flatMap((row): Problem[] => {
    if (row.state === 'ok') return []
    // Of a host that did not answer one problem says enough.
    if (row.state === 'unknown')
      return facts.hosts[row.host]?.system
        ? [{ code: 'preflight.unknown', severity: 'warning', params: { host: row.host, expected: row.expected } }]
        : []
    const { code, params } = row
    if (row.state !== 'fail') return [{ code, severity: 'warning', params }]
    return [hindering.includes(code) ? { code, severity: 'error', params } : waivable({ code, params }, input.waivers, row.host)]
  })

/** Without these nothing can be installed, whatever the reason given. */
const hindering: readonly string[] = [
  'preflight.reach',
  'preflight.root',
  'preflight.platform',
  'preflight.systemd',
  'preflight.package',
  'preflight.package-layout',
  'preflight.port',
]

export type ReachPair = { from: HostId; address: string; port: number; what: string }

/** Who must reach whom, by service address: masters each other, masters and workers both ways, Prometheus everyone. */
export const reachPairs = (topology: Topology): ReachPair[] => {
  const pair = (from: { host: string; manage_host?: string }, to: { host: string }, port: number, what: string): ReachPair[] =>
    hostIdOf(from) === to.host || from.host === to.host ? [] : [{ from: hostIdOf(from), address: to.host, port, what }]
  const all = [
    ...topology.masters.flatMap((a) =>
      topology.masters.flatMap((b) => [...pair(a, b, b.peer_port, 'master→master peer'), ...pair(a, b, b.port, 'master→master')]),
    ),
    ...topology.masters.flatMap((a) => topology.workers.flatMap((b) => pair(a, b, b.port, 'master→worker'))),
    ...topology.workers.flatMap((a) => topology.masters.flatMap((b) => pair(a, b, b.port, 'worker→master'))),
    ...topology.monitors.flatMap((a) =>
      instancesOf(topology)
        .filter((one) => one.component !== 'prometheus')
        .flatMap((one) => pair(a, one, one.ports[0] ?? 0, `prometheus→${one.component}`)),
    ),
    ...topology.grafanas.flatMap((a) => topology.monitors.flatMap((b) => pair(a, b, b.port, 'grafana→prometheus'))),
  ]
  return [...new Map(all.map((one) => [`${one.from} ${one.address}:${one.port}`, one])).values()]
}

export const hostRows = (host: HostId, topology: Topology, facts: OperationFacts, input: OperationInput): CheckRow[] => {
  const seen = facts.hosts[host]
  const instances = instancesOf(topology).filter((one) => one.hostId === host)
  const reached = row(
    seen?.system !== undefined,
    { host, code: 'preflight.reach', group: 'host', expected: 'login, /bin/bash', seen: seen?.system ? seen.system.hostname : 'no answer' },
    'fail',
  )
  // Of a host that did not answer nothing else can be said; one row says so.
  if (!seen?.system) return [reached]
  return [
    reached,
    row(
      seen.root === undefined ? undefined : seen.root === 'yes' || seen.root === 'sudo',
      { host, code: 'preflight.root', group: 'host', expected: 'root, or sudo', seen: seen.root ?? 'unknown' },
      'fail',
    ),
    ...platformRows(host, instances, seen, topology),
    ...instances.flatMap((one) => packageRows(one, topology, input)),
    ...portRows(host, instances, seen),
    ...directoryRows(host, instances, seen, topology),
    ...resourceRows(host, instances, seen, { topology, input }),
  ]
}

/** Platform, systemd and the programs that steps call. */
export const platformRows = (host: HostId, instances: readonly Instance[], seen: HostFacts, topology: Topology): CheckRow[] => {
  const system = seen.system
  const [first] = instances
  if (!system || !first) return []
  const platform = `${system.os}/${system.arch}`
  const missing = ['tar', 'gzip', 'sha256sum', 'flock', 'timeout', 'visudo', 'useradd'].filter((name) => !system.commands.includes(name))
  return [
    row(
      `${first.os}/${first.arch}` === platform,
      { host, code: 'preflight.platform', group: 'platform', expected: `${first.os}/${first.arch}`, seen: platform },
      'fail',
    ),
    row(
      system.init === 'systemd',
      { host, code: 'preflight.systemd', group: 'platform', expected: 'PID 1: systemd', seen: `PID 1: ${system.init}` },
      'fail',
    ),
    row(
      missing.length === 0,
      {
        host,
        code: 'preflight.commands',
        group: 'platform',
        expected: 'tar gzip sha256sum flock timeout visudo useradd',
        seen: missing.length === 0 ? 'all there' : `missing: ${missing.join(' ')}`,
        params: { missing: missing.join(', ') },
      },
      'fail',
    ),
    ...(needsNuma(host, topology)
      ? [
          row(
            system.commands.includes('numactl'),
            {
              host,
              code: 'preflight.numactl',
              group: 'platform',
              expected: 'numactl',
              seen: system.commands.includes('numactl') ? 'there' : 'missing',
            },
            'fail',
          ),
        ]
      : []),
  ]
}

const needsNuma = (host: HostId, topology: Topology): boolean =>
  (topology.monitored?.numa_node ?? '') !== '' ||
  entriesOf(topology).some(({ entry }) => hostIdOf(entry) === host && 'numa_node' in entry && Boolean(entry.numa_node))

/** Whether the store has each instance's package. */
export const packageRows = (one: Instance, topology: Topology, input: OperationInput): CheckRow[] => {
  const wanted = `${sourceOf(one, topology) || one.component} ${wantedVersion(one.component, topology, input.version) || 'any version'} ${one.os}/${one.arch}`
  const found = packageFor(one, topology, input)
  const about = { host: one.hostId, subject: one.id, group: 'packages', params: { package: wanted } } as const
  const seen = found ? `${found.version}, ${found.origin.from}` : 'not in the store'
  const there = row(found !== undefined, { ...about, code: 'preflight.package', expected: wanted, seen }, 'fail')
  const { entry } = components[one.component]
  if (!found || found.entry === entry || (isExporter(one) && found.entry === one.component)) return [there]
  return [there, row(false, { ...about, code: 'preflight.package-layout', expected: entry, seen: found.entry }, 'fail')]
}

const portRows = (host: HostId, instances: readonly Instance[], seen: HostFacts): CheckRow[] =>
  instances.flatMap((one) =>
    one.ports.map((port) => {
      const listeners = seen.listeners
      const others = listeners?.filter((other) => other.port === port && other.unit !== one.unit) ?? []
      const who = others
        .map((other) => `${other.process || 'a process'} (pid ${other.pid}${other.unit ? `, ${other.unit}` : ''})`)
        .join(', ')
      return row(
        listeners === undefined ? undefined : others.length === 0,
        {
          host,
          code: 'preflight.port',
          subject: `${port}`,
          group: 'ports',
          expected: `${port} free for ${one.component}`,
          seen: listeners === undefined ? 'unknown' : who || 'free',
          params: { port, who, component: one.component },
        },
        'fail',
      )
    }),
  )

/** A folder left by an attempt to deploy this very cluster has an owner that fits; it is reported, and may be waived. */
const directoryRows = (host: HostId, instances: readonly Instance[], seen: HostFacts, topology: Topology): CheckRow[] => {
  const { global } = topology
  const shared = new Set([global.log_dir ?? '', global.deploy_dir, global.data_dir])
  const dirs = [...new Set(instances.flatMap((one) => directoriesOf(one).filter((dir) => !shared.has(dir))))]
  return dirs.map((path) => {
    const fact = seen.paths[path]
    const ok = fact === undefined ? undefined : !fact.exists || (fact.type === 'directory' && fact.empty === true)
    const what =
      fact === undefined
        ? 'unknown'
        : !fact.exists
          ? 'absent'
          : fact.type !== 'directory'
            ? fact.type
            : fact.empty
              ? 'empty directory'
              : `not empty, owner ${fact.owner}`
    const otherwise = fact?.exists && fact.type === 'directory' && fact.owner === global.user ? 'warn' : 'fail'
    return row(
      ok,
      {
        host,
        code: 'preflight.directory',
        subject: path,
        group: 'directories',
        expected: `${path} absent or empty`,
        seen: what,
        params: { path },
      },
      otherwise,
    )
  })
}

const resourceRows = (
  host: HostId,
  instances: readonly Instance[],
  seen: HostFacts,
  { topology, input }: { topology: Topology; input: OperationInput },
): CheckRow[] => {
  const system = seen.system
  if (!system) return []
  const bytes = wantedBytes(instances, topology, input)
  const mib = (n: number) => `${Math.floor(n / 2 ** 20)} MiB`
  return [
    ...[...new Set(instances.map((one) => one.deployDir))].map((path) => {
      const disk = seen.disks[path]
      return row(
        disk && disk.freeBytes >= bytes,
        {
          host,
          code: 'preflight.disk',
          subject: path,
          group: 'resources',
          expected: `${mib(bytes)} free for ${path}`,
          seen: disk ? `${mib(disk.freeBytes)} on ${disk.mount}` : 'unknown',
          params: { path, mib: Math.ceil(bytes / 2 ** 20) },
        },
        'fail',
      )
    }),
    ...limitRows(host, instances, seen),
  ]
}

/** Memory and file limits. */
export const limitRows = (host: HostId, instances: readonly Instance[], seen: HostFacts): CheckRow[] => {
  const system = seen.system
  if (!system) return []
  const memory = memoryMiB(instances)
  return [
    row(
      system.memoryMiB >= memory,
      { host, code: 'preflight.memory', group: 'resources', expected: `${memory} MiB`, seen: `${system.memoryMiB} MiB` },
      'warn',
    ),
    row(
      system.openFilesHard >= 65536,
      { host, code: 'preflight.open-files', group: 'resources', expected: 'hard limit 65536', seen: String(system.openFilesHard) },
      'warn',
    ),
  ]
}

/** What idle instances were measured to take, doubled; DM's own work comes on top. */
const memoryMiB = (instances: readonly Instance[]): number =>
  512 + instances.reduce((sum, one) => sum + (one.component === 'dm-master' || one.component === 'dm-worker' ? 480 : 200), 0)

/** Each host's clock against the panel's at the moment of the probe; the spread between hosts counts, not the offset of the panel. */
export const clockRows = (topology: Topology, facts: OperationFacts): CheckRow[] => {
  const offsets = hostsOf(topology).flatMap(({ hostId }) => {
    const seen = facts.hosts[hostId]
    return seen?.system ? [{ hostId, ms: seen.system.clockMs - Date.parse(seen.observedAt) }] : []
  })
  const middle = offsets.map((one) => one.ms).toSorted((a, b) => a - b)[Math.floor((offsets.length - 1) / 2)] ?? 0
  return offsets.map(({ hostId, ms }) => {
    const skew = Math.round((ms - middle) / 100) / 10
    return row(
      Math.abs(skew) <= 2,
      {
        host: hostId,
        code: 'preflight.clock',
        group: 'resources',
        expected: 'within 2 s of the other hosts',
        seen: `${skew} s`,
        params: { skew },
      },
      Math.abs(skew) > 30 ? 'fail' : 'warn',
    )
  })
}

/** A refused port is reachable: nothing listens there before the start. */
export const reachRow = (pair: ReachPair, facts: OperationFacts): CheckRow => {
  const seen = facts.hosts[pair.from]?.reach[`${pair.address}:${pair.port}`]
  const target = `${pair.address}:${pair.port}`
  return row(
    seen === undefined ? undefined : seen !== 'silent',
    {
      host: pair.from,
      code: 'preflight.network',
      subject: target,
      group: 'network',
      expected: `${target} answers (${pair.what})`,
      seen: seen ?? 'unknown',
      params: { target, what: pair.what },
    },
    'fail',
  )
}

export const packageTextRows = (topology: Topology, input: OperationInput): CheckRow[] => {
  const texts = (input.packages ?? []).find((one) => one.component === 'dm-master' && one.version === input.version)?.texts
  const [monitor] = topology.monitors
  if (!monitor || monitor.rule_dir || topology.workers.length === 0 || !texts) return []
  const found = Object.keys(texts).some((path) => /(^|\/)conf\/dm_worker\.rules\.yml$/.test(path))
  return [
    row(
      found,
      {
        host: hostIdOf(monitor),
        code: 'preflight.rules',
        group: 'packages',
        expected: 'dm_worker.rules.yml in the dm-master package',
        seen: found ? 'there' : 'missing',
      },
      'warn',
    ),
  ]
}

/** The user's own files that the topology names and the panel does not have. */
export const localFileProblems = (topology: Topology, input: OperationInput): Problem[] =>
  ownFileProblems(topology, Object.keys(input.localTexts ?? {})).filter(isError)

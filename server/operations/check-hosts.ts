import type { CheckRow } from '@/server/domain/check-row'
import type { HostFacts } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { file } from '@/server/steps/file'
import { row } from './check-row'
import { groupOn } from './deploy-paths'
import type { OperationFacts, OperationInput } from './input'
import { instanceFiles } from './instance-files'
import { limitRows, platformRows } from './preflight'

/** What `checkHost` judges by: the host, its clock and room, and of each instance its unit, ports, folders and rendered files. */
export const hostCheckProbes = (host: HostId, topology: Topology, input: OperationInput): HostProbe[] => {
  const own = instancesOf(topology).filter(({ hostId }) => hostId === host)
  const { user } = topology.global
  const files = own
    .flatMap((one) => filesOf(one, topology, input, user))
    .flatMap(({ step }) => (step ? file.needs({ ...step, id: '' }) : []))
  const folders = foldersOf(own)
  return [
    { probe: 'system' },
    { probe: 'listeners' },
    { probe: 'user', user },
    { probe: 'path', path: sudoersOf(user), hash: false },
    ...own.map(({ unit }) => ({ probe: 'unit', unit, hashExe: false }) as const),
    ...folders.flatMap((path) => [{ probe: 'path', path, hash: false } as const, { probe: 'disk', path } as const]),
    ...files,
  ]
}

/** Every check of one host of a running cluster. Of a host that did not answer one row says enough. */
export const checkHost = (host: HostId, topology: Topology, facts: OperationFacts, input: OperationInput): CheckRow[] => {
  const seen = facts.hosts[host]
  const own = instancesOf(topology).filter(({ hostId }) => hostId === host)
  const seenName = seen?.system ? seen.system.hostname : 'no answer'
  const reached = row(
    seen?.system !== undefined,
    { host, code: 'preflight.reach', group: 'host', expected: 'login, /bin/bash', seen: seenName },
    'fail',
  )
  if (!seen?.system) return [reached]
  return [
    reached,
    ...accountRows(host, seen, topology.global.user),
    ...platformRows(host, own, seen, topology),
    ...limitRows(host, own, seen),
    ...folderRows(host, own, seen, topology.global.user),
    ...own.flatMap((one) => [...unitRows(one, seen), ...portRows(one, seen), ...fileRows(one, seen, topology, input)]),
  ]
}

const sudoersOf = (user: string): string => `/etc/sudoers.d/${user}`

const accountRows = (host: HostId, seen: HostFacts, user: string): CheckRow[] => {
  const account = seen.users[user]
  const sudoers = seen.paths[sudoersOf(user)]
  const mode = sudoers?.exists ? `${sudoers.mode} ${sudoers.owner}` : 'absent'
  const root = seen.root
  return [
    row(
      root === undefined ? undefined : root === 'yes' || root === 'sudo',
      { host, code: 'preflight.root', group: 'host', expected: 'root, or sudo', seen: root ?? 'unknown' },
      'fail',
    ),
    row(
      account?.exists,
      {
        host,
        code: 'check.user',
        group: 'host',
        expected: user,
        seen: account?.exists ? `uid ${account.uid}` : 'absent',
        params: { user },
      },
      'fail',
    ),
    row(
      sudoers === undefined ? undefined : sudoers.exists && sudoers.owner === 'root' && sudoers.mode === '0440',
      { host, code: 'check.sudoers', group: 'host', expected: '0440 root', seen: mode, params: { path: sudoersOf(user) } },
      'warn',
    ),
  ]
}

const foldersOf = (instances: readonly Instance[]): string[] => [...new Set(instances.flatMap(directoriesOf))]

/** A tenth of a file system and one GiB are what DM's logs and relay files need to breathe. */
const enoughRoom = (free: number, size: number | undefined): boolean => free >= 2 ** 30 && (size === undefined || free >= size / 10)

const folderRows = (host: HostId, instances: readonly Instance[], seen: HostFacts, user: string): CheckRow[] =>
  foldersOf(instances).flatMap((path) => {
    const fact = seen.paths[path]
    const disk = seen.disks[path]
    const there = fact?.exists && fact.type === 'directory'
    const look = fact === undefined ? 'unknown' : !fact.exists ? 'absent' : `${fact.type} of ${fact.owner}`
    const free = disk ? `${Math.floor(disk.freeBytes / 2 ** 20)} MiB on ${disk.mount}` : 'unknown'
    const about = { host, subject: path, params: { path } }
    return [
      row(
        fact === undefined ? undefined : there === true && fact.exists && fact.owner === user,
        { ...about, code: 'check.directory', group: 'directories', expected: `directory of ${user}`, seen: look },
        'fail',
      ),
      row(
        disk === undefined ? undefined : enoughRoom(disk.freeBytes, disk.sizeBytes),
        { ...about, code: 'check.room', group: 'resources', expected: '1 GiB and a tenth free', seen: free },
        'warn',
      ),
    ]
  })

const unitRows = (one: Instance, seen: HostFacts): CheckRow[] => {
  const unit = seen.units[one.unit]
  const about = { host: one.hostId, subject: one.id, group: 'units', params: { unit: one.unit, instance: one.id } } as const
  const loaded = row(
    unit === undefined ? undefined : unit.loadState === 'loaded',
    { ...about, code: 'check.unit-loaded', expected: 'loaded', seen: unit?.loadState ?? 'unknown' },
    'fail',
  )
  if (unit?.loadState !== 'loaded') return [loaded]
  return [
    loaded,
    row(
      unit.activeState === 'active',
      { ...about, code: 'check.unit-active', expected: 'active', seen: `${unit.activeState} (${unit.subState}, ${unit.result})` },
      unit.activeState === 'inactive' ? 'warn' : 'fail',
    ),
    row(
      unit.unitFileState === 'enabled',
      { ...about, code: 'check.unit-enabled', expected: 'enabled', seen: unit.unitFileState || 'no unit file' },
      'warn',
    ),
    row(!unit.needDaemonReload, { ...about, code: 'check.unit-read', expected: 'no', seen: unit.needDaemonReload ? 'yes' : 'no' }, 'warn'),
    row(unit.nRestarts === 0, { ...about, code: 'check.unit-restarts', expected: '0', seen: String(unit.nRestarts) }, 'warn'),
  ]
}

/** Of what runs: each port is held by its own unit. Of what is down: nobody else sits there. */
const portRows = (one: Instance, seen: HostFacts): CheckRow[] =>
  one.ports.map((port) => {
    const runs = seen.units[one.unit]?.activeState === 'active'
    const held = seen.listeners?.filter((other) => other.port === port)
    const who = held?.map(({ process, pid, unit }) => `${process || 'a process'} (pid ${pid}${unit ? `, ${unit}` : ''})`).join(', ')
    const ok = held && (runs ? held.some(({ unit }) => unit === one.unit) : held.every(({ unit }) => unit === one.unit))
    const given = { host: one.hostId, subject: `${port}`, group: 'ports', params: { port, component: one.component } } as const
    const expected = runs ? one.unit : `${one.unit}, or nobody`
    return row(ok, { ...given, code: 'check.port', expected, seen: held ? who || 'nobody' : 'unknown' }, 'fail')
  })

const filesOf = (one: Instance, topology: Topology, input: OperationInput, group: string) =>
  instanceFiles(one, { topology, input, keep: (blob) => blob, owner: topology.global.user, group }).map(({ step }) => ({
    step: step.kind === 'file' ? step : undefined,
  }))

const began = { incarnation: '' }

/** A file with a secret is judged by its owner and mode: its hash is nobody's to know. */
const fileRows = (one: Instance, seen: HostFacts, topology: Topology, input: OperationInput): CheckRow[] =>
  filesOf(one, topology, input, groupOn(topology, seen)).flatMap(({ step }) => {
    if (!step) return []
    const full = { ...step, id: '' }
    const verdict = file.satisfied(full, seen, began)
    const why = file.explain(full, seen, began)
    const params = { path: step.path, instance: one.id }
    const ok = verdict === 'unknown' ? (step.content.secret && seen.paths[step.path] ? true : undefined) : verdict === 'yes'
    return [row(ok, { host: one.hostId, subject: step.path, group: 'files', code: 'check.file', ...why, params }, 'warn')]
  })

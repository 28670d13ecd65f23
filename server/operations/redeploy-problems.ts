import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { startRelayLines } from '@/server/probes/dmctl-answers'
import { freshKeyProblems } from './across-eight'
import { backOf, freshMasters, type Redeploy } from './redeploy-target'
import { masterRestartS } from './rolling-problems'
import { selectionProblems, unseenHosts } from './select'
import { stagingBytes } from './staging'
import { unknownUnits } from './start'
import { wishOf } from './upgrade'

/** All that speaks against a redeploy of the former version, and all that is lost by it, to be consented to. */
export const redeployProblems = (context: Redeploy): Problem[] => {
  const { topology, facts, input } = context
  const { open } = wishOf(input)
  if (!open) return [{ code: 'rollback.nothing', severity: 'error', params: {} }]
  if (open.state === 'redeployed') return [{ code: 'redeploy.done', severity: 'error', params: { version: open.from } }]
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(instancesOf(topology), facts),
    ...unknownUnits(topology, facts, input),
    ...backupProblems(context),
    ...packageProblems(context),
    ...folderProblems(context),
    ...freshKeyProblems(freshMasters(context), facts, input),
    ...(topology.masters.some((one) => one.v1_source_path)
      ? [{ code: 'redeploy.v1-sources', severity: 'error', params: {} } as const]
      : []),
    ...lossProblems(context, open.from, open.to),
  ]
}

const backupProblems = ({ input, former }: Redeploy): Problem[] => {
  const { backup, importBy } = backOf(input)
  if (!backup) return [{ code: 'redeploy.no-backup', severity: 'error', params: { version: former.version } }]
  return importBy ? [] : [{ code: 'redeploy.no-dmctl', severity: 'error', params: { version: former.version } }]
}

const packageProblems = ({ missing, former }: Redeploy): Problem[] =>
  missing.map(({ id, component }) => ({
    code: 'redeploy.package-missing',
    severity: 'error',
    params: { instance: id, component, version: former.version },
  }))

/** Data of anybody's in a folder that is to be fresh would make a master join what is gone. */
const folderProblems = ({ staged, facts, going, input }: Redeploy): Problem[] => {
  const hosts = [...new Set(staged.map(({ instance }) => instance.hostId))]
  const room = hosts.flatMap((host): Problem[] => {
    const own = staged.filter(({ instance }) => instance.hostId === host)
    const path = own[0]?.instance.deployDir ?? ''
    const free = facts.hosts[host]?.disks[path]?.freeBytes
    const wanted = stagingBytes(own)
    if (free === undefined || free >= wanted) return []
    const params = { host, path, seen: `${Math.floor(free / 2 ** 20)} MiB`, mib: Math.ceil(wanted / 2 ** 20) }
    return [{ code: 'preflight.disk', severity: 'error', params }]
  })
  const taken = staged.flatMap(({ instance: { hostId: host, dataDir: path } }): Problem[] => {
    const fact = facts.hosts[host]?.paths[path]
    if (going || !fact?.exists || fact.empty === true) return []
    return [{ code: 'redeploy.folder-taken', severity: 'error', path: 'suffix', params: { host, path, suffix: backOf(input).suffix } }]
  })
  return [...room, ...taken]
}

const lossProblems = (context: Redeploy, from: string, to: string): Problem[] => {
  const { facts, input, going } = context
  const { backup } = backOf(input)
  if (!backup) return []
  const seconds = 2 * masterRestartS(input) + 10
  const relay = startRelayLines(backup.relay)
  return [
    {
      code: 'redeploy.downtime',
      severity: 'warning',
      params: { from, to, seconds, sources: backup.sources.length, tasks: backup.tasks.length, at: backup.at },
    },
    ...(going ? [] : sinceProblems(context)),
    ...(facts.cluster?.tasks ? pausedProblems(context, backup.tasks) : []),
    ...(relay.length > 0 ? [{ code: 'redeploy.relay', severity: 'warning', params: { lines: relay.join('; ') } } as const] : []),
  ]
}

/** What has come or gone since the backup was taken, by name. */
const sinceProblems = ({ facts, input }: Redeploy): Problem[] => {
  const { backup } = backOf(input)
  const { cluster } = facts
  if (!backup) return []
  if (!cluster?.sources || !cluster.tasks) {
    const reason = cluster?.tasksError ?? cluster?.membersError ?? ''
    return [{ code: 'redeploy.since-unknown', severity: 'warning', params: { at: backup.at, reason } }]
  }
  const bound = cluster.members?.workers.flatMap(({ source }) => (source === '' ? [] : [source])) ?? []
  const sources = new Set([...cluster.sources.map(({ source }) => source), ...bound])
  const tasks = new Set(cluster.tasks.map(({ task }) => task))
  const lost = [...named([...sources], backup.sources), ...named([...tasks], backup.tasks)]
  const back = [...named(backup.sources, [...sources]), ...named(backup.tasks, [...tasks])]
  return [
    ...(lost.length > 0
      ? [{ code: 'redeploy.lost', severity: 'warning', params: { names: lost.join(', '), at: backup.at } } as const]
      : []),
    ...(back.length > 0 ? [{ code: 'redeploy.comes-back', severity: 'warning', params: { names: back.join(', ') } } as const] : []),
  ]
}

const named = (these: readonly string[], without: readonly string[]): string[] => these.filter((name) => !without.includes(name))

/** `config import` starts every task. */
const pausedProblems = ({ facts }: Redeploy, inBackup: readonly string[]): Problem[] => {
  const still = (facts.cluster?.tasks ?? []).filter(
    ({ stage, task }) => (stage === 'Paused' || stage === 'Stopped') && inBackup.includes(task),
  )
  const names = [...new Set(still.map(({ task }) => task))]
  return names.length > 0 ? [{ code: 'redeploy.starts-paused', severity: 'warning', params: { tasks: names.join(', ') } }] : []
}

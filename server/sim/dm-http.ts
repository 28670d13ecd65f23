import { z } from 'zod'
import { membersMessage, sourceMessage, sourcesMessage, statusMessage, verdict } from './dm-answers'
import type { SimDm } from './dm-cluster'
import { knob } from './dm-knobs'
import { sourceOf, taskOf } from './dm-yaml'
import type { HttpAnswer, HttpAsk } from './http-ask'
import type { DmClusterState, SimProcess } from './state'

const json = (status: number, value: unknown): HttpAnswer => ({ status, body: JSON.stringify(value, null, 2), type: 'application/json' })
const text = (status: number, body: string): HttpAnswer => ({ status, body, type: 'text/plain; charset=utf-8' })
const gateway = (status: number, code: number, message: string): HttpAnswer => json(status, { code, message, details: [] })

const noLeader =
  "[code=38043:class=dm-master:scope=internal:level=high], Message: master is not leader, and can't forward request to leader"

/** What `-V` and `/status` say; the program's hash stands for its commit, so that two builds of a release differ. */
export const versionText = (version: string, sha256 = ''): string =>
  `Release Version: ${version}\nGit Commit Hash: ${sha256.slice(0, 40) || 'None'}\nGit Branch: sim\nUTC Build Time: 2026-01-01 00:00:00\nGo Version: go1.26.0\nFailpoint Build: false\n`

/** Of the page of a real process, the values that the panel reads. */
const metrics = ({ startedMs }: SimProcess, more: readonly string[] = []): HttpAnswer =>
  text(
    200,
    [
      ...more,
      '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
      '# TYPE process_start_time_seconds gauge',
      ...(startedMs === undefined ? [] : [`process_start_time_seconds ${(startedMs / 1000).toFixed(2)}`]),
      '',
    ].join('\n'),
  )

const masterMetrics = (dm: SimDm, cluster: DmClusterState, process: SimProcess): HttpAnswer => {
  const numbers = { offline: 0, free: 1, bound: 2, relay: 2 }
  return metrics(process, [
    '# TYPE dm_master_start_leader_counter counter',
    `dm_master_start_leader_counter ${dm.termsOf(cluster, process.flags.name ?? '')}`,
    '# TYPE dm_master_worker_state gauge',
    ...cluster.workers.map((one) => `dm_master_worker_state{worker="${one.name}"} ${numbers[dm.schedule.stageOf(cluster, one).stage]}`),
  ])
}

/** The answers of a simulated dm-master, shaped like the recorded ones of a real one. */
export const masterHttp = (dm: SimDm, process: SimProcess, ask: HttpAsk): HttpAnswer => {
  const former = dm.formerClusterOf(process)
  const cluster = dm.clusterOf(process) ?? former
  const quorum = cluster !== undefined && dm.hasQuorum(cluster)
  // A master that never saw a quorum accepts connections and says nothing at all (recorded b0).
  if (!cluster || (!quorum && !process.settled)) return 'silent'
  const { pathname } = new URL(ask.path, 'http://sim')
  if (pathname === '/status') return text(200, versionText(process.version, process.exeSha256))
  if (pathname === '/health') return health(quorum, former !== undefined)
  if (pathname === '/metrics') return masterMetrics(dm, cluster, process)
  if (pathname.startsWith('/standin/')) return knob(cluster, ask)
  if (!pathname.startsWith('/apis/v1alpha1/')) return text(404, '404 page not found\n')
  const leader = /^\/apis\/v1alpha1\/leader\/(\w+)$/.exec(pathname)?.[1]
  if (leader !== undefined && ask.method === 'PUT') return putLeader(dm, cluster, process, leader)
  if (!quorum) return 'silent'
  if (cluster.leader !== '') return led(dm, cluster, ask)
  // In the gap after a leader went, followers still know it; when nobody may lead, they know of none.
  const gap = dm.now() < cluster.headlessUntilMs
  return gap
    ? gateway(503, 14, 'connection error: desc = "transport: Error while dialing: connect: connection refused"')
    : gateway(500, 2, noLeader)
}

const health = (quorum: boolean, removed: boolean): HttpAnswer => {
  const reason = removed ? 'RANGE ERROR:etcdserver: server stopped' : quorum ? '' : 'RAFT NO LEADER'
  return text(reason === '' ? 200 : 503, `{"health":"${reason === ''}","reason":"${reason}"}`)
}

const putLeader = (dm: SimDm, cluster: DmClusterState, process: SimProcess, op: string): HttpAnswer => {
  if (!['1', '2', 'EvictLeaderOp', 'CancelEvictLeaderOp'].includes(op))
    return gateway(400, 3, `type mismatch, parameter: op, error: ${op} is not valid`)
  dm.evict(cluster, process.flags.name ?? '', op === '1' || op === 'EvictLeaderOp')
  return json(200, verdict(''))
}

/** What the leader answers, whoever was asked. */
const led = (dm: SimDm, cluster: DmClusterState, { method, path, body }: HttpAsk): HttpAnswer => {
  const { pathname, searchParams } = new URL(path, 'http://sim')
  const [first = '', second = '', third] = pathname.slice('/apis/v1alpha1/'.length).split('/').map(decodeURIComponent)
  switch (`${method} ${first}`) {
    case 'GET members':
      return second === '' ? json(200, membersMessage(dm, cluster, searchParams)) : gateway(501, 12, 'Not Implemented')
    case 'DELETE members':
      return third === undefined ? gateway(501, 12, 'Not Implemented') : json(200, verdict(offline(dm, cluster, second, third)))
    case 'GET status':
      return second === ''
        ? gateway(501, 12, 'Not Implemented')
        : json(200, statusMessage(dm, cluster, { task: second, sources: searchParams.getAll('sources') }))
    case 'PUT sources':
      return json(200, operateSource(dm, cluster, body))
    case 'POST tasks':
      return json(200, startTask(dm, cluster, body))
    case 'PUT tasks':
      return json(200, operateTask(cluster, second, body))
    default:
      return gateway(501, 12, 'Not Implemented')
  }
}

/** Refusals of a DELETE, in DM's words; '' when the member is out. */
export const offline = (dm: SimDm, cluster: DmClusterState, type: string, name: string): string => {
  const low = (code: number): string => `[code=${code}:class=dm-master:scope=internal:level=low], Message: `
  if (type === 'worker') return dm.schedule.removeWorker(cluster, name)
  if (type !== 'master') return `${low(38049)}offline member type ${type} is invalid, Workaround: Please use master/worker.`
  if (!cluster.members.some((one) => one.name === name))
    return `${low(38048)}dm-master with name ${name} not exists, Workaround: Please use list-member command to see masters.`
  return dm.removeMember(cluster, name)
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const texts = z.array(z.string()).default([])
const sourceAsk = z.object({ op: z.union([z.string(), z.number()]).transform(String), config: texts, sourceID: texts })

export const operateSource = (dm: SimDm, cluster: DmClusterState, body: string): unknown => {
  const { data } = sourceAsk.safeParse(parsed(body))
  if (data?.op === '4' || data?.op === 'ShowSource') return sourcesMessage(cluster)
  if (data?.op === '3' || data?.op === 'StopSource') {
    const trouble = data.sourceID.map((id) => dm.schedule.removeSource(cluster, id)).find((one) => one !== '') ?? ''
    return { ...verdict(trouble), sources: data.sourceID.map((source) => ({ ...verdict(''), source, worker: '' })) }
  }
  if (data?.op !== '1' && data?.op !== 'StartSource') return { ...verdict('operate source operation is invalid'), sources: [] }
  const made = data.config.flatMap((config) => sourceOf(config) ?? [])
  if (made.length < data.config.length) return { ...verdict(badConfig), sources: [] }
  const trouble = made.map((source) => dm.schedule.addSource(cluster, source)).find((one) => one !== '') ?? ''
  return { ...verdict(trouble), sources: trouble === '' ? made.map(({ id }) => sourceMessage(cluster, id)) : [] }
}

const badConfig = '[code=20018:class=config:scope=internal:level=medium], Message: yaml decode'

export const startTask = (dm: SimDm, cluster: DmClusterState, body: string): unknown => {
  const { data } = z.object({ task: z.string() }).safeParse(parsed(body))
  const task = taskOf(data?.task ?? '')
  const trouble = task ? dm.schedule.startTask(cluster, task) : badConfig
  const sources = task && trouble === '' ? task.subtasks.map(({ source }) => sourceMessage(cluster, source)) : []
  return { ...verdict(trouble), sources, checkResult: '' }
}

const stages: Readonly<Record<string, 'Paused' | 'Running' | 'gone'>> = {
  ...{ '1': 'gone', Stop: 'gone', '7': 'gone', Delete: 'gone', '2': 'Paused', Pause: 'Paused', '3': 'Running', Resume: 'Running' },
}

export const operateTask = (cluster: DmClusterState, name: string, body: string): unknown => {
  const { data } = z.object({ op: z.union([z.string(), z.number()]).transform(String), sources: texts }).safeParse(parsed(body))
  const task = cluster.tasks.find((one) => one.name === name)
  const to = stages[data?.op ?? '']
  if (!task || !to) return { ...verdict(`task ${name} has no source or not exist, please check the task name and status`), sources: [] }
  const sources = data && data.sources.length > 0 ? data.sources : task.subtasks.map(({ source }) => source)
  if (to === 'gone') task.subtasks = task.subtasks.filter(({ source }) => !sources.includes(source))
  else
    for (const one of task.subtasks)
      if (sources.includes(one.source)) Object.assign(one, { stage: to, error: to === 'Running' ? '' : one.error })
  if (task.subtasks.length === 0) cluster.tasks.splice(cluster.tasks.indexOf(task), 1)
  return { ...verdict(''), sources: sources.map((source) => sourceMessage(cluster, source)) }
}

/** What the other components answer on their own port. */
export const otherHttp = (process: SimProcess, ask: HttpAsk): HttpAnswer => {
  const { pathname } = new URL(ask.path, 'http://sim')
  const paths: Record<string, readonly string[]> = {
    prometheus: ['/-/ready', '/-/healthy', '/metrics'],
    alertmanager: ['/-/ready', '/-/healthy', '/metrics'],
    grafana: ['/login', '/api/health', '/metrics'],
    node_exporter: ['/metrics'],
    blackbox_exporter: ['/metrics'],
    'dm-worker': ['/status', '/metrics'],
  }
  if (!paths[process.component]?.includes(pathname)) return text(404, '404 page not found\n')
  if (process.component === 'dm-worker' && pathname === '/status') return text(200, versionText(process.version, process.exeSha256))
  return pathname === '/metrics' ? metrics(process) : text(200, 'OK\n')
}

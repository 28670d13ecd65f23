import type { SimDm } from './dm-cluster'
import type { DmClusterState, SimProcess } from './state'

export type HttpAnswer = { status: number; body: string; type: string } | 'refused' | 'silent'
export type HttpAsk = { method: string; path: string; body: string }

const json = (status: number, value: unknown): HttpAnswer => ({ status, body: JSON.stringify(value, null, 2), type: 'application/json' })
const text = (status: number, body: string): HttpAnswer => ({ status, body, type: 'text/plain; charset=utf-8' })
const refusal = (msg: string): HttpAnswer => json(200, { result: false, msg })
const gateway = (status: number, code: number, message: string): HttpAnswer => json(status, { code, message, details: [] })

const noLeader =
  "[code=38043:class=dm-master:scope=internal:level=high], Message: master is not leader, and can't forward request to leader"

const versionText = (version: string): string =>
  `Release Version: ${version}\nGit Commit Hash: None\nGit Branch: None\nUTC Build Time: None\nGo Version: None\nFailpoint Build: false\n`

/** Of the page of a real process, the one value that the panel reads. */
const metrics = ({ startedMs }: SimProcess): HttpAnswer =>
  text(
    200,
    [
      '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
      '# TYPE process_start_time_seconds gauge',
      ...(startedMs === undefined ? [] : [`process_start_time_seconds ${(startedMs / 1000).toFixed(2)}`]),
      '',
    ].join('\n'),
  )

/** The answers of a simulated dm-master, shaped like the recorded ones of a real one. */
export const masterHttp = (dm: SimDm, process: SimProcess, ask: HttpAsk): HttpAnswer => {
  const cluster = dm.clusterOf(process)
  const quorum = cluster !== undefined && dm.hasQuorum(cluster)
  // A master that never saw a quorum accepts connections and says nothing at all (recorded b0).
  if (!cluster || (!quorum && !process.settled)) return 'silent'
  const { pathname, searchParams } = new URL(ask.path, 'http://sim')
  if (pathname === '/status') return text(200, versionText(process.version))
  if (pathname === '/health')
    return quorum ? text(200, '{"health":"true","reason":""}') : text(503, '{"health":"false","reason":"RAFT NO LEADER"}')
  if (pathname === '/metrics') return metrics(process)
  if (!pathname.startsWith('/apis/v1alpha1/')) return text(404, '404 page not found\n')
  const leader = /^\/apis\/v1alpha1\/leader\/(\w+)$/.exec(pathname)?.[1]
  if (leader !== undefined && ask.method === 'PUT') return putLeader(dm, cluster, process, leader)
  if (!quorum) return 'silent'
  if (cluster.leader === '') return gateway(500, 2, noLeader)
  if (pathname === '/apis/v1alpha1/members' && ask.method === 'GET') return json(200, membersBody(dm, cluster, searchParams))
  const [, type, name] = /^\/apis\/v1alpha1\/members\/([^/]+)\/([^/]+)$/.exec(pathname) ?? []
  if (type !== undefined && name !== undefined && ask.method === 'DELETE') return offline(dm, cluster, type, decodeURIComponent(name))
  return gateway(501, 12, 'Not Implemented')
}

const putLeader = (dm: SimDm, cluster: DmClusterState, process: SimProcess, op: string): HttpAnswer => {
  if (!['1', '2', 'EvictLeaderOp', 'CancelEvictLeaderOp'].includes(op))
    return gateway(400, 3, `type mismatch, parameter: op, error: ${op} is not valid`)
  dm.evict(cluster, process.flags.name ?? '', op === '1' || op === 'EvictLeaderOp')
  return json(200, { result: true, msg: '' })
}

const membersBody = (dm: SimDm, cluster: DmClusterState, query: URLSearchParams): unknown => {
  const names = query.getAll('names')
  const all = !['leader', 'master', 'worker'].some((part) => query.get(part) === 'true')
  const wants = (part: string): boolean => all || query.get(part) === 'true'
  const named = (name: string): boolean => names.length === 0 || names.includes(name)
  const alive = new Set(dm.aliveNames(cluster))
  const leader = cluster.members.find((one) => one.name === cluster.leader)
  const masters = cluster.members
    .filter((one) => named(one.name))
    .map((one) => ({
      name: one.name,
      memberID: one.memberId,
      alive: alive.has(one.name),
      peerURLs: [one.peerUrl],
      clientURLs: one.clientUrl ? [one.clientUrl] : [],
    }))
  const workers = cluster.workers
    .filter((one) => named(one.name))
    .map((one) => ({
      name: one.name,
      addr: one.addr,
      stage: dm.isWorkerUp(one.name) ? (one.source ? 'bound' : 'free') : 'offline',
      source: dm.isWorkerUp(one.name) ? one.source : '',
    }))
  return {
    result: true,
    msg: '',
    members: [
      ...(wants('leader') ? [{ leader: { msg: '', name: cluster.leader, addr: (leader?.clientUrl ?? '').replace('http://', '') } }] : []),
      ...(wants('master') ? [{ master: { msg: '', masters } }] : []),
      ...(wants('worker') ? [{ worker: { msg: '', workers } }] : []),
    ],
  }
}

const offline = (dm: SimDm, cluster: DmClusterState, type: string, name: string): HttpAnswer => {
  const head = (code: number): string =>
    `[code=${code}:class=${code < 40000 ? 'dm-master' : 'scheduler'}:scope=internal:level=medium], Message: `
  const list = type === 'worker' ? cluster.workers : type === 'master' ? cluster.members : undefined
  if (!list) return refusal(`${head(38049)}offline member type ${type} is invalid`)
  const at = list.findIndex((one) => one.name === name)
  if (at < 0) return refusal(`${head(type === 'worker' ? 46004 : 38048)}dm-${type} with name ${name} not exists`)
  if (type === 'worker' && dm.isWorkerUp(name))
    return refusal(`${head(46005)}dm-worker with name ${name} is still online, Workaround: Please shut it down first.`)
  list.splice(at, 1)
  dm.settle()
  return json(200, { result: true, msg: '' })
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
  if (process.component === 'dm-worker' && pathname === '/status') return text(200, versionText(process.version))
  return pathname === '/metrics' ? metrics(process) : text(200, 'OK\n')
}

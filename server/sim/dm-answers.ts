import type { SimDm } from './dm-cluster'
import { holderOf } from './dm-schedule'
import type { DmClusterState, DmSubtask, DmTask } from './state'

/** Messages of DM-master, as its gateway and dmctl give them; shaped like the recorded ones. */

export type Verdict = { result: boolean; msg: string }

export const verdict = (trouble: string): Verdict => ({ result: trouble === '', msg: trouble })

export const membersMessage = (dm: SimDm, cluster: DmClusterState, query: URLSearchParams): unknown => {
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
    .map((one) => ({ name: one.name, addr: one.addr, ...dm.schedule.stageOf(cluster, one) }))
  return {
    ...verdict(''),
    members: [
      ...(wants('leader') ? [{ leader: { msg: '', name: cluster.leader, addr: (leader?.clientUrl ?? '').replace('http://', '') } }] : []),
      ...(wants('master') ? [{ master: { msg: '', masters } }] : []),
      ...(wants('worker') ? [{ worker: { msg: '', workers } }] : []),
    ],
  }
}

export const sourceMessage = (cluster: DmClusterState, id: string): Verdict & { source: string; worker: string } => {
  const worker = holderOf(cluster, id)?.name ?? ''
  const msg = worker === '' ? 'source is added but there is no free worker to bound' : ''
  return { result: true, msg, source: id, worker }
}

export const sourcesMessage = (cluster: DmClusterState): unknown => ({
  ...verdict(''),
  sources: cluster.sources.map(({ id }) => sourceMessage(cluster, id)),
})

export const locksMessage = (cluster: DmClusterState, task: string): unknown => {
  const locks = cluster.locks.filter((one) => task === '' || one.task === task)
  return {
    result: true,
    msg: locks.length === 0 ? 'no DDL lock exists' : '',
    locks: locks.map(({ id, ddls, ...rest }) => ({ ID: id, ...rest, DDLs: ddls })),
  }
}

const dmMaster = (code: number, message: string): string => `[code=${code}:class=dm-master:scope=internal:level=high], Message: ${message}`

/** query-status in full: of one task, or of all when none is named; of some sources, or of all that are bound. */
export const statusMessage = (
  dm: SimDm,
  cluster: DmClusterState,
  { task, sources = [] }: { task: string; sources?: readonly string[] },
): unknown => {
  const known = cluster.tasks.find((one) => one.name === task)
  if (task !== '' && !known) return { ...verdict(`task ${task} has no source or not exist`), sources: [] }
  const bound = cluster.sources.filter(({ id }) => holderOf(cluster, id)).map(({ id }) => id)
  const ids = sources.length > 0 ? sources : known ? known.subtasks.map(({ source }) => source) : bound
  return { ...verdict(''), sources: ids.map((id) => sourceStatus(dm, cluster, { id, task })) }
}

const sourceStatus = (dm: SimDm, cluster: DmClusterState, { id, task }: { id: string; task: string }): unknown => {
  const worker = holderOf(cluster, id)
  const head = { source: id, worker: worker?.name ?? '', result: null }
  if (!worker)
    return {
      ...verdict(dmMaster(38015, `source ${id} relevant worker-client not found`)),
      sourceStatus: { ...head, relayStatus: null },
      subTaskStatus: [],
    }
  if (!dm.isWorkerUp(worker)) {
    const cause = `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp ${worker.addr}: connect: connection refused"`
    return {
      ...verdict(dmMaster(38008, `grpc request error, RawCause: ${cause}`)),
      sourceStatus: { ...head, relayStatus: null },
      subTaskStatus: [],
    }
  }
  const reads = (cluster.relay[id] ?? []).includes(worker.name) || cluster.sources.some((one) => one.id === id && one.relay)
  const rows = cluster.tasks.flatMap((one) =>
    task === '' || one.name === task ? one.subtasks.flatMap((sub) => (sub.source === id ? [subtaskMessage(one, sub)] : [])) : [],
  )
  return {
    ...verdict(''),
    msg: rows.length === 0 ? 'no sub task started' : '',
    sourceStatus: { ...head, relayStatus: reads ? relayStatus : null },
    subTaskStatus: rows,
  }
}

const relayStatus = {
  ...{
    masterBinlog: '(mysql-bin.000002, 113169)',
    masterBinlogGtid: '',
    relaySubDir: 'sim.000001',
    relayBinlog: '(mysql-bin.000002, 113169)',
  },
  ...{ relayBinlogGtid: '', relayCatchUpMaster: true, stage: 'Running', result: null },
}

const subtaskMessage = (task: DmTask, one: DmSubtask): unknown => {
  const details: Record<string, object> = {
    Dump: {
      dump: { totalTables: '1', completedTables: 0, finishedBytes: 0, finishedRows: 0, estimateTotalRows: 0, bps: '0', progress: '' },
    },
    Load: { load: { finishedBytes: '0', totalBytes: '0', progress: '0.00 %', metaBinlog: '', metaBinlogGTID: '', bps: '0' } },
    Sync: { sync: syncStatus(one.lagS) },
  }
  const errors = [
    {
      ErrCode: 36001,
      ErrClass: 'sync-unit',
      ErrScope: 'internal',
      ErrLevel: 'high',
      Message: one.error,
      RawCause: one.error,
      Workaround: '',
    },
  ]
  return {
    name: task.name,
    stage: one.stage,
    unit: one.unit,
    result: one.error === '' ? null : { isCanceled: false, errors, detail: null },
    unresolvedDDLLockID: one.ddlLock,
    ...details[one.unit],
    validation: null,
  }
}

const syncStatus = (lagS: number): unknown => ({
  ...{ totalEvents: '501', totalTps: '0', recentTps: '0', masterBinlog: '(mysql-bin.000002, 113169)', masterBinlogGtid: '0-101-508' },
  ...{ syncerBinlog: '(mysql-bin.000002, 385)', syncerBinlogGtid: '', blockingDDLs: [], unresolvedGroups: [], synced: lagS === 0 },
  ...{ binlogType: 'remote', secondsBehindMaster: String(lagS), blockDDLOwner: '', conflictMsg: '', totalRows: '501', totalRps: '0' },
  ...{ recentRps: '0', ioTotalBytes: '74141', dumpIOTotalBytes: '3283' },
})

/** query-status without a task: DM sums up each task's subtasks. */
export const tasksMessage = (cluster: DmClusterState): unknown => ({
  ...verdict(''),
  tasks: cluster.tasks.map(({ name, subtasks }) => ({
    taskName: name,
    taskStatus: summaryOf(name, subtasks),
    sources: subtasks.map(({ source }) => source),
  })),
})

const summaryOf = (name: string, subtasks: readonly DmSubtask[]): string => {
  if (subtasks.some(({ stage, error }) => stage === 'Paused' && error !== ''))
    return `Error - Some error occurred in subtask. Please run \`query-status ${name}\` to get more details.`
  if (subtasks.some(({ stage }) => stage === 'Paused')) return 'Paused'
  const [first] = subtasks
  return first && subtasks.every(({ stage }) => stage === first.stage) ? first.stage : 'Running'
}

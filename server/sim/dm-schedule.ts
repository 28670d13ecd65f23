import type { DmClusterState, DmSource, DmSubtask, DmTask, DmWorker } from './state'

const scheduler = (code: number, message: string): string =>
  `[code=${code}:class=scheduler:scope=internal:level=medium], Message: ${message}`

const noSource = (id: string): string => scheduler(46008, `source config with ID ${id} not exists`)
const noWorker = (name: string): string => scheduler(46004, `dm-worker with name ${name} not exists`)

export type WorkerStage = 'offline' | 'free' | 'bound' | 'relay'

/** DM-master's scheduler: which worker holds which source. Refusals are DM's words; '' is done. */
export class Schedule {
  constructor(
    private readonly now: () => number,
    private readonly isUp: (worker: DmWorker) => boolean,
  ) {}

  /** Its process answers, or its lease has not ended yet. */
  isOnline(worker: DmWorker): boolean {
    return this.isUp(worker) || (worker.leaseUntilMs !== undefined && this.now() < worker.leaseUntilMs)
  }

  stageOf(cluster: DmClusterState, worker: DmWorker): { stage: WorkerStage; source: string } {
    if (!this.isOnline(worker)) return { stage: 'offline', source: '' }
    if (worker.source !== '') return { stage: 'bound', source: worker.source }
    const relay = relayOf(cluster, worker.name)
    return relay === '' ? { stage: 'free', source: '' } : { stage: 'relay', source: relay }
  }

  /** Takes sources from workers that are offline and gives every unbound one to a worker: its last, one with its relay log, any free. */
  bindAll(cluster: DmClusterState): void {
    for (const worker of cluster.workers) if (worker.source !== '' && !this.isOnline(worker)) worker.source = ''
    for (const { id } of cluster.sources) {
      if (holderOf(cluster, id)) continue
      const free = cluster.workers.filter((one) => this.isUp(one) && one.source === '')
      const fit = free.filter((one) => ['', id].includes(relayOf(cluster, one.name)))
      const worker = fit.find((one) => one.last === id) ?? fit.find((one) => relayOf(cluster, one.name) === id) ?? fit[0]
      if (worker) Object.assign(worker, { source: id, last: id })
    }
  }

  transfer(cluster: DmClusterState, id: string, name: string): string {
    if (!cluster.sources.some((one) => one.id === id)) return noSource(id)
    const worker = cluster.workers.find((one) => one.name === name)
    if (!worker) return noWorker(name)
    if (worker.source === id) return ''
    const { stage, source } = this.stageOf(cluster, worker)
    if (stage === 'offline' || stage === 'bound')
      return scheduler(46006, `invalid stage transformation for dm-worker ${name}, from ${stage} to bound`)
    if (stage === 'relay' && source !== id)
      return scheduler(46027, `the worker ${name} has started relay for source ${source}, which differs from source ${id} to bound`)
    const holder = holderOf(cluster, id)
    const loading = tasksOn(cluster, id).filter(({ subtask }) => subtask.stage === 'Running' && subtask.unit !== 'Sync')
    if (holder && loading.length > 0)
      return scheduler(
        46033,
        `tasks [${loading.map(({ task }) => task.name).join(' ')}] on source ${id} should not be running in other units than sync, please pause them first`,
      )
    if (holder) holder.source = ''
    Object.assign(worker, { source: id, last: id })
    this.bindAll(cluster)
    return ''
  }

  addSource(cluster: DmClusterState, source: DmSource): string {
    if (cluster.sources.some((one) => one.id === source.id)) return scheduler(46007, `source config with ID ${source.id} already exists`)
    cluster.sources.push(source)
    this.bindAll(cluster)
    return ''
  }

  removeSource(cluster: DmClusterState, id: string): string {
    if (!cluster.sources.some((one) => one.id === id)) return noSource(id)
    const used = tasksOn(cluster, id).map(({ task }) => task.name)
    if (used.length > 0) return scheduler(46010, `source with name ${id} need to operate has existing tasks [${used.join(' ')}]`)
    cluster.sources = cluster.sources.filter((one) => one.id !== id)
    for (const worker of cluster.workers) if (worker.source === id) worker.source = ''
    delete cluster.relay[id]
    this.bindAll(cluster)
    return ''
  }

  /** start-relay: of named workers, or of the source itself when none is named. */
  startRelay(cluster: DmClusterState, id: string, names: readonly string[]): string {
    const source = cluster.sources.find((one) => one.id === id)
    if (!source) return noSource(id)
    if (names.length === 0) {
      source.relay = true
      return ''
    }
    const missing = names.filter((name) => !cluster.workers.some((one) => one.name === name))
    if (missing.length > 0) return noWorker(`[${missing.join(' ')}]`)
    const bound = cluster.workers.filter((one) => names.includes(one.name) && one.source !== '' && one.source !== id)
    if (bound.length > 0)
      return scheduler(
        46021,
        `these workers [${namesOf(bound)}] have bound for another sources [${bound.map((one) => one.source).join(' ')}] respectively`,
      )
    const busy = names.filter((name) => !['', id].includes(relayOf(cluster, name)))
    if (busy.length > 0)
      return scheduler(
        46020,
        `these workers [${busy.join(' ')}] have started relay for another sources [${busy.map((name) => relayOf(cluster, name)).join(' ')}] respectively`,
      )
    cluster.relay[id] = [...new Set([...(cluster.relay[id] ?? []), ...names])].toSorted()
    return ''
  }

  stopRelay(cluster: DmClusterState, id: string, names: readonly string[]): string {
    const source = cluster.sources.find((one) => one.id === id)
    if (!source) return noSource(id)
    const started = cluster.relay[id] ?? []
    if (names.length === 0 && started.length > 0)
      return scheduler(
        46029,
        `can't \`stop-relay\` without worker name when you have specified worker name before, workers: [${started.join(' ')}]`,
      )
    if (names.length === 0) source.relay = false
    const left = started.filter((name) => !names.includes(name))
    if (left.length > 0) cluster.relay[id] = left
    else delete cluster.relay[id]
    return ''
  }

  startTask(cluster: DmClusterState, task: DmTask): string {
    const missing = task.subtasks.find(({ source }) => !cluster.sources.some((one) => one.id === source))
    if (missing) return noSource(missing.source)
    if (cluster.tasks.some((one) => one.name === task.name))
      return scheduler(
        46014,
        `subtasks with name ${task.name} for sources [${task.subtasks.map(({ source }) => source).join(' ')}] already exist`,
      )
    cluster.tasks.push(task)
    return ''
  }

  removeWorker(cluster: DmClusterState, name: string): string {
    const worker = cluster.workers.find((one) => one.name === name)
    if (!worker) return noWorker(name)
    if (this.isOnline(worker))
      return scheduler(46005, `dm-worker with name ${name} is still online, Workaround: Please shut it down first.`)
    cluster.workers.splice(cluster.workers.indexOf(worker), 1)
    for (const [source, names] of Object.entries(cluster.relay)) cluster.relay[source] = names.filter((one) => one !== name)
    return ''
  }
}

const namesOf = (workers: readonly DmWorker[]): string => workers.map(({ name }) => name).join(' ')

export const holderOf = (cluster: DmClusterState, source: string): DmWorker | undefined =>
  cluster.workers.find((worker) => worker.source === source)

const relayOf = (cluster: DmClusterState, worker: string): string =>
  Object.entries(cluster.relay).find(([, names]) => names.includes(worker))?.[0] ?? ''

const tasksOn = (cluster: DmClusterState, source: string): { task: DmTask; subtask: DmSubtask }[] =>
  cluster.tasks.flatMap((task) => task.subtasks.flatMap((subtask) => (subtask.source === source ? [{ task, subtask }] : [])))

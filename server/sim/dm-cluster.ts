import { createHash } from 'node:crypto'
import type { SimMachine } from './machine'
import type { DmClusterState, SimProcess } from './state'
import type { SimSystemd } from './systemd'

export type Host = { machine: SimMachine; systemd: SimSystemd }
type Running = { host: Host; unit: string; process: SimProcess; pid: number; enteredMs: number }

/** After so long without a quorum a starting master gives up, and without a master a starting worker does (recorded b0, b2). */
const masterGivesUpMs = 10_000
const workerGivesUpMs = 50_000

/** The simulated DM: masters and workers are the running units, what they agreed upon is in the clusters' state. */
export class SimDm {
  constructor(
    private readonly hosts: () => readonly Host[],
    readonly clusters: DmClusterState[],
    private readonly now: () => number,
  ) {}

  /** Lets time pass: due restarts, joins, elections, registrations, and the exits of those that waited in vain. */
  settle(): void {
    for (const { systemd } of this.hosts()) systemd.retryDue()
    for (const master of this.running('dm-master')) this.joinMaster(master)
    for (const cluster of this.clusters) this.elect(cluster)
    for (const worker of this.running('dm-worker')) this.register(worker)
    for (const cluster of this.clusters) this.rebind(cluster)
    for (const one of [...this.running('dm-master'), ...this.running('dm-worker')]) {
      const limit = one.process.component === 'dm-master' ? masterGivesUpMs : workerGivesUpMs
      if (!one.process.settled && this.now() - one.enteredMs > limit) one.host.systemd.exit(one.unit, 2)
    }
  }

  clusterOf(process: SimProcess): DmClusterState | undefined {
    return this.clusters.find((one) => one.members.some((member) => member.name === process.flags.name))
  }

  hasQuorum(cluster: DmClusterState): boolean {
    return this.aliveNames(cluster).length > cluster.members.length / 2
  }

  /** Names of the cluster's members whose process runs. */
  aliveNames(cluster: DmClusterState): string[] {
    const up = new Set(this.running('dm-master').map(({ process }) => process.flags.name ?? ''))
    return cluster.members.map((member) => member.name).filter((name) => up.has(name))
  }

  isWorkerUp(name: string): boolean {
    return this.running('dm-worker').some(({ process }) => process.flags.name === name && process.settled)
  }

  /** This very master resigns until it is told otherwise or restarted. */
  evict(cluster: DmClusterState, name: string, evicted: boolean): void {
    const pid = this.running('dm-master').find(({ process }) => process.flags.name === name)?.pid ?? 0
    if (evicted) cluster.evicted[name] = pid
    else delete cluster.evicted[name]
    this.settle()
  }

  /** Gives a source to the first free worker; false when there is none. */
  bind(cluster: DmClusterState, source: string): boolean {
    const free = cluster.workers.find((worker) => worker.source === '' && this.isWorkerUp(worker.name))
    if (free) free.source = source
    return free !== undefined
  }

  private running(component: string): Running[] {
    return this.hosts().flatMap((host) =>
      Object.entries(host.machine.state.units).flatMap(([unit, one]) =>
        one.active === 'active' && one.process?.component === component
          ? [{ host, unit, process: one.process, pid: one.pid, enteredMs: one.enteredMs }]
          : [],
      ),
    )
  }

  private joinMaster({ host, process }: Running): void {
    const name = process.flags.name ?? ''
    const dataDir = process.flags['data-dir'] ?? ''
    const mark = `${dataDir}/member`
    if (host.machine.node(mark) && this.clusterOf(process)) return
    const key = process.flags['initial-cluster']
    const cluster = key === undefined ? this.joined(process) : this.bootstrapped(key)
    if (!cluster) return
    const member = {
      name,
      memberId: BigInt(`0x${createHash('sha256').update(`${cluster.key} ${name}`).digest('hex').slice(0, 16)}`).toString(),
      peerUrl: process.flags['advertise-peer-urls'] ?? '',
      clientUrl: `http://${process.flags['advertise-addr'] ?? ''}`,
    }
    const at = cluster.members.findIndex((one) => one.name === name)
    if (at >= 0) cluster.members[at] = member
    else cluster.members.push(member)
    host.machine.makeDirs(mark, 'root', 'root', '0700')
  }

  /** The cluster of a peer list, made at its first use; members that never started have no address yet. */
  private bootstrapped(key: string): DmClusterState {
    const known = this.clusters.find((one) => one.key === key)
    if (known && this.running('dm-master').some(hasData)) return known
    const members = key.split(',').map((pair) => {
      const [name = '', peerUrl = ''] = pair.split('=')
      return { name, memberId: '0', peerUrl, clientUrl: '' }
    })
    // Masters of these names on empty data folders: whatever they were before is lost.
    const names = new Set(members.map((member) => member.name))
    const stale = this.clusters.filter((one) => one.members.some((member) => names.has(member.name)))
    for (const one of stale) this.clusters.splice(this.clusters.indexOf(one), 1)
    const cluster: DmClusterState = { key, members, leader: '', evicted: {}, workers: [] }
    this.clusters.push(cluster)
    return cluster
  }

  private joined(process: SimProcess): DmClusterState | undefined {
    const addresses = (process.flags.join ?? '').split(',')
    return this.clusters.find(
      (cluster) => cluster.leader !== '' && cluster.members.some((member) => addresses.includes(member.clientUrl.replace('http://', ''))),
    )
  }

  private elect(cluster: DmClusterState): void {
    const alive = this.running('dm-master').filter(({ process }) => this.clusterOf(process) === cluster)
    for (const { process, pid } of alive) {
      const name = process.flags.name ?? ''
      if (cluster.evicted[name] !== undefined && cluster.evicted[name] !== pid) delete cluster.evicted[name]
    }
    if (!this.hasQuorum(cluster)) {
      cluster.leader = ''
      return
    }
    for (const { process } of alive) process.settled = true
    const candidates = this.aliveNames(cluster).filter((name) => cluster.evicted[name] === undefined)
    if (!candidates.includes(cluster.leader)) cluster.leader = candidates[0] ?? ''
  }

  private register({ process }: Running): void {
    const cluster = this.joined(process)
    if (!cluster) return
    process.settled = true
    const name = process.flags.name ?? ''
    const addr = process.flags['advertise-addr'] ?? ''
    if (!cluster.workers.some((worker) => worker.name === name)) cluster.workers.push({ name, addr, source: '' })
  }

  /** A source whose worker went away goes to a free one, if there is any. */
  private rebind(cluster: DmClusterState): void {
    for (const worker of cluster.workers) {
      if (worker.source === '' || this.isWorkerUp(worker.name)) continue
      if (this.bind(cluster, worker.source)) worker.source = ''
    }
  }
}

const hasData = ({ host, process }: Running): boolean => host.machine.node(`${process.flags['data-dir'] ?? ''}/member`) !== undefined

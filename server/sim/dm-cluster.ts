import { createHash } from 'node:crypto'
import { keepaliveTtlS } from './dm-config'
import { Schedule } from './dm-schedule'
import type { SimMachine } from './machine'
import type { DmClusterState, DmMember, DmSeat, DmWorker, SimProcess } from './state'
import type { SimSystemd } from './systemd'

export type Host = { machine: SimMachine; systemd: SimSystemd }
type Running = { host: Host; unit: string; process: SimProcess; pid: number; enteredMs: number }

/** After so long without a quorum a starting master gives up, and without a master a starting worker does (recorded b0, b2). */
const masterGivesUpMs = 10_000
const workerGivesUpMs = 50_000

/** How long DM takes for what it does by time, in ms; as recorded unless a test is in a hurry. */
export type DmTiming = {
  /** Nobody leads for so long after the leader was killed (45), */
  electionMs: number
  /** and for so long after it was stopped without being evicted (44). */
  handoverMs: number
  /** A killed worker counts as online for so long (83); with relay for longer. */
  leaseMs: number
  relayLeaseMs: number
  /** A member counts as connected only after so long (b3). */
  healthMs: number
}
export const recordedTiming: DmTiming = { electionMs: 62_800, handoverMs: 1_100, leaseMs: 60_000, relayLeaseMs: 1_800_000, healthMs: 5_300 }

/** The recorded times in a hurry: `scale` 0.1 is ten times as fast. */
export const scaledTiming = (scale: number): DmTiming => {
  const { electionMs, handoverMs, leaseMs, relayLeaseMs, healthMs } = recordedTiming
  return {
    ...{ electionMs: electionMs * scale, handoverMs: handoverMs * scale, healthMs: healthMs * scale },
    ...{ leaseMs: leaseMs * scale, relayLeaseMs: relayLeaseMs * scale },
  }
}

/** The simulated DM: masters and workers are the running units, what they agreed upon is in the clusters' state. */
export class SimDm {
  readonly schedule: Schedule
  private byAddress: ReadonlyMap<string, Host> | undefined

  constructor(
    private readonly hosts: () => readonly Host[],
    readonly clusters: DmClusterState[],
    readonly now: () => number,
    readonly timing: DmTiming = recordedTiming,
  ) {
    this.schedule = new Schedule(now, (worker) => this.isWorkerUp(worker))
  }

  /** Lets time pass: due restarts, joins, elections, registrations, and the exits of those that waited in vain. */
  settle(): void {
    for (const { systemd } of this.hosts()) systemd.retryDue()
    for (const master of this.running('dm-master')) this.joinMaster(master)
    for (const cluster of this.clusters) this.elect(cluster)
    const workers = new Map(this.clusters.flatMap((cluster) => cluster.workers.map((one) => [`${cluster.key} ${one.name}`, one] as const)))
    for (const worker of this.running('dm-worker')) this.register(worker, workers)
    for (const cluster of this.clusters) this.watchWorkers(cluster)
    for (const cluster of this.clusters) if (cluster.leader !== '') this.schedule.bindAll(cluster)
    for (const one of [...this.running('dm-master'), ...this.running('dm-worker')]) {
      const limit = one.process.component === 'dm-master' ? masterGivesUpMs : workerGivesUpMs
      if (!one.process.settled && this.now() - one.enteredMs > limit) one.host.systemd.exit(one.unit, 2)
    }
  }

  clusterOf(process: SimProcess): DmClusterState | undefined {
    return this.clusters.find((one) => one.members.some((member) => member.name === process.flags.name))
  }

  /** The cluster that this very process was taken out of while it ran: it goes on and passes calls on (recorded 93-95). */
  formerClusterOf(process: SimProcess): DmClusterState | undefined {
    const name = process.flags.name ?? ''
    const pid = this.pidOf(name)
    return this.clusters.find((one) => pid !== 0 && one.removed[name] === pid)
  }

  hasQuorum(cluster: DmClusterState): boolean {
    return this.aliveNames(cluster).length > cluster.members.length / 2
  }

  /** Names of the cluster's members whose process runs. */
  aliveNames(cluster: DmClusterState): string[] {
    const up = new Set(this.running('dm-master').map(({ process }) => process.flags.name ?? ''))
    return cluster.members.map((member) => member.name).filter((name) => up.has(name))
  }

  /** The process that registered under this name runs, and others can reach it. */
  isWorkerUp({ name, seat }: DmWorker): boolean {
    const host = seat && this.hostAt(seat.address)
    const process = host?.machine.unit(seat?.unit ?? '')?.process
    return process?.flags.name === name && process.settled && !host?.machine.hasFault('silent')
  }

  /** This very master resigns until it is told otherwise or restarted. Leadership moves without a gap (recorded 51). */
  evict(cluster: DmClusterState, name: string, evicted: boolean): void {
    if (evicted) cluster.evicted[name] = this.pidOf(name)
    else delete cluster.evicted[name]
    if (evicted && cluster.leader === name) this.lead(cluster, this.candidates(cluster)[0] ?? '')
    this.settle()
  }

  /** Etcd's rule (recorded b3): '' when the member may go now. A refusal takes it out of the election all the same. */
  removeMember(cluster: DmClusterState, name: string): string {
    const others = cluster.members.length - 1
    const healthy = this.healthyNames(cluster)
    const pid = this.pidOf(name)
    if (pid !== 0 && healthy.length - 1 < 1 + Math.floor(others / 2)) {
      cluster.barred[name] = pid
      if (cluster.leader === name) this.lead(cluster, this.candidates(cluster)[0] ?? '')
      return 'etcdserver: unhealthy cluster'
    }
    cluster.members.splice(
      cluster.members.findIndex((one) => one.name === name),
      1,
    )
    if (pid !== 0) cluster.removed[name] = pid
    if (cluster.leader === name) this.goHeadless(cluster, this.timing.handoverMs)
    this.settle()
    return ''
  }

  /** How often this master's present process has begun to lead. */
  termsOf(cluster: DmClusterState, name: string): number {
    const terms = cluster.terms[name]
    return terms !== undefined && terms.pid === this.pidOf(name) ? terms.count : 0
  }

  /** Members that have been connected to the leader for a while; itself always. */
  private healthyNames(cluster: DmClusterState): string[] {
    const before = this.now() - this.timing.healthMs
    const old = new Set(
      this.running('dm-master').flatMap(({ process, enteredMs }) => (enteredMs <= before ? [process.flags.name ?? ''] : [])),
    )
    if (!old.has(cluster.leader)) return this.aliveNames(cluster).includes(cluster.leader) ? [cluster.leader] : []
    return this.aliveNames(cluster).filter((name) => old.has(name))
  }

  private pidOf(name: string): number {
    return this.running('dm-master').find(({ process }) => process.flags.name === name)?.pid ?? 0
  }

  /** Processes that others can reach: one on a host whose cable is pulled is gone for them. */
  private running(component: string): Running[] {
    return this.hosts().flatMap((host) => {
      const all = Object.entries(host.machine.state.units).flatMap(([unit, one]) =>
        one.active === 'active' && one.process?.component === component
          ? [{ host, unit, process: one.process, pid: one.pid, enteredMs: one.enteredMs }]
          : [],
      )
      return all.length > 0 && host.machine.hasFault('silent') ? [] : all
    })
  }

  private joinMaster(master: Running): void {
    const { host, process } = master
    const mark = `${process.flags['data-dir'] ?? ''}/member`
    // With data, flags about other masters are ignored; of a removed member the data is of no use.
    if (host.machine.node(mark)) {
      const cluster = this.clusterOf(process)
      const at = cluster?.members.findIndex((one) => one.name === process.flags.name) ?? -1
      const own = cluster?.members[at]
      // It waited for the others, gave up, and comes back to a cluster that they have founded meanwhile.
      if (cluster && own?.clientUrl === '') cluster.members[at] = memberOf(master, cluster.key)
      else if (own) own.seat = seatOf(master)
      return
    }
    const key = process.flags['initial-cluster']
    const cluster = key === undefined ? this.admitted(master) : this.founded(master, key)
    if (!cluster) return
    const name = process.flags.name ?? ''
    const member = memberOf(master, cluster.key)
    const at = cluster.members.findIndex((one) => one.name === name)
    if (at >= 0) cluster.members[at] = member
    else cluster.members.push(member)
    delete cluster.removed[name]
    host.machine.makeDirs(mark, 'root', 'root', '0700')
  }

  /** The cluster of a peer list, made at its first use; members that never started have no address yet. */
  private founded(master: Running, key: string): DmClusterState | undefined {
    const name = master.process.flags.name ?? ''
    const known = this.clusters.find((one) => one.key === key)
    const living = this.clusters.find((one) =>
      this.running('dm-master').some((other) => hasData(other) && this.clusterOf(other.process) === one),
    )
    if (living && key.split(',').some((pair) => living.members.some((member) => pair.startsWith(`${member.name}=`)))) {
      const own = living.members.find((one) => one.name === name)
      if (own && own.clientUrl !== '')
        return this.refuse(master, `fail to start embed etcd, RawCause: member ${own.memberId} has already been bootstrapped`)
      if (living !== known) {
        // It founds a cluster of its own that nobody else is in, and its data stands in the way of a later --join (recorded b5).
        master.host.machine.makeDirs(`${master.process.flags['data-dir'] ?? ''}/member`, 'root', 'root', '0700')
        return undefined
      }
    }
    if (known && living === known) return known
    const members = key.split(',').map((pair) => {
      const [member = '', peerUrl = ''] = pair.split('=')
      return { name: member, memberId: '0', peerUrl, clientUrl: '' }
    })
    // Masters of these names on empty data folders: whatever they were before is lost.
    const names = new Set(members.map((member) => member.name))
    const stale = this.clusters.filter((one) => one.members.some((member) => names.has(member.name)))
    for (const one of stale) this.clusters.splice(this.clusters.indexOf(one), 1)
    const cluster = { ...emptyCluster(), key, members }
    this.clusters.push(cluster)
    return cluster
  }

  /** The cluster that a master with --join may enter now (recorded b5); else it ends, and says why in its log. */
  private admitted(master: Running): DmClusterState | undefined {
    const { process, host } = master
    const cluster = this.joined(process)
    if (!cluster || !this.hasQuorum(cluster)) return undefined
    const name = process.flags.name ?? ''
    const join = 'fail to join embed etcd: '
    if (cluster.members.some((one) => one.name === name))
      return this.refuse(master, `${join}missing data or joining a duplicate member ${name}`)
    if (cluster.members.some((one) => one.clientUrl === ''))
      return this.refuse(master, `${join}there is a member that has not joined successfully, continue the join or remove it`)
    if (this.healthyNames(cluster).length < cluster.members.length)
      return this.refuse(master, `${join}add member ${process.flags['advertise-peer-urls']}, RawCause: etcdserver: unhealthy cluster`)
    const peers = [...cluster.members, { name, peerUrl: process.flags['advertise-peer-urls'] ?? '' }]
    const dataDir = process.flags['data-dir'] ?? ''
    host.machine.makeDirs(dataDir, 'root', 'root', '0700')
    host.machine.writeFile(`${dataDir}/join`, peers.map((one) => `${one.name}=${one.peerUrl}`).join(','), {
      ...{ owner: 'root', group: 'root', mode: '0700' },
    })
    return cluster
  }

  private refuse({ host, process, unit }: Running, message: string): undefined {
    const log = process.flags['log-file'] ?? ''
    const line = `[ERROR] [main.go:72] ["fail to start dm-master"] [error="[code=38038:class=dm-master:scope=internal:level=high], Message: ${message}"]\n`
    const own = { owner: 'root', group: 'root', mode: '0644' }
    if (log !== '') host.machine.writeFile(log, (host.machine.text(log) ?? '') + line, own)
    host.systemd.exit(unit, 2)
    return undefined
  }

  private joined(process: SimProcess): DmClusterState | undefined {
    const addresses = (process.flags.join ?? '').split(',')
    return this.clusters.find(
      (cluster) => cluster.leader !== '' && cluster.members.some((member) => addresses.includes(member.clientUrl.replace('http://', ''))),
    )
  }

  /** Who may lead, in the order of their queue: who came last is last. */
  private candidates(cluster: DmClusterState): string[] {
    const entered = new Map(this.running('dm-master').map(({ process, enteredMs }) => [process.flags.name ?? '', enteredMs]))
    return this.aliveNames(cluster)
      .filter((name) => cluster.evicted[name] === undefined && cluster.barred[name] === undefined)
      .toSorted((one, other) => (entered.get(one) ?? 0) - (entered.get(other) ?? 0))
  }

  private elect(cluster: DmClusterState): void {
    const alive = this.running('dm-master').filter(({ process }) => this.clusterOf(process) === cluster)
    const pids = new Map(alive.map(({ process, pid }) => [process.flags.name ?? '', pid]))
    for (const marks of [cluster.evicted, cluster.barred])
      for (const [name, pid] of Object.entries(marks)) if (pids.has(name) && pids.get(name) !== pid) delete marks[name]
    if (!this.hasQuorum(cluster)) {
      cluster.leader = ''
      return
    }
    for (const { process } of alive) process.settled = true
    const { leader } = cluster
    if (leader !== '' && pids.get(leader) === cluster.leaderPid && this.candidates(cluster).includes(leader)) return
    // Stopped or restarted: its lease is given back; killed, or its host lost: the lease has to end.
    if (leader !== '' && pids.get(leader) !== cluster.leaderPid && cluster.leaderPid !== 0)
      this.goHeadless(cluster, this.wentQuietly(cluster, leader, pids) ? this.timing.handoverMs : this.timing.electionMs)
    if (this.now() < cluster.headlessUntilMs) return
    this.lead(cluster, this.candidates(cluster)[0] ?? '')
  }

  private wentQuietly(cluster: DmClusterState, name: string, pids: ReadonlyMap<string, number>): boolean {
    if (pids.has(name)) return true
    const seat = cluster.members.find((one) => one.name === name)?.seat
    return seat === undefined || this.isStopped(seat)
  }

  /** systemd stopped it, so it had time to say goodbye. */
  private isStopped({ address, unit }: DmSeat): boolean {
    return (this.hostAt(address)?.machine.unit(unit)?.active ?? 'inactive') === 'inactive'
  }

  private hostAt(address: string): Host | undefined {
    this.byAddress ??= new Map(this.hosts().map((one) => [one.machine.state.address, one]))
    return this.byAddress.get(address)
  }

  private goHeadless(cluster: DmClusterState, forMs: number): void {
    Object.assign(cluster, { leader: '', leaderPid: 0, headlessUntilMs: this.now() + forMs })
  }

  private lead(cluster: DmClusterState, name: string): void {
    const pid = this.pidOf(name)
    Object.assign(cluster, { leader: name, leaderPid: pid })
    if (name === '') return
    const before = cluster.terms[name]
    cluster.terms[name] = { pid, count: before?.pid === pid ? before.count + 1 : 1 }
  }

  private register(worker: Running, workers: Map<string, DmWorker>): void {
    const { process } = worker
    const cluster = this.joined(process)
    if (!cluster) return
    const name = process.flags.name ?? ''
    const addr = process.flags['advertise-addr'] ?? ''
    const known = workers.get(`${cluster.key} ${name}`)
    // The same name at another address is not let in (recorded b2); its port stays closed.
    if (known && known.addr !== addr) return
    process.settled = true
    if (known?.seat?.pid === worker.pid && known.leaseUntilMs === undefined) return
    const came = { seat: seatOf(worker), ttlS: keepaliveTtlS(worker.host.machine, process) }
    if (!known) cluster.workers.push({ name, addr, source: '', last: '', ...came })
    else {
      Object.assign(known, came)
      delete known.leaseUntilMs
    }
  }

  /** A worker that was stopped is offline at once, one that was killed only when its lease ends. */
  private watchWorkers(cluster: DmClusterState): void {
    for (const worker of cluster.workers) {
      if (worker.seat === undefined || this.isWorkerUp(worker)) continue
      const reads = Object.values(cluster.relay).some((names) => names.includes(worker.name))
      const withRelay = reads || cluster.sources.some((one) => one.id === worker.source && one.relay)
      const leaseMs = withRelay ? this.timing.relayLeaseMs : (this.timing.leaseMs * (worker.ttlS ?? 60)) / 60
      if (!this.isStopped(worker.seat)) worker.leaseUntilMs ??= this.now() + leaseMs
      else delete worker.leaseUntilMs
      if (worker.leaseUntilMs === undefined || this.now() >= worker.leaseUntilMs) {
        delete worker.seat
        delete worker.leaseUntilMs
      }
    }
  }
}

const emptyCluster = (): DmClusterState => ({
  ...{ key: '', members: [], leader: '', leaderPid: 0, headlessUntilMs: 0, evicted: {}, barred: {}, removed: {}, terms: {} },
  ...{ workers: [], sources: [], relay: {}, tasks: [], locks: [] },
})

const memberOf = (master: Running, key: string): DmMember => {
  const { flags } = master.process
  const name = flags.name ?? ''
  return {
    name,
    memberId: BigInt(`0x${createHash('sha256').update(`${key} ${name}`).digest('hex').slice(0, 16)}`).toString(),
    peerUrl: flags['advertise-peer-urls'] ?? '',
    clientUrl: `http://${flags['advertise-addr'] ?? ''}`,
    seat: seatOf(master),
  }
}

const seatOf = ({ host, unit, pid }: Running): DmSeat => ({ address: host.machine.state.address, unit, pid })

const hasData = ({ host, process }: Running): boolean => host.machine.node(`${process.flags['data-dir'] ?? ''}/member`) !== undefined

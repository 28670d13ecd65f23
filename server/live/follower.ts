import type { Socket } from 'socket.io'
import { liveEvents } from '@/server/domain/live-events'
import type { Db } from '@/server/store/database'
import { readJournal } from '@/server/store/journal'
import { jobsFingerprint, lastSeqs, renewWatch, statusTimes } from '@/server/store/watching'

const jobsMs = 100
const slowMs = 1_000
const watchForMs = 15_000
const batchEntries = 500
const ackWithinMs = 30_000

type Viewer = { socket: Socket; after: number; sending: boolean }

/** Follows what is watched by polling the database: each job and cluster once, however many watch it; nothing while nobody does. */
export class Follower {
  private readonly jobs = new Map<string, Map<Socket, Viewer>>()
  private readonly clusters = new Map<string, { sockets: Set<Socket>; at: number }>()
  private readonly lists = new Set<Socket>()
  private listSeen = ''
  private closed = false
  private readonly loops: Promise<void>[]

  constructor(private readonly db: Db) {
    this.loops = [this.repeat(jobsMs, () => this.lookAtJobs()), this.repeat(slowMs, () => this.lookAtRest())]
  }

  watchJob(socket: Socket, job: string, after: number): void {
    const viewers = this.jobs.get(job) ?? new Map<Socket, Viewer>()
    this.jobs.set(job, viewers.set(socket, { socket, after, sending: false }))
  }

  leaveJob(socket: Socket, job: string): void {
    const viewers = this.jobs.get(job)
    viewers?.delete(socket)
    if (viewers?.size === 0) this.jobs.delete(job)
  }

  watchCluster(socket: Socket, cluster: string): void {
    const watched = this.clusters.get(cluster) ?? { sockets: new Set<Socket>(), at: 0 }
    watched.sockets.add(socket)
    this.clusters.set(cluster, watched)
  }

  leaveCluster(socket: Socket, cluster: string): void {
    const watched = this.clusters.get(cluster)
    watched?.sockets.delete(socket)
    if (watched?.sockets.size === 0) this.clusters.delete(cluster)
  }

  watchJobs(socket: Socket): void {
    this.lists.add(socket)
  }

  leaveJobs(socket: Socket): void {
    this.lists.delete(socket)
  }

  leaveAll(socket: Socket): void {
    for (const job of [...this.jobs.keys()]) this.leaveJob(socket, job)
    for (const cluster of [...this.clusters.keys()]) this.leaveCluster(socket, cluster)
    this.leaveJobs(socket)
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.all(this.loops)
  }

  private async repeat(everyMs: number, look: () => Promise<void>): Promise<void> {
    while (!this.closed) {
      // A busy database must not end the live view: what was missed is read in the next turn.
      await look().catch((error: unknown) => console.error('live:', error))
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  private async lookAtJobs(): Promise<void> {
    if (this.jobs.size === 0) return
    const last = await lastSeqs(this.db, [...this.jobs.keys()])
    for (const [job, viewers] of this.jobs) {
      for (const viewer of viewers.values()) {
        if (!viewer.sending && viewer.after < (last.get(job) ?? 0)) void this.send(job, viewer)
      }
    }
  }

  /** Batches in order, the next one after the browser has taken the last: a slow browser slows only itself. */
  private async send(job: string, viewer: Viewer): Promise<void> {
    viewer.sending = true
    try {
      while (!this.closed && this.jobs.get(job)?.get(viewer.socket) === viewer) {
        const entries = await readJournal(this.db, job, viewer.after, batchEntries)
        const newest = entries.at(-1)
        if (!newest) break
        await viewer.socket.timeout(ackWithinMs).emitWithAck(liveEvents.entries, { job, entries })
        viewer.after = newest.seq
      }
    } catch (error) {
      // No acknowledgement in time: the browser reconnects with the cursor that it really has.
      if (viewer.socket.connected) {
        console.error('live: a viewer does not answer and is dropped:', error instanceof Error ? error.message : error)
        viewer.socket.disconnect(true)
      }
    } finally {
      viewer.sending = false
    }
  }

  private async lookAtRest(): Promise<void> {
    await this.lookAtClusters()
    if (this.lists.size === 0) return
    const seen = await jobsFingerprint(this.db)
    if (seen === this.listSeen) return
    this.listSeen = seen
    for (const socket of this.lists) socket.emit(liveEvents.jobs)
  }

  private async lookAtClusters(): Promise<void> {
    if (this.clusters.size === 0) return
    const until = new Date(Date.now() + watchForMs)
    for (const cluster of this.clusters.keys()) await renewWatch(this.db, cluster, until)
    const times = await statusTimes(this.db, [...this.clusters.keys()])
    for (const [cluster, watched] of this.clusters) {
      const at = times.get(cluster)
      if (!at || at.getTime() <= watched.at) continue
      watched.at = at.getTime()
      for (const socket of watched.sockets) socket.emit(liveEvents.cluster, { cluster, at: at.toISOString() })
    }
  }
}

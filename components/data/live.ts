'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { io, type Socket } from 'socket.io-client'
import type { Entry } from '@/server/domain/journal'
import { type ClusterChanged, type JobEntries, liveEvents, type WatchJob, watchEvents } from '@/server/domain/live-events'
import { keys } from './keys'

let shared: Socket | undefined
const socket = (): Socket => {
  shared ??= io({ path: '/socket.io/', transports: ['websocket'], withCredentials: true })
  return shared
}

/** Whether the live line stands. Pages say so, and keep polling while it does not. */
export const useConnected = (): boolean => {
  const [connected, setConnected] = useState(false)
  useEffect(() => {
    const line = socket()
    const update = (): void => setConnected(line.connected)
    update()
    line.on('connect', update)
    line.on('disconnect', update)
    return () => {
      line.off('connect', update)
      line.off('disconnect', update)
    }
  }, [])
  return connected
}

/** Keeps the lists fresh for the whole panel, and leaves when the session has ended. */
export const useLivePanel = (): void => {
  const client = useQueryClient()
  useEffect(() => {
    const line = socket()
    const watch = (): unknown => line.emit(watchEvents.jobs)
    const jobs = (): void => {
      void client.invalidateQueries({ queryKey: keys.jobs })
      void client.invalidateQueries({ queryKey: keys.clusters })
    }
    const out = (): void => void client.invalidateQueries({ queryKey: keys.session })
    line.on('connect', watch)
    line.on(liveEvents.jobs, jobs)
    line.on(liveEvents.signedOut, out)
    if (line.connected) watch()
    return () => {
      line.emit(watchEvents.leaveJobs)
      line.off('connect', watch)
      line.off(liveEvents.jobs, jobs)
      line.off(liveEvents.signedOut, out)
    }
  }, [client])
}

/** Asks the watcher to look at a cluster each few seconds, and reads it again when it has. */
export const useLiveCluster = (name: string): void => {
  const client = useQueryClient()
  useEffect(() => {
    const line = socket()
    const watch = (): unknown => line.emit(watchEvents.cluster, { cluster: name })
    const changed = (event: ClusterChanged): void => {
      if (event.cluster === name) void client.invalidateQueries({ queryKey: keys.cluster(name) })
    }
    line.on('connect', watch)
    line.on(liveEvents.cluster, changed)
    if (line.connected) watch()
    const renew = setInterval(() => (line.connected ? watch() : undefined), 20_000)
    return () => {
      clearInterval(renew)
      line.emit(watchEvents.leaveCluster, { cluster: name })
      line.off('connect', watch)
      line.off(liveEvents.cluster, changed)
    }
  }, [client, name])
}

/** The journal of a job, from its beginning and as it grows; reload and reconnect go on from the last entry. */
export const useLiveJob = (job: string): { entries: readonly Entry[]; connected: boolean } => {
  const [entries, setEntries] = useState<readonly Entry[]>([])
  const connected = useConnected()
  useEffect(() => {
    const line = socket()
    let last = 0
    setEntries([])
    const watch = (): unknown => line.emit(watchEvents.job, { job, after: last } satisfies WatchJob)
    const take = (batch: JobEntries, acknowledge?: () => void): void => {
      if (batch.job === job) {
        const fresh = batch.entries.filter((entry) => entry.seq > last)
        last = fresh.at(-1)?.seq ?? last
        if (fresh.length > 0) setEntries((before) => [...before, ...fresh])
      }
      acknowledge?.()
    }
    line.on('connect', watch)
    line.on(liveEvents.entries, take)
    if (line.connected) watch()
    return () => {
      line.emit(watchEvents.leaveJob, { job })
      line.off('connect', watch)
      line.off(liveEvents.entries, take)
    }
  }, [job])
  return { entries, connected }
}

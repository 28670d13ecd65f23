import type { InstanceId, Lifecycle } from '../instance'
import { type Entry, hostPort, type Topology } from './topology'

/** The five lists of a topology. */
export type Entries = Pick<Topology, 'masters' | 'workers' | 'monitors' | 'grafanas' | 'alertmanagers'>

/** Lists of a topology and their sections of the file, in the file's order. */
export const sectionOf = {
  masters: 'master_servers',
  workers: 'worker_servers',
  monitors: 'monitoring_servers',
  grafanas: 'grafana_servers',
  alertmanagers: 'alertmanager_servers',
} as const satisfies Record<keyof Entries, string>

export const listNames = ['masters', 'workers', 'monitors', 'grafanas', 'alertmanagers'] as const satisfies (keyof Entries)[]

/** `host:port` with the main port, as the instance of the entry is called. */
export const entryId = (entry: Entry): InstanceId => hostPort(entry.host, 'web_port' in entry ? entry.web_port : entry.port)

export const entriesOnly = ({ masters, workers, monitors, grafanas, alertmanagers }: Entries): Entries => ({
  ...{ masters, workers, monitors, grafanas, alertmanagers },
})

export const entryIds = (entries: Entries): InstanceId[] => listNames.flatMap((list) => entries[list].map(entryId))

/** The topology with more entries; one that it has by host and port is replaced where it stands. */
export const joinEntries = (topology: Topology, added: Entries): Topology => ({
  ...topology,
  masters: joined(topology.masters, added.masters),
  workers: joined(topology.workers, added.workers),
  monitors: joined(topology.monitors, added.monitors),
  grafanas: joined(topology.grafanas, added.grafanas),
  alertmanagers: joined(topology.alertmanagers, added.alertmanagers),
})

/** The topology without these instances. */
export const withoutEntries = (topology: Topology, ids: readonly InstanceId[]): Topology =>
  changed(topology, (one) => (gone(ids, one) ? undefined : one))

/** Only these instances, with the cluster's settings. */
export const onlyEntries = (topology: Topology, ids: readonly InstanceId[]): Topology =>
  changed(topology, (one) => (gone(ids, one) ? one : undefined))

export const withLifecycle = (topology: Topology, id: InstanceId, to: Lifecycle): Topology =>
  changed(topology, (one) => (entryId(one) === id ? standing(one, to) : one))

/** Every one of these entries in that state. */
export const entriesAs = <T extends Entries>(entries: T, to: Lifecycle): T => changed(entries, (one) => standing(one, to))

const standing = <T extends Entry>(entry: T, lifecycle: Lifecycle): T => ({ ...entry, lifecycle })

const gone = (ids: readonly InstanceId[], entry: Entry): boolean => ids.includes(entryId(entry))

const joined = <T extends Entry>(there: readonly T[], added: readonly T[]): T[] => {
  const byId = new Map(there.map((one) => [entryId(one), one]))
  for (const one of added) byId.set(entryId(one), one)
  return [...byId.values()]
}

const changed = <E extends Entries>(entries: E, change: <T extends Entry>(entry: T) => T | undefined): E => {
  const list = <T extends Entry>(all: readonly T[]): T[] => all.flatMap((one) => change(one) ?? [])
  return {
    ...entries,
    masters: list(entries.masters),
    workers: list(entries.workers),
    monitors: list(entries.monitors),
    grafanas: list(entries.grafanas),
    alertmanagers: list(entries.alertmanagers),
  }
}

import type { InstanceId } from '../instance'
import { hostPort, type Topology } from './topology'

/** The topology with or without TiUP's mark on an instance; the very same one when nothing changes. Exporters have none. */
export const withPatched = (topology: Topology, instance: InstanceId, patched: boolean): Topology => {
  let changed = false
  const marked = <T extends { host: string; patched?: boolean }>(entries: readonly T[], portOf: (entry: T) => number): readonly T[] =>
    entries.map((entry) => {
      if (hostPort(entry.host, portOf(entry)) !== instance || (entry.patched ?? false) === patched) return entry
      changed = true
      return { ...entry, patched }
    })
  const next: Topology = {
    ...topology,
    masters: marked(topology.masters, ({ port }) => port),
    workers: marked(topology.workers, ({ port }) => port),
    monitors: marked(topology.monitors, ({ port }) => port),
    grafanas: marked(topology.grafanas, ({ port }) => port),
    alertmanagers: marked(topology.alertmanagers, (entry) => entry.web_port),
  }
  return changed ? next : topology
}

import type { Instance } from '@/server/domain/instance'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { Part } from '@/server/templates/rendered-file'
import { groupOn } from './deploy-paths'
import type { OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'

/** A file of TiUP's `config-cache`: what it rendered last, before it was sent. */
export type CachedConfig = { name: string; parts: readonly Part[] }

/** Every rendered file that TiUP keeps too, by its name there (recorded: storage/config-cache). Rules and dashboards it does not keep. */
export const configCache = (topology: Topology, input: OperationInput): CachedConfig[] =>
  instancesOf(topology).flatMap((instance) => {
    const kept = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      kept.set(blob.sha256, blob)
      return blob
    }
    const owner = topology.global.user
    return instanceFiles(instance, { topology, input, keep, owner, group: groupOn(topology, undefined) }).flatMap(
      ({ subject, step }): CachedConfig[] => {
        const name = cacheName(instance, subject)
        return name === undefined || step.kind !== 'file' ? [] : [{ name, parts: kept.get(step.content.sha256)?.parts ?? [] }]
      },
    )
  })

/** Undefined where TiUP keeps no copy. */
const cacheName = ({ component, host, ports, unit }: Instance, path: string): string | undefined => {
  const file = path.split('/').at(-1) ?? ''
  const at = `${host}_${ports[0] ?? 0}`
  if (file === unit) return `${component}-${host}-${ports[0] ?? 0}.service`
  if (file.startsWith('run_')) return component.endsWith('_exporter') ? `run_${component}_${host}.sh` : `run_${component}_${at}.sh`
  const names: Readonly<Record<string, string>> = {
    'dm-master.toml': `dm-master-${host}-${ports[0] ?? 0}.toml`,
    'dm-worker.toml': `dm-worker-${host}-${ports[0] ?? 0}.toml`,
    'prometheus.yml': `prometheus_${at}.yml`,
    'grafana.ini': `grafana_${at}.ini`,
    'dashboard.yml': `dashboard_${host}.yml`,
    'datasource.yml': `datasource_${host}.yml`,
    'alertmanager.yml': `alertmanager_${host}.yml`,
    'blackbox.yml': `blackbox_${host}.yaml`,
  }
  return names[file]
}

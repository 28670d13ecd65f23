import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readMeta } from '@/server/domain/topology/meta'
import { later } from '@/tests/plans/world'
import { configCache } from './config-cache'

const namesOf = (meta: string): string[] => {
  const read = readMeta(readFileSync(`tests/recorded/meta/${meta}.yaml`, 'utf8')).meta
  if (!read) throw new Error(meta)
  return configCache(read.topology, later(read.topology)).map(({ name }) => name)
}

describe('config-cache', () => {
  it('has the files of each instance that tiup keeps there, by the names that it gives them', () => {
    // `ls config-cache` of the recorded storage, without what scale-ins had left there.
    const [a, b, c, d, e] = [11, 12, 13, 14, 15].map((last) => `10.79.0.${last}`)
    expect(namesOf('storage').toSorted()).toEqual(
      [
        ...[`alertmanager-${a}-9093.service`, `alertmanager_${a}.yml`, `dashboard_${a}.yml`, `datasource_${a}.yml`],
        ...[b, c].flatMap((host) => [`dm-master-${host}-8261.service`, `dm-master-${host}-8261.toml`, `run_dm-master_${host}_8261.sh`]),
        ...[d, e].flatMap((host) => [`dm-worker-${host}-8262.service`, `dm-worker-${host}-8262.toml`, `run_dm-worker_${host}_8262.sh`]),
        ...[`grafana-${a}-3000.service`, `grafana_${a}_3000.ini`, `prometheus-${a}-9090.service`, `prometheus_${a}_9090.yml`],
        ...[`run_alertmanager_${a}_9093.sh`, `run_grafana_${a}_3000.sh`, `run_prometheus_${a}_9090.sh`],
      ].toSorted(),
    )
  })

  it('has one file of each kind per host for the exporters', () => {
    const names = namesOf('monitored').filter((name) => /exporter|blackbox/.test(name))
    const host = /^blackbox_(.+)\.yaml$/.exec(names.find((name) => name.startsWith('blackbox_') && name.endsWith('.yaml')) ?? '')?.[1] ?? ''
    expect(names).toEqual(
      expect.arrayContaining([
        ...[`node_exporter-${host}-9100.service`, `blackbox_exporter-${host}-9115.service`],
        ...[`run_node_exporter_${host}.sh`, `run_blackbox_exporter_${host}.sh`],
      ]),
    )
    expect(names).toHaveLength(new Set(names).size)
  })
})

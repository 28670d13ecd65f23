import { describe, expect, it } from 'vitest'
import { instancesOf } from '@/server/domain/topology/instances'
import { readMeta } from '@/server/domain/topology/meta'
import { parseTopology } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { renderInstance } from '@/server/templates/render-instance'
import type { RenderedFile } from '@/server/templates/rendered-file'
import { comparable, deviations, listRecorded, readRecorded as read } from './recorded-files'

const topologyOf = (name: string): Topology => {
  const { topology } = parseTopology(read(name))
  if (!topology) throw new Error(`${name} must parse`)
  return topology
}
const texts = { 'dm-master/conf/dm_worker.rules.yml': 'groups: []\n' }
const shown = (file: RenderedFile) => file.parts.map((part) => ('text' in part ? part.text : `<${part.secret}>`)).join('')

const cases = [
  { topology: 't1.yaml', dir: 't1', cluster: 'dm1', files: 26 },
  { topology: 't2-monitored.yaml', dir: 't2', cluster: 'dm2', files: 11 },
]

describe.each(cases)('files of $topology', ({ topology: name, dir, cluster, files }) => {
  const topology = topologyOf(name)
  const rendered = new Map(
    instancesOf(topology).flatMap((instance) =>
      renderInstance(topology, instance, { clusterName: cluster, texts, grafanaPassword: { secret: 'grafana-password' } }).map(
        (file) => [`${instance.hostId}${file.path}`, file] as const,
      ),
    ),
  )
  const recorded = listRecorded(dir)

  it('has recordings to compare with', () => {
    expect(recorded).toHaveLength(files)
  })

  // Targets of exporters and icmp come from a Go map; in these recordings they stand in the topology's order, so bytes are compared.
  it.each(recorded)('%s', (path) => {
    const file = rendered.get(path)
    expect(file && comparable(path, shown(file))).toBe(read(`${dir}/${path}`))
  })
})

it('uses every deviation, and at most ten', () => {
  const all = Object.values(deviations).flat()
  expect(all.length).toBeLessThanOrEqual(10)
  const ini = read('t1/10.79.0.11/home/tidb/dm/deploy/grafana-3000/conf/grafana.ini')
  for (const { recorded } of all) expect(ini).toContain(recorded)
})

describe('other recordings', () => {
  it('scripts of instances that join, and after', () => {
    const text = read('t1.yaml')
      .replace('  - host: 10.79.0.13\n', '  - host: 10.79.0.13\n  - host: 10.79.0.16\n')
      .replace('  - host: 10.79.0.15\n', '  - host: 10.79.0.15\n  - host: 10.79.0.16\n')
    const { topology } = parseTopology(text)
    if (!topology) throw new Error('must parse')
    const join = ['11', '12', '13'].map((n) => `10.79.0.${n}:8261`)
    const script = (component: string, joining?: string[]) => {
      const instance = instancesOf(topology).find((i) => i.host === '10.79.0.16' && i.component === component)
      if (!instance) throw new Error('no instance')
      const files = renderInstance(topology, instance, { clusterName: 'dm1', texts, ...(joining ? { join: joining } : {}) })
      return files.filter((file) => file.path.includes('/scripts/')).map(shown)[0]
    }
    expect(script('dm-master', join)).toBe(read('scale-out/run_dm-master.1-join.sh'))
    expect(script('dm-master')).toBe(read('scale-out/run_dm-master.2-initial-cluster.sh'))
    expect(script('dm-worker', join)).toBe(read('scale-out/run_dm-worker.1-old-masters.sh'))
    expect(script('dm-worker')).toBe(read('scale-out/run_dm-worker.2-all-masters.sh'))
  })

  it('units with resource control, relative directories and an own log_dir', () => {
    const meta = readMeta(read('meta/tls.yaml')).meta
    if (!meta) throw new Error('must be readable')
    for (const instance of instancesOf(meta.topology)) {
      const files = renderInstance(meta.topology, instance, { clusterName: 'dm3', texts })
      const unit = files.at(-1)
      expect(unit && shown(unit)).toBe(read(`tls/${instance.component}-10.79.0.16-${instance.ports[0]}.service`))
      const script = files.at(-2)
      const plain = read(`tls/run_${instance.component}_10.79.0.16_${instance.ports[0]}.sh`).replaceAll('https://', 'http://')
      expect(script && shown(script)).toBe(plain)
    }
  })
})

import { expect, it } from 'vitest'
import { instancesOf } from './instances'
import { writeMeta } from './meta'
import { parseTopology } from './parse'
import { withPatched } from './patched'

const { topology } = parseTopology(`global: {user: tidb}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
grafana_servers: [{host: 10.0.0.1}]
monitoring_servers: [{host: 10.0.0.1}]
alertmanager_servers: [{host: 10.0.0.1}]
`)
if (!topology) throw new Error('no topology')
const marks = (of: typeof topology) => instancesOf(of).flatMap(({ id, patched }) => (patched ? [id] : []))

it('marks one instance of any role, in meta.yaml as TiUP writes it, and takes the mark again', () => {
  for (const { id } of instancesOf(topology)) {
    const marked = withPatched(topology, id, true)
    expect(marks(marked)).toEqual([id])
    expect(writeMeta({ user: 'tidb', version: 'v8.5.0', topology: marked }).match(/patched: true/g)).toHaveLength(1)
    const plain = withPatched(marked, id, false)
    expect(marks(plain)).toEqual([])
    expect(writeMeta({ user: 'tidb', version: 'v8.5.0', topology: plain })).not.toContain('patched')
  }
})

it('is the same topology where nothing changes', () => {
  expect(withPatched(topology, '10.0.0.1:8261', false)).toBe(topology)
  expect(withPatched(topology, '10.9.9.9:1', true)).toBe(topology)
})

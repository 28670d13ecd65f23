import { describe, expect, it } from 'vitest'
import { immutableProblems, withBooks } from './edit'
import { withLifecycle } from './entries'
import { parseTopology } from './parse'
import { withPatched } from './patched'
import type { Topology } from './topology'

const yaml = `global: {user: tidb, deploy_dir: /dm}
master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
worker_servers:
  - host: 10.0.0.3
  - host: 10.0.0.4
    config: {keepalive-ttl: 20}
`
const read = (text: string): Topology => {
  const { topology, problems } = parseTopology(text)
  if (!topology) throw new Error(JSON.stringify(problems))
  return topology
}
const said = (text: string, written: string[] = []) =>
  immutableProblems(read(yaml), read(text), (path) => written.includes(path)).map(({ code, path, params: { what, field, from, to } }) =>
    `${code} ${path} ${[what, field, from, to].filter(Boolean).join(' ')}`.trim(),
  )

describe('an edit may not change', () => {
  it('nothing of what is only configuration', () => {
    expect(said(yaml)).toEqual([])
    expect(said(`${yaml.replace('20}', '30, log-level: debug}')}server_configs: {master: {log-level: debug}}\n`)).toEqual([])
    expect(said(yaml.replace('[{host: 10.0.0.1}, {host: 10.0.0.2}]', '[{host: 10.0.0.2}, {host: 10.0.0.1, numa_node: "0"}]'))).toEqual([])
  })

  it('where an instance is, and how it is called', () => {
    expect(said(yaml.replace('host: 10.0.0.3', 'host: 10.0.0.3\n    port: 9262'))).toEqual([
      'edit.immutable worker_servers.0.port dm-worker 10.0.0.3:8262 port 8262 9262',
    ])
    expect(said(yaml.replace('host: 10.0.0.3', 'host: 10.0.0.9'))).toEqual([
      'edit.immutable worker_servers.0.host dm-worker 10.0.0.3:8262 host 10.0.0.3 10.0.0.9',
    ])
    expect(said(yaml.replace('host: 10.0.0.3', 'host: 10.0.0.3\n    name: w1\n    log_dir: /l'))).toEqual([
      'edit.immutable worker_servers.0.name dm-worker 10.0.0.3:8262 name dm-10.0.0.3-8262 w1',
      'edit.immutable worker_servers.0.log_dir dm-worker 10.0.0.3:8262 log_dir – /l',
    ])
  })

  it('which instances and exporters there are', () => {
    expect(said(`${yaml}  - host: 10.0.0.5\n    port: 1262\n`)).toEqual(['edit.added worker_servers.2 dm-worker 10.0.0.5:1262'])
    expect(said(yaml.replace('  - host: 10.0.0.3\n', ''))).toEqual(['edit.removed worker_servers dm-worker 10.0.0.3:8262'])
    expect(said(`${yaml}monitored: {}\n`)).toEqual(['edit.monitored-added monitored'])
  })

  it('the cluster’s user and folders, said once', () => {
    const moved = yaml.replace('user: tidb, deploy_dir: /dm', 'user: dm, deploy_dir: /other')
    expect(said(moved)).toEqual([
      'edit.immutable global.user global user tidb dm',
      'edit.immutable global.deploy_dir global deploy_dir /dm /other',
    ])
    expect(said(moved, ['worker_servers.0.deploy_dir'])).toHaveLength(3)
  })
})

it('keeps what the books know of each instance, whatever the text says', () => {
  const books = withLifecycle(withPatched(read(yaml), '10.0.0.3:8262', true), '10.0.0.4:8262', 'leaving')
  const seen: Topology = { ...books, workers: books.workers.map((one) => ({ ...one, os: 'linux', arch: 'arm64' })) }
  const edited = withBooks(seen, read(yaml.replace('20}', '30}').replace('host: 10.0.0.4', 'host: 10.0.0.4\n    patched: true')))
  expect(edited.workers.map(({ patched, lifecycle, os, arch }) => [patched ?? false, lifecycle, os, arch])).toEqual([
    [true, undefined, 'linux', 'arm64'],
    [false, 'leaving', 'linux', 'arm64'],
  ])
  expect(edited.workers[1]?.config).toEqual({ 'keepalive-ttl': 30 })
})

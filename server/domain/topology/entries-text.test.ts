import { describe, expect, it } from 'vitest'
import { parseAddition } from './addition'
import { entriesAs, joinEntries, withLifecycle, withoutEntries } from './entries'
import { joinText, leaveText } from './entries-text'
import { writeTopology } from './meta'
import { parseTopology } from './parse'
import type { Topology } from './topology'

const read = (yaml: string): Topology => {
  const { topology, problems } = parseTopology(yaml)
  if (!topology) throw new Error(JSON.stringify(problems))
  return topology
}
const grow = (yaml: string, more: string) => {
  const topology = read(yaml)
  const { addition, problems } = parseAddition(more, topology)
  if (!addition) throw new Error(JSON.stringify(problems))
  return joinText(yaml, topology, { entries: addition.added, text: more, after: addition.merged })
}
const shrink = (yaml: string, instance: string) => {
  const topology = read(yaml)
  return leaveText(yaml, topology, { instance, after: withoutEntries(topology, [instance]) })
}

const yaml = `# the cluster of team A
global:
  user: "ops" # not tidb
master_servers:
  - host: 10.0.0.1 # rack 1
    port: 8261
  # the second
  - host: 10.0.0.2
worker_servers: [{host: 10.0.0.3}]
`

describe('the user’s text', () => {
  it('gets new entries with their comments, and keeps its own', () => {
    const text = grow(yaml, 'master_servers:\n  - host: 10.0.0.9 # rack 9\n    name: nine\nmonitoring_servers:\n  - host: 10.0.0.1\n')
    for (const kept of [
      '# the cluster of team A',
      'user: "ops" # not tidb',
      '# rack 1',
      '# the second',
      'host: 10.0.0.9 # rack 9',
      '[ { host: 10.0.0.3 } ]',
    ])
      expect(text).toContain(kept)
    expect(read(text).masters.map(({ name }) => name)).toEqual(['dm-10.0.0.1-8261', 'dm-10.0.0.2-8261', 'nine'])
    expect(read(text).monitors).toHaveLength(1)
  })

  it('loses an entry, and a section that is empty then', () => {
    const text = shrink(yaml, '10.0.0.2:8261')
    expect(text).toContain('# rack 1')
    expect(read(text).masters.map(({ host }) => host)).toEqual(['10.0.0.1'])
    expect(shrink(yaml, '10.0.0.3:8262')).not.toContain('worker_servers')
  })

  it('in and out again says what it said before', () => {
    const there = grow(yaml, 'worker_servers: [{host: 10.0.0.9}]\n')
    expect(read(shrink(there, '10.0.0.9:8262'))).toEqual(read(yaml))
  })

  it('an entry that is there already, half-joined, is replaced and not doubled', () => {
    const topology = read(yaml)
    const { addition } = parseAddition('worker_servers: [{host: 10.0.0.9}]\n', topology)
    if (!addition) throw new Error('no addition')
    const joining = joinEntries(topology, entriesAs(addition.added, 'joining'))
    const once = grow(yaml, 'worker_servers: [{host: 10.0.0.9}]\n')
    const twice = joinText(once, joining, { entries: addition.added, text: 'worker_servers: [{host: 10.0.0.9}]\n', after: joining })
    expect(read(twice).workers.map(({ host }) => host)).toEqual(['10.0.0.3', '10.0.0.9'])
  })

  it('with anchors, or out of step with the topology, it is written anew, secrets behind the mask', () => {
    const anchored = 'master_servers: [&a {host: 10.0.0.1}, {host: 10.0.0.2}]\nworker_servers: [*a]\n'
    expect(read(shrink(anchored, '10.0.0.1:8261')).workers.map(({ host }) => host)).toEqual(['10.0.0.1'])
    const topology = { ...read(yaml), grafanas: [] }
    const other = leaveText('master_servers: [{host: 10.0.0.1}]\n', topology, {
      instance: '10.0.0.2:8261',
      after: withoutEntries(topology, ['10.0.0.2:8261']),
    })
    expect(other).toContain('10.0.0.3')
    const grafana = read(`${yaml}monitoring_servers: [{host: 10.0.0.1}]\ngrafana_servers: [{host: 10.0.0.1, password: hidden}]\n`)
    const text = leaveText('master_servers: []\n', grafana, {
      instance: '10.0.0.2:8261',
      after: withoutEntries(grafana, ['10.0.0.2:8261']),
    })
    expect(text).toContain('******')
    expect(text).not.toContain('hidden')
  })

  it('a lifecycle is the panel’s own: TiUP’s files do not have it', () => {
    const topology = withLifecycle(read(yaml), '10.0.0.2:8261', 'joining')
    expect(topology.masters[1]?.lifecycle).toBe('joining')
    expect(writeTopology(topology)).toBe(writeTopology(read(yaml)))
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readMeta, writeMeta } from './meta'
import { parseTopology } from './parse'
import { fillPlatforms } from './topology'

const recorded = (name: string) => readFileSync(new URL(`../../../tests/recorded/${name}`, import.meta.url), 'utf8')

describe('meta.yaml', () => {
  it.each(['meta/storage.yaml', 'meta/monitored.yaml', 'meta/tls.yaml'])('reads and writes %s byte for byte', (name) => {
    const text = recorded(name)
    const { meta, problems } = readMeta(text)
    expect(problems).toEqual([])
    expect(meta && writeMeta(meta)).toBe(text)
  })

  it("writes what TiUP wrote for t2-monitored.yaml, from the user's own file", () => {
    const { topology } = parseTopology(recorded('t2-monitored.yaml'))
    if (!topology) throw new Error('t2-monitored.yaml must parse')
    const hosts = ['11', '12', '13', '14', '15'].map((n) => [`10.79.0.${n}`, { os: 'linux', arch: 'amd64' }])
    const filled = fillPlatforms(topology, Object.fromEntries(hosts))
    expect(writeMeta({ user: 'tidb', version: 'v8.5.0', topology: filled })).toBe(recorded('meta/monitored.yaml'))
  })

  it('ignores unknown keys of another TiUP', () => {
    const text = recorded('meta/storage.yaml')
      .replace('        os: linux\n', '        os: linux\n        brand_new: 1\n')
      .replace('dm_version', 'last_ops_ver: v9\ndm_version')
    const { meta } = readMeta(text)
    expect(meta && writeMeta(meta)).toBe(recorded('meta/storage.yaml'))
  })

  it('says what is missing instead of throwing', () => {
    expect(readMeta('user: tidb\n').problems.map((p) => p.path)).toEqual(['dm_version', 'topology'])
    expect(readMeta('{{{').problems[0]?.code).toBe('topology.yaml')
  })

  it('keeps numbers that JSON would change', () => {
    const { topology } = parseTopology(
      'master_servers:\n  - host: h1\n    config: {a: 10.0, b: 9007199254740993, c: 1.5, d: "007", e: yes}\n',
    )
    expect(topology && writeMeta({ user: 'tidb', version: 'v8.5.0', topology })).toContain(
      '          config:\n            a: 10.0\n            b: 9007199254740993\n            c: 1.5\n            d: "007"\n            e: "yes"\n',
    )
  })
})

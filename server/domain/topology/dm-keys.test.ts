import { describe, expect, it } from 'vitest'
import { parseTopology } from './parse'

const seen = (yaml: string): string[] =>
  parseTopology(yaml).problems.flatMap(({ code, line, severity, params }) =>
    code === 'topology.dm-key-unknown' ? [`${line} ${severity} ${params.program} ${params.key}`] : [],
  )

describe("settings of DM's programs", () => {
  it('that are not known are warned of at their lines (recorded b1: the program ends within a second)', () => {
    const yaml = `server_configs:
  master:
    log-level: info
    no-such-key: 1
  worker: {bogus: x, keepalive-ttl: 20}
master_servers:
  - host: a
    config:
      rpc-timeout: 30s
      keepalive-ttl: 20
worker_servers:
  - {host: b, config: {relay-dir: r}}
`
    expect(seen(yaml)).toEqual(['4 warning dm-master no-such-key', '5 warning dm-worker bogus', '10 warning dm-master keepalive-ttl'])
    expect(parseTopology(yaml).topology).toBeDefined()
  })

  it('may be written with dots or as maps', () => {
    expect(
      seen('server_configs: {master: {experimental.openapi: true, experimental: {openapi: true}}}\nmaster_servers: [{host: a}]\n'),
    ).toEqual([])
  })
})

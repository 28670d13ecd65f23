import { describe, expect, it } from 'vitest'
import { parseAddition } from './addition'
import { parseTopology } from './parse'
import { fillPlatforms, type Topology } from './topology'

/** As the books have it after a deploy: the platform of each host was seen. */
const cluster = (): Topology => {
  const { topology } = parseTopology('master_servers: [{host: 10.0.0.1}]\nworker_servers: [{host: 10.0.0.1}]\n')
  if (!topology) throw new Error('no topology')
  return fillPlatforms(topology, { '10.0.0.1': { os: 'linux', arch: 'arm64' } })
}
const workers = (yaml: string) => {
  const { addition, problems } = parseAddition(yaml, cluster())
  return { workers: addition?.added.workers.map(({ host, os, arch }) => ({ host, os, arch })), codes: problems.map(({ code }) => code) }
}

describe('instances that are added', () => {
  it('to a host of the cluster have its platform without saying so', () => {
    expect(workers('worker_servers: [{host: 10.0.0.1, port: 8263}]\n')).toEqual({
      workers: [{ host: '10.0.0.1', os: 'linux', arch: 'arm64' }],
      codes: [],
    })
  })

  it('to another host have none until it was seen', () => {
    expect(workers('worker_servers: [{host: 10.0.0.2}]\n').workers).toEqual([{ host: '10.0.0.2', os: undefined, arch: undefined }])
  })

  it('must not say another platform than the host has', () => {
    expect(workers('worker_servers: [{host: 10.0.0.1, port: 8263, arch: amd64}]\n').codes).toEqual(['topology.platform-mismatch'])
  })
})

import { describe, expect, it } from 'vitest'
import { checkAddition, documentExample } from './addition'

const cluster = `
global:
  user: tidb
  ssh_port: 22022
master_servers:
  - host: 10.0.0.1
worker_servers:
  - host: 10.0.0.2
`

describe('a text of new instances', () => {
  it('takes the example of the document as it is', () => {
    const { problems, instances, newHosts } = checkAddition(cluster, documentExample)
    expect(problems).toEqual([])
    expect(instances.map(({ id, component }) => [id, component])).toEqual([['172.16.5.140:8262', 'dm-worker']])
    expect(newHosts).toEqual([{ address: '172.16.5.140', port: 22022 }])
  })

  it('knows hosts that the cluster has, and says on which line a conflict is', () => {
    const text = 'worker_servers:\n  - host: 10.0.0.1\n  - host: 10.0.0.2\n'
    const { problems, newHosts } = checkAddition(cluster, text)
    expect(problems.filter(({ severity }) => severity === 'error').map(({ line }) => line)).toContain(3)
    expect(newHosts).toEqual([])
    expect(checkAddition(cluster, 'worker_servers:\n  - host: 10.0.0.1\n').newHosts).toEqual([])
  })

  it('says where an unknown key is, and that nothing is new', () => {
    expect(checkAddition(cluster, 'worker_servers:\n  - host: 10.0.0.9\n    hots: 1\n').problems).toMatchObject([{ line: 3 }])
    expect(checkAddition(cluster, 'global:\n  user: x\n').problems.map(({ code }) => code)).toContain('scale-out.nothing')
  })

  it('leaves it to the server where the cluster itself can not be read', () => {
    expect(checkAddition('master_servers: 3', documentExample)).toEqual({
      problems: [],
      instances: [],
      newHosts: [],
      files: [],
      known: false,
    })
  })
})

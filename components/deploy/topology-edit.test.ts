import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addHosts, readAddresses, readForm, setEntryKey, setExporters, setGlobalKey, setRole } from './topology-edit'

const text = `# production, do not touch
global:
  user: tidb # the deploy user
master_servers:
  - host: 10.0.0.1
    port: 8361 # taken otherwise
worker_servers:
  - host: 10.0.0.2
`

describe('the topology form', () => {
  it('reads hosts, ports and lines', () => {
    const form = readForm(text)
    expect(form.hosts.map((host) => host.host)).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(form.hosts[0]?.entries['dm-master']?.[0]).toMatchObject({ port: 8361, line: 5 })
    expect(form.hosts[1]?.entries['dm-worker']?.[0]?.port).toBe(8262)
    expect(form.global).toEqual({ user: 'tidb' })
  })

  it('keeps comments when it edits', () => {
    const next = setEntryKey(setRole(text, '10.0.0.2', 'dm-master', true), 'dm-worker', 0, 'port', '8263')
    expect(next).toContain('# production, do not touch')
    expect(next).toContain('# taken otherwise')
    expect(readForm(next).hosts.find((host) => host.host === '10.0.0.2')?.entries).toMatchObject({
      'dm-master': [{ port: 8261 }],
      'dm-worker': [{ port: 8263 }],
    })
  })

  it('takes a role and a key away again', () => {
    expect(setRole(setRole(text, '10.0.0.9', 'grafana', true), '10.0.0.9', 'grafana', false)).toBe(text)
    expect(setGlobalKey(setGlobalKey(text, 'deploy_dir', '/data/dm'), 'deploy_dir', '')).toBe(text)
    expect(setExporters(setExporters(text, true), false)).toBe(text)
  })

  it('begins from an empty text', () => {
    expect(readForm(addHosts('', ['10.0.0.1', '10.0.0.2'], 'dm-master')).hosts).toHaveLength(2)
  })

  it('expands ranges of addresses, and leaves nonsense to the checks', () => {
    expect(readAddresses('10.0.0.1-3, db-7\n10.0.0.2')).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', 'db-7'])
    expect(readAddresses('10.0.0.9-3')).toEqual(['10.0.0.9-3'])
  })

  it('never throws and never loses a text that it cannot read', () => {
    fc.assert(
      fc.property(fc.string(), (broken) => {
        readForm(broken)
        const form = readForm(broken)
        if (!form.readable) expect(setRole(broken, 'h', 'dm-master', true)).toBe(broken)
      }),
    )
  })
})

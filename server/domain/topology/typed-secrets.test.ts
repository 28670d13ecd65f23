import { describe, expect, it } from 'vitest'
import { parseTopology } from './parse'
import { partsWithSecrets, secretMask, takeTypedSecrets, withoutSecretMarks, withSecretMarks } from './typed-secrets'

const yaml = `# password: canary-comment
master_servers:
  - host: 192.0.2.1
worker_servers:
  - host: 192.0.2.2
monitoring_servers:
  - host: 192.0.2.1
    remote_config:
      remote_write:
        - url: https://far.test/write # kept
          basic_auth: {username: u, password: "canary-basic"}
          headers:
            X-Scope: canary-header
        - url: https://far.test/two
          bearer_token: >-
            canary-bearer
grafana_servers:
  - &g
    host: 192.0.2.1
    password: canary'grafana
    config:
      smtp.password: canary-smtp
      smtp.user: mailer
  - {<<: *g, host: 192.0.2.2}
`
const taken = takeTypedSecrets(yaml, 'dm1')

describe('secrets typed into a topology', () => {
  it('leave a text without them, otherwise letter for letter', () => {
    expect(taken.problems).toEqual([])
    expect(taken.masked).not.toContain('canary')
    expect(taken.masked).toContain('- url: https://far.test/write # kept\n')
    expect(taken.masked).toContain('smtp.user: mailer')
    expect(taken.masked.split('\n').length).toBe(yaml.split('\n').length - 1)
    expect(taken.secrets.map(({ value }) => value).toSorted()).toEqual(
      ['canary-basic', 'canary-bearer', 'canary-header', ...["canary'grafana", "canary'grafana", 'canary-smtp', 'canary-smtp']].toSorted(),
    )
    expect(taken.secrets.map(({ id }) => id)).toContain('grafana:dm1:192.0.2.2:3000')
    expect(new Set(taken.secrets.map(({ id }) => id)).size).toBe(taken.secrets.length)
  })

  it('are named by the same credentials when the masked text comes back', () => {
    const again = takeTypedSecrets(taken.masked, 'dm1')
    expect(again.masked).toBe(taken.masked)
    expect(again.secrets.map(({ value }) => value)).toEqual(taken.secrets.map(() => secretMask))
    expect(again.secrets.map(({ id }) => id)).toEqual(taken.secrets.map(({ id }) => id))
    // A password that is not typed anew goes to no other place.
    const moved = takeTypedSecrets(taken.masked.replace('far.test/write', 'evil.test/write'), 'dm1')
    const kept = new Set(taken.secrets.map(({ id }) => id))
    expect(moved.secrets.filter(({ id }) => !kept.has(id)).map(({ path }) => path)).toHaveLength(2)
  })

  it('are marks in the topology, and parts in a file, and come back for an export', () => {
    const { topology } = parseTopology(taken.masked)
    if (!topology) throw new Error('not read')
    const marked = withSecretMarks(topology, 'dm1')
    expect(marked.grafana).toEqual({ '192.0.2.1:3000': 'grafana:dm1:192.0.2.1:3000', '192.0.2.2:3000': 'grafana:dm1:192.0.2.2:3000' })
    expect(JSON.stringify(marked.topology)).not.toContain(secretMask)
    const ids = new Set(taken.secrets.map(({ id }) => id))
    const asked: string[] = []
    const open = withoutSecretMarks(marked.topology, (id) => {
      asked.push(id)
      return taken.secrets.find((one) => one.id === id)?.value ?? ''
    })
    expect(asked.filter((id) => !ids.has(id))).toEqual([])
    expect(JSON.stringify(open)).toContain('"password":"canary-basic"')
    const mark = marked.topology.grafanas[0]?.config?.['smtp.password']
    expect(partsWithSecrets(`password = ${String(mark)}\n`, 'dm1')).toEqual([
      { text: 'password = ' },
      { secret: String(mark).replace('dm-panel-secret:', '') },
      { text: '\n' },
    ])
    expect(partsWithSecrets(`x = ${String(mark)}`, 'other')).toEqual([{ text: `x = ${String(mark)}` }])
  })

  it('that can not be taken out are refused', () => {
    const codes = (text: string) => takeTypedSecrets(text, 'c').problems.map(({ code }) => code)
    expect(codes('grafana_servers:\n  - host: &x canary\n    password: *x\n')).toEqual(['usecases.secret-not-in-place'])
    expect(codes('worker_servers:\n  - host: h\n    config:\n      from:\n        password: canary\n')).toEqual([
      'usecases.secret-misplaced',
    ])
    expect(codes('grafana_servers:\n  - host: h\n    password: "a`b"\n')).toEqual(['usecases.secret-unfit'])
    const url = 'monitoring_servers:\n  - host: h\n    remote_config: {remote_read: [{url: "http://u:canary@h/r"}]}\n'
    expect(codes(url)).toEqual(['usecases.secret-in-url'])
    expect(takeTypedSecrets(url, 'c').masked).not.toContain('canary')
    expect(takeTypedSecrets('a: [\n  password: canary\n', 'c').masked).not.toContain('canary')
  })
})

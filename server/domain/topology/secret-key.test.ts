import { expect, it } from 'vitest'
import { instancesOf } from './instances'
import { parseTopology } from './parse'
import { hasSecretKey, keyFileOf, secretKeyText, withoutSecretKey, withoutSecretKeyText, withSecretKey } from './secret-key'

const yaml = `# ours
master_servers:
  - host: 10.0.0.1 # first
worker_servers:
  - host: 10.0.0.2
`

it.each([yaml, `${yaml}server_configs:\n  master:\n    log-level: debug\n`, `${yaml}server_configs: {worker: {log-level: debug}}\n`])(
  'text and topology say the same',
  (text) => {
    const before = parseTopology(text).topology
    const after = parseTopology(secretKeyText(text)).topology
    if (!before || !after) throw new Error('not a topology')
    expect(hasSecretKey(before)).toBe(false)
    expect(hasSecretKey(after)).toBe(true)
    expect(after).toEqual(withSecretKey(before))
    expect(secretKeyText(text)).toContain('# first')
    const back = parseTopology(withoutSecretKeyText(secretKeyText(text))).topology
    expect(back).toEqual(withoutSecretKey(after))
    expect(back && hasSecretKey(back)).toBe(false)
  },
)

it('a text that can not be read stays as it is', () => {
  expect(secretKeyText('a: [')).toBe('a: [')
})

it('a path of the user’s own is nobody else’s to take away, and is where the master finds it', () => {
  const own = `${yaml}server_configs:\n  master:\n    secret-key-path: /etc/dm/key\n`
  expect(withoutSecretKeyText(own)).toBe(own)
  const paths = (text: string) => {
    const { topology } = parseTopology(text)
    return topology && instancesOf(topology).map((one) => keyFileOf(topology, one))
  }
  expect(paths(own)).toEqual(['/etc/dm/key', undefined])
  expect(paths(secretKeyText(yaml))).toEqual(['/home/tidb/deploy/dm-master-8261/conf/dm-secret.key', undefined])
  expect(paths(yaml)).toEqual([undefined, undefined])
  const entry = own.replace('# first', '\n    config: {secret-key-path: keys/own}')
  expect(paths(entry)).toEqual(['/home/tidb/deploy/dm-master-8261/keys/own', undefined])
})

import { expect, it } from 'vitest'
import { parseTopology } from './parse'
import { hasSecretKey, secretKeyText, withSecretKey } from './secret-key'

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
  },
)

it('a text that can not be read stays as it is', () => {
  expect(secretKeyText('a: [')).toBe('a: [')
})

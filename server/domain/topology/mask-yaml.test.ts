import { describe, expect, it } from 'vitest'
import { maskYaml } from './mask-yaml'

describe('a topology shown to viewers', () => {
  it.each([
    'password: hunter2',
    'password:   "hunter2 # x"',
    "- password: 'hunter2, it''s'",
    '{host: a, password: hunter2, port: 1}',
    '"password": hunter2',
    'basic_auth:\n    bearer_token: hunter2 x',
  ])('has no secret: %s', (text) => {
    expect(maskYaml(text)).not.toContain('hunter2')
    expect(maskYaml(text)).toContain('******')
  })
  it('is otherwise letter for letter the same', () => {
    const text = '# password of grafana below\nglobal:\n  user: "tidb" # the user\n  no_password_key: 1\npassword_file: /x\n'
    expect(maskYaml(text)).toBe(text)
    expect(maskYaml('a:\n  password: x\n  port: 3000\n')).toBe('a:\n  password: "******"\n  port: 3000\n')
  })
})

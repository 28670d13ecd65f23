import { describe, expect, it } from 'vitest'
import { parseTopology } from './parse'
import { localTemplateInput, localTopology, templates } from './samples'

const errorsOf = (yaml: string) => parseTopology(yaml).problems.filter(({ severity }) => severity === 'error')

describe('templates', () => {
  it('can be deployed as they are', () => {
    for (const [name, yaml] of Object.entries(templates)) expect([name, errorsOf(yaml)]).toEqual([name, []])
  })

  it('of one’s own hosts: TiUP’s defaults, other values, sections without hosts left out', () => {
    const plain = localTopology(localTemplateInput.parse({}))
    expect(errorsOf(plain)).toEqual([])
    expect(plain).toContain('  deploy_dir: /tidb-deploy\n')
    expect(plain.match(/- host: 172.19.0.103/g)).toHaveLength(2)
    const own = localTopology(
      localTemplateInput.parse({
        user: 'dm',
        sshPort: '2222',
        masters: 'a, b,',
        workers: '::1',
        monitors: '',
        grafanas: '',
        alertmanagers: '',
      }),
    )
    expect(own.split('\n').slice(6)).toEqual(['master_servers:', '  - host: a', '  - host: b', 'worker_servers:', '  - host: "::1"', ''])
  })

  it('refuses what would not be a value', () => {
    for (const bad of [{ user: 'a: b' }, { masters: 'a\n b' }, { deployDir: '/x # y' }, { sshPort: '0' }, { arch: 'mips' }])
      expect([bad, localTemplateInput.safeParse(bad).success]).toEqual([bad, false])
  })
})

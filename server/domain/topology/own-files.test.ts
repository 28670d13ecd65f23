import { describe, expect, it } from 'vitest'
import { namedPaths, ownFileMark, ownFileProblems, ownFileSecret, ownTextProblems, secretFiles } from './own-files'
import { located, parseTopology } from './parse'
import { partsWithSecrets } from './typed-secrets'

const yaml = `master_servers: [{host: a}]
worker_servers: [{host: a}]
monitoring_servers:
  - host: a
    rule_dir: /home/me/rules/
grafana_servers:
  - host: a
    dashboard_dir: /home/me/boards
alertmanager_servers:
  - host: a
    config_file: /home/me/alert.yml
`
const { topology } = parseTopology(yaml)
if (!topology) throw new Error('no topology')
const all = ['/home/me/rules/own.rules.yml', '/home/me/boards/DM.json', '/home/me/alert.yml']

describe("the user's own files", () => {
  it('are missing at the line of the key that names them', () => {
    const seen = located(yaml, ownFileProblems(topology, [])).map(({ code, line }) => `${line} ${code}`)
    expect(seen).toEqual(['5 topology.rule_dir-missing', '8 topology.dashboard_dir-missing', '11 topology.config_file-missing'])
    expect(ownFileProblems(topology, all)).toEqual([])
  })

  it('are taken of the folder itself and by their endings, as TiUP does', () => {
    const given = [...all, '/home/me/rules/deep/x.rules.yml', '/home/me/rules/readme.md', '/home/me/boards/DM.yml']
    expect(namedPaths(topology, given).flatMap(({ found }) => found)).toEqual(all)
    expect(ownFileProblems(topology, given).map(({ code, severity, params }) => [code, severity, params.path])).toEqual(
      given.slice(3).map((path) => ['topology.file-unused', 'info', path]),
    )
  })

  it('have names that can stand in a configuration', () => {
    const codes = ownFileProblems(topology, [...all, "/home/me/rules/it's.rules.yml"]).map(({ code }) => code)
    expect(codes).toEqual(['topology.file-name'])
  })

  it('are bounded in number and size, and dashboards are JSON', () => {
    const texts = Object.fromEntries(all.map((path) => [path, '{}']))
    const codes = (more: Record<string, string>) => ownTextProblems(topology, { ...texts, ...more }).map(({ code }) => code)
    expect(codes({})).toEqual([])
    expect(codes({ '/home/me/boards/DM.json': '{' })).toEqual(['topology.file-not-json'])
    expect(codes({ '/home/me/rules/own.rules.yml': 'é'.repeat(600_000) })).toEqual(['topology.file-too-large'])
    expect(codes(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`/x/${i}`, ''])))).toEqual(['topology.files-too-many'])
  })

  it("keep an Alertmanager's configuration as one secret, by a mark that is cut out of what is rendered", () => {
    expect([...secretFiles(topology, Object.fromEntries(all.map((path) => [path, ''])))]).toEqual(['/home/me/alert.yml'])
    const parts = partsWithSecrets(ownFileMark('dm1', '/home/me/alert.yml'), 'dm1')
    expect(parts).toEqual([{ secret: ownFileSecret('dm1', '/home/me/alert.yml') }])
  })
})

import { parse } from 'ini'
import { describe, expect, it } from 'vitest'
import { parseTopology } from '@/server/domain/topology/parse'
import { renderGrafanaIni } from './grafana-ini'
import { dashboardOf, rulesOf } from './grafana-provisioning'
import { renderPrometheusYml } from './prometheus-yml'

const topologyOf = (grafana: string, monitor = '{host: h1}') => {
  const { topology } = parseTopology(`master_servers: [{host: h1}]\nmonitoring_servers: [${monitor}]\ngrafana_servers: [${grafana}]\n`)
  if (!topology) throw new Error('must parse')
  return topology
}
const iniOf = (yaml: string, settings = {}) => {
  const [entry] = topologyOf(yaml).grafanas
  if (!entry) throw new Error('must have one')
  return renderGrafanaIni(entry, '/g', { secret: 'pw' }, settings)
}
const text = (parts: ReturnType<typeof iniOf>) => parts.map((part) => ('text' in part ? part.text : `<${part.secret}>`)).join('')

describe('grafana.ini', () => {
  it('has the password as a secret part, never as text', () => {
    expect(iniOf('{host: h1}').filter((part) => 'secret' in part)).toEqual([{ secret: 'pw' }])
  })

  it('follows the topology and the settings of the user', () => {
    const ini = parse(
      text(
        iniOf(
          '{host: h1, port: 3001, domain: g.example, root_url: "http://g.example/x", anonymous_enable: true, org_role: Editor, default_theme: light}',
          {
            'smtp.enabled': 'true',
            'auth.anonymous.org_name': 'Mine',
            'brand.new.key': 'v',
            'log.file.level': 'warn',
          },
        ),
      ),
    )
    expect(ini.server).toMatchObject({ http_port: '3001', domain: 'g.example', root_url: 'http://g.example/x', serve_from_sub_path: true })
    expect(ini.auth).toMatchObject({
      login_cookie_name: 'grafana_session_g.example_3001',
      anonymous: { enabled: true, org_name: 'Mine', org_role: 'Editor' },
    })
    expect(ini.smtp).toEqual({ enabled: true })
    expect(ini.brand).toEqual({ new: { key: 'v' } })
    expect(ini.log).toMatchObject({ file: { level: 'warn', format: 'text' } })
    expect(ini.users).toEqual({ default_theme: 'light' })
  })
})

describe('prometheus.yml', () => {
  it('takes remote, scrape and pushgateway settings', () => {
    const topology = topologyOf(
      '{host: h1}',
      '{host: h1, scrape_interval: 5s, pushgateway_addrs: ["p:9091"], additional_scrape_conf: {scheme: https}, remote_config: {remote_write: [{url: "http://r"}]}}',
    )
    const [entry] = topology.monitors
    const yml = entry ? renderPrometheusYml(topology, entry, { clusterName: 'c', ruleFiles: [] }) : ''
    expect(yml).toContain('scrape_interval: 5s')
    expect(yml.match(/scheme: https/g)?.length).toBe(yml.match(/job_name/g)?.length)
    expect(yml).toContain('remote_write:\n  - url: http://r')
    expect(yml).toContain('overwritten-cluster')
  })
})

describe('what comes from the package', () => {
  it('names the cluster in rules and dashboards', () => {
    expect(rulesOf('env: ENV_LABELS_ENV', 'c$1')).toBe('env: c$1')
    expect(dashboardOf(`"\${DS_TEST-CLUSTER}" "DS_TEST-CLUSTER" "Test-Cluster-DM" "\${DS_LIGHTNING}"`, 'c')).toBe('"c" "c" "c-DM" "c"')
  })
})

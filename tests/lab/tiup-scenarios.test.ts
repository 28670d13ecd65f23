import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditRow, ClusterDetail, ErrandView } from '@/server/domain/api'
import type { DmOverview } from '@/server/domain/dmctl/overview'
import { type ApiPanel, startApiPanel } from '@/tests/support/api-panel'
import { freshHosts, type LabHost, labAvailable, labExec } from '@/tests/support/lab'
import { labMirror } from '@/tests/support/lab-mirror'
import { confirmHosts, fetchFromMirror, keepLogins, type Logins, planFor, submitDeploy, succeeds } from './connect'
import { giveAlertmanagerItsTemplates, on } from './on-host'

const magic = 'magic-string-for-test'
const local = '/tmp/local'
/** The user's own files that the topology names. */
const files = {
  [`${local}/prometheus/dm_worker.rules.yml`]: `# ${magic}\ngroups: []\n`,
  [`${local}/grafana/dm.json`]: JSON.stringify({ title: `DM ${magic}`, panels: [] }),
  [`${local}/grafana/dm_instances.json`]: JSON.stringify({ title: `DM instances ${magic}`, panels: [] }),
  [`${local}/alertmanager/alertmanager.yml`]: `# ${magic}\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n`,
}

/** TiUP's full_dm.yaml on four hosts: 13 instances, two masters and two workers on the first host. */
const fullDm = (hosts: readonly LabHost[], more = ''): string => {
  const [a, b, c, d] = hosts.map(({ address }) => address)
  const dir = '/home/tidb/deploy'
  return `global: {user: tidb, deploy_dir: ${dir}}
server_configs:
  master: {rpc-timeout: "30s", rpc-rate-limit: 10.0, rpc-rate-burst: 40}
${more}master_servers:
  - {host: ${a}, config: {rpc-rate-burst: 41}}
  - {host: ${a}, port: 8361, peer_port: 8292}
  - {host: ${b}}
  - {host: ${c}, data_dir: /home/tidb/my_master_data}
  - {host: ${d}}
worker_servers:
  - {host: ${a}}
  - {host: ${a}, port: 8263}
  - {host: ${b}}
  - {host: ${c}}
  - {host: ${d}}
monitoring_servers: [{host: ${a}, rule_dir: ${local}/prometheus}]
grafana_servers: [{host: ${a}, dashboard_dir: ${local}/grafana}]
alertmanager_servers: [{host: ${a}, config_file: ${local}/alertmanager/alertmanager.yml}]
`
}
const source = (id: string): string => `source-id: ${id}\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: ""}\n`
const task = `name: sharding
task-mode: all
shard-mode: pessimistic
target-database: {host: 127.0.0.1, port: 4000, user: root, password: ""}
mysql-instances:
  - source-id: mysql-01
  - source-id: mysql-02
`

/** The scenarios of TiUP's own integration tests for DM, by their numbers, through the panel's API. Each goes on where the one before ended. */
describe.skipIf(!labAvailable().ok)('TiUP’s own scenarios for DM', () => {
  let panel: ApiPanel
  let hosts: LabHost[]
  let logins: Logins
  let stopWatching: () => void = () => undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-key-'))
  const keyFile = path.join(folder, 'id_rsa')

  beforeAll(async () => {
    const mirror = await labMirror()
    const booting = freshHosts(4)
    booting.catch(() => undefined) // its error is met below, after the panel's
    panel = await startApiPanel({ DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir) })
    await fetchFromMirror(panel.api, mirror)
    logins = await keepLogins(panel.api)
    hosts = await booting
    await giveAlertmanagerItsTemplates(host(1))
    await confirmHosts(panel.api, hosts, logins.rootKey)
  }, 400_000)
  afterAll(async () => {
    stopWatching()
    rmSync(folder, { recursive: true })
    await panel?.stop()
  })

  const host = (index: number): LabHost => {
    const found = hosts[index - 1]
    if (!found) throw new Error(`no host ${index}`)
    return found
  }
  const at = (index: number, port: number): string => `${host(index).address}:${port}`
  const perform = async (operation: string, input: object = {}, cluster = 'dm'): Promise<void> => {
    const { plan } = await planFor(panel.api, cluster, operation, input)
    await succeeds(panel.api, (await panel.api.run(plan)).id)
  }
  const detail = (cluster = 'dm') => panel.api.get<ClusterDetail>(`/api/clusters/${cluster}`)
  const display = async (): Promise<string> => (await panel.api.send('GET', '/api/clusters/dm/display?format=text')).text()
  const boots = async (unit: string): Promise<string> => (await labExec(host(1).index, ['systemctl', 'is-enabled', unit])).stdout.trim()
  const prometheusYml = () => on(host(1), 'cat', '/home/tidb/deploy/prometheus-9090/conf/prometheus.yml')
  const dashboards = () => on(host(1), 'bash', '-c', 'cat /home/tidb/deploy/grafana-3000/dashboards/*.json')
  const rolling = { canary: false, stableS: 0 }
  const leaves = (node: string) => perform('scale-in', { nodes: [node], rolling })
  const joins = (topology: string) => perform('scale-out', { topology })
  const total = (count: number) => expect.poll(display, { timeout: 60_000, interval: 1000 }).toContain(`Total nodes: ${count}`)

  it('1 deploy, 2 no exporters, 3 list, 4 audit', async () => {
    const { job } = await submitDeploy(panel.api, 'dm', { topology: fullDm(hosts), credentialId: logins.rootKey, files })
    await succeeds(panel.api, job.id)
    const units = await on(host(1), 'ls', '/etc/systemd/system')
    expect(units).toContain('dm-master-8361.service')
    expect(units).not.toMatch(/exporter/)
    expect((await panel.api.get<ClusterDetail[]>('/api/clusters')).map(({ name }) => name)).toEqual(['dm'])
    const { records } = await panel.api.get<{ records: AuditRow[] }>('/api/audit?limit=200')
    const record = records.find(({ command }) => command.startsWith('tiup dm deploy dm v8.5.0'))
    expect((await panel.api.get<AuditRow>(`/api/audit/${record?.id}`)).command).toBe(record?.command)
  }, 300_000)

  it('5 the user’s own rules, dashboards and alertmanager.yml', async () => {
    const [rules, shown, alerts] = await Promise.all([
      on(host(1), 'cat', '/home/tidb/deploy/prometheus-9090/conf/dm_worker.rules.yml'),
      dashboards(),
      on(host(1), 'cat', '/home/tidb/deploy/alertmanager-9093/conf/alertmanager.yml'),
    ])
    for (const text of [rules, shown, alerts]) expect(text).toContain(magic)
  })

  it('6 start, 7 data folders in the scripts, 8 enabled, 9 disable and enable by role', async () => {
    await perform('start')
    stopWatching = panel.api.watch('dm')
    const script = (index: number) => on(host(index), 'cat', '/home/tidb/deploy/dm-master-8261/scripts/run_dm-master.sh')
    expect(await script(2)).toContain('/home/tidb/deploy/dm-master-8261/data')
    expect(await script(3)).toContain('/home/tidb/my_master_data')
    expect([await boots('dm-master-8261'), await boots('dm-worker-8262')]).toEqual(['enabled', 'enabled'])
    await perform('disable', { roles: ['dm-master'] })
    expect([await boots('dm-master-8261'), await boots('dm-worker-8262')]).toEqual(['disabled', 'enabled'])
    await perform('enable', { roles: ['dm-master'] })
    expect(await boots('dm-master-8261')).toBe('enabled')
  }, 240_000)

  it('10 stop; restart of a stopped cluster; display with uptime', async () => {
    await perform('stop')
    await perform('restart', { rolling })
    await total(13)
    await expect.poll(async () => (await detail()).status?.rows.every(({ since }) => since.value !== null), { timeout: 60_000 }).toBe(true)
  }, 300_000)

  it('11, 12 a master leaves and joins: nodes, prometheus.yml, enabled', async () => {
    await leaves(at(1, 8261))
    await total(12)
    expect(await prometheusYml()).not.toContain(at(1, 8261))
    await joins(`master_servers: [{host: ${host(1).address}}]\n`)
    await total(13)
    expect(await prometheusYml()).toContain(at(1, 8261))
    expect(await boots('dm-master-8261')).toBe('enabled')
  }, 300_000)

  it('13 a worker leaves and joins', async () => {
    await leaves(at(2, 8262))
    await total(12)
    expect(await prometheusYml()).not.toContain(at(2, 8262))
    await joins(`worker_servers: [{host: ${host(2).address}}]\n`)
    expect(await prometheusYml()).toContain(at(2, 8262))
    expect((await on(host(2), 'systemctl', 'is-enabled', 'dm-worker-8262')).trim()).toBe('enabled')
  }, 300_000)

  it('14 Grafana leaves and joins without the user’s dashboards: DM’s own are there', async () => {
    await leaves(at(1, 3000))
    await total(12)
    await joins(`grafana_servers: [{host: ${host(1).address}}]\n`)
    const shown = await dashboards()
    expect(shown.length).toBeGreaterThan(100)
    expect(shown).not.toContain(magic)
  }, 300_000)

  it('15 two sources and a sharding task by dmctl', async () => {
    await taskRuns('dm')
  }, 240_000)

  it('16 a command that does not exist is refused by name, and changes nothing', async () => {
    const answer = await panel.api.send('POST', '/api/clusters/dm/plans', { operation: 'notfound-command', input: {} })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('operation')])
  })

  it('17 destroy: the key of the cluster is refused afterwards', async () => {
    const exported = Buffer.from(await (await panel.api.send('GET', '/api/clusters/dm/export')).arrayBuffer())
    writeFileSync(path.join(folder, 'dm.tar.gz'), exported)
    await run('tar', ['-xzf', path.join(folder, 'dm.tar.gz'), '-C', folder])
    writeFileSync(keyFile, readFileSync(path.join(folder, 'dm/ssh/id_rsa')))
    chmodSync(keyFile, 0o600)
    expect(await login()).toBe(0)
    await perform('destroy', { credentialId: logins.rootKey })
    expect(await login()).toBe(255)
  }, 240_000)

  it('18 with monitored: exporters; then test_upgrade: upgrade, edit-config, reload, by the system’s SSH client', async () => {
    const monitored = 'monitored: {node_exporter_port: 39100, blackbox_exporter_port: 39115}\n'
    const { job } = await submitDeploy(panel.api, 'up', { topology: fullDm(hosts, monitored), credentialId: logins.rootKey, files })
    await succeeds(panel.api, job.id)
    expect(await on(host(1), 'ls', '/etc/systemd/system')).toMatch(/blackbox_exporter-39115[\s\S]*node_exporter-39100/)
    expect((await panel.api.send('PATCH', '/api/clusters/up', { sshClient: 'system' })).status).toBe(200)
    await perform('start', {}, 'up')
    const { targets } = await panel.api.get<{ targets: { version: string; missing: object[]; mirrors: string[] }[] }>(
      '/api/clusters/up/upgrade',
    )
    const target = targets.find(({ version }) => version === 'v8.5.1')
    const wanted = target?.missing.map(partOf)
    await panel.api.errand('/api/packages/fetch', { location: target?.mirrors[0], wanted }, 240_000)
    await perform('upgrade', { version: 'v8.5.1', rolling, pauseBeforeLast: false }, 'up')
    const { yaml, revision } = await detail('up')
    const edited = { yaml: yaml.replace('30s', '31s'), base: revision, reason: 'test_upgrade', consent: [] }
    await panel.api.post('/api/clusters/up/edit-config', edited)
    await perform('reload', { rolling }, 'up')
    for (const index of [1, 2, 3, 4])
      expect(await on(host(index), 'cat', '/home/tidb/deploy/dm-master-8261/conf/dm-master.toml')).toContain('rpc-timeout = "31s"')
    await taskRuns('up')
    await perform('destroy', { credentialId: logins.rootKey }, 'up')
    expect(await on(host(1), 'ls', '/etc/systemd/system')).not.toMatch(/exporter|dm-/)
  }, 600_000)

  const partOf = (one: object) => {
    const { component, version, os, arch } = one as { component: string; version: string; os: string; arch: string } // what the upgrade page fetches
    return { component, version, os, arch }
  }

  const taskRuns = async (cluster: string): Promise<void> => {
    const line = (text: string, name: string, content: string) =>
      perform('dmctl', { line: `${text} ${name}`, files: [{ name, text: content }] }, cluster)
    for (const id of ['mysql-01', 'mysql-02']) await line('operate-source create', `${id}.yaml`, source(id))
    await line('start-task', 'sharding.yaml', task)
    const { id } = await panel.api.get<ErrandView>(`/api/clusters/${cluster}/dm`)
    const { tasks } = await panel.api.errandDone<DmOverview>(id)
    expect(tasks.map((one) => [one.source, one.stage]).toSorted()).toEqual([
      ['mysql-01', 'Running'],
      ['mysql-02', 'Running'],
    ])
  }

  const login = async (): Promise<number> => {
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=no', `UserKnownHostsFile=${folder}/known`, 'IdentitiesOnly=yes']
    return run('ssh', [...options.flatMap((one) => ['-o', one]), '-i', keyFile, `tidb@${host(1).address}`, 'true'])
  }
})

/** Exit status of a program. */
const run = (program: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    execFile(program, args, (error) => resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : 1))
  })

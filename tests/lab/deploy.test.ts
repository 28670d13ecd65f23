import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyFile } from '@/server/audit-verify'
import type { ClusterDetail } from '@/server/domain/api'
import type { TiupView } from '@/server/domain/api-tiup'
import type { CheckRow } from '@/server/domain/check-row'
import { type Plan, stepsOf } from '@/server/domain/plan'
import { generateKey } from '@/server/remote/generate-key'
import { type ApiPanel, startApiPanel } from '@/tests/support/api-panel'
import { freshHosts, type LabHost, labAvailable, labSubnet } from '@/tests/support/lab'
import { labMirror } from '@/tests/support/lab-mirror'
import { until } from '@/tests/support/panel'
import { readRecorded } from '@/tests/templates/recorded-files'
import { buildStandins } from './build-packages'
import {
  answer,
  confirmHosts,
  fetchFromMirror,
  jobAfter,
  keepLogins,
  type Logins,
  labVersion,
  logOf,
  planFor,
  submitDeploy,
  succeeds,
} from './connect'
import { giveAlertmanagerItsTemplates, on } from './on-host'

/** The life of one cluster on real hosts, by the API: deploy, start, watch, stop. Each test goes on where the one before ended. */
describe.skipIf(!labAvailable().ok)('a cluster on lab hosts', () => {
  let panel: ApiPanel
  let hosts: LabHost[] = []
  let logins: Logins
  let tiupRoot = ''

  beforeAll(async () => {
    const mirror = await labMirror()
    hosts = await freshHosts(6)
    await giveAlertmanagerItsTemplates(host(1))
    tiupRoot = mkdtempSync(path.join(tmpdir(), 'dm-panel-tiup-'))
    panel = await startApiPanel({ DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir), DM_PANEL_TIUP_ROOT: tiupRoot })
    await fetchFromMirror(panel.api, mirror)
    logins = await keepLogins(panel.api)
  })
  afterAll(async () => {
    await panel?.stop()
    rmSync(tiupRoot, { recursive: true, force: true })
  })

  const host = (index: number): LabHost => {
    const found = hosts[index - 1]
    if (!found) throw new Error(`no host ${index}`)
    return found
  }
  const run = async (operation: string, input: unknown = {}) => {
    const { plan } = await planFor(panel.api, 'lab', operation, input)
    return (await panel.api.run(plan)).id
  }
  const detail = () => panel.api.get<ClusterDetail>('/api/clusters/lab')
  const rows = async (role: string) => (await detail()).status?.rows.filter((row) => row.role === role) ?? []
  const statuses = async (role: string) => (await rows(role)).map(({ status }) => status.value).toSorted()
  const unitsOf = (index: number): string[] => [
    ...(index <= 3 ? ['dm-master-8261'] : ['dm-worker-8262']),
    ...(index === 1 ? ['prometheus-9090', 'grafana-3000', 'alertmanager-9093'] : []),
    ...['node_exporter-9100', 'blackbox_exporter-9115'],
  ]
  const stateOf = async (index: number, property: string): Promise<string[]> => {
    const said = await on(host(index), 'systemctl', 'show', `-p${property}`, '--value', ...unitsOf(index))
    return said.split('\n').filter((line) => line !== '')
  }

  it('shows host keys before it logs in, and logs in with both credentials once they are confirmed', async () => {
    for (const [credential, root] of [
      [logins.adminSudo, 'password'],
      [logins.rootKey, 'root'],
    ] as const) {
      const seen = await confirmHosts(panel.api, hosts, credential)
      expect(seen.map(({ state, login, arch, root }) => ({ state, login, arch, root }))).toEqual(
        hosts.map(() => ({ state: 'pinned', login: 'ok', arch: 'amd64', root })),
      )
    }
  })

  it('finds nothing against a deploy, host by host and from host to host', async () => {
    const found = await panel.api.errand<CheckRow[]>('/api/clusters/lab/preflight', {
      version: labVersion,
      topology: topologyOn(hosts),
      credentialId: logins.adminSudo,
    })
    expect(found.length).toBeGreaterThan(100)
    expect(found.filter(({ state }) => state !== 'ok' && state !== 'warn')).toEqual([])
  })

  it('deploys by a login whose sudo asks for a password; nothing runs, all is enabled', async () => {
    const { plan, job } = await submitDeploy(panel.api, 'lab', { topology: topologyOn(hosts), credentialId: logins.adminSudo })
    await succeeds(panel.api, job.id)
    for (const { index } of hosts) {
      expect(await stateOf(index, 'ActiveState')).toEqual(unitsOf(index).map(() => 'inactive'))
      expect(await stateOf(index, 'UnitFileState')).toEqual(unitsOf(index).map(() => 'enabled'))
    }
    expectChecked(plan, await logOf(panel.api, job.id))
  }, 300_000)

  it('leaves the account, its sudo and its one key as TiUP does', async () => {
    const { privateKey } = await detail()
    await until(async () => (await detail()).worst === 'stopped', 20_000) // read when the job ends, though nobody watches
    for (const each of hosts) {
      expect(await on(each, 'stat', '-c', '%a %U:%G', '/etc/sudoers.d/tidb', '/home/tidb/.ssh/authorized_keys')).toBe(
        '440 root:root\n600 tidb:tidb\n',
      )
      const keys = await on(each, 'ssh-keygen', '-lf', '/home/tidb/.ssh/authorized_keys')
      expect(keys.trim().split('\n')).toEqual([expect.stringContaining(privateKey.fingerprint)])
      expect(await on(each, 'find', '/var/lib/dm-panel', '-name', '*.lock', '-o', '-path', '*/staged/*')).toBe('')
    }
  })

  it('says of one master started alone that the quorum needs two, and gives up when told to', async () => {
    const one = `${host(1).address}:8261`
    const job = await jobAfter(panel.api, await run('start', { nodes: [one], roles: [] }))
    expect(job).toMatchObject({ state: 'waiting', view: { question: { about: 'gate-failed' } } })
    expect(JSON.stringify(job.view.lanes)).toContain('1 of 3 masters run, quorum needs 2')
    await answer(panel.api, job, 'give-up')
    expect(await panel.api.jobIn(job.id, ['failed'])).toMatchObject({ state: 'failed' })
    await succeeds(panel.api, await run('stop'))
  }, 180_000)

  it('starts, and shows one leader, free workers, and monitors that are up', async () => {
    await succeeds(panel.api, await run('start'))
    await until(async () => (await statuses('dm-worker')).every((status) => status === 'Free'), 20_000)
    expect(await statuses('dm-master')).toEqual(['Healthy', 'Healthy', 'Healthy|L'])
    expect(await statuses('dm-worker')).toEqual(['Free', 'Free', 'Free'])
    for (const role of ['prometheus', 'grafana', 'alertmanager']) expect(await statuses(role)).toEqual(['Up'])
    for (const { index } of hosts) expect(await stateOf(index, 'ActiveState')).toEqual(unitsOf(index).map(() => 'active'))
    const text = await (await panel.api.send('GET', '/api/clusters/lab/display?format=text')).text()
    expect(text).toMatch(/^10\.\d+\.\d+\.1[123]:8261 +dm-master +\S+ +8261\/8291 +linux\/x86_64 +Healthy\|L/m)
    expect(text).toContain('Total nodes: 9')
    for (const { version, since } of await rows('dm-worker')) {
      expect(version.value).toBe(labVersion)
      expect(Date.parse(since.value ?? '')).toBeGreaterThan(Date.now() - 600_000)
    }
  }, 240_000)

  it('shows the last lines of an instance’s log', async () => {
    const tail = await panel.api.get<{ id: string }>(`/api/clusters/lab/logs?instance=${host(4).address}:8262&lines=20`)
    const { lines } = await panel.api.errandDone<{ lines: string[] }>(tail.id)
    expect(lines.join('\n')).toContain('Welcome to dm-worker')
  })

  it('adopts its own export, live at once, and a recorded storage whose key the hosts refuse; both read-only', async () => {
    const storage = path.join(tiupRoot, 'storage/dm/clusters')
    mkdirSync(path.join(storage, 'recorded/ssh'), { recursive: true })
    writeFileSync(path.join(storage, 'recorded/meta.yaml'), readRecorded('meta/storage.yaml').replaceAll('10.79.0.', `${labSubnet}.`))
    writeFileSync(path.join(storage, 'recorded/ssh/id_rsa'), (await generateKey()).privateKey)
    const archive = path.join(tiupRoot, 'lab.tar.gz')
    writeFileSync(archive, Buffer.from(await (await panel.api.send('GET', '/api/clusters/lab/export')).arrayBuffer()))
    await promisify(execFile)('tar', ['-xzf', archive, '-C', storage, '--transform', 's/^lab/again/'])
    const found = await panel.api.errand<{ name: string; hasKey: boolean; patched: number }[]>('/api/adopt/scan', { path: '.' })
    expect(found.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { name: 'again', hasKey: true, patched: 0 },
      { name: 'recorded', hasKey: true },
    ])
    await panel.api.errand('/api/adopt', { path: '.', names: ['again', 'recorded'] })
    const shown = async (name: string) => panel.api.get<ClusterDetail>(`/api/clusters/${name}`)
    await until(async () => (await shown('again')).worst === 'ok' && (await shown('recorded')).status !== null, 30_000)
    const [ours, again, recorded] = await Promise.all(['lab', 'again', 'recorded'].map(shown))
    const cells = (one: ClusterDetail | undefined) =>
      one?.status?.rows.map(({ id, role, status, ports }) => [id, role, status.value, ports])
    expect(cells(again)).toEqual(cells(ours))
    expect(again).toMatchObject({ adopted: true, lifecycle: 'adopted', leader: ours?.leader })
    expect(recorded).toMatchObject({ adopted: true, version: 'v8.5.1', worst: 'unknown' })
    expect(Object.values(recorded?.status?.silent ?? {})).toEqual(expect.arrayContaining(['auth-refused']))
    expect(recorded?.status?.rows.some(({ patched }) => patched)).toBe(true)
    for (const name of ['again', 'recorded']) {
      const refused = await panel.api.send('POST', `/api/clusters/${name}/plans`, { operation: 'stop', input: {} })
      expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'usecases.adopted-read-only' }])
    }
  }, 120_000)

  it('hands it back, adopts it over SSH from where tiup would run, manages it, restarts a worker, and takes it back', async () => {
    const bytes = Buffer.from(await (await panel.api.send('GET', '/api/clusters/lab/export')).arrayBuffer())
    expect((await panel.api.send('POST', '/api/clusters/lab/hand-back')).status).toBe(200)
    const unpack = [
      'mkdir -p /root/tiup/clusters /root/tiup/audit',
      `base64 -d <<< "$1" | tar -xz -C /root/tiup/clusters --transform 's/^lab/lab2/'`,
      `echo '%2Fopt%2Ftiup-dm start lab2' > /root/tiup/audit/h45zCcBcxWw`,
    ].join(' && ')
    await on(host(6), 'bash', '-c', unpack, 'unpack', bytes.toString('base64'))
    const ssh = { address: host(6).address, port: 22, credentialId: logins.rootKey, path: '/root/tiup' }
    await panel.api.errand('/api/adopt', { ssh, names: ['lab2'] })
    expect((await panel.api.get<TiupView>('/api/clusters/lab2/tiup')).history).toMatchObject([{ command: 'tiup dm start lab2' }])
    const perform = async (cluster: string, operation: string, input: unknown = {}) => {
      const { plan } = await planFor(panel.api, cluster, operation, input)
      await succeeds(panel.api, (await panel.api.run(plan)).id)
      return plan.problems.map(({ code, params }) => [code, params.instance])
    }
    // Nothing of DM differs, to the last letter; what carries the cluster's name does.
    expect(await perform('lab2', 'manage')).toEqual([
      ['manage.files-differ', `${host(1).address}:9090`],
      ['manage.files-differ', `${host(1).address}:3000`],
    ])
    const rolling = { batch: 1, canary: false, tolerance: 0 }
    await perform('lab2', 'restart', { nodes: [`${host(4).address}:8262`], roles: [], rolling })
    expect((await panel.api.send('POST', '/api/clusters/lab2/hand-back')).status).toBe(200)
    expect((await panel.api.send('POST', '/api/clusters/lab2/forget', { confirm: 'lab2' })).status).toBe(200)
    expect(await perform('lab', 'manage')).toEqual([['manage.no-storage', undefined]])
    const reload = await panel.api.plan('lab', 'reload', {})
    expect(reload.problems.map(({ code }) => code)).toEqual(['reload.nothing'])
  }, 180_000)

  it('shows a killed worker offline and its unit activating, within a refresh', async () => {
    const stopWatching = panel.api.watch('lab')
    const id = `${host(5).address}:8262`
    const row = async () => (await rows('dm-worker')).find((one) => one.id === id)
    try {
      await on(host(5), 'systemctl', 'kill', '-s', 'KILL', 'dm-worker-8262')
      await until(async () => {
        const seen = await row()
        return /activating/.test(seen?.unitState.value ?? '') && seen?.status.value === 'Offline'
      }, 14_000) // systemd starts it again after 15 s
      expect((await detail()).worst).toBe('bad')
      await until(async () => (await row())?.status.value === 'Free', 60_000)
    } finally {
      stopWatching()
    }
  }, 120_000)

  it('says why a worker dies: the logs of its own', async () => {
    const id = `${host(6).address}:8262`
    const conf = '/home/tidb/dm/deploy/dm-worker-8262/conf/dm-worker.toml'
    await succeeds(panel.api, await run('stop', { nodes: [id], roles: [] }))
    await on(host(6), 'sed', '-i', '1i no-such-key = 1', conf)
    const job = await jobAfter(panel.api, await run('start', { nodes: [id], roles: [] }))
    expect(job).toMatchObject({ state: 'waiting', view: { question: { choices: expect.arrayContaining(['retry', 'give-up']) } } })
    expect(await failureText(job.id)).toContain('no-such-key')
    await on(host(6), 'sed', '-i', '1d', conf)
    await answer(panel.api, job, 'retry')
    await succeeds(panel.api, job.id)
  }, 180_000)

  it('says who has the port that a worker needs', async () => {
    const id = `${host(6).address}:8262`
    await succeeds(panel.api, await run('stop', { nodes: [id], roles: [] }))
    await on(host(6), 'systemd-run', '--unit=squatter', 'perl', '-MIO::Socket::INET', '-e', squatter)
    await on(host(6), 'sh', '-c', 'for i in $(seq 50); do ss -Hltn sport = 8262 | grep -q . && exit 0; sleep 0.2; done; exit 1')
    try {
      const job = await jobAfter(panel.api, await run('start', { nodes: [id], roles: [] }))
      expect(await failureText(job.id)).toMatch(/8262.*perl|perl.*8262/s)
      if (job.state === 'waiting') await answer(panel.api, job, 'give-up')
      await panel.api.jobIn(job.id, ['failed'])
    } finally {
      await on(host(6), 'systemctl', 'stop', 'squatter')
    }
    await succeeds(panel.api, await run('start', { nodes: [id], roles: [] }))
  }, 180_000)

  it('names the sources that a stop leaves without replication, and stops well below the hang of masters that lose their leader', async () => {
    const source = path.join(panel.dataDir, 'source.yaml')
    writeFileSync(source, `source-id: lab-source\nfrom:\n  host: ${labSubnet}.1\n  user: dm\n  port: 3306\n`)
    const dmctl = path.join(buildStandins(), labVersion, 'dmctl')
    await promisify(execFile)(dmctl, ['--master-addr', `${host(1).address}:8261`, 'operate-source', 'create', source])
    const { plan, document } = await planFor(panel.api, 'lab', 'stop')
    expect(document.impact.sources).toEqual([{ source: 'lab-source', worker: expect.stringMatching(/^10\.\d+\.\d+\.1[456]:8262$/) }])
    expect(plan.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['stop.replication-stops', 'stop.no-master-left']))
    const began = Date.now()
    await succeeds(panel.api, (await panel.api.run(plan)).id)
    expect(Date.now() - began).toBeLessThan(45_000)
    for (const { index } of hosts) expect(await stateOf(index, 'ActiveState')).toEqual(unitsOf(index).map(() => 'inactive'))
    for (const index of [1, 2, 3]) expect(await stateOf(index, 'Result')).toEqual(unitsOf(index).map(() => 'success'))
    await until(async () => (await detail()).worst === 'stopped', 20_000)
  }, 120_000)

  it('exports an audit that verifies, and one altered record is found', async () => {
    await until(async () => (await fetchAudit()).includes('"stop"'), 10_000)
    const text = await fetchAudit()
    const file = path.join(panel.dataDir, 'audit.jsonl')
    writeFileSync(file, text)
    const verify = promisify(execFile)
    const good = await verify('npm', ['run', '--silent', 'audit:verify', '--', file])
    expect(good.stdout).toMatch(/^\d+ records, head \d+:\w+, 0 findings$/m)
    const data = await verify('npm', ['run', '--silent', 'audit:verify', '--', '--data', panel.dataDir], {
      env: { ...process.env, DM_PANEL_KEY: panel.keyFile },
    })
    expect(data.stdout).toMatch(/ 0 findings$/m)
    writeFileSync(file, text.replace('"command":"tiup dm stop lab"', '"command":"tiup dm stop bal"'))
    expect((await verifyFile(file)).findings).not.toEqual([])
  })

  const fetchAudit = async (): Promise<string> => (await panel.api.send('GET', '/api/audit/export?format=jsonl')).text()
  /** What the failed steps and gates of a job say. */
  const failureText = async (id: string): Promise<string> => {
    const { view } = await jobAfter(panel.api, id)
    const failures = Object.values(view.steps).flatMap(({ failure }) => failure ?? [])
    const gates = Object.values(view.lanes).flatMap(({ gate }) => gate ?? [])
    return JSON.stringify([failures, gates])
  }
})

const squatter = 'my $s = IO::Socket::INET->new(LocalPort => 8262, Listen => 1, ReuseAddr => 1) or die; sleep 600'

/** Texts that a tool can judge were judged, and the tools said so. */
const expectChecked = (plan: Plan, log: string): void => {
  const checked = stepsOf(plan).flatMap((step) => (step.kind === 'file' && step.check ? [step.check.join(' ')] : []))
  for (const tool of ['promtool', 'amtool', 'visudo']) expect(checked.join('\n')).toContain(tool)
  expect(log).toMatch(/SUCCESS: .*valid prometheus config/)
  expect(log).toMatch(/Checking .*alertmanager.*SUCCESS/s)
}

const topologyOn = (hosts: readonly LabHost[]): string => {
  const [one, two, three, four, five, six] = hosts.map(({ address }) => address)
  return `global:
  user: tidb
  ssh_port: 22
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
monitored: {}
server_configs:
  worker:
    keepalive-ttl: 3
master_servers:
  - host: ${one}
  - host: ${two}
  - host: ${three}
worker_servers:
  - host: ${four}
  - host: ${five}
  - host: ${six}
monitoring_servers:
  - host: ${one}
grafana_servers:
  - host: ${one}
alertmanager_servers:
  - host: ${one}
`
}

import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ClusterDetail, ErrandView } from '@/server/domain/api'
import type { ClusterReport } from '@/server/domain/check-row'
import type { DmctlAnswer } from '@/server/domain/dmctl/input'
import type { DmOverview } from '@/server/domain/dmctl/overview'
import type { PulledFileView } from '@/server/domain/files'
import type { MonitorsView } from '@/server/domain/monitors'
import { stepsOf } from '@/server/domain/plan'
import type { ExecResults } from '@/server/usecases/exec-results'
import { type LabHost, labAvailable } from '@/tests/support/lab'
import { planFor, submitDeploy, succeeds } from './connect'
import { listingOf, on } from './on-host'
import { bindingsAt, createSource, type RunningCluster, startRunningCluster } from './running-cluster'

const topology = (hosts: readonly LabHost[]): string => {
  const [a, b] = hosts.map(({ address }) => `  - host: ${address}`)
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /srv/dm/data}',
    'monitored: {}',
    ...['master_servers:', a, 'worker_servers:', b, 'monitoring_servers:', a, 'grafana_servers:', a],
    ...['alertmanager_servers:', a],
    '',
  ].join('\n')
}
const roots = ['/srv', '/etc/systemd/system', '/var/lib/dm-panel']

/** What the check answers once it passes; tried twice a second. */
const eventually = <T>(check: () => T | Promise<T>, timeout: number): Promise<T> => vi.waitFor(check, { timeout, interval: 500 })

/** Boot, clean, rename and the end of a cluster on real hosts. Each test goes on where the one before ended. */
describe.skipIf(!labAvailable().ok)('the later life of a cluster on lab hosts', () => {
  let lab: RunningCluster
  let bare: string[]
  const shape = async (host: LabHost): Promise<string> =>
    `${await listingOf(host)}${await on(host, 'bash', '-c', `find ${roots.join(' ')} -printf '%p %l\\n' 2>/dev/null | sort`)}`
  beforeAll(async () => {
    lab = await startRunningCluster(topology, 2, async (hosts) => {
      bare = await Promise.all(hosts.map(shape))
    })
    await createSource(lab.address(1), 'mysql-01')
  }, 400_000)
  afterAll(() => lab?.panel.stop())

  const bootOf = async (index: number, ...units: string[]): Promise<string[]> =>
    (await on(lab.host(index), 'bash', '-c', `systemctl is-enabled ${units.join(' ')} || true`)).trim().split('\n')
  const perform = async (cluster: string, operation: string, input: unknown) => {
    const { plan, document } = await planFor(lab.api, cluster, operation, input)
    await succeeds(lab.api, (await lab.api.run(plan)).id)
    return document
  }

  it('check: nothing amiss but what two hosts can not give; a file changed by hand and a stopped unit are named', async () => {
    const report = async () => {
      const { id } = await lab.api.get<ErrandView>('/api/clusters/lab/check')
      const { result } = await eventually(async () => {
        const errand = await lab.api.get<ErrandView>(`/api/errands/${id}`)
        expect(errand.state).toBe('done')
        return errand
      }, 60_000)
      return result as ClusterReport // what this errand answers with
    }
    const amiss = ({ rows }: ClusterReport) => rows.filter(({ state }) => state !== 'ok').map(({ code, host, seen }) => [code, host, seen])
    const small = ['check.master-count', 'check.quorum-spare', 'check.free-worker', 'preflight.open-files', 'preflight.memory']
    const sound = await report()
    expect(amiss(sound).filter(([code]) => !small.includes(code ?? ''))).toEqual([])
    expect(new Set(sound.rows.map(({ code }) => code)).size).toBeGreaterThan(30)
    const file = '/home/tidb/dm/deploy/dm-worker-8262/conf/dm-worker.toml'
    await on(lab.host(2), 'bash', '-c', `cp -p ${file} /root/kept; echo '# by hand' >> ${file}; systemctl stop node_exporter-9100`)
    const found = amiss(await report()).map(([code, host]) => [code, host])
    expect(found).toEqual(
      expect.arrayContaining([
        ['check.file', lab.address(2)],
        ['check.unit-active', lab.address(2)],
      ]),
    )
    await on(lab.host(2), 'bash', '-c', `mv /root/kept ${file}; systemctl start node_exporter-9100`)
  }, 120_000)

  it('dmctl: by the deploy user on a master’s host, its file gone, its password nowhere, DM’s answer as the result', async () => {
    const canary = 'canary-of-a-task-31'
    const text = `name: t1\ntask-mode: all\ntarget-database:\n  host: 127.0.0.1\n  password: ${canary}\nmysql-instances:\n  - source-id: mysql-01\n`
    const dmctl = async (line: string, end: string, files: object[] = []) => {
      const job = await lab.api.run((await planFor(lab.api, 'lab', 'dmctl', { line, files })).plan)
      expect((await lab.api.jobIn(job.id, ['succeeded', 'failed', 'cancelled', 'waiting'])).state).toBe(end)
      const [result] = await lab.api.get<ExecResults>(`/api/jobs/${job.id}/results`)
      const journal = await lab.api.get<unknown[]>(`/api/jobs/${job.id}/journal?limit=5000`)
      expect(JSON.stringify(journal)).not.toContain(canary)
      return result?.result
    }
    const members = await lab.api.errand<DmctlAnswer>('/api/clusters/lab/dmctl', { line: 'list-member --worker' })
    expect(members.text).toContain('"source": "mysql-01"')
    expect((await dmctl('start-task task.yaml', 'succeeded', [{ name: 'task.yaml', text }]))?.stdout).toContain('"result": true')
    expect((await dmctl('transfer-source mysql-01 no-such-worker', 'failed'))?.why).toBe('engine.dmctl-refused')
    const { id } = await lab.api.get<ErrandView>('/api/clusters/lab/dm')
    const seen = await eventually(async () => {
      const errand = await lab.api.get<ErrandView>(`/api/errands/${id}`)
      expect(errand.state).toBe('done')
      return errand.result as DmOverview // what this errand answers with
    }, 60_000)
    expect(seen.tasks.map(({ task, source, stage }) => [task, source, stage])).toEqual([['t1', 'mysql-01', 'Running']])
    expect(seen.sources).toMatchObject([{ source: 'mysql-01', workerStage: 'bound', tasks: ['t1'] }])
    expect((await dmctl('get-config task t1', 'succeeded'))?.stdout).toContain('******')
    await dmctl('config export', 'succeeded')
    await dmctl('stop-task t1', 'succeeded')
    const left = 'ls -d /var/lib/dm-panel/dmctl.* /var/lib/dm-panel/staged/* /var/lib/dm-panel/exports/* 2> /dev/null; true'
    expect(await on(lab.host(1), 'bash', '-c', left)).toBe('')
  }, 120_000)

  it('alerts and charts of its own Alertmanager and Prometheus; a worker that somebody stops is told; a monitor that is down is a sentence', async () => {
    const got: { event: string; params: { node?: string } }[] = []
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      got.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      response.end()
    })
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
    const { port } = receiver.address() as AddressInfo // it listens on TCP
    const about = { enabled: true, language: 'en', clusters: ['lab'], events: ['node-down'], quietMinutes: 0 }
    await lab.api.post('/api/channels', {
      ...about,
      name: 'n',
      kind: 'webhook',
      url: `http://127.0.0.1:${port}/`,
      secret: 'of this test only, long',
    })
    const stopWatching = lab.api.watch('lab')
    const view = () => lab.api.get<MonitorsView | null>('/api/clusters/lab/monitors')
    await on(lab.host(2), 'systemctl', 'stop', 'dm-worker-8262')
    const labels = { alertname: 'DM_sync_process_exists_with_error', level: 'critical', task: 't1' }
    const alert = [{ labels, annotations: { summary: 'Task t1 stands' } }]
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alert) }
    expect((await fetch(`http://${lab.address(1)}:9093/api/v2/alerts`, post)).status).toBe(200)
    await eventually(async () => {
      const seen = await view()
      expect(seen?.alerts).toMatchObject({ error: null, seen: [{ name: labels.alertname, level: 'critical', labels: { task: 't1' } }] })
      expect(seen?.charts?.error).toBeNull()
      const drawn = Object.fromEntries((seen?.charts?.seen ?? []).map(({ id, series }) => [id, series.map(({ name }) => name)]))
      for (const id of ['cpu', 'memory']) expect([...(drawn[id] ?? [])].sort()).toEqual([lab.address(1), lab.address(2)].sort())
    }, 110_000)
    await eventually(
      () => expect(got.map(({ event, params }) => [event, params.node])).toEqual([['node-down', `${lab.address(2)}:8262`]]),
      120_000,
    )
    await on(lab.host(2), 'systemctl', 'start', 'dm-worker-8262')
    await on(lab.host(1), 'systemctl', 'stop', 'prometheus-9090')
    await eventually(
      async () => expect((await view())?.charts?.error).toMatchObject({ code: 'refused', from: `${lab.address(1)}:9090` }),
      60_000,
    )
    const down = await view()
    expect([down?.charts?.seen.length, down?.alerts?.error]).toEqual([7, null])
    await on(lab.host(1), 'systemctl', 'start', 'prometheus-9090')
    await eventually(async () => expect(Object.values(await bindingsAt(lab.address(1)))).toEqual(['mysql-01']), 90_000)
    stopWatching()
    receiver.closeAllConnections()
    receiver.close()
  }, 400_000)

  it('disable and enable, as systemd says it; exporters only where everything of the host is meant', async () => {
    await lab.perform('disable', { nodes: [`${lab.address(2)}:8262`] })
    expect(await bootOf(2, 'dm-worker-8262', 'node_exporter-9100')).toEqual(['disabled', 'disabled'])
    await lab.perform('disable', { roles: ['dm-master'] })
    expect(await bootOf(1, 'dm-master-8261', 'prometheus-9090', 'node_exporter-9100')).toEqual(['disabled', 'enabled', 'enabled'])
    expect((await on(lab.host(1), 'systemctl', 'is-active', 'dm-master-8261')).trim()).toBe('active')
    await lab.perform('enable', {})
    expect([...(await bootOf(1, 'dm-master-8261')), ...(await bootOf(2, 'dm-worker-8262', 'node_exporter-9100'))]).toEqual([
      'enabled',
      'enabled',
      'enabled',
    ])
  }, 120_000)

  it('exec: as the deploy user without sudo or as root, values by host, statuses as they are, ended at its time and by a cancel', async () => {
    const exec = async (input: object, end = 'succeeded') => {
      const job = await lab.api.run((await planFor(lab.api, 'lab', 'exec', input)).plan)
      expect((await lab.api.jobIn(job.id, ['succeeded', 'failed', 'cancelled', 'waiting'])).state).toBe(end)
      return results(job.id)
    }
    const results = async (id: string) =>
      (await lab.api.get<ExecResults>(`/api/jobs/${id}/results`)).map(({ hosts, result }) => ({ hosts, ...result }))
    const text = 'id -un; pwd; basename {{ .DeployDir }}; echo "two  words" >&2; sudo -n id -un; cat'
    const both = await exec({ command: text })
    expect(both.map(({ stdout }) => stdout).sort()).toEqual(['tidb\n/home/tidb\ndm-master-8261\n', 'tidb\n/home/tidb\ndm-worker-8262\n'])
    expect(both[0]?.stderr).toMatch(/^two {2}words\nsudo: .*no new privileges/)
    const [asRoot, ...others] = await exec({ command: "id -un; printf '::made /x\\n\\n::then-probe 0'", sudo: true })
    expect([asRoot?.hosts.length, asRoot?.stdout, others]).toEqual([2, 'root\n::made /x\n\n::then-probe 0', []])
    const some = await exec({ command: '[ {{ .Port }} = 8261 ] || exit 97' }, 'failed')
    expect(some.map(({ hosts, exitCode }) => [hosts, exitCode]).sort()).toEqual([
      [[lab.address(1)], 0],
      [[lab.address(2)], 97],
    ])
    const late = await exec({ command: 'sleep 321 & sleep 321', timeoutS: 2, nodes: [`${lab.address(1)}:8261`] }, 'failed')
    expect(late[0]).toMatchObject({ state: 'failed', why: 'engine.command-timeout' })
    const job = await lab.api.run((await planFor(lab.api, 'lab', 'exec', { command: 'echo begun; sleep 321', timeoutS: 600 })).plan)
    await eventually(async () => expect((await results(job.id)).map(({ stdout }) => stdout.trim())).toEqual(['begun', 'begun']), 20_000)
    await lab.api.post(`/api/jobs/${job.id}/cancel`, {})
    expect((await lab.api.jobIn(job.id, ['succeeded', 'failed', 'cancelled'])).state).toBe('cancelled')
    expect(new Set((await results(job.id)).map(({ why }) => why))).toEqual(new Set(['engine.command-cancelled']))
    for (const index of [1, 2])
      expect(
        await on(
          lab.host(index),
          'bash',
          '-c',
          'pgrep -x sleep -a | grep 321; ls /run/dm-panel.* /var/lib/dm-panel/lock 2> /dev/null; true',
        ),
      ).toBe('')
  }, 120_000)

  it('push and pull: whole, in pieces, by the deploy user or as root; what was there is kept', async () => {
    const bytes = randomBytes(5 * 1024 ** 2 + 17)
    const head = {
      origin: lab.api.url,
      cookie: lab.api
        .cookies()
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
      'tus-resumable': '1.0.0',
    }
    const metadata = `filename ${Buffer.from('own file.bin').toString('base64')}`
    const begun = await fetch(`${lab.api.url}/api/uploads`, {
      method: 'POST',
      headers: { ...head, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
    })
    const at = begun.headers.get('location') ?? ''
    const type = 'application/offset+octet-stream'
    const sent = await fetch(new URL(at, lab.api.url), {
      method: 'PATCH',
      headers: { ...head, 'upload-offset': '0', 'content-type': type },
      body: bytes,
    })
    expect([begun.status, sent.status]).toEqual([201, 204])
    const upload = at.replace(/^.*\//, '')
    await on(lab.host(2), 'bash', '-c', 'echo former > /home/tidb/dm/own; chown tidb: /home/tidb/dm/own; chmod 0640 /home/tidb/dm/own')
    await perform('lab', 'push', { upload, path: '/home/tidb/dm/own' })
    const hash = createHash('sha256').update(bytes).digest('hex')
    for (const index of [1, 2]) {
      expect(await on(lab.host(index), 'sha256sum', '/home/tidb/dm/own')).toContain(hash)
      expect((await on(lab.host(index), 'stat', '-c', '%U %a', '/home/tidb/dm/own')).trim()).toBe(index === 1 ? 'tidb 644' : 'tidb 640')
    }
    expect(await on(lab.host(2), 'bash', '-c', 'cat /home/tidb/dm/own.was-*')).toBe('former\n')
    const root = await lab.api.plan('lab', 'push', { upload, path: '/etc/own' })
    expect(root.problems.map(({ code }) => code)).toEqual(['push.not-writable'])
    await on(lab.host(1), 'chmod', '0600', '/home/tidb/dm/own')
    const { plan } = await planFor(lab.api, 'lab', 'pull', {
      paths: ['/home/tidb/dm/own', '/etc/shadow'],
      nodes: [`${lab.address(1)}:8261`],
    })
    expect(plan.problems.map(({ code }) => code)).toEqual(['pull.unreadable', 'pull.sum'])
    const job = await lab.api.run(plan)
    await succeeds(lab.api, job.id)
    const [file, ...more] = await lab.api.get<PulledFileView[]>(`/api/jobs/${job.id}/files`)
    expect([file?.sha256, file?.sizeBytes, more]).toEqual([hash, bytes.length, []])
    const got = await lab.api.send('GET', `/api/jobs/${job.id}/files/${file?.id}`)
    expect(
      createHash('sha256')
        .update(Buffer.from(await got.arrayBuffer()))
        .digest('hex'),
    ).toBe(hash)
    for (const index of [1, 2]) await on(lab.host(index), 'bash', '-c', 'rm /home/tidb/dm/own*')
  }, 120_000)

  it('rotate-ssh: the former key is refused by sshd, the cluster goes on by the new one', async () => {
    const keysOf = async (index: number) => (await on(lab.host(index), 'cat', '/home/tidb/.ssh/authorized_keys')).trim().split('\n')
    const before = await keysOf(1)
    await perform('lab', 'rotate-ssh', {})
    const after = await keysOf(1)
    expect([before.length, after.length, await keysOf(2)]).toEqual([1, 1, after])
    expect(after).not.toEqual(before)
    expect((await lab.api.get<ClusterDetail>('/api/clusters/lab')).formerKeyOn).toEqual([])
    await perform('lab', 'exec', { command: 'true' })
  }, 120_000)

  it('clean: sizes before, data and logs gone, what a link names stays', async () => {
    const data = '/srv/dm/data/dm-worker-8262'
    await on(
      lab.host(2),
      'bash',
      '-c',
      `mkdir /srv/precious && echo x > /srv/precious/x && ln -s /srv/precious ${data}/link && head -c 3000000 /dev/zero > ${data}/relay.1`,
    )
    const document = await perform('lab', 'clean', { data: true, logs: true })
    const worker = document.impact.deletes?.find(({ path, only }) => path === data && only === 'all')
    expect(worker?.bytes).toBeGreaterThan(2_900_000)
    expect(await on(lab.host(2), 'ls', '-A', data)).toBe('')
    expect((await on(lab.host(2), 'ls', '/srv/precious')).trim()).toBe('x')
    expect(
      await on(lab.host(1), 'bash', '-c', 'ls -A /srv/dm/data/dm-master-8261; ls /home/tidb/dm/deploy/dm-master-8261/log/*.log || true'),
    ).toBe('')
    expect((await on(lab.host(1), 'bash', '-c', 'systemctl is-active dm-master-8261 || true')).trim()).toBe('inactive')
    await on(lab.host(2), 'rm', '-r', '/srv/precious')
  }, 240_000)

  it('clean refuses a data folder that is a link; the cluster starts again, empty', async () => {
    const data = '/srv/dm/data/dm-worker-8262'
    await on(lab.host(2), 'bash', '-c', `mv ${data} /srv/elsewhere && ln -s /srv/elsewhere ${data}`)
    const plan = await lab.api.plan('lab', 'clean', { data: true, ignoreRoles: ['dm-master'] })
    expect(plan.problems.map(({ code }) => code)).toContain('clean.linked')
    await on(lab.host(2), 'bash', '-c', `rm ${data} && mv /srv/elsewhere ${data}`)
    await lab.perform('start')
    await createSource(lab.address(1), 'mysql-02')
    expect(Object.values(await bindingsAt(lab.address(1)))).toEqual(['mysql-02'])
  }, 180_000)

  it('rename: Prometheus and Grafana carry the new name, DM does not notice, the former name points on', async () => {
    const pid = await on(lab.host(1), 'systemctl', 'show', '-pMainPID', 'dm-master-8261')
    await lab.perform('rename', { name: 'orders' })
    expect(await on(lab.host(1), 'cat', '/home/tidb/dm/deploy/prometheus-9090/conf/prometheus.yml')).toContain("cluster: 'orders'")
    const grafana = await on(lab.host(1), 'bash', '-c', 'cat /home/tidb/dm/deploy/grafana-3000/provisioning/*/*.yml')
    expect(grafana).toContain('orders')
    expect(await on(lab.host(1), 'systemctl', 'show', '-pMainPID', 'dm-master-8261')).toBe(pid)
    const former = await lab.api.send('GET', '/api/clusters/lab')
    expect([former.status, await former.text()]).toEqual([404, expect.stringContaining('orders')])
    await perform('orders', 'restart', { roles: ['grafana'] })
  }, 180_000)

  it('destroy leaves the hosts as they were before the deploy', async () => {
    const document = await perform('orders', 'destroy', { credentialId: lab.logins.rootKey })
    expect(stepsOf(document).map(({ kind }) => kind)).toContain('user-absent')
    expect(document.impact.deletes?.every(({ bytes }) => bytes !== null)).toBe(true)
    const after = await Promise.all(lab.hosts.map(shape))
    for (const [i, text] of after.entries()) expect(text.split('\n')).toEqual(bare[i]?.split('\n'))
    expect(await lab.api.get<unknown[]>('/api/clusters')).toEqual([])
  }, 240_000)

  it('the name is free afterwards, and data that is retained stays', async () => {
    const { job } = await submitDeploy(lab.api, 'lab', { topology: topology(lab.hosts), credentialId: lab.logins.rootKey })
    await succeeds(lab.api, job.id)
    await on(lab.host(2), 'bash', '-c', 'echo kept > /srv/dm/data/dm-worker-8262/kept')
    await perform('lab', 'destroy', { credentialId: lab.logins.rootKey, retainNodes: [lab.address(2)] })
    expect(await on(lab.host(2), 'bash', '-c', 'find /srv -type f')).toBe('/srv/dm/data/dm-worker-8262/kept\n')
    expect(await on(lab.host(2), 'bash', '-c', 'ls /etc/sudoers.d; getent passwd tidb || true')).not.toContain('tidb')
    await on(lab.host(2), 'rm', '-r', '/srv/dm')
    for (const index of [1, 2]) expect((await shape(lab.host(index))).split('\n')).toEqual(bare[index - 1]?.split('\n'))
  }, 300_000)
})

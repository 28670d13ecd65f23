import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ErrandView } from '@/server/domain/api'
import type { ClusterReport } from '@/server/domain/check-row'
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
    '',
  ].join('\n')
}
const roots = ['/srv', '/etc/systemd/system', '/var/lib/dm-panel']

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
      const { result } = await vi.waitFor(async () => {
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
    await vi.waitFor(async () => expect((await results(job.id)).map(({ stdout }) => stdout.trim())).toEqual(['begun', 'begun']), 20_000)
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

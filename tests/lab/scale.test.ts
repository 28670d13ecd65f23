import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LabHost, labAvailable, labCredentials, labPrivateKey } from '@/tests/support/lab'
import { until } from '@/tests/support/panel'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, createSource, ownTurns, type RunningCluster, startRunningCluster } from './running-cluster'

/** In and out on real hosts, by the API alone and the system's SSH client. Each test goes on where the one before ended. */
describe.skipIf(!labAvailable().ok)('scale-out and scale-in on lab hosts', () => {
  let lab: RunningCluster
  const ssh = recordingSsh()
  beforeAll(async () => {
    lab = await startRunningCluster(threeHosts, 6, undefined, { TIUP_NATIVE_SSH: 'true', DM_PANEL_SSH: ssh.program })
    await createSource(lab.address(1), 'mysql-01')
  }, 400_000)
  afterAll(async () => {
    await lab?.panel.stop()
    ssh.forget()
  })

  const listed = async (by: number, type: 'master' | 'worker') => {
    const answer = await fetch(`http://${lab.address(by)}:8261/apis/v1alpha1/members?${type}=true`)
    const { members } = (await answer.json()) as { members: Record<string, Record<string, { name: string }[]>>[] } // recorded 05
    return members.flatMap((one) => one[type]?.[`${type}s`] ?? []).map(({ name }) => name)
  }
  const leader = async () => {
    const answer = await fetch(`http://${lab.address(1)}:8261/apis/v1alpha1/members?leader=true`)
    const { members } = (await answer.json()) as { members: { leader?: { addr: string } }[] } // recorded 03
    return members[0]?.leader?.addr ?? ''
  }
  const nodesOf = async (role: string) => (await lab.detail()).status?.rows.filter((row) => row.role === role).map(({ id }) => id) ?? []

  it('the document’s worker and a master join on new hosts; no request to the other masters fails', async () => {
    const poller = pollMasters([1, 2, 3].map((index) => `${lab.address(index)}:8261`))
    const topology = `master_servers:\n  - host: ${lab.address(4)} # new\nworker_servers:\n  - host: ${lab.address(5)}\n`
    const { plan } = await lab.perform('scale-out', { topology, credentialId: lab.logins.rootKey })
    expect(failedElsewhere(await poller.stop(), [])).toEqual([])
    expect(await listed(1, 'master')).toContain(`dm-${lab.address(4)}-8261`)
    expect(await listed(1, 'worker')).toContain(`dm-${lab.address(5)}-8262`)
    expect(plan.phases.map(({ title }) => title.word)).toContain('plan.settle-masters')
    const script = await on(lab.host(4), 'cat', '/home/tidb/dm/deploy/dm-master-8261/scripts/run_dm-master.sh')
    expect(script).toContain('--initial-cluster=')
    expect((await lab.detail()).yaml).toContain('# new')
    const states = await on(lab.host(4), 'systemctl', 'show', '-pActiveState', '--value', 'dm-master-8261', 'node_exporter-9100')
    expect(states.split('\n').filter((line) => line !== '')).toEqual(['active', 'active'])
    expect(await on(lab.host(1), 'cat', '/home/tidb/dm/deploy/prometheus-9090/conf/prometheus.yml')).toContain(`${lab.address(5)}:8262`)
  }, 300_000)

  it('the new master starts again with its data, as one of the four', async () => {
    await lab.perform('restart', { nodes: [`${lab.address(4)}:8261`] })
    expect(await listed(4, 'master')).toHaveLength(4)
  }, 120_000)

  it('the leader and the bound worker leave: no request fails elsewhere, the source is bound again', async () => {
    const leaving = await leader()
    const [bound = ''] = Object.keys(await bindingsAt(lab.address(1))).map((name) => name.replace(/^dm-(.*)-(\d+)$/, '$1:$2'))
    const stay = [1, 2, 3, 4].map((index) => `${lab.address(index)}:8261`).filter((one) => one !== leaving)
    const poller = pollMasters(stay)
    const { plan, job } = await lab.perform('scale-in', { nodes: [leaving, bound] })
    expect(failedElsewhere(await poller.stop(), ownTurns(plan, job))).toEqual([])
    const by = stay[0]?.split(':')[0] ?? ''
    expect(Object.values(await bindingsAt(by))).toEqual(['mysql-01'])
    const nodes = async () => [...(await nodesOf('dm-master')), ...(await nodesOf('dm-worker'))]
    await until(async () => (await nodes()).length === 5, 30_000)
    expect(await nodes()).not.toContain(leaving)
    expect(await nodes()).not.toContain(bound)
  }, 300_000)

  it('a host that is empty then has nothing of the cluster left', async () => {
    const last = lab.host(5)
    const there = await nodesOf('dm-worker')
    const node = `${last.address}:8262`
    if (there.includes(node)) {
      const unbound = [{ node, reason: 'its source goes with the test' }]
      await lab.perform('scale-in', { nodes: [node], unbound, credentialId: lab.logins.rootKey })
    }
    expect(await on(last, 'bash', '-c', 'ls /etc/systemd/system | grep -E "dm-|exporter" || true')).toBe('')
    expect(await on(last, 'bash', '-c', 'ls /home/tidb/dm /etc/sudoers.d/tidb 2>/dev/null || true')).toBe('')
  }, 300_000)

  it('three to two to one: the last step takes the member out while it runs', async () => {
    for (const words of ['documented', 'delete-first']) {
      const masters = (await nodesOf('dm-master')).toSorted()
      const node = masters.findLast((one) => one !== `${lab.address(1)}:8261`) ?? ''
      const { plan } = await lab.perform('scale-in', { nodes: [node] })
      expect(plan.phases.map(({ title }) => title.word)).toContain(`plan.leave-dm-master-${words}`)
      await until(async () => (await nodesOf('dm-master')).length === masters.length - 1, 30_000)
    }
    const [last = ''] = await nodesOf('dm-master')
    const answer = await fetch(`http://${last}/apis/v1alpha1/members?master=true`)
    expect(await answer.text()).toMatch(/"alive":\s*true/)
    const refused = await lab.api.plan('lab', 'scale-in', { nodes: [last] })
    expect(refused.problems.map(({ code }) => code)).toContain('scale-in.last-master')
  }, 300_000)

  it('all of it went by the system’s SSH client, which was told no secret by argv', () => {
    const calls = ssh.calls()
    for (const { address } of lab.hosts.slice(0, 5)) expect(calls).toMatch(new RegExp(`-N -T .* -l (root|tidb) -- ${address}$`, 'm'))
    expect(calls).toContain('StrictHostKeyChecking=yes')
    const keyLines = labPrivateKey().split('\n').slice(1, -2)
    for (const secret of [labCredentials.root.password, labCredentials.admin.password, 'PRIVATE KEY', ...keyLines])
      expect(calls).not.toContain(secret)
  })
})

/** An ssh that writes down how it is called. */
function recordingSsh(): { program: string; calls: () => string; forget: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-recording-ssh-'))
  const [program, calls] = [path.join(folder, 'ssh'), path.join(folder, 'calls')]
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${calls}'\nexec ssh "$@"\n`, { mode: 0o755 })
  return { program, calls: () => readFileSync(calls, 'utf8'), forget: () => rmSync(folder, { recursive: true }) }
}

/** 3 dm-master and 2 dm-worker on hosts 1 to 3, exporters with them; 4 to 6 stay bare. */
const threeHosts = (hosts: readonly LabHost[]): string => {
  const at = (from: number, to: number) => hosts.slice(from - 1, to).map(({ address }) => `  - host: ${address}`)
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /home/tidb/dm/data}',
    'monitored: {}',
    ...['master_servers:', ...at(1, 3), 'worker_servers:', ...at(2, 3), 'monitoring_servers:', ...at(1, 1)],
    '',
  ].join('\n')
}

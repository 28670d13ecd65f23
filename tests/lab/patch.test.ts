import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrandView } from '@/server/domain/api'
import type { LedgerView, VerifiedBinaries } from '@/server/domain/api-ledger'
import type { VerifiedPackageView } from '@/server/domain/api-packages'
import { type LabHost, labAvailable } from '@/tests/support/lab'
import { standinHotfix } from './build-packages'
import { answer, jobAfter, labVersion, planFor, succeeds } from './connect'
import { buildHotfix, type Hotfix } from './hotfix'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, createSource, ownTurns, type RunningCluster, startRunningCluster, threeAndThree } from './running-cluster'

const atOnce = { canary: false }

const verify = async (lab: RunningCluster): Promise<VerifiedBinaries> => {
  const { id } = await lab.api.get<ErrandView>('/api/clusters/lab/verify-binaries')
  return lab.api.errandDone<VerifiedBinaries>(id)
}
/** Of DM's instances: verdict, and the version that the process says. */
const verdicts = async (lab: RunningCluster): Promise<Record<string, string>> => {
  const { rows } = await verify(lab)
  return Object.fromEntries(
    rows.filter(({ component }) => component.startsWith('dm-')).map((row) => [row.instance, `${row.verdict} ${row.says?.release ?? ''}`]),
  )
}
const ledger = (lab: RunningCluster) => lab.api.get<LedgerView>('/api/clusters/lab/ledger')
const display = async (lab: RunningCluster) => (await lab.api.send('GET', '/api/clusters/lab/display?format=text')).text()
const pidOf = (host: LabHost, unit: string) => on(host, 'systemctl', 'show', '-pMainPID', '--value', unit)
/** What a shell on the host says of the running process and of the file: nothing of the panel is believed here. */
const seenBy = (host: LabHost, unit: string, file: string) =>
  on(
    host,
    'bash',
    '-c',
    'pid=$(systemctl show -pMainPID --value "$1"); sha256sum < "/proc/$pid/exe"; sha256sum < "$2"; "$2" -V | head -1',
    'bash',
    unit,
    file,
  )

describe.skipIf(!labAvailable().ok)('hotfixes on a running cluster of lab hosts', () => {
  let lab: RunningCluster
  let hotfix: Hotfix
  const masters = () => [1, 2, 3].map((index) => `${lab.address(index)}:8261`)
  const workers = () => [4, 5, 6].map((index) => `${lab.address(index)}:8262`)
  const all = (of: readonly string[], text: string) => Object.fromEntries(of.map((id) => [id, text]))
  beforeAll(async () => {
    lab = await startRunningCluster(threeAndThree)
    for (const id of ['mysql-01', 'mysql-02']) await createSource(lab.address(1), id)
    hotfix = await buildHotfix(lab.api, labVersion, { ticket: 'DM-1', notes: 'built in the lab' })
  })
  afterAll(() => lab?.panel.stop())

  it('the package says another version on a host of the cluster, which a patch then asks for', async () => {
    for (const sha256 of Object.values(hotfix)) {
      const asked = { cluster: 'lab', host: lab.address(6) }
      const said = await lab.api.errand<VerifiedPackageView>(`/api/packages/${sha256}/verify`, asked)
      expect(said).toMatchObject({ release: standinHotfix })
    }
  })

  it('one node: that one, and nothing else', async () => {
    const [, , node = ''] = workers()
    const others = () => Promise.all([4, 5].map((index) => pidOf(lab.host(index), 'dm-worker-8262')))
    const before = await others()
    const { plan } = await lab.perform('patch', { packages: [hotfix['dm-worker']], nodes: [node], ticket: 'DM-7' })
    expect(JSON.stringify(plan)).toContain('"ask":"version-is"')
    expect(await others()).toEqual(before)
    expect(await verdicts(lab)).toEqual({
      ...all([...masters(), ...workers()], `as-noted ${labVersion}`),
      [node]: `as-noted ${standinHotfix}`,
    })
    const seen = await seenBy(lab.host(6), 'dm-worker-8262', '/home/tidb/dm/deploy/dm-worker-8262/bin/dm-worker/dm-worker')
    const [process, disk, version] = seen.trim().split('\n')
    expect([process === disk, version]).toEqual([true, `Release Version: ${standinHotfix}`])
    expect((await display(lab)).match(/\(patched\)/g)).toHaveLength(1)
    const view = await ledger(lab)
    expect(view.problems.map(({ code }) => code)).toEqual(['ledger.mixed'])
    expect(view.instances.find(({ instance }) => instance === node)?.current).toMatchObject({ kind: 'patch', ticket: 'DM-7' })
  }, 200_000)

  it('one role, for later scale-outs too; sources keep being served', async () => {
    await lab.perform('patch', { packages: [hotfix['dm-worker']], roles: ['dm-worker'], overwrite: true, rolling: atOnce })
    expect(await verdicts(lab)).toEqual({ ...all(masters(), `as-noted ${labVersion}`), ...all(workers(), `as-noted ${standinHotfix}`) })
    const view = await ledger(lab)
    expect(view.rolePackages).toMatchObject([{ component: 'dm-worker', packageSha256: hotfix['dm-worker'] }])
    expect(view.problems).toEqual([])
    expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(['mysql-01', 'mysql-02'])
  }, 300_000)

  it('back to what ran before, all that is patched, and new nodes get the release again', async () => {
    await lab.perform('patch', { to: 'former', overwrite: true, ticket: 'DM-8', rolling: atOnce })
    expect(await verdicts(lab)).toEqual(all([...masters(), ...workers()], `as-noted ${labVersion}`))
    expect(await display(lab)).not.toContain('(patched)')
    expect((await ledger(lab)).rolePackages).toEqual([])
  }, 300_000)

  it('both components in one go, with pauses after the first of each: no request to another master fails', async () => {
    const poller = pollMasters(masters())
    const { plan, document } = await planFor(lab.api, 'lab', 'patch', { packages: Object.values(hotfix), due: '2099-12-31' })
    const { id } = await lab.api.run(plan)
    const pauses: (string | undefined)[] = []
    let job = await jobAfter(lab.api, id)
    for (; job.state === 'waiting' && pauses.length < 5; job = await jobAfter(lab.api, id)) {
      expect(job.view.question?.about, JSON.stringify(job.view.question)).toBe('pause')
      pauses.push(job.view.question?.lane)
      await answer(lab.api, job, 'continue')
    }
    const polled = await poller.stop()
    expect(job.state).toBe('succeeded')
    expect(pauses).toHaveLength(2)
    expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
    expect(await verdicts(lab)).toEqual(all([...masters(), ...workers()], `as-noted ${standinHotfix}`))
    expect((await display(lab)).match(/\(patched\)/g)).toHaveLength(6)
    expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(['mysql-01', 'mysql-02'])
  }, 400_000)

  it('back again, masters and workers', async () => {
    await lab.perform('patch', { to: 'former', rolling: atOnce })
    expect(await verdicts(lab)).toEqual(all([...masters(), ...workers()], `as-noted ${labVersion}`))
  }, 400_000)

  it('offline: the process goes on until its next start, and that is said', async () => {
    const [node = ''] = workers()
    const before = await pidOf(lab.host(4), 'dm-worker-8262')
    const { plan } = await planFor(lab.api, 'lab', 'patch', { packages: [hotfix['dm-worker']], nodes: [node], offline: true })
    expect(plan.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['patch.offline-while-running']))
    await succeeds(lab.api, (await lab.api.run(plan)).id)
    expect(await pidOf(lab.host(4), 'dm-worker-8262')).toBe(before)
    expect((await verdicts(lab))[node]).toBe(`restart-needed ${labVersion}`)
    await lab.perform('restart', { nodes: [node], rolling: atOnce })
    expect((await verdicts(lab))[node]).toBe(`as-noted ${standinHotfix}`)
  }, 300_000)

  it('a hand on a disk is seen', async () => {
    const [, node = ''] = workers()
    await on(
      lab.host(5),
      'bash',
      '-c',
      'cp -p "$1" "$1.new" && echo >> "$1.new" && mv "$1.new" "$1"',
      'bash',
      '/home/tidb/dm/deploy/dm-worker-8262/bin/dm-worker/dm-worker',
    )
    expect((await verdicts(lab))[node]).toBe(`disk-differs ${labVersion}`)
    await lab.perform('patch', { packages: [hotfix['dm-worker']], nodes: [node] })
    expect((await verdicts(lab))[node]).toBe(`as-noted ${standinHotfix}`)
  }, 200_000)
})

/** The hotfix document's own: five nodes on one host. */
const example = (hosts: readonly LabHost[]): string => {
  const at = `  - host: ${hosts[0]?.address}`
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /home/tidb/dm/data}',
    ...['master_servers', 'worker_servers', 'monitoring_servers', 'grafana_servers', 'alertmanager_servers'].flatMap((name) => [
      `${name}:`,
      at,
    ]),
    '',
  ].join('\n')
}

describe.skipIf(!labAvailable().ok)('the hotfix document’s example on one lab host', () => {
  let lab: RunningCluster
  beforeAll(async () => {
    lab = await startRunningCluster(example, 1)
  })
  afterAll(() => lab?.panel.stop())

  it('both hotfixes on the only master and worker, and back: the outage said before, no evict, no pause', async () => {
    const hotfix = await buildHotfix(lab.api, labVersion)
    const { plan, document } = await planFor(lab.api, 'lab', 'patch', { packages: Object.values(hotfix) })
    expect(plan.problems.map(({ code }) => code)).toContain('rolling.masters-out')
    expect(document.impact.masterOutageS).toBeGreaterThan(0)
    expect(JSON.stringify(document)).not.toMatch(/leader-not-here|pauseAfter/)
    await succeeds(lab.api, (await lab.api.run(plan)).id)
    const both = [`${lab.address(1)}:8261`, `${lab.address(1)}:8262`]
    expect(await verdicts(lab)).toEqual(Object.fromEntries(both.map((id) => [id, `as-noted ${standinHotfix}`])))
    expect(await display(lab)).toMatch(/dm-master \(patched\)[\s\S]*dm-worker \(patched\)/)
    await lab.perform('patch', { to: 'former' })
    expect(await verdicts(lab)).toEqual(Object.fromEntries(both.map((id) => [id, `as-noted ${labVersion}`])))
  }, 300_000)
})

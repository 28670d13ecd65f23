import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrandView } from '@/server/domain/api'
import type { LedgerView, VerifiedBinaries } from '@/server/domain/api-ledger'
import type { VerifiedPackageView } from '@/server/domain/api-packages'
import type { LabHost } from '@/tests/support/lab'
import { standinHotfix } from './build-packages'
import { answer, jobAfter, labVersion, logOf, planFor, succeeds } from './connect'
import { buildHotfix, type Hotfix } from './hotfix'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, ownTurns, type RunningCluster } from './running-cluster'
import { during, lanesOf, sabotage, slowWorkers, usualWorkers } from './sabotage'
import { type SharedCluster, sources } from './shared-cluster'

const atOnce = { canary: false }

const verify = async (lab: RunningCluster): Promise<VerifiedBinaries> => {
  const { id } = await lab.api.get<ErrandView>(`/api/clusters/${lab.name}/verify-binaries`)
  return lab.api.errandDone<VerifiedBinaries>(id)
}
/** Of DM's instances: verdict, and the version that the process says. */
export const verdicts = async (lab: RunningCluster): Promise<Record<string, string>> => {
  const { rows } = await verify(lab)
  return Object.fromEntries(
    rows.filter(({ component }) => component.startsWith('dm-')).map((row) => [row.instance, `${row.verdict} ${row.says?.release ?? ''}`]),
  )
}
const ledger = (lab: RunningCluster) => lab.api.get<LedgerView>(`/api/clusters/${lab.name}/ledger`)
export const display = async (lab: RunningCluster) => (await lab.api.send('GET', `/api/clusters/${lab.name}/display?format=text`)).text()
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

/** Each test goes on where the one before ended. */
export const patchSuite = (shared: SharedCluster) =>
  describe('hotfixes', () => {
    let lab: RunningCluster
    let hotfix: Hotfix
    const masters = () => [1, 2, 3].map((index) => `${lab.address(index)}:8261`)
    const workers = () => [4, 5, 6].map((index) => `${lab.address(index)}:8262`)
    const all = (of: readonly string[], text: string) => Object.fromEntries(of.map((id) => [id, text]))
    beforeAll(async () => {
      lab = await shared.take()
      hotfix = await buildHotfix(lab.api, labVersion, { ticket: 'DM-1', notes: 'built in the lab' })
    })
    afterAll(() => lab && usualWorkers(lab))

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
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
    }, 300_000)

    it('a worker that joins then runs the hotfix too, and leaves again', async () => {
      const joining = `${lab.address(2)}:8262`
      await lab.perform('scale-out', { topology: `worker_servers:\n  - host: ${lab.address(2)}\n` })
      const program = '/home/tidb/dm/deploy/dm-worker-8262/bin/dm-worker/dm-worker'
      const [own, others] = await Promise.all([2, 4].map((index) => seenBy(lab.host(index), 'dm-worker-8262', program)))
      expect(own).toContain(`Release Version: ${standinHotfix}`)
      expect(own).toBe(others)
      expect((await verdicts(lab))[joining]).toBe(`as-noted ${standinHotfix}`)
      await lab.perform('scale-in', { nodes: [joining] })
    }, 120_000)

    it('offline: the process goes on until its next start, and that is said', async () => {
      const [node = ''] = workers()
      const before = await pidOf(lab.host(4), 'dm-worker-8262')
      const { plan } = await planFor(lab.api, 'lab', 'patch', { to: 'former', nodes: [node], offline: true })
      expect(plan.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['patch.offline-while-running']))
      await succeeds(lab.api, (await lab.api.run(plan)).id)
      expect(await pidOf(lab.host(4), 'dm-worker-8262')).toBe(before)
      expect((await verdicts(lab))[node]).toBe(`restart-needed ${standinHotfix}`)
      await lab.perform('restart', { nodes: [node], rolling: atOnce })
      expect((await verdicts(lab))[node]).toBe(`as-noted ${labVersion}`)
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
      expect((await verdicts(lab))[node]).toBe(`disk-differs ${standinHotfix}`)
      await lab.perform('patch', { to: 'former', nodes: [node] })
      expect((await verdicts(lab))[node]).toBe(`as-noted ${labVersion}`)
    }, 200_000)

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
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
    }, 400_000)

    it('back again, while the runner is killed, a host loses its power and another its network', async ({ signal }) => {
      await slowWorkers(lab, { startS: 4, stopS: 4 })
      const poller = pollMasters(masters())
      const { plan, document } = await planFor(lab.api, 'lab', 'patch', { to: 'former', rolling: atOnce })
      const { id } = await lab.api.run(plan)
      const [master] = lanesOf(document, 'dm-master')
      const [first, second, third] = lanesOf(document, 'dm-worker')
      const stage = document.phases.flatMap(({ title, lanes }) => (title.word === 'plan.stage' ? lanes : []))
      const wrong = sabotage(lab, id, signal)
      await wrong.killRunner('packages are unpacked', (view) => stage.some((lane) => during(lane, 'binaries-staged', 'done')(view)))
      await wrong.killRunner('a master has its new program', during(master, 'binaries', 'done'))
      await wrong.killRunner('the first worker stops', during(first, 'unit-stopped'))
      await wrong.cutPower('the second worker starts its new program', second, during(second, 'unit-running'))
      await wrong.cutNetwork('the third worker stops', third, during(third, 'unit-stopped'))
      const { job, asked } = await wrong.end()
      const polled = await poller.stop()
      expect(job.state, `${asked.join('\n')}\n${await logOf(lab.api, id)}`).toBe('succeeded')
      expect(job.view.attempt).toBe(4)
      expect(await verdicts(lab)).toEqual(all([...masters(), ...workers()], `as-noted ${labVersion}`))
      expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
    }, 480_000)
  })

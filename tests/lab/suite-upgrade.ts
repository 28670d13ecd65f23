import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import { addedMasterNow, addOldMaster, oldCluster, oldClusterNow, oldVersion, startOldCluster } from './across-eight'
import { answer, type JobDetail, jobAfter, labVersion, planFor, succeeds } from './connect'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, createSource, ownTurns, type RunningCluster } from './running-cluster'
import { type SharedCluster, sourcePassword, sources } from './shared-cluster'

const next = 'v8.5.1'

/** An upgrade of a running cluster, by the API: broken off and back, then to the end. Each test goes on where the one before ended. */
export const upgradeSuite = (shared: SharedCluster) =>
  describe('an upgrade', () => {
    let lab: RunningCluster
    beforeAll(async () => {
      lab = await shared.take()
    })

    const masters = () => [1, 2, 3].map((index) => `${lab.address(index)}:8261`)
    const view = () => lab.api.get<UpgradeView>('/api/clusters/lab/upgrade')
    /** What the processes are, by the hosts' own word: the program on the disk is the one that runs, and its version. */
    const versions = async (suffix = ''): Promise<string[]> =>
      Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (index) => {
          const name = index <= 3 ? 'dm-master' : 'dm-worker'
          const [unit, port] = index <= 3 ? ['dm-master-8261', 8261] : ['dm-worker-8262', 8262]
          const script = 'sha256sum < /proc/$(systemctl show -pMainPID --value "$1")/exe; sha256sum < "$2"; "$2" -V | head -1'
          const program = `/home/tidb/dm/deploy/${name}-${port}${suffix}/bin/${name}/${name}`
          const [runs, lies, version = ''] = (await on(lab.host(index), 'bash', '-c', script, 'bash', String(unit), program))
            .trim()
            .split('\n')
          return runs === lies ? version.replace('Release Version: ', '') : `${index}: the process is another program than ${program}`
        }),
      )
    const all = (version: string) => Array(6).fill(version)
    const goOn = async (id: string, until: (job: JobDetail) => boolean): Promise<JobDetail> => {
      for (let asked = 0; asked < 8; asked++) {
        const job = await jobAfter(lab.api, id)
        if (job.state !== 'waiting' || until(job)) return job
        expect(job.view.question?.about, JSON.stringify(job.view.question)).toBe('pause')
        await answer(lab.api, job, 'continue')
      }
      throw new Error('it asks and asks')
    }

    it('says what is missing and which mirror has it; fetched by what it says, nothing is missing', async () => {
      const before = await view()
      expect(before).toMatchObject({ version: labVersion, open: null, exportBy: { version: labVersion } })
      expect(before.targets.map(({ version, direction }) => `${version} ${direction}`)).toEqual(['v8.5.1 up', 'v8.5.0 same', 'v7.5.3 down'])
      const target = before.targets.find(({ version }) => version === next)
      expect(target?.missing.map(({ component }) => component).toSorted()).toEqual([
        'dm-master',
        'dm-worker',
        'dmctl',
        'grafana',
        'prometheus',
      ])
      const [location = ''] = target?.mirrors ?? []
      const refused = await lab.api.plan('lab', 'upgrade', { version: '8.5.1' })
      expect(refused.problems.filter(({ code }) => code === 'upgrade.package-missing')).toHaveLength(4)
      const wanted = (target?.missing ?? []).map(({ component, version, os, arch }) => ({ component, version, os, arch }))
      await lab.api.errand('/api/packages/fetch', { location, wanted }, 240_000)
      expect((await view()).targets.find(({ version }) => version === next)?.missing).toEqual([])
    }, 300_000)

    it('refuses what goes down, and what nobody has', async () => {
      const codes = async (version: string) =>
        (await lab.api.plan('lab', 'upgrade', { version })).problems.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []))
      expect(await codes('7.5.3')).toContain('upgrade.downgrade')
      expect(new Set(await codes('v9.9.9'))).toEqual(new Set(['upgrade.package-missing']))
      expect(await codes('whatever')).toEqual(['topology.version-form'])
    }, 120_000)

    it('stops before the last master when told to, goes back, and no request to another master fails', async () => {
      const poller = pollMasters(masters())
      const { plan, document } = await planFor(lab.api, 'lab', 'upgrade', { version: next })
      const { id } = await lab.api.run(plan)
      const lanes = document.phases.find(({ title }) => title.word === 'plan.roll-dm-master')?.lanes ?? []
      const job = await goOn(id, ({ view: { question } }) => question?.lane === lanes.at(-2)?.id)
      expect(job.view.question).toMatchObject({ about: 'pause' })
      await lab.api.post(`/api/jobs/${id}/cancel`, {})
      expect((await lab.api.jobIn(id, ['cancelled'])).state).toBe('cancelled')
      const half = await versions()
      expect(half.slice(0, 3).toSorted()).toEqual([labVersion, next, next])
      expect(await view()).toMatchObject({ version: labVersion, open: { from: labVersion, to: next, led: false } })

      const back = await planFor(lab.api, 'lab', 'rollback', { rolling: { canary: false } })
      const went = await succeeds(lab.api, (await lab.api.run(back.plan)).id)
      const polled = await poller.stop()
      expect(await versions()).toEqual(all(labVersion))
      expect((await view()).history.map(({ state }) => state)).toEqual(['rolled-back'])
      const cancelled = await jobAfter(lab.api, id)
      expect(failedElsewhere(polled, [...ownTurns(document, cancelled), ...ownTurns(back.document, went)])).toEqual([])
    }, 600_000)

    it('goes to the end: every process, the books, sources as before, and no request to another master fails', async () => {
      const poller = pollMasters(masters())
      const { plan, document } = await planFor(lab.api, 'lab', 'upgrade', {
        version: next,
        rolling: { canary: false },
        pauseBeforeLast: false,
      })
      const job = await succeeds(lab.api, (await lab.api.run(plan)).id)
      const polled = await poller.stop()
      expect(await versions()).toEqual(all(next))
      expect(Object.values(polled).every(({ asked }) => asked > 50)).toBe(true)
      expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
      expect(await view()).toMatchObject({ version: next, open: { led: true } })
      expect(await lab.statuses('prometheus')).toEqual(['Up'])
    }, 600_000)

    it('has what it exported: for an administrator, and nowhere on the hosts', async () => {
      const [kept] = (await view()).exports
      expect(kept).toMatchObject({ sources: 2, version: labVersion })
      const said = await lab.api.send('GET', `/api/clusters/lab/exports/${kept?.id}/archive`)
      expect(said.status).toBe(200)
      const archive = Buffer.from(await said.arrayBuffer())
      const names = execFileSync('tar', ['-tz'], { input: archive, encoding: 'utf8' })
      expect(names).toContain('topology.yaml')
      expect(names).toContain(`hosts/${lab.address(1)}/home/tidb/dm/deploy/dm-master-8261/conf/dm-master.toml`)
      const inner = execFileSync('tar', ['-xzO', 'export.tar.gz'], { input: archive })
      expect(execFileSync('tar', ['-xzO', '--wildcards', '*/sources/*.yaml'], { input: inner, encoding: 'utf8' })).toContain(sourcePassword)
      const left = [
        '/var/lib/dm-panel',
        '/home/tidb/dm',
        '-path',
        '*/exports/*',
        '-o',
        '-path',
        '*/dmctl.*',
        '-o',
        '-name',
        '.dm-panel-staged*',
      ]
      const found = await Promise.all(lab.hosts.map((host) => on(host, 'find', ...left)))
      expect(found.join('')).toBe('')
    }, 120_000)

    it('has no way back by binaries any more; the former version comes back in fresh folders, with the sources of the backup', async () => {
      const refused = await lab.api.plan('lab', 'rollback', {})
      expect(refused.problems.map(({ code }) => code)).toContain('rollback.has-led')
      await createSource(lab.address(1), 'mysql-03', sourcePassword)
      const plan = await lab.api.plan('lab', 'redeploy', {})
      expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(plan.problems.find(({ code }) => code === 'redeploy.lost')?.params.names).toBe('mysql-03')
      const started = performance.now()
      const { plan: again } = await planFor(lab.api, 'lab', 'redeploy', {})
      const job = await goOn((await lab.api.run(again)).id, () => false)
      expect(job.state, JSON.stringify(job.view.question)).toBe('succeeded')
      console.log(`redeploy of the former version: ${((performance.now() - started) / 1000).toFixed(1)} s`)
      expect(await versions(`-${labVersion}`)).toEqual(all(labVersion))
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
      expect(await view()).toMatchObject({ version: labVersion, open: { state: 'redeployed' } })
      const clear = await Promise.all(
        lab.hosts.map((host) =>
          on(host, 'bash', '-c', 'grep -rl "$1" /var/lib/dm-panel /home/tidb/dm/deploy* || true', 'bash', sourcePassword),
        ),
      )
      expect(clear.join('').trim()).toBe('')
      expect((await lab.api.plan('lab', 'redeploy', {})).problems.map(({ code }) => code)).toContain('redeploy.done')
    }, 600_000)

    it('made final, the folders and packages of the version that was left leave the hosts', async () => {
      const cached = async () => (await on(lab.host(2), 'ls', '/var/lib/dm-panel/packages')).trim().split('\n').length
      const before = await cached()
      await lab.perform('finalise')
      expect(await cached()).toBeLessThan(before)
      const folders = await on(lab.host(2), 'ls', '/home/tidb/dm/deploy')
      expect(folders).toContain(`dm-master-8261-${labVersion}`)
      expect(folders.split('\n')).not.toContain('dm-master-8261')
      expect(await versions(`-${labVersion}`)).toEqual(all(labVersion))
      expect(await view()).toMatchObject({ open: null, history: [{ state: 'rolled-back' }, { state: 'rolled-back' }] })
    }, 120_000)

    it('across v8.0.0: encrypted passwords are seen and named; with DM’s former key they stay as they are, there and back', async () => {
      await startOldCluster(lab)
      const errors = async (input: object) =>
        (await lab.api.plan(oldCluster, 'upgrade', { version: labVersion, ...input })).problems.filter(
          ({ severity }) => severity === 'error',
        )
      expect(await errors({})).toMatchObject([{ code: 'upgrade.passwords-encrypted', params: { names: 'mysql-old' } }])
      const other = { name: 'another key', username: 'none', sudo: 'nopasswd', password: '0123456789abcdef'.repeat(4) }
      const { id: credentialId } = await lab.api.post<{ id: string }>('/api/credentials', other)
      expect(await errors({ secretKey: { credentialId } })).toMatchObject([{ code: 'upgrade.passwords-closed' }])
      const left = await Promise.all([5, 6].map((index) => on(lab.host(index), 'find', '/var/lib/dm-panel', '-path', '*/exports/*')))
      expect(left.join('')).toBe('')

      const { plan } = await planFor(lab.api, oldCluster, 'upgrade', { version: labVersion, secretKey: { former: true } })
      expect((await goOn((await lab.api.run(plan)).id, () => false)).state).toBe('succeeded')
      const after = { lies: labVersion, runs: labVersion, key: '600 tidb 64', named: true, bound: true }
      expect(await oldClusterNow(lab)).toEqual(after)

      await addOldMaster(lab)
      expect(await addedMasterNow(lab)).toEqual({ key: '600 tidb', same: true, alive: 3 })

      const back = await planFor(lab.api, oldCluster, 'redeploy', {})
      expect((await goOn((await lab.api.run(back.plan)).id, () => false)).state).toBe('succeeded')
      const before = { lies: oldVersion, runs: oldVersion, key: 'none', named: false, bound: true }
      expect(await oldClusterNow(lab, `-${oldVersion}`)).toEqual(before)
    }, 600_000)
  })

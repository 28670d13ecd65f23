import { beforeAll, describe, expect, it } from 'vitest'
import type { EditSaved } from '@/server/domain/api-config'
import { type Plan, stepsOf } from '@/server/domain/plan'
import { answer, jobAfter, planFor, succeeds } from './connect'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, ownTurns, type RunningCluster } from './running-cluster'
import { type SharedCluster, sources } from './shared-cluster'

/** Rolling on real hosts: nobody but the restarted node notices. Each test goes on where the one before ended. */
export const restartSuite = (shared: SharedCluster) =>
  describe('a rolling restart', () => {
    let lab: RunningCluster
    beforeAll(async () => {
      lab = await shared.take()
    })

    const masters = () => [1, 2, 3].map((index) => `${lab.address(index)}:8261`)
    const startedAt = (index: number, unit: string) =>
      on(lab.host(index), 'systemctl', 'show', '-pActiveEnterTimestampMonotonic', '--value', unit)
    const starts = async () => [
      ...(await Promise.all([1, 2, 3].map((index) => startedAt(index, 'dm-master-8261')))),
      ...(await Promise.all([4, 5, 6].map((index) => startedAt(index, 'dm-worker-8262')))),
    ]

    it('asks after the first master and the first worker, where one instance may be restarted; no request to another master fails', async () => {
      const before = await starts()
      const poller = pollMasters(masters())
      const { plan, document } = await planFor(lab.api, 'lab', 'restart')
      const { id } = await lab.api.run(plan)
      const pauses: string[] = []
      const odd = `${lab.address(6)}:8262`
      let job = await jobAfter(lab.api, id)
      for (; job.state === 'waiting' && pauses.length < 5; job = await jobAfter(lab.api, id)) {
        expect(job.view.question?.about, JSON.stringify(job.view.question)).toBe('pause')
        pauses.push(job.view.question?.lane ?? '')
        if (pauses.length === 2) await lab.api.post(`/api/jobs/${id}/break-in`, { instance: odd, verb: 'restart', reason: 'looked odd' })
        await answer(lab.api, job, 'continue')
      }
      const polled = await poller.stop()
      expect(job.state).toBe('succeeded')
      expect(pauses).toHaveLength(2)
      expect(job.view.breakIns).toMatchObject([{ instance: odd, end: { done: true } }])
      const after = await starts()
      expect(after.filter((at, i) => at === before[i])).toEqual([])
      expect(Object.values(polled).every(({ asked }) => asked > 50)).toBe(true)
      expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
      expect(JSON.stringify(document)).toContain('source-bound-elsewhere')
    }, 400_000)

    it('the control: a leader stopped as it is does cost requests, so that the poller would have seen them', async () => {
      const { leader } = (await (await fetch(`http://${masters()[0]}/apis/v1alpha1/members?leader=true`)).json()).members[0]
      const index = masters().indexOf(leader.addr) + 1 // asked of DM itself: what the panel shows may be older
      expect(index).toBeGreaterThan(0)
      const poller = pollMasters(masters())
      await on(lab.host(index), 'systemctl', 'restart', 'dm-master-8261')
      await new Promise((resolve) => setTimeout(resolve, 4000))
      const polled = await poller.stop()
      expect(failedElsewhere(polled, [{ address: masters()[index - 1] ?? '', fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }])).not.toEqual([])
    }, 120_000)

    it('a node that does not come up stops its lane; the others keep running; mended and retried, the rest goes on', async () => {
      const conf = `/home/tidb/dm/deploy/dm-worker-8262/conf/dm-worker.toml`
      const bound = Object.keys(await bindingsAt(lab.address(1))).join()
      const [free = 0, other = 0] = [4, 5, 6].toSorted(
        (a, b) => Number(bound.includes(lab.address(a))) - Number(bound.includes(lab.address(b))),
      )
      const nodes = [free, other].map((index) => `${lab.address(index)}:8262`)
      const before = await startedAt(other, 'dm-worker-8262')
      await on(lab.host(free), 'sed', '-i', '1i no-such-key = 1', conf)
      const { plan } = await planFor(lab.api, 'lab', 'restart', { nodes, rolling: { canary: false } })
      const { id } = await lab.api.run(plan)
      const job = await jobAfter(lab.api, id)
      expect(job).toMatchObject({ state: 'waiting', view: { question: { choices: expect.arrayContaining(['retry', 'give-up']) } } })
      expect(await startedAt(other, 'dm-worker-8262')).toBe(before)
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
      await on(lab.host(free), 'sed', '-i', '1d', conf)
      await answer(lab.api, job, 'retry')
      await succeeds(lab.api, id)
      expect(await startedAt(other, 'dm-worker-8262')).not.toBe(before)
    }, 300_000)

    const save = async (change: { yaml?: string; revert?: number; consent?: string[] }) => {
      const { revision } = await lab.detail()
      return lab.api.post<EditSaved>('/api/clusters/lab/edit-config', { base: revision, reason: 'DM-11', ...change })
    }
    const files = (plan: Plan) => stepsOf(plan).flatMap((step) => (step.kind === 'file' ? [`${step.host} ${step.path}`] : []))
    const debug = async () => `${(await lab.detail()).yaml}server_configs: {master: {log-level: debug}}\n`

    it('reload: only what differs is written and restarted, the leader last, and no request to another master fails', async () => {
      const { unapplied } = await save({ yaml: await debug() })
      expect(unapplied.map(({ instance }) => instance)).toEqual(masters())
      const before = await starts()
      const poller = pollMasters(masters())
      const { plan, document } = await planFor(lab.api, 'lab', 'reload', { rolling: { canary: false } })
      expect(files(document)).toHaveLength(3)
      const job = await succeeds(lab.api, (await lab.api.run(plan)).id)
      const polled = await poller.stop()
      expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
      const after = await starts()
      expect(after.map((at, i) => at === before[i])).toEqual([false, false, false, true, true, true])
      expect(
        await on(lab.host(2), 'grep', '-c', 'log-level = "debug"', '/home/tidb/dm/deploy/dm-master-8261/conf/dm-master.toml'),
      ).toContain('1')
      expect((await lab.detail()).unapplied).toEqual([])
    }, 400_000)

    it('reload: a setting that DM does not know stops at the first worker; the former revision brings it back', async () => {
      const { revision, yaml } = await lab.detail()
      const bad = yaml.replace(/server_configs:.*\n/, 'server_configs: {master: {log-level: debug}, worker: {no-such-key: 1}}\n')
      await save({ yaml: bad, consent: ['topology.dm-key-unknown'] })
      const asked = { roles: ['dm-worker'], rolling: { canary: false }, waitTimeoutS: 20 }
      const { plan } = await planFor(lab.api, 'lab', 'reload', asked)
      const { id } = await lab.api.run(plan)
      await answer(lab.api, await jobAfter(lab.api, id), 'give-up')
      await lab.api.jobIn(id, ['failed'])
      expect((await lab.detail()).unapplied.map(({ state }) => state).toSorted()).toEqual(['files', 'files', 'restart'])
      await save({ revert: revision })
      const { job } = await lab.perform('reload', asked)
      expect(job.state).toBe('succeeded')
      expect((await lab.detail()).unapplied).toEqual([])
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
    }, 300_000)
  })

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logOf, planFor } from './connect'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, ownTurns, type RunningCluster } from './running-cluster'
import { during, lanesOf, sabotage, slowWorkers, usualWorkers, workerUnit } from './sabotage'
import { type SharedCluster, sources } from './shared-cluster'

/** One rolling restart on real hosts, in which everything goes wrong once. */
export const faultsSuite = (shared: SharedCluster) =>
  describe('faults in the middle of a restart', () => {
    let lab: RunningCluster
    beforeAll(async () => {
      lab = await shared.take()
      await slowWorkers(lab, { startS: 5 })
    })
    afterAll(() => lab && usualWorkers(lab))

    const startedAt = (index: number, unit: string) =>
      on(
        lab.host(index),
        'bash',
        '-c',
        `cat /proc/sys/kernel/random/boot_id; systemctl show -pActiveEnterTimestampMonotonic --value ${unit}`,
      )
    const starts = async () => [
      ...(await Promise.all([1, 2, 3].map((index) => startedAt(index, 'dm-master-8261')))),
      ...(await Promise.all([4, 5, 6].map((index) => startedAt(index, workerUnit)))),
    ]

    it('a killed runner, a host without power, a cut network: the job ends well, and no request to another master failed', async ({
      signal,
    }) => {
      const before = await starts()
      const poller = pollMasters([1, 2, 3].map((index) => `${lab.address(index)}:8261`))
      const { plan, document } = await planFor(lab.api, 'lab', 'restart', { rolling: { canary: false } })
      const { id } = await lab.api.run(plan)
      const [masters, workers] = [lanesOf(document, 'dm-master'), lanesOf(document, 'dm-worker')]
      expect([masters.length, workers.length]).toEqual([3, 3])
      const wrong = sabotage(lab, id, signal)

      await wrong.killRunner('a gate is waited for', ({ lanes }) => lanes[masters[0]?.id ?? '']?.gate?.state === 'waiting')
      await wrong.killRunner('leadership is on its way to another master', during(masters[2], 'leader-not-here', 'done'))
      await wrong.killRunner('the first worker is down', during(workers[0], 'unit-running'))
      await wrong.cutPower('the second worker is down', workers[1], during(workers[1], 'unit-running'))
      await wrong.cutNetwork('the third worker is down', workers[2], during(workers[2], 'unit-running'))

      const { job, asked } = await wrong.end()
      const polled = await poller.stop()
      expect(job.state, `${asked.join('\n')}\n${await logOf(lab.api, id)}`).toBe('succeeded')
      expect(job.view.attempt).toBe(4)
      const after = await starts()
      expect(after.filter((at, i) => at === before[i])).toEqual([])
      expect(Object.values(polled).every(({ asked: requests }) => requests > 50)).toBe(true)
      expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
      expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(sources)
      console.log(`asked on the way: ${asked.length === 0 ? 'nothing' : asked.join(' ')}`)
    }, 480_000)
  })

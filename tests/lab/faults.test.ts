import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobView } from '@/server/domain/job'
import { cut, heal, labAvailable, powerCut, powerOn } from '@/tests/support/lab'
import { until } from '@/tests/support/panel'
import { answer, type JobDetail, jobAfter, logOf, planFor } from './connect'
import { on } from './on-host'
import { failedElsewhere, pollMasters } from './poller'
import { bindingsAt, createSource, ownTurns, type RunningCluster, startRunningCluster, threeAndThree } from './running-cluster'

const workerUnit = 'dm-worker-8262'

/** One rolling restart on real hosts, in which everything goes wrong once. */
describe.skipIf(!labAvailable().ok)('faults in the middle of a job on lab hosts', () => {
  let lab: RunningCluster
  beforeAll(async () => {
    lab = await startRunningCluster(threeAndThree)
    for (const id of ['mysql-01', 'mysql-02']) await createSource(lab.address(1), id)
    // A worker is down long enough for something to happen meanwhile.
    for (const index of [4, 5, 6]) await slowStart(index)
  })
  afterAll(async () => {
    await Promise.all([4, 5, 6].map((index) => heal(index)))
    await lab?.panel.stop()
  })

  const slowStart = async (index: number): Promise<void> => {
    const dir = `/etc/systemd/system/${workerUnit}.service.d`
    const text = '[Service]\\nExecStartPre=/bin/sleep 5\\n'
    await on(lab.host(index), 'bash', '-c', `mkdir -p ${dir} && printf '${text}' > ${dir}/slow.conf && systemctl daemon-reload`)
  }
  const seen = async (id: string, what: string, holds: (view: JobView) => boolean): Promise<JobDetail> => {
    let job = await lab.api.get<JobDetail>(`/api/jobs/${id}`)
    await until(async () => {
      job = await lab.api.get<JobDetail>(`/api/jobs/${id}`)
      if (job.view.endedAt || job.view.question) throw new Error(`${what}: ${job.state} ${JSON.stringify(job.view.question)}`)
      return holds(job.view)
    }, 120_000)
    return job
  }
  const startedAt = (index: number, unit: string) =>
    on(lab.host(index), 'bash', '-c', `cat /proc/sys/kernel/random/boot_id; systemctl show -pActiveEnterTimestampMonotonic --value ${unit}`)
  const starts = async () => [
    ...(await Promise.all([1, 2, 3].map((index) => startedAt(index, 'dm-master-8261')))),
    ...(await Promise.all([4, 5, 6].map((index) => startedAt(index, workerUnit)))),
  ]
  it('a killed runner, a host without power, a cut network: the job ends well, and no request to another master failed', async () => {
    const before = await starts()
    const poller = pollMasters([1, 2, 3].map((index) => `${lab.address(index)}:8261`))
    const { plan, document } = await planFor(lab.api, 'lab', 'restart', { rolling: { canary: false } })
    const { id } = await lab.api.run(plan)
    const lanes = document.phases.flatMap((phase) => phase.lanes)
    const of = (role: string) => lanes.filter(({ instance }) => instance?.endsWith(role === 'master' ? ':8261' : ':8262'))
    const masters = of('master')
    const workers = of('worker')
    expect([masters.length, workers.length]).toEqual([3, 3])
    const indexOf = (instance: string | undefined) => Number(instance?.split(':')[0]?.split('.')[3]) - 10
    const restarting = (lane: (typeof lanes)[number] | undefined) => (view: JobView) =>
      lane?.steps.some(({ id: step, kind }) => kind === 'unit-running' && view.steps[step]?.state === 'running') ?? false

    // The runner dies while a gate is waited for,
    await seen(id, 'gate', ({ lanes: all }) => all[masters[0]?.id ?? '']?.gate?.state === 'waiting')
    await lab.panel.killRunner()
    lab.panel.startRunner()
    // again when leadership is on its way from the leader to another master,
    const evicted = masters[2]?.steps.find(({ kind }) => kind === 'leader-not-here')?.id ?? ''
    await seen(id, 'evict', ({ steps }) => ['running', 'done'].includes(steps[evicted]?.state ?? ''))
    await lab.panel.killRunner()
    lab.panel.startRunner()
    // and once more between stop and start of a worker.
    await seen(id, 'first worker', restarting(workers[0]))
    await lab.panel.killRunner()
    lab.panel.startRunner()
    // A host loses its power while its worker is down,
    await seen(id, 'second worker', restarting(workers[1]))
    await powerCut(indexOf(workers[1]?.instance))
    await powerOn(indexOf(workers[1]?.instance))
    // another one its network.
    await seen(id, 'third worker', restarting(workers[2]))
    await cut(indexOf(workers[2]?.instance))
    await new Promise((resolve) => setTimeout(resolve, 8000))
    await heal(indexOf(workers[2]?.instance))

    const asked: string[] = []
    let job = await jobAfter(lab.api, id)
    for (; job.state === 'waiting' && asked.length < 4; job = await jobAfter(lab.api, id)) {
      asked.push(JSON.stringify(job.view.question))
      await answer(lab.api, job, 'retry')
    }
    const polled = await poller.stop()
    expect(job.state, `${asked.join('\n')}\n${await logOf(lab.api, id)}`).toBe('succeeded')
    expect(job.view.attempt).toBe(4)
    const after = await starts()
    expect(after.filter((at, i) => at === before[i])).toEqual([])
    expect(Object.values(polled).every(({ asked: requests }) => requests > 50)).toBe(true)
    expect(failedElsewhere(polled, ownTurns(document, job))).toEqual([])
    expect(Object.values(await bindingsAt(lab.address(1))).toSorted()).toEqual(['mysql-01', 'mysql-02'])
    console.log(`asked on the way: ${asked.length === 0 ? 'nothing' : asked.join(' ')}`)
  }, 240_000)
})

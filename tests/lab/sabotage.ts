import type { JobView } from '@/server/domain/job'
import type { Lane, Plan } from '@/server/domain/plan'
import type { StepKindName } from '@/server/domain/step'
import { cut, heal, powerCut, powerOn } from '@/tests/support/lab'
import { until } from '@/tests/support/panel'
import { answer, type JobDetail, jobAfter } from './connect'
import { on } from './on-host'
import type { RunningCluster } from './running-cluster'

export const workerUnit = 'dm-worker-8262'
const slowDir = `/etc/systemd/system/${workerUnit}.service.d`

/** Whether the moment has come. */
export type Moment = (view: JobView) => boolean

/** The lanes of masters, or of workers, in the order of their turns. */
export const lanesOf = (plan: Plan, role: 'dm-master' | 'dm-worker'): Lane[] =>
  plan.phases.filter(({ title }) => title.word === `plan.roll-${role}`).flatMap(({ lanes }) => lanes)

/** A step of this kind is under way in the lane; `or: 'done'` for what is over in an instant. */
export const during =
  (lane: Lane | undefined, kind: StepKindName, or?: 'done'): Moment =>
  ({ steps }) =>
    lane?.steps.some((step) => step.kind === kind && ['running', or].includes(steps[step.id]?.state)) ?? false

/**
 * Lets things go wrong while a job is under way, at moments that its journal shows. `signal`: of the test; when its time is over, nothing
 * more goes wrong, for the hosts may be the next suite's by then.
 */
export const sabotage = (lab: RunningCluster, id: string, signal: AbortSignal) => {
  const reached = async (what: string, moment: Moment): Promise<void> => {
    await until(async () => {
      signal.throwIfAborted()
      const { view, state } = await lab.api.get<JobDetail>(`/api/jobs/${id}`)
      if (view.endedAt || view.question) throw new Error(`${what} never came: ${state} ${JSON.stringify(view.question)}`)
      return moment(view)
    }, 120_000).catch((error: unknown) => {
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    })
  }
  const indexOf = (lane: Lane | undefined): number => Number(lane?.instance?.split(':')[0]?.split('.')[3]) - 10
  return {
    async killRunner(what: string, moment: Moment) {
      await reached(what, moment)
      await lab.panel.killRunner()
      signal.throwIfAborted()
      lab.panel.startRunner()
    },
    async cutPower(what: string, lane: Lane | undefined, moment: Moment) {
      await reached(what, moment)
      await powerCut(indexOf(lane))
      await powerOn(indexOf(lane))
    },
    async cutNetwork(what: string, lane: Lane | undefined, moment: Moment) {
      await reached(what, moment)
      await cut(indexOf(lane))
      await new Promise((resolve) => setTimeout(resolve, 8000))
      await heal(indexOf(lane))
    },
    /** The job's end; what it asks on its way is answered with another try. */
    async end(): Promise<{ job: JobDetail; asked: string[] }> {
      const asked: string[] = []
      let job = await jobAfter(lab.api, id)
      for (; job.state === 'waiting' && asked.length < 4; job = await jobAfter(lab.api, id)) {
        signal.throwIfAborted()
        asked.push(JSON.stringify(job.view.question))
        await answer(lab.api, job, 'retry')
      }
      return { job, asked }
    },
  }
}

/** Workers take their time from now on, so that something can happen meanwhile. Seconds. */
export const slowWorkers = async (lab: RunningCluster, { startS = 0, stopS = 0 }): Promise<void> => {
  const text = `[Service]\nExecStartPre=/bin/sleep ${startS}\nExecStop=/bin/sleep ${stopS}\n`
  const script = 'mkdir -p "$1" && printf %s "$2" > "$1/slow.conf" && systemctl daemon-reload'
  await Promise.all([4, 5, 6].map((index) => on(lab.host(index), 'bash', '-c', script, 'bash', slowDir, text)))
}

export const usualWorkers = async (lab: RunningCluster): Promise<void> => {
  await Promise.all([4, 5, 6].map((index) => heal(index)))
  await Promise.all([4, 5, 6].map((index) => on(lab.host(index), 'bash', '-c', 'rm -rf "$1" && systemctl daemon-reload', 'bash', slowDir)))
}

'use client'

import Link from 'next/link'
import { useState } from 'react'
import { apiDownload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useJobs, useSend } from '@/components/data/queries'
import { progressOf } from '@/components/plan/plan-rows'
import type { Say } from '@/components/plan/say'
import { Badge } from '@/components/ui/badge'
import { Button, ButtonLink } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { type Shape, StatusShape } from '@/components/ui/status-shape'
import { durationText, Time } from '@/components/ui/time'
import type { JobRow } from '@/server/domain/api'
import { canJob, hasEnded, type JobState, type JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'

type Props = {
  row: JobRow
  plan: Plan
  view: JobView
  hash: string
  connected: boolean
  nowMs: number | null
  say: Say
  disabledReason: string | undefined
  send: (act: string, body: unknown) => Promise<void>
}

const shapes: Record<JobState, Shape> = {
  queued: 'todo',
  running: 'busy',
  waiting: 'wait',
  succeeded: 'done',
  failed: 'bad',
  cancelled: 'off',
}
const tones = { waiting: 'warn', failed: 'bad', succeeded: 'ok', running: 'busy' } as const

/** Who, when, how far, and the acts that are possible now. */
export function JobHead(props: Props) {
  const { row, plan, view, say, hash, nowMs } = props
  const counts = progressOf(plan, view)
  const end = view.endedAt ? Date.parse(view.endedAt) : nowMs
  const tone = view.state === 'queued' || view.state === 'cancelled' ? undefined : tones[view.state]
  return (
    <header className="pb-3">
      <div className="ph">
        <StatusShape shape={shapes[view.state]} />
        <h1>{say(`job.title.${row.operation}`, { cluster: row.cluster })}</h1>
        <span role="status" aria-live="polite">
          <Badge {...(tone ? { tone } : {})}>{say(`job.${view.state}`)}</Badge>
        </span>
        <span className="t3">#{row.number}</span>
        <span className="ml-auto flex gap-2">
          <Evidence row={row} say={say} />
          <Acts {...props} />
        </span>
      </div>
      <div className="phsub flex-wrap whitespace-normal!">
        <span>
          {row.startedBy}, <Time at={row.createdAt} />
        </span>
        <span>· {say('job.plan', { hash: hash.slice(0, 12) })}</span>
        {view.startedAt && end !== null && <span>· {say('job.ran', { time: durationText(end - Date.parse(view.startedAt)) })}</span>}
        <span>· {say('job.steps-ended', { ended: counts.ended, total: counts.total })}</span>
        {view.attempt > 1 && <span>· {say(view.attempt === 2 ? 'job.attempt-once' : 'job.attempt', { count: view.attempt - 1 })}</span>}
        <Link href={`/clusters/${encodeURIComponent(row.cluster)}`}>{say('job.open-cluster', { cluster: row.cluster })}</Link>
        <span className="live ml-auto">{hasEnded(view.state) ? '' : say(props.connected ? 'job.live' : 'job.offline')}</span>
      </div>
      <PhaseBar plan={plan} view={view} />
      {view.cancelRequested && !hasEnded(view.state) && <p className="px-5 pt-2 text-(--text-2)">{say('job.cancelling', { by: '' })}</p>}
      {view.pauseRequested && view.state === 'running' && <p className="px-5 pt-2 text-(--text-2)">{say('job.pausing')}</p>}
      {view.state === 'failed' && view.reason && <p className="px-5 pt-2 text-(--bad)">{reasonOf(view.reason, say)}</p>}
    </header>
  )
}

/** Everything that is kept of the job, in one archive. */
function Evidence({ row, say }: Pick<Props, 'row' | 'say'>) {
  const download = useSend(
    () => apiDownload(`/api/jobs/${encodeURIComponent(row.id)}/evidence`, `evidence-job-${row.number}.tar.gz`),
    [keys.audit],
  )
  return (
    <Button
      title={say('job.evidence-what')}
      busy={download.isPending}
      reason={download.error ? download.error.message : undefined}
      onClick={() => download.mutate(undefined)}
    >
      {say('job.evidence')}
    </Button>
  )
}

/** The engine's own reasons have words; another one is shown as it is. */
const reasonOf = (reason: string, say: Say): string => {
  const told = say(`job.reason.${reason}`)
  return told.startsWith('job.reason.') ? reason : told
}

function PhaseBar({ plan, view }: { plan: Plan; view: JobView }) {
  return (
    <div className="bar-seg mx-5 mt-3" aria-hidden="true">
      {plan.phases.map((phase) => {
        const steps = phase.lanes.flatMap((lane) => lane.steps)
        const ended = steps.filter((step) => ['done', 'already', 'skipped'].includes(view.steps[step.id]?.state ?? '')).length
        const failed = steps.some((step) => view.steps[step.id]?.state === 'failed')
        const all = steps.length > 0 && ended === steps.length
        return (
          <i
            key={phase.id}
            className={all ? 'done' : ended > 0 || failed ? `part ${failed ? 'fail' : ''}` : ''}
            style={{ flex: Math.max(1, steps.length), ['--w' as string]: `${steps.length ? (100 * ended) / steps.length : 0}%` }}
          />
        )
      })}
    </div>
  )
}

function Acts({ row, view, say, disabledReason, send }: Props) {
  const [asking, setAsking] = useState(false)
  if (hasEnded(view.state)) return row.operation === 'deploy' ? <AfterDeploy row={row} done={view.state === 'succeeded'} say={say} /> : null
  const why = (act: 'cancel' | 'pause') => disabledReason ?? (canJob(act, view.state) ? undefined : say(`job.${act}-why`))
  return (
    <>
      <Button reason={why('pause')} onClick={() => void send('pause', {}).catch(() => undefined)}>
        {say('job.pause')}
      </Button>
      <Button look="danger" reason={why('cancel')} onClick={() => setAsking(true)}>
        {say('job.cancel')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={say('job.cancel-title')}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>{say('job.cancel-keep')}</Button>
            <Button
              look="danger-solid"
              onClick={() => {
                setAsking(false)
                void send('cancel', {}).catch(() => undefined)
              }}
            >
              {say('job.cancel-do')}
            </Button>
          </>
        }
      >
        {say('job.cancel-text')}
      </Dialog>
    </>
  )
}

/** What follows a deploy, until something has followed it. */
function AfterDeploy({ row, done, say }: { row: JobRow; done: boolean; say: Say }) {
  const jobs = useJobs().data
  const later = jobs?.some((job) => job.cluster === row.cluster && job.number > row.number)
  if (!jobs || later) return null
  const cluster = `/clusters/${encodeURIComponent(row.cluster)}`
  return done ? (
    <ButtonLink look="primary" href={`${cluster}?do=start`}>
      {say('job.start-next')}
    </ButtonLink>
  ) : (
    <ButtonLink href={`${cluster}?do=remove-deploy`}>{say('job.remove-deploy')}</ButtonLink>
  )
}

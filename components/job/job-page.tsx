'use client'

import { useEffect, useMemo, useRef, useState } from 'react'
import { WayBack } from '@/components/config/way-back'
import { api } from '@/components/data/api'
import { useLiveJob } from '@/components/data/live'
import { useJob, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { planRows } from '@/components/plan/plan-rows'
import { PlanView } from '@/components/plan/plan-view'
import { useJobWords } from '@/components/plan/say'
import { PlanPage, WithPlan } from '@/components/plan/with-plan'
import { Note } from '@/components/ui/banner'
import { useNow } from '@/components/ui/time'
import type { JobRow } from '@/server/domain/api'
import { emptyJobView, foldEntry } from '@/server/domain/fold-journal'
import { hasEnded, type JobView } from '@/server/domain/job'
import type { Entry } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import { addToOutages, noOutages, type Outages } from '@/server/domain/replication-pause'
import type { StepId } from '@/server/domain/step'
import { JobHead } from './job-head'
import { addEntry, emptyLog, type LogLine } from './log-lines'
import { LogView } from './log-view'
import { OutagePanel } from './outage-panel'
import { PausePanel } from './pause-panel'
import { PhoneBar } from './phone-bar'
import { PulledPanel } from './pulled-panel'
import { ResultPanel } from './result-panel'
import { UnderStep } from './under-step'

/** A job, live: the same plan as in its review, now with outcomes, and its log. */
export function JobPage({ jobId }: { jobId: string }) {
  const job = useJob(jobId)
  const { say } = useJobWords()
  return (
    <PlanPage query={job} title={say('job.page')}>
      {(row) => (
        <WithPlan planId={row.planId} title={say('job.page')}>
          {(record, plan) =>
            plan ? (
              <Live row={row} plan={plan} hash={record.hash ?? ''} />
            ) : (
              <div className="pad max-w-xl py-4">
                <h1 className="sr-only">{say('job.page')}</h1>
                <Note tone="bad" title={say('job.no-plan')} />
              </div>
            )
          }
        </WithPlan>
      )}
    </PlanPage>
  )
}

function Live({ row, plan, hash }: { row: JobRow; plan: Plan; hash: string }) {
  const { say, titleOf } = useJobWords()
  const { sayWords, sayProblem } = useWords()
  const { entries, connected } = useLiveJob(row.id)
  const { view, lines, outages } = useFold(plan, entries)
  const [toggled, setToggled] = useState<Record<string, boolean>>({})
  const [selected, setSelected] = useState<StepId>()
  const [failure, setFailure] = useState<unknown>(null)
  const now = useNow()
  const { data: session } = useSession()
  const disabledReason = session?.user?.role === 'viewer' ? say('review.viewer') : undefined
  const send = async (act: string, body: unknown) => {
    setFailure(null)
    await api(`/api/jobs/${row.id}/${act}`, { method: 'POST', body }).catch((error: unknown) => {
      setFailure(error)
      throw error
    })
  }
  const question = view.question
  const answer = (given: { choice: string; reason: string }) => send('answer', { question: question?.id, ...given })
  const shownText = useMemo(() => textOf(say, titlesOf(plan, titleOf), subjectsOf(plan)), [say, plan, titleOf])
  return (
    <>
      <JobHead
        row={row}
        plan={plan}
        view={view}
        hash={hash}
        connected={connected}
        nowMs={now}
        say={say}
        disabledReason={disabledReason}
        send={send}
      />
      {plan.operation === 'reload' && hasEnded(view.state) && view.state !== 'succeeded' ? <WayBack cluster={plan.cluster} /> : null}
      {failure !== null && (
        <div className="px-5 py-2">
          <ErrorNote error={failure} />
        </div>
      )}
      {question?.about === 'pause' && (
        <PausePanel
          plan={plan}
          view={view}
          question={question}
          say={say}
          disabledReason={disabledReason}
          onAnswer={answer}
          onBreakIn={(ask) => send('break-in', ask)}
        />
      )}
      {question && <PhoneBar key={question.id} question={question} say={say} disabledReason={disabledReason} onAnswer={answer} />}
      <div className={`flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-auto ${question ? 'has-bar' : ''}`}>
        <div className="min-h-0 min-w-0 flex-1 overflow-auto border-(--line) border-r max-lg:flex-none">
          {(plan.operation === 'exec' || plan.operation === 'dmctl') && (
            <ResultPanel plan={plan} entries={entries} jobId={row.id} say={say} sayProblem={sayProblem} />
          )}
          {plan.operation === 'pull' && <PulledPanel jobId={row.id} ended={hasEnded(view.state)} />}
          <OutagePanel plan={plan} outages={outages} ended={hasEnded(view.state)} nowMs={now} say={say} />
          <PlanView
            rows={planRows({ plan, job: view, toggled })}
            say={say}
            sayWords={sayWords}
            titleOf={titleOf}
            nowMs={now}
            selected={selected}
            onSelect={(step) => setSelected(step === selected ? undefined : step)}
            onToggle={(id, open) => setToggled((before) => ({ ...before, [id]: open }))}
            under={(under) => (
              <UnderStep
                row={under}
                job={view}
                say={say}
                nowMs={now}
                onAnswer={answer}
                onSkipWait={(of, reason) => send('waive', { of, reason })}
                disabledReason={disabledReason}
              />
            )}
          />
        </div>
        <div className="relative flex min-h-0 min-w-0 flex-1 max-lg:h-[70vh] max-lg:flex-none">
          <LogView
            lines={lines}
            version={lines.length + view.lastSeq}
            shownText={shownText}
            say={say}
            selected={selected}
            onSelect={setSelected}
            downloadHref={`/api/jobs/${row.id}/log`}
            goTo={useLineOfAddress()}
          />
        </div>
      </div>
    </>
  )
}

type Folded = { count: number; view: JobView; log: ReturnType<typeof emptyLog>; outages: Outages }

/** Folds what is new since the last render onto what is folded already; begins anew when the journal does. */
const useFold = (plan: Plan, entries: readonly Entry[]): { view: JobView; lines: readonly LogLine[]; outages: Outages } => {
  const folded = useRef<Folded | null>(null)
  return useMemo(() => {
    let now = folded.current
    if (!now || entries.length < now.count) now = { count: 0, view: emptyJobView(plan), log: emptyLog(), outages: noOutages(plan) }
    let { view, outages } = now
    for (const entry of entries.slice(now.count)) {
      view = foldEntry(plan, view, entry)
      outages = addToOutages(outages, entry)
      addEntry(now.log, entry)
    }
    folded.current = { count: entries.length, view, log: now.log, outages }
    return { view, lines: now.log.lines, outages }
  }, [plan, entries])
}

const subjectsOf = (plan: Plan): ReadonlyMap<string, string> =>
  new Map(plan.phases.flatMap((phase) => phase.lanes.map((lane) => [lane.id, lane.subject] as const)))

type Titles = ReadonlyMap<StepId, { subject: string; title: string }>

const titlesOf = (plan: Plan, titleOf: (step: Plan['phases'][number]['lanes'][number]['steps'][number]) => string): Titles =>
  new Map(
    plan.phases.flatMap((phase) =>
      phase.lanes.flatMap((lane) =>
        [...lane.steps, ...(lane.onLeave ?? [])].map((step) => [step.id, { subject: lane.subject, title: titleOf(step) }] as const),
      ),
    ),
  )

const textOf =
  (say: ReturnType<typeof useJobWords>['say'], titles: Titles, lanes: ReadonlyMap<string, string>) =>
  (line: LogLine): string => {
    if (line.kind === 'head') {
      const head = titles.get(line.text)
      return head ? `${head.subject}  ${head.title}` : line.text
    }
    const text = line.word ? say(line.word.word, line.word.params) : line.text
    const from = line.switched && line.step ? titles.get(line.step) : undefined
    if (line.lane !== undefined) return `${lanes.get(line.lane) ?? ''}  ${text}`
    if (from === undefined) return text
    return line.word ? `${from.subject}  ${text} (${from.title})` : `${from.subject}  ${text}`
  }

/** The line that the address names: `#L412`. */
const useLineOfAddress = (): number | undefined => {
  const [line, setLine] = useState<number>()
  useEffect(() => {
    const read = () => setLine(Number(/^#L(\d+)$/.exec(window.location.hash)?.[1]) || undefined)
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return line
}

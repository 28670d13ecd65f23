'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Tick } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import { Time, useNow } from '@/components/ui/time'
import type { PlanView as PlanRecord } from '@/server/domain/api'
import type { Plan } from '@/server/domain/plan'
import type { Waiver } from '@/server/domain/problem'
import type { Step, StepId } from '@/server/domain/step'
import type { Words } from '@/server/domain/words/words'
import { CommandsTab } from './commands-tab'
import { DeletesTable } from './deletes-table'
import { FilesTab } from './files-tab'
import { ImpactTable } from './impact-table'
import { planRows, progressOf } from './plan-rows'
import { PlanView } from './plan-view'
import { WaiveProblem } from './waive-problem'
import { WhatHappens } from './what-happens'

export type Say = (word: string, params?: Record<string, string | number>) => string
export type Shown = { message: string; hint: string }

export type ReviewProps = {
  record: PlanRecord
  plan: Plan
  say: Say
  sayWords: (words: Words) => string
  sayProblem: (problem: { code: string; params: Readonly<Record<string, string | number>> }) => Shown
  titleOf: (step: Step) => string
  loadCommands: (step: StepId) => Promise<readonly string[]>
  loadBlob: (sha256: string) => Promise<{ secret: boolean; text: string }>
  onRun: (confirm: string | undefined, consent: string[]) => void
  running: boolean
  onAgain: () => void
  /** Makes the plan anew with this problem waived. */
  onWaive: (waiver: Waiver & { reason: string }) => void
  /** Why the reader may not run a plan at all. */
  mayNotRun?: string | undefined
}

type Tab = 'steps' | 'files' | 'commands' | 'checks'
const staleMs = 60_000

/** The plan as it will run: what replication feels, every step, file and command, and the button that says what it does. */
export function Review(props: ReviewProps) {
  const { plan, say, record } = props
  const [tab, setTab] = useState<Tab>('steps')
  const [toggled, setToggled] = useState<Record<string, boolean>>({})
  const [selected, setSelected] = useState<StepId>()
  const now = useNow()
  const rows = planRows({ plan, forecast: record.forecast, toggled })
  const counts = progressOf(plan, undefined, record.forecast)
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-auto">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-auto">
          <div className="px-5 pt-4">
            <p className="mb-3 text-(--text-3)">
              {say('review.counts', { phases: plan.phases.length, steps: counts.total, already: counts.already })}
            </p>
            <WhatHappens plan={plan} sayProblem={props.sayProblem} />
            {plan.operation === 'dmctl' && plan.impact.sources.length === 0 ? null : <ImpactTable plan={plan} say={say} />}
            <DeletesTable plan={plan} say={say} />
            <ProblemList {...props} />
            <div className="cmd my-3">
              <span className="p" aria-hidden="true">
                $
              </span>
              <code className="min-w-0 flex-1 truncate" title={plan.tiupCommand}>
                {plan.tiupCommand}
              </code>
              <span className="text-(--text-3) max-md:hidden">{say('review.equal')}</span>
              <CopyButton text={plan.tiupCommand} label={say('review.equal')} />
            </div>
          </div>
          <Tabs
            label={say('review.title')}
            value={tab}
            onChange={setTab}
            tabs={[
              { value: 'steps', label: say('review.tab.steps'), count: counts.total },
              { value: 'files', label: say('review.tab.files'), count: filesOf(plan).length },
              { value: 'commands', label: say('review.tab.commands') },
              { value: 'checks', label: say('review.tab.checks'), count: plan.problems.length },
            ]}
          >
            <TabPanel value="steps">
              <div className="flex justify-end px-5 py-1">
                <Button
                  look="ghost"
                  size="small"
                  onClick={() =>
                    setToggled(
                      everything(
                        plan,
                        Object.values(toggled).every((open) => !open),
                      ),
                    )
                  }
                >
                  {say(Object.values(toggled).some((open) => open) ? 'review.collapse' : 'review.expand')}
                </Button>
              </div>
              <PlanView
                rows={rows}
                say={say}
                sayWords={props.sayWords}
                titleOf={props.titleOf}
                nowMs={now}
                selected={selected}
                onSelect={(step) => {
                  setSelected(step)
                  setTab('commands')
                }}
                onToggle={(id, open) => setToggled({ ...toggled, [id]: open })}
              />
            </TabPanel>
            <TabPanel value="files">
              <FilesTab files={filesOf(plan)} say={say} load={props.loadBlob} />
            </TabPanel>
            <TabPanel value="commands">
              <CommandsTab {...props} selected={selected} onSelect={setSelected} load={props.loadCommands} />
            </TabPanel>
            <TabPanel value="checks">
              {plan.problems.length === 0 ? (
                <p className="p-5 text-(--text-3)">{say('review.checks-none')}</p>
              ) : (
                <ProblemList {...props} all />
              )}
            </TabPanel>
          </Tabs>
        </div>
        <Side {...props} />
      </div>
      <Foot {...props} stale={now !== null && record.factsAt !== null && now - Date.parse(record.factsAt) > staleMs} />
    </div>
  )
}

export const filesOf = (plan: Plan) =>
  plan.phases.flatMap((phase) => phase.lanes.flatMap((lane) => lane.steps)).filter((step) => step.kind === 'file')

const everything = (plan: Plan, open: boolean): Record<string, boolean> =>
  Object.fromEntries(plan.phases.flatMap((phase) => [phase.id, ...phase.lanes.map((lane) => lane.id)]).map((id) => [id, open]))

function ProblemList({ plan, record, say, sayProblem, all, mayNotRun, onWaive }: ReviewProps & { all?: boolean }) {
  const shown = all ? plan.problems : plan.problems.filter((problem) => problem.severity !== 'info')
  if (shown.length === 0) return null
  return (
    <ul className={`my-3 flex flex-col gap-2 ${all ? 'px-5' : ''}`} aria-label={say('review.problems', { count: shown.length })}>
      {shown.map((problem, index) => {
        const text = sayProblem(problem)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: problems of one immutable plan
          <li key={index} className="flex items-start gap-2">
            <StatusShape
              shape={problem.severity === 'error' ? 'bad' : problem.severity === 'warning' ? 'warn' : 'unknown'}
              className="mt-1"
            />
            <span>
              {text.message} <span className="text-(--text-3)">{text.hint}</span>
              {problem.waive && record.state === 'ready' && mayNotRun === undefined && (
                <Waive {...{ say, onWaive }} waiver={problem.waive} />
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Waive({ waiver, say, onWaive }: Pick<ReviewProps, 'say' | 'onWaive'> & { waiver: Waiver }) {
  return <WaiveProblem say={say} onWaive={(reason) => onWaive({ ...waiver, reason })} />
}

function Side({ plan, record, say }: ReviewProps) {
  return (
    <aside className="wside w-[304px] shrink-0 max-lg:w-auto" aria-label={say('review.plan')}>
      <h2>{say('review.plan')}</h2>
      <dl className="kv">
        <dt>{say('review.hash')}</dt>
        <dd className="font-mono" title={record.hash ?? ''}>
          {record.hash?.slice(0, 12)}… <CopyButton text={record.hash ?? ''} label={say('review.hash')} />
        </dd>
        <dt>{say('review.made-from')}</dt>
        <dd className="whitespace-normal!">
          <span>
            <Time at={record.factsAt} />, r{plan.topologyRevision}
          </span>
        </dd>
      </dl>
      <p className="mt-3 text-(--text-3)">{say('review.only-this')}</p>
    </aside>
  )
}

function Foot({ plan, record, say, onRun, onAgain, running, mayNotRun, stale }: ReviewProps & { stale: boolean }) {
  const [consented, setConsented] = useState(false)
  const [typed, setTyped] = useState('')
  const warnings = plan.problems.filter((problem) => problem.severity === 'warning')
  const errors = plan.problems.filter((problem) => problem.severity === 'error')
  const reason =
    mayNotRun ??
    (errors.length > 0
      ? say('review.has-errors')
      : warnings.length > 0 && !consented
        ? say('review.consent-missing')
        : plan.destructive && typed !== plan.cluster
          ? say('review.type-name-missing')
          : undefined)
  const submitted = record.state === 'submitted'
  return (
    <footer className="wfoot h-auto! min-h-[52px] flex-wrap py-2">
      <span className="flex items-center gap-2" aria-live="polite">
        <StatusShape shape={errors.length > 0 ? 'bad' : warnings.length > 0 ? 'warn' : 'ok'} />
        {errors.length > 0
          ? say('review.problems', { count: errors.length })
          : say(warnings.length === 1 ? 'review.warning' : 'review.warnings', { count: warnings.length })}
      </span>
      {warnings.length > 0 && errors.length === 0 && !submitted && (
        <Tick checked={consented} onChange={setConsented}>
          {say('review.consent')}
        </Tick>
      )}
      {plan.destructive && errors.length === 0 && !submitted && (
        <label className="flex items-center gap-2">
          {say('review.type-name', { cluster: plan.cluster })}
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" className="in font-mono" />
        </label>
      )}
      <span className="ml-auto text-(--text-3)">{submitted ? say('review.submitted') : stale ? say('review.old') : ''}</span>
      {!submitted && (
        <Button look={stale ? 'primary' : 'ghost'} size="large" onClick={onAgain}>
          {say('review.again')}
        </Button>
      )}
      {!submitted && !stale && (
        <Button
          look={plan.destructive ? 'danger-solid' : 'primary'}
          size="large"
          reason={reason}
          busy={running}
          onClick={() =>
            onRun(
              plan.destructive ? typed : undefined,
              warnings.map((problem) => problem.code),
            )
          }
        >
          {say(`review.go.${plan.operation}`, { cluster: plan.cluster })}
        </Button>
      )}
    </footer>
  )
}

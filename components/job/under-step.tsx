'use client'

import { useState } from 'react'
import type { GateRow, StepRow } from '@/components/plan/plan-rows'
import { StepShape } from '@/components/plan/step-shape'
import type { JobView, StepView } from '@/server/domain/job'
import type { LogTail } from '@/server/domain/journal'
import type { DecisionProps } from './decision'
import { Decision } from './decision'
import { Answers, SkipWait, Waiting } from './waiting'

type Say = (word: string, params?: Record<string, string | number>) => string
type Props = {
  row: StepRow | GateRow
  job: JobView
  say: Say
  nowMs: number | null
  /** Ends the wait of a step or lane, with a reason. */
  onSkipWait: (of: string, reason: string) => Promise<void>
} & Pick<DecisionProps, 'onAnswer' | 'disabledReason'>

/** What stands under the row of a step or gate: progress, the questions of a gate, why it failed, and the decision. */
export function UnderStep(props: Props) {
  const { row, job, say, onAnswer, disabledReason } = props
  const question = job.question
  const mine =
    question &&
    (row.row === 'step' ? question.step === row.step.id : question.about !== 'pause' && !question.step && question.lane === row.lane.id)
  const step = row.row === 'step' ? job.steps[row.step.id] : undefined
  const body =
    row.row === 'gate'
      ? gateHasBody(row) && <GateBody {...props} row={row} />
      : step && stepHasBody(step) && <StepBody {...props} step={step} />
  if (!mine)
    return body && (row.state === 'running' || row.state === 'failed') ? (
      <div className="border-(--line) border-b py-2 pr-5 pl-[92px]">{body}</div>
    ) : null
  return (
    <div className="pv">
      <div className="hold fail">
        <div className="hh">
          <StepShape state="failed" />
          <strong role="alert">{say(`ask.${question.about}`)}</strong>
        </div>
        <div className="hb flex flex-col gap-3">
          {body}
          <Decision key={question.id} question={question} say={say} disabledReason={disabledReason} onAnswer={onAnswer} />
        </div>
      </div>
    </div>
  )
}

const stepHasBody = (step: StepView): boolean =>
  step.failure !== undefined || (step.state === 'running' && (step.progress !== undefined || step.waiting !== undefined))
const gateHasBody = (row: GateRow): boolean => (row.view?.answers.length ?? 0) > 0

function StepBody({ step, say, nowMs, disabledReason, onSkipWait }: Props & { step: StepView }) {
  const waiting = step.state === 'running' ? step.waiting : undefined
  return (
    <>
      {waiting && (
        <div className="flex flex-col gap-2">
          <Waiting {...waiting} nowMs={nowMs} say={say} />
          <SkipWait word="wait.skip" say={say} disabledReason={disabledReason} onSkip={(reason) => onSkipWait(step.id, reason)} />
        </div>
      )}
      {step.state === 'running' && step.progress && <Progress done={step.progress.doneBytes} total={step.progress.totalBytes} />}
      {step.failure && (
        <dl className="kv">
          <dt>{say('fail.expected')}</dt>
          <dd className="font-mono">{step.failure.expected}</dd>
          <dt>{say('fail.seen')}</dt>
          <dd className="whitespace-normal! font-mono text-(--bad)">{step.failure.seen}</dd>
        </dl>
      )}
      {step.failure && step.failure.tails.length > 0 && <Tails tails={step.failure.tails} say={say} />}
    </>
  )
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

function Progress({ done, total }: { done: number; total: number }) {
  return (
    <div className="flex items-center gap-3 text-(--text-2) text-[12px] tabular-nums">
      <progress value={done} max={total} aria-label={`${mib(done)} / ${mib(total)} MiB`} className="h-1 w-48 accent-(--busy)" />
      {mib(done)} / {mib(total)} MiB
    </div>
  )
}

function Tails({ tails, say }: { tails: readonly LogTail[]; say: Say }) {
  const longest = tails.reduce((best, tail, index) => (tail.lines.length > (tails[best]?.lines.length ?? 0) ? index : best), 0)
  const [shown, setShown] = useState(longest)
  const tail = tails[shown]
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <strong className="text-[12px]">{say('fail.said-last')}</strong>
        <div className="seg s24 max-w-full overflow-x-auto!">
          {tails.map((one, index) => (
            <button
              key={one.file}
              type="button"
              className="shrink-0 whitespace-nowrap"
              title={one.file}
              aria-pressed={index === shown}
              onClick={() => setShown(index)}
            >
              {one.file.split('/').at(-1)} {one.lines.length}
            </button>
          ))}
        </div>
      </div>
      {tail && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre className="pre max-h-64 overflow-auto!" tabIndex={0}>
          {tail.lines.length === 0 ? say('fail.no-lines', { file: tail.file }) : tail.lines.join('\n')}
        </pre>
      )}
    </div>
  )
}

function GateBody({ row, job, say, nowMs, disabledReason, onSkipWait }: Props & { row: GateRow }) {
  const { answers = [], since, until } = row.view ?? {}
  if (row.state !== 'running') return <Answers answers={answers} say={say} />
  const waits = job.question === undefined
  return (
    <div className="flex flex-col gap-2">
      <Waiting answers={answers} since={since} until={until} stableMs={row.lane.gate?.stableMs} nowMs={nowMs} say={say} />
      {waits && (
        <SkipWait word="wait.skip-gate" say={say} disabledReason={disabledReason} onSkip={(reason) => onSkipWait(row.lane.id, reason)} />
      )}
    </div>
  )
}

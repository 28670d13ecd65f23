'use client'

import { useState } from 'react'
import { duration } from '@/components/plan/plan-view'
import { StepShape } from '@/components/plan/step-shape'
import type { HealthAnswer } from '@/server/domain/health'
import { ReasonForm } from './decision'

type Say = (word: string, params?: Record<string, string | number>) => string

export type WaitingProps = {
  answers: readonly HealthAnswer[]
  since?: string | undefined
  until?: string | undefined
  /** How long it must hold without a break. */
  stableMs?: number | undefined
  nowMs: number | null
  say: Say
}

/** What is waited for, since when, until when; each question with what was expected and what is seen. */
export function Waiting({ answers, since, until, stableMs, nowMs, say }: WaitingProps) {
  return (
    <div className="flex flex-col gap-2">
      {since && nowMs !== null ? (
        <p className="flex flex-wrap gap-x-3 text-(--text-2) text-[12px] tabular-nums">
          <span>{say('gate.since', { time: duration(Math.max(0, nowMs - Date.parse(since))) })}</span>
          {until ? <Left untilMs={Date.parse(until)} nowMs={nowMs} say={say} /> : null}
          {stableMs ? <span className="text-(--text-3)">{say('gate.stable', { time: duration(stableMs) })}</span> : null}
        </p>
      ) : null}
      <Answers answers={answers} say={say} />
    </div>
  )
}

function Left({ untilMs, nowMs, say }: { untilMs: number; nowMs: number; say: Say }) {
  const leftMs = untilMs - nowMs
  return <span>{leftMs > 0 ? say('gate.left', { time: duration(leftMs) }) : say('gate.over')}</span>
}

/** The questions of a gate or wait, and how each stands. */
export function Answers({ answers, say }: { answers: readonly HealthAnswer[]; say: Say }) {
  if (answers.length === 0) return null
  return (
    <table className="w-full text-[12px]">
      <thead>
        <tr className="text-left text-(--text-3) text-[11px]">
          <td className="w-5" />
          <th className="w-1/2 font-medium">{say('gate.expected')}</th>
          <th className="font-medium">{say('gate.seen')}</th>
        </tr>
      </thead>
      <tbody>
        {answers.map((answer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: answers keep the order of the gate's questions
          <tr key={index} className="align-top">
            <td>
              <StepShape state={answer.ok ? 'done' : answer.hopeless ? 'failed' : 'running'} />
            </td>
            <td className="break-words pr-3 font-mono">{answer.expected}</td>
            <td className={`break-words font-mono ${answer.ok ? '' : 'text-(--bad)'}`}>{answer.seen}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type SkipProps = {
  word: 'wait.skip' | 'wait.skip-gate'
  say: Say
  disabledReason: string | undefined
  onSkip: (reason: string) => Promise<void>
}

/** Ends a wait before its time, with a reason. */
export function SkipWait({ word, say, disabledReason, onSkip }: SkipProps) {
  const [asking, setAsking] = useState(false)
  const [sent, setSent] = useState(false)
  if (sent)
    return (
      <p role="status" className="text-(--text-2)">
        {say('answer.sent')}
      </p>
    )
  if (asking)
    return (
      <ReasonForm
        say={say}
        onKeep={() => setAsking(false)}
        onSend={(reason) => {
          setSent(true)
          void onSkip(reason).catch(() => {
            setSent(false)
            setAsking(false)
          })
        }}
      />
    )
  return (
    <div className="flex flex-wrap items-center gap-3">
      <button
        type="button"
        className="btn"
        aria-disabled={disabledReason !== undefined}
        title={disabledReason}
        onClick={() => (disabledReason === undefined ? setAsking(true) : undefined)}
      >
        {say(word)}
      </button>
      <span className="text-(--text-2) text-[12px]">{say('wait.skip-why')}</span>
    </div>
  )
}

'use client'

import { ChevronDown, ChevronRight } from 'lucide-react'
import type { Step, StepId } from '@/server/domain/step'
import type { Words } from '@/server/domain/words/words'
import type { Count, GateRow, LaneRow, PhaseRow, PlanRow, StepRow } from './plan-rows'
import { StepShape } from './step-shape'

type Say = (word: string, params?: Record<string, string | number>) => string

export type PlanViewProps = {
  rows: readonly PlanRow[]
  say: Say
  sayWords: (words: Words) => string
  titleOf: (step: Step) => string
  /** Now, for rows that still run; null before the first render in the browser. */
  nowMs: number | null
  onToggle: (id: string, open: boolean) => void
  selected?: StepId | undefined
  onSelect: (step: StepId) => void
  /** What stands under a step's row: its failure, its progress, its decision. */
  under?: (row: StepRow | GateRow) => React.ReactNode
}

/** A plan as phases, lanes and steps. The review shows forecasts in it, the job page outcomes. */
export function PlanView(props: PlanViewProps) {
  return (
    <ul className="text-[12px] leading-4" aria-label={props.say('job.plan-tab')}>
      {props.rows.map((row) => (
        <li key={keyOf(row)}>{rowOf(row, props)}</li>
      ))}
    </ul>
  )
}

const keyOf = (row: PlanRow): string => {
  switch (row.row) {
    case 'phase':
      return `p${row.phase.id}`
    case 'lane':
      return `l${row.lane.id}`
    case 'step':
      return `s${row.step.id}`
    case 'gate':
      return `g${row.lane.id}`
  }
}

const rowOf = (row: PlanRow, props: PlanViewProps): React.ReactNode => {
  switch (row.row) {
    case 'phase':
      return <PhaseLine row={row} {...props} />
    case 'lane':
      return <LaneLine row={row} {...props} />
    case 'step':
      return <StepLine row={row} {...props} />
    case 'gate':
      return <GateLine row={row} {...props} />
  }
}

const base = 'flex w-full items-center gap-2 border-(--line) border-b text-left hover:bg-(--bg-hover)'

function PhaseLine({ row, say, sayWords, nowMs, onToggle }: PlanViewProps & { row: PhaseRow }) {
  return (
    <button
      type="button"
      aria-expanded={row.open}
      onClick={() => onToggle(row.phase.id, !row.open)}
      className={`${base} h-8 bg-(--bg-subtle) px-4 font-semibold text-[13px]`}
    >
      <Chevron open={row.open} />
      <StepShape state={row.state} />
      <span className="w-4 text-right font-normal text-(--text-3) tabular-nums">{row.number}</span>
      <span className="truncate">{sayWords(row.phase.title)}</span>
      <Ends say={say} count={row.count} state={row.state} note={laneNote(row, say)} time={timeOf(row, nowMs)} />
    </button>
  )
}

const laneNote = (row: PhaseRow, say: Say): string =>
  row.phase.lanes.length > 1
    ? say('row.lanes', { count: row.phase.lanes.length, width: Math.min(row.phase.width, row.phase.lanes.length) })
    : ''

function LaneLine({ row, say, titleOf, nowMs, onToggle }: PlanViewProps & { row: LaneRow }) {
  return (
    <button type="button" aria-expanded={row.open} onClick={() => onToggle(row.lane.id, !row.open)} className={`${base} h-7 pr-4 pl-9`}>
      <Chevron open={row.open} />
      <StepShape state={row.state} />
      <span className="shrink-0 font-mono">{row.lane.subject}</span>
      {row.now && !row.open && <span className="truncate text-(--text-2)">{titleOf(row.now)}</span>}
      <Ends say={say} count={row.count} state={row.state} note="" time={timeOf(row, nowMs)} />
    </button>
  )
}

function StepLine({ row, say, titleOf, nowMs, selected, onSelect, under }: PlanViewProps & { row: StepRow }) {
  const chosen = selected === row.step.id
  return (
    <>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onSelect(row.step.id)}
        className={`${base} h-7 pr-4 pl-[68px] ${chosen ? 'bg-(--bg-selected) shadow-[inset_2px_0_0_var(--accent)]' : ''}`}
      >
        <StepShape state={row.state} />
        <span className={`truncate ${row.state === 'already' ? 'text-(--text-3)' : ''}`}>{titleOf(row.step)}</span>
        {row.leaving && <span className="text-(--text-3)">{say('row.leaving')}</span>}
        <span className="ml-auto shrink-0 text-(--text-3)">{say(`row.${row.state}`)}</span>
        <Time text={timeOf(row, nowMs)} />
      </button>
      {under?.(row)}
    </>
  )
}

function GateLine({ row, say, under }: PlanViewProps & { row: GateRow }) {
  return (
    <>
      <div className={`${base} h-7 pr-4 pl-[68px]`}>
        <StepShape state={row.state} />
        <span className="truncate">
          {say(row.lane.gate?.questions.length === 1 ? 'row.gate-one' : 'row.gate', { count: row.lane.gate?.questions.length ?? 0 })}
        </span>
        <span className="ml-auto shrink-0 text-(--text-3)">{say(`row.${row.state}`)}</span>
        <Time text="" />
      </div>
      {under?.(row)}
    </>
  )
}

const Chevron = ({ open }: { open: boolean }) =>
  open ? <ChevronDown size={14} className="shrink-0 text-(--text-3)" /> : <ChevronRight size={14} className="shrink-0 text-(--text-3)" />

function Ends({ say, count, state, note, time }: { say: Say; count: Count; state: PlanRow['state']; note: string; time: string }) {
  const steps =
    state === 'will-run' || state === 'already'
      ? say(count.total === 1 ? 'row.step' : 'row.steps', { count: count.total })
      : say('row.of', { ended: count.ended, total: count.total })
  return (
    <>
      <span className="ml-auto shrink-0 font-normal text-(--text-3) text-[12px]">
        <span className="max-md:hidden">{note === '' ? '' : `${note} · `}</span>
        {steps} · {say(`row.${state}`)}
      </span>
      <Time text={time} />
    </>
  )
}

const Time = ({ text }: { text: string }) => (
  <span className="w-16 shrink-0 text-right font-normal text-(--text-2) text-[12px] tabular-nums">{text}</span>
)

const timeOf = (row: { startedAt?: string; endedAt?: string }, nowMs: number | null): string => {
  if (!row.startedAt) return ''
  const end = row.endedAt ? Date.parse(row.endedAt) : nowMs
  return end === null ? '' : duration(Math.max(0, end - Date.parse(row.startedAt)))
}

/** `0.4 s`, `37 s`, `1 m 12 s`, `2 h 05 m`. */
export const duration = (ms: number): string => {
  const s = ms / 1000
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 60) return `${Math.round(s)} s`
  const whole = Math.round(s)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`
}

'use client'

import { useMemo, useState } from 'react'
import { StatusShape } from '@/components/ui/status-shape'
import type { Problem } from '@/server/domain/problem'
import { YamlEditor } from './yaml-editor'

export type LineProblem = { line: number; column: number; severity: Problem['severity']; message: string }
export type GoTo = { line: number; at: number } | undefined
type Told = Pick<Problem, 'code' | 'severity' | 'line' | 'column' | 'params'>

/** Problems as lines of a text, and a place in it to go to. */
export const useLineProblems = <P extends Told>(problems: readonly P[], sayProblem: (problem: P) => { message: string; hint: string }) => {
  const [goTo, setGoTo] = useState<GoTo>()
  const lines = useMemo(
    () =>
      problems.map((problem): LineProblem => {
        const { message, hint } = sayProblem(problem)
        return { line: problem.line ?? 1, column: problem.column ?? 1, severity: problem.severity, message: `${message} ${hint}` }
      }),
    [problems, sayProblem],
  )
  return { lines, goTo, goToLine: (line: number): void => setGoTo({ line, at: Date.now() }) }
}

type PaneProps = {
  /** The text's name. */
  label: string
  note: string
  /** What else may be done with the text, at the head. */
  actions: React.ReactNode
  openFile: string
  value: string
  onChange: (text: string) => void
  problems: readonly LineProblem[]
  goTo: GoTo
}

/** A text in its editor, with a head that can read it from a file. */
export function TextPane({ label, note, actions, openFile, value, onChange, problems, goTo }: PaneProps) {
  return (
    <section className="pane" aria-label={label}>
      <div className="pb">
        <strong className="font-mono">{label}</strong>
        <span className="mr-auto truncate text-(--text-3) text-[12px] max-2xl:hidden">{note}</span>
        <span className="ml-auto flex min-w-0 gap-2">
          {actions}
          <label className="btn shrink-0 focus-within:outline-2 focus-within:outline-(--focus)">
            {openFile}
            <input
              type="file"
              accept=".yaml,.yml,text/yaml"
              className="sr-only"
              onChange={(event) => void event.target.files?.[0]?.text().then(onChange)}
            />
          </label>
        </span>
      </div>
      <YamlEditor value={value} onChange={onChange} label={label} problems={problems} goTo={goTo} />
    </section>
  )
}

const shapes = { error: 'bad', warning: 'warn', info: 'unknown' } as const
type ListProps = { label: string; lineWord: (line: number) => string; problems: readonly LineProblem[]; onOpen: (line: number) => void }

/** Under the text: each problem leads to its line. */
export function LineProblems({ label, lineWord, problems, onOpen }: ListProps) {
  return (
    <ul className="max-h-40 shrink-0 overflow-auto border-(--line) border-t text-[12px] empty:hidden" aria-label={label}>
      {problems.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the problems of one look at the text
        <li key={index}>
          <button
            type="button"
            className="flex w-full items-start gap-2 px-5 py-1 text-left hover:bg-(--bg-hover)"
            onClick={() => onOpen(problem.line)}
          >
            <StatusShape shape={shapes[problem.severity]} className="mt-1" />
            <span className="w-14 shrink-0 text-(--text-3)">{lineWord(problem.line)}</span>
            <span>{problem.message}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

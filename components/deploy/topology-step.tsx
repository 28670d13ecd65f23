'use client'

import { useMemo, useState } from 'react'
import type { Say } from '@/components/plan/say'
import { StatusShape } from '@/components/ui/status-shape'
import type { TopologyCheck } from './draft'
import { HostsForm } from './hosts-form'
import { type TemplateName, templates } from './templates'
import { YamlEditor } from './yaml-editor'

type Props = {
  say: Say
  sayProblem: (problem: TopologyCheck['problems'][number]) => { message: string; hint: string }
  yaml: string
  onChange: (yaml: string) => void
  check: TopologyCheck
  /** Where the user's own files are chosen. */
  files?: React.ReactNode
}

/** Text and form of one document, side by side; problems stand in the gutter and in a list that leads to their line. */
export function TopologyStep({ say, sayProblem, yaml, onChange, check, files }: Props) {
  const [goTo, setGoTo] = useState<{ line: number; at: number }>()
  const lineTo = (line: number) => setGoTo({ line, at: Date.now() })
  const problems = useMemo(
    () =>
      check.problems.map((problem) => {
        const { message, hint } = sayProblem(problem)
        return { line: problem.line ?? 1, column: problem.column ?? 1, severity: problem.severity, message: `${message} ${hint}` }
      }),
    [check.problems, sayProblem],
  )
  const badLines = useMemo(() => new Set(problems.filter((one) => one.severity === 'error').map((one) => one.line)), [problems])
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="panes">
        <section className="pane" aria-label={say('deploy.yaml')}>
          <div className="pb">
            <strong className="font-mono">{say('deploy.yaml')}</strong>
            <span className="truncate text-(--text-3) text-[12px] max-2xl:hidden">
              {say('deploy.lines', { count: yaml.split('\n').length })}
            </span>
            <select
              aria-label={say('deploy.template')}
              value=""
              className="in ml-auto w-28 shrink-0"
              onChange={(event) => {
                const name = templateNames.find((one) => one === event.target.value)
                if (name) onChange(templates[name])
              }}
            >
              <option value="">{say('deploy.template')}</option>
              {templateNames.map((name) => (
                <option key={name} value={name}>
                  {say(`deploy.template.${name}`)}
                </option>
              ))}
            </select>
            <label className="btn shrink-0 focus-within:outline-2 focus-within:outline-(--focus)">
              {say('deploy.open-file')}
              <input
                type="file"
                accept=".yaml,.yml,text/yaml"
                className="sr-only"
                onChange={(event) => void event.target.files?.[0]?.text().then(onChange)}
              />
            </label>
          </div>
          <YamlEditor value={yaml} onChange={onChange} label={say('deploy.yaml')} problems={problems} goTo={goTo} />
        </section>
        <section className="pane" aria-label={say('deploy.hosts-roles')}>
          <div className="pb">
            <strong>{say('deploy.hosts-roles')}</strong>
            <span className="text-(--text-3) text-[12px]">{say('deploy.same-document')}</span>
          </div>
          <HostsForm yaml={yaml} onChange={onChange} say={say} onGoTo={() => undefined} badLines={badLines} />
        </section>
      </div>
      {files}
      <ul
        className="max-h-40 shrink-0 overflow-auto border-(--line) border-t text-[12px] empty:hidden"
        aria-label={say('deploy.problems', { count: problems.length })}
      >
        {problems.map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the problems of one look at the text
          <li key={index}>
            <button
              type="button"
              className="flex w-full items-start gap-2 px-5 py-1 text-left hover:bg-(--bg-hover)"
              onClick={() => lineTo(problem.line)}
            >
              <StatusShape
                shape={problem.severity === 'error' ? 'bad' : problem.severity === 'warning' ? 'warn' : 'unknown'}
                className="mt-1"
              />
              <span className="w-14 shrink-0 text-(--text-3)">{say('deploy.line', { line: problem.line })}</span>
              <span>{problem.message}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

const templateNames: readonly TemplateName[] = ['minimal', 'single', 'full']

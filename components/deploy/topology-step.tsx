'use client'

import Link from 'next/link'
import { useMemo } from 'react'
import { useWords } from '@/components/data/words'
import type { Say } from '@/components/plan/say'
import { type TemplateName, templates } from '@/server/domain/topology/samples'
import type { TopologyCheck } from './draft'
import { HostsForm } from './hosts-form'
import { LineProblems, TextPane, useLineProblems } from './text-pane'

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
  const { say: all } = useWords()
  const { lines, goTo, goToLine } = useLineProblems(check.problems, sayProblem)
  const badLines = useMemo(() => new Set(lines.filter((one) => one.severity === 'error').map((one) => one.line)), [lines])
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="panes">
        <TextPane
          label={say('deploy.yaml')}
          note={say('deploy.lines', { count: yaml.split('\n').length })}
          actions={
            <>
              <Templates say={say} onChange={onChange} />
              <Link className="sm" href="/templates">
                {all('nav.templates')}
              </Link>
            </>
          }
          openFile={say('deploy.open-file')}
          value={yaml}
          onChange={onChange}
          problems={lines}
          goTo={goTo}
        />
        <section className="pane" aria-label={say('deploy.hosts-roles')}>
          <div className="pb">
            <strong>{say('deploy.hosts-roles')}</strong>
            <span className="text-(--text-3) text-[12px]">{say('deploy.same-document')}</span>
          </div>
          <HostsForm yaml={yaml} onChange={onChange} say={say} onGoTo={() => undefined} badLines={badLines} />
        </section>
      </div>
      {files}
      <LineProblems
        label={say('deploy.problems', { count: lines.length })}
        lineWord={(line) => say('deploy.line', { line })}
        problems={lines}
        onOpen={goToLine}
      />
    </div>
  )
}

const templateNames: readonly TemplateName[] = ['minimal', 'single', 'full']

function Templates({ say, onChange }: Pick<Props, 'say' | 'onChange'>) {
  return (
    <select
      aria-label={say('deploy.template')}
      value=""
      className="in w-28 shrink-0"
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
  )
}

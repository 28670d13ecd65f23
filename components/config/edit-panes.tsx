'use client'

import { useMemo, useState } from 'react'
import { useWords } from '@/components/data/words'
import { YamlEditor } from '@/components/deploy/yaml-editor'
import { StatusShape } from '@/components/ui/status-shape'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import type { EditCheck } from '@/server/domain/api-config'
import { DiffView } from './diff-view'
import { FileChanges } from './file-changes'

type Props = { yaml: string; onChange: (yaml: string) => void; newest: string; check: EditCheck | undefined; fresh: boolean }

/** The text, and beside it what it changes: of the topology, and of every file on every host. Problems lead to their lines. */
export function EditPanes({ yaml, onChange, newest, check, fresh }: Props) {
  const { say, sayProblem } = useWords()
  const [goTo, setGoTo] = useState<{ line: number; at: number }>()
  const [tab, setTab] = useState<'text' | 'files'>('text')
  const problems = useMemo(
    () =>
      (check?.problems ?? []).map((problem) => {
        const { message, hint } = sayProblem(problem)
        return { line: problem.line ?? 1, column: problem.column ?? 1, severity: problem.severity, message: `${message} ${hint}` }
      }),
    [check, sayProblem],
  )
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="panes">
        <section className="pane" aria-label="topology.yaml">
          <div className="pb">
            <strong className="font-mono">topology.yaml</strong>
            <span className="truncate text-(--text-3) text-[12px] max-2xl:hidden">{say('edit.keys')}</span>
            <label className="btn ml-auto shrink-0 focus-within:outline-2 focus-within:outline-(--focus)">
              {say('scale-out.open-file')}
              <input
                type="file"
                accept=".yaml,.yml,text/yaml"
                className="sr-only"
                onChange={(event) => void event.target.files?.[0]?.text().then(onChange)}
              />
            </label>
          </div>
          <YamlEditor value={yaml} onChange={onChange} label="topology.yaml" problems={problems} goTo={goTo} />
        </section>
        <section className="pane" aria-label={say('edit.changes')} aria-busy={!fresh}>
          <Tabs
            label={say('edit.changes')}
            value={tab}
            onChange={setTab}
            tabs={[
              { value: 'text', label: say('edit.tab-text') },
              { value: 'files', label: say('edit.tab-files'), count: check?.changes.length ?? '…' },
            ]}
          >
            <TabPanel value="text">
              <div className="min-h-0 flex-1 overflow-auto">
                <DiffView before={newest} after={yaml} label={say('edit.tab-text')} />
              </div>
            </TabPanel>
            <TabPanel value="files">
              <div className="min-h-0 flex-1 overflow-auto">
                {check ? <FileChanges changes={check.changes} /> : <p className="t3 px-5 py-3">…</p>}
              </div>
            </TabPanel>
          </Tabs>
        </section>
      </div>
      <ul
        className="max-h-40 shrink-0 overflow-auto border-(--line) border-t text-[12px] empty:hidden"
        aria-label={say('scale-out.problems')}
      >
        {problems.map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the problems of one look at the text
          <li key={index}>
            <button
              type="button"
              className="flex w-full items-start gap-2 px-5 py-1 text-left hover:bg-(--bg-hover)"
              onClick={() => setGoTo({ line: problem.line, at: Date.now() })}
            >
              <StatusShape
                shape={problem.severity === 'error' ? 'bad' : problem.severity === 'warning' ? 'warn' : 'unknown'}
                className="mt-1"
              />
              <span className="w-14 shrink-0 text-(--text-3)">{say('scale-out.line', { line: problem.line })}</span>
              <span>{problem.message}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

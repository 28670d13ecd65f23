'use client'

import { useMemo, useState } from 'react'
import { useWords } from '@/components/data/words'
import { addHosts, type FormRole, formRoles, readAddresses } from '@/components/deploy/topology-edit'
import { YamlEditor } from '@/components/deploy/yaml-editor'
import { WideTable } from '@/components/rolling/wide-table'
import { Button } from '@/components/ui/button'
import { Field, SelectField } from '@/components/ui/field'
import { PathText } from '@/components/ui/middle'
import { StatusShape } from '@/components/ui/status-shape'
import { type AdditionCheck, documentExample } from './addition'

type Props = { yaml: string; onChange: (yaml: string) => void; check: AdditionCheck }

/** The text of new instances, a form that writes into it, what comes of it, and its problems by line. */
export function NewInstances({ yaml, onChange, check }: Props) {
  const { say, sayProblem } = useWords()
  const [goTo, setGoTo] = useState<{ line: number; at: number }>()
  const problems = useMemo(
    () =>
      check.problems.map((problem) => {
        const { message, hint } = sayProblem(problem)
        return { line: problem.line ?? 1, column: problem.column ?? 1, severity: problem.severity, message: `${message} ${hint}` }
      }),
    [check.problems, sayProblem],
  )
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="panes">
        <section className="pane" aria-label="scale.yaml">
          <div className="pb">
            <strong className="font-mono">scale.yaml</strong>
            <span className="truncate text-(--text-3) text-[12px] max-2xl:hidden">{say('scale-out.only-new')}</span>
            <Button className="ml-auto" onClick={() => onChange(documentExample)}>
              {say('scale-out.example')}
            </Button>
            <label className="btn shrink-0 focus-within:outline-2 focus-within:outline-(--focus)">
              {say('scale-out.open-file')}
              <input
                type="file"
                accept=".yaml,.yml,text/yaml"
                className="sr-only"
                onChange={(event) => void event.target.files?.[0]?.text().then(onChange)}
              />
            </label>
          </div>
          <YamlEditor value={yaml} onChange={onChange} label="scale.yaml" problems={problems} goTo={goTo} />
        </section>
        <section className="pane" aria-label={say('scale-out.instances')}>
          <div className="pb">
            <strong>{say('scale-out.instances')}</strong>
            <span className="text-(--text-3) text-[12px]">{say('scale-out.same-text')}</span>
          </div>
          <div className="min-h-0 flex-1 overflow-auto">
            <AddHosts yaml={yaml} onChange={onChange} />
            <Resolved check={check} />
          </div>
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

function AddHosts({ yaml, onChange }: Omit<Props, 'check'>) {
  const { say } = useWords()
  const [hosts, setHosts] = useState('')
  const [role, setRole] = useState<FormRole>('dm-worker')
  const addresses = readAddresses(hosts)
  return (
    <form
      className="flex flex-wrap items-end gap-2 border-(--line) border-b p-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (addresses.length === 0) return
        onChange(addHosts(yaml, addresses, role))
        setHosts('')
      }}
    >
      <div className="min-w-40 flex-1">
        <Field
          label={say('scale-out.hosts')}
          value={hosts}
          mono
          placeholder="10.0.0.5, 10.0.0.6-8"
          onChange={(event) => setHosts(event.target.value)}
        />
      </div>
      <SelectField
        label={say('scale-out.role')}
        value={role}
        options={formRoles.map((one) => ({ value: one.role, label: one.role }))}
        onChange={(event) => setRole(formRoles.find((one) => one.role === event.target.value)?.role ?? 'dm-worker')}
      />
      <Button type="submit" size="large" reason={addresses.length === 0 ? say('scale-out.hosts-missing') : undefined}>
        {say('scale-out.add')}
      </Button>
    </form>
  )
}

/** What the text comes to, every default resolved. */
function Resolved({ check }: { check: AdditionCheck }) {
  const { say } = useWords()
  if (!check.known) return <p className="t2 p-3">{say('scale-out.server-reads')}</p>
  if (check.instances.length === 0) return <p className="t3 p-3">{say('scale-out.none-yet')}</p>
  const fresh = new Set(check.newHosts.map(({ address }) => address))
  return (
    <WideTable>
      <table className="tb" aria-label={say('scale-out.instances')}>
        <colgroup>
          <col style={{ width: 170 }} />
          <col style={{ width: 96 }} />
          <col style={{ width: 96 }} />
          <col />
        </colgroup>
        <thead>
          <tr>
            {['ID', 'Role', say('scale-out.host'), 'Deploy Dir'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {check.instances.map((one) => (
            <tr key={`${one.component} ${one.id}`}>
              <td className="mono" title={one.id}>
                {one.id}
              </td>
              <td title={one.component}>{one.component}</td>
              <td>{say(fresh.has(one.hostId) ? 'scale-out.host-new' : 'scale-out.host-known')}</td>
              <td>
                <PathText path={one.deployDir} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  )
}

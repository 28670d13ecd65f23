'use client'

import { Fragment, useState } from 'react'
import { useWords } from '@/components/data/words'
import { LineProblems, TextPane, useLineProblems } from '@/components/deploy/text-pane'
import { addHosts, type FormRole, formRoles, readAddresses } from '@/components/deploy/topology-edit'
import { WideTable } from '@/components/rolling/wide-table'
import { Button } from '@/components/ui/button'
import { Field, SelectField } from '@/components/ui/field'
import { TableHead } from '@/components/ui/table-head'
import { type AdditionCheck, documentExample } from './addition'

type Props = { yaml: string; onChange: (yaml: string) => void; check: AdditionCheck; files: React.ReactNode }

/** The text of new instances, a form that writes into it, what comes of it, the files that it names, and its problems by line. */
export function NewInstances({ yaml, onChange, check, files }: Props) {
  const { say, sayProblem } = useWords()
  const { lines, goTo, goToLine } = useLineProblems(check.problems, sayProblem)
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="panes">
        <TextPane
          label="scale.yaml"
          note={say('scale-out.only-new')}
          actions={<Button onClick={() => onChange(documentExample)}>{say('scale-out.example')}</Button>}
          openFile={say('scale-out.open-file')}
          value={yaml}
          onChange={onChange}
          problems={lines}
          goTo={goTo}
        />
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
      {files}
      <LineProblems
        label={say('scale-out.problems')}
        lineWord={(line) => say('scale-out.line', { line })}
        problems={lines}
        onOpen={goToLine}
      />
    </div>
  )
}

function AddHosts({ yaml, onChange }: Pick<Props, 'yaml' | 'onChange'>) {
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
        <TableHead titles={['ID, Deploy Dir', 'Role', say('scale-out.host')]} widths={[190, 110, null]} />
        <tbody>
          {check.instances.map((one) => (
            <Fragment key={`${one.component} ${one.id}`}>
              <tr className="above">
                <td className="mono" title={one.id}>
                  {one.id}
                </td>
                <td title={one.component}>{one.component}</td>
                <td>{say(fresh.has(one.hostId) ? 'scale-out.host-new' : 'scale-out.host-known')}</td>
              </tr>
              <tr className="below">
                <td className="mono t3" colSpan={3} title={one.deployDir}>
                  {one.deployDir}
                </td>
              </tr>
            </Fragment>
          ))}
        </tbody>
      </table>
    </WideTable>
  )
}

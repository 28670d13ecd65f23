'use client'

import { useState } from 'react'
import { SeenCell } from '@/components/cluster/display-table'
import { statusShape } from '@/components/cluster/shapes'
import { useWords } from '@/components/data/words'
import { Chip } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { Status } from '@/components/ui/status-shape'
import { TableHead } from '@/components/ui/table-head'
import { chosenOf, flipped, type InstanceRow, type Membership, membershipOf, namedOf, type Selection } from './selection'

export type PickerProps = {
  rows: readonly InstanceRow[]
  selection: Selection
  onChange: (selection: Selection) => void
  /** Roles that can be named; all that the rows have, by default. */
  roles?: readonly string[]
  /** What becomes of a row that is in. */
  result: string
  /** Nothing ticked means nothing: roles only filter the table. */
  named?: boolean
  /** Why a row can't be taken at all. */
  barred?: (row: InstanceRow) => string | undefined
  /** Shown instead of the version that runs, such as where it goes to. */
  runs?: (row: InstanceRow) => React.ReactNode
}

/** What `-R` and `-N` name, as a table of all instances: their intersection, and why the others are out. */
export function InstancePicker(props: PickerProps) {
  const { say } = useWords()
  const { rows, selection, onChange } = props
  const [text, setText] = useState('')
  const present = props.roles ?? [...new Set(rows.map(({ role }) => role))]
  const ofRoles = props.named && selection.roles.length > 0 ? rows.filter(({ role }) => selection.roles.includes(role)) : rows
  const shown = ofRoles.filter((row) =>
    `${row.id} ${row.role} ${row.source} ${row.version.value}`.toLowerCase().includes(text.toLowerCase()),
  )
  if (rows.length === 0) return <p className="pad t3 py-4">{say('cluster.no-status')}</p>
  return (
    <fieldset className="flex min-h-0 min-w-0 flex-1 flex-col">
      <legend className="sr-only">{say('pick.title')}</legend>
      <div className="row pad flex-wrap py-3">
        <FilterBox label={say('pick.filter')} value={text} onChange={setText} width={230} />
        {present.map((role) => (
          <Chip
            key={role}
            on={selection.roles.includes(role)}
            count={rows.filter((row) => row.role === role).length}
            onClick={() => onChange({ ...selection, roles: flipped(selection.roles, role) })}
          >
            {role}
          </Chip>
        ))}
      </div>
      <Arithmetic {...props} />
      <p className="pad t3 sm pb-2">{say(props.named ? 'pick.help-named' : 'pick.help')}</p>
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="tbwrap">
          <Rows {...props} rows={shown} />
        </div>
        {shown.length === 0 ? <p className="pad t3 py-4">{say('pick.none-match')}</p> : null}
      </div>
    </fieldset>
  )
}

/** `-R dm-worker ∩ -N 2 ticked = 2 of 9 instances` */
function Arithmetic({ rows, selection, onChange, named, barred }: PickerProps) {
  const { say } = useWords()
  const { roles, nodes } = selection
  const count = (named ? namedOf(rows, selection) : chosenOf(rows, selection)).filter((row) => barred?.(row) === undefined).length
  return (
    <div className="row pad flex-wrap pb-1" role="status">
      {named ? null : (
        <>
          <span className={`badge mono ${roles.length > 0 ? 'busy' : ''}`}>
            {roles.length > 0 ? `-R ${roles.join(',')}` : say('pick.all-roles')}
          </span>
          <span aria-hidden="true">∩</span>
        </>
      )}
      <span className={`badge mono ${nodes.length > 0 ? 'busy' : ''}`}>
        {nodes.length > 0 ? say('pick.ticked', { count: nodes.length }) : say(named ? 'pick.no-nodes' : 'pick.all-nodes')}
      </span>
      <strong id="pick-count" tabIndex={-1} className={count === 0 ? 'bad' : undefined}>
        {say('pick.equals', { count, all: rows.length })}
      </strong>
      {nodes.length > 0 ? (
        <Button size="small" look="ghost" onClick={() => onChange({ ...selection, nodes: [] })}>
          {say('pick.clear')}
        </Button>
      ) : null}
    </div>
  )
}

const words: Record<Exclude<Membership, 'in'>, 'pick.other-role' | 'pick.not-ticked'> = {
  'other-role': 'pick.other-role',
  'not-ticked': 'pick.not-ticked',
}

const namedAs = ({ nodes }: Selection, { id }: InstanceRow): Membership => (nodes.includes(id) ? 'in' : 'not-ticked')

function Rows(props: PickerProps) {
  const { say } = useWords()
  const { rows, selection, onChange } = props
  const move = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const boxes = [...(event.currentTarget.closest('tbody')?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])]
    boxes[boxes.indexOf(event.currentTarget) + step]?.focus()
    event.preventDefault()
  }
  return (
    <table className="tb" aria-label={say('pick.title')}>
      <TableHead
        titles={['ID', 'Role', 'Status', say('pick.runs'), say('pick.result')]}
        widths={[190, 146, null, props.runs ? 196 : 110, 120]}
      />
      <tbody>
        {rows.map((row) => {
          const is = props.named ? namedAs(selection, row) : membershipOf(selection, row)
          const barred = props.barred?.(row)
          return (
            <tr key={row.id} aria-selected={is === 'in' && !barred ? true : undefined}>
              <td>
                <label className="row cursor-pointer" title={barred ?? row.id}>
                  <input
                    type="checkbox"
                    className="box"
                    aria-label={say('pick.tick', { id: row.id })}
                    aria-disabled={barred ? true : undefined}
                    checked={selection.nodes.includes(row.id)}
                    onKeyDown={move}
                    onChange={() => (barred ? undefined : onChange({ ...selection, nodes: flipped(selection.nodes, row.id) }))}
                  />
                  <span className={`mono tr ${is === 'in' ? '' : 't3'}`}>{row.id}</span>
                </label>
              </td>
              <td>
                {row.role}
                {row.patched ? <span className="warn m"> ({say('instance.patched')})</span> : null}
              </td>
              <td>
                <SeenCell seen={row.status}>
                  <Status shape={statusShape(row.status.value)} detail={row.source ? <span className="mono">{row.source}</span> : null}>
                    {row.status.value}
                  </Status>
                </SeenCell>
              </td>
              <td className="mono t2" title={row.version.value}>
                {props.runs ? props.runs(row) : row.version.value || '–'}
              </td>
              <td className={is === 'in' && !barred ? 'm' : 't3'} title={barred}>
                {barred ?? (is === 'in' ? props.result : say(words[is]))}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

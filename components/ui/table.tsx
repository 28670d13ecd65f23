'use client'

import { clsx } from 'clsx'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { Fragment, useRef, useState } from 'react'

export type Column<R> = {
  key: string
  title: string
  cell: (row: R) => React.ReactNode
  /** Given: the head is a button that sorts by it. */
  sortBy?: (row: R) => string | number
  width?: number
  numeric?: boolean
  /** Left out while a drawer takes the room. */
  spare?: boolean
}
export type Sort = { key: string; down: boolean }

export type TableProps<R> = {
  label: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  rowKey: (row: R) => string
  selected?: string | null
  onOpen?: (row: R) => void
  /** `y` copies this of the focused row. */
  copyOf?: (row: R) => string
  onCopy?: (text: string) => void
  sort?: Sort
  narrow?: boolean
  rowClass?: (row: R) => string | undefined
  dense?: boolean
  /** A line above the first row of each run of rows with the same text, such as the day. */
  groupOf?: (row: R) => string
}

/** A column without a width takes what is left, on a phone never less than this, px. */
const flexibleLeast = 170

/** Dense table: sticky head, sorting, j/k and arrows between rows, Enter opens, y copies the ID. */
export function Table<R>(props: TableProps<R>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [sort, setSort] = useState<Sort | undefined>(props.sort)
  const columns = props.narrow ? props.columns.filter((column) => !column.spare) : props.columns
  const rows = sorted(props.rows, props.columns, sort)
  const onKey = (event: React.KeyboardEvent<HTMLTableRowElement>, row: R): void => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      const all = [...(body.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [])]
      all[all.indexOf(event.currentTarget) + step]?.focus()
    } else if (event.key === 'Enter' && props.onOpen) props.onOpen(row)
    else if (event.key === 'y' && props.copyOf) props.onCopy?.(props.copyOf(row))
    else return
    event.preventDefault()
  }
  return (
    <div className="tbwrap" tabIndex={props.onOpen || props.copyOf ? undefined : 0}>
      <table
        className={clsx('tb', props.dense && 'dense')}
        aria-label={props.label}
        style={{ ['--least' as string]: `${columns.reduce((sum, { width }) => sum + (width ?? flexibleLeast), 0)}px` }}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.key} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, at) => {
            const key = props.rowKey(row)
            const interactive = Boolean(props.onOpen || props.copyOf)
            const before = rows[at - 1]
            const group = props.groupOf?.(row)
            const begins = group !== undefined && (before === undefined || props.groupOf?.(before) !== group)
            const line = (
              <tr
                key={key}
                data-row={key}
                tabIndex={interactive ? (at === 0 || key === props.selected ? 0 : -1) : undefined}
                aria-selected={key === props.selected || undefined}
                className={clsx(props.onOpen && 'go', props.rowClass?.(row))}
                onKeyDown={interactive ? (event) => onKey(event, row) : undefined}
                onClick={props.onOpen ? (event) => (isControl(event.target) ? undefined : props.onOpen?.(row)) : undefined}
              >
                {columns.map((column) => (
                  <td key={column.key} className={column.numeric ? 'num' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
            if (!begins) return line
            return (
              <Fragment key={key}>
                <tr className="day">
                  <th colSpan={columns.length} scope="colgroup">
                    {group}
                  </th>
                </tr>
                {line}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Head<R>({ column, sort, onSort }: { column: Column<R>; sort: Sort | undefined; onSort: (sort: Sort) => void }) {
  const on = sort?.key === column.key
  const Arrow = sort?.down ? ChevronDown : ChevronUp
  const numeric = column.numeric ? 'num' : undefined
  if (!column.sortBy)
    return (
      <th scope="col" className={numeric}>
        {column.title}
      </th>
    )
  return (
    <th scope="col" className={numeric} aria-sort={on ? (sort.down ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => onSort({ key: column.key, down: on ? !sort.down : false })}>
        {column.title}
        {on ? <Arrow className="i inline" aria-hidden="true" /> : null}
      </button>
    </th>
  )
}

const isControl = (target: EventTarget): boolean => target instanceof Element && target.closest('a,button,input,select,label') !== null

const collator = new Intl.Collator('en', { numeric: true })

const sorted = <R,>(rows: readonly R[], columns: readonly Column<R>[], sort: Sort | undefined): readonly R[] => {
  const by = columns.find((column) => column.key === sort?.key)?.sortBy
  if (!by || !sort) return rows
  const order = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
  return [...rows].sort((a, b) => order(by(a), by(b)) * (sort.down ? -1 : 1))
}

/** Puts the focus on the row of a key, as when its drawer closes. */
export const focusRow = (key: string): void => {
  const row = document.querySelector(`tr[data-row="${CSS.escape(key)}"]`)
  if (row instanceof HTMLElement) row.focus()
}

'use client'

import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { canAdopt, type Found } from './source'

type Props = {
  found: readonly Found[]
  adopted: readonly string[]
  busy: boolean
  reason: string | undefined
  onAdopt: (names: readonly string[]) => void
}

/** What lies in the storage folder. All that can be adopted is chosen; they are adopted together. */
export function FoundTable({ found, adopted, busy, reason, onAdopt }: Props) {
  const { say } = useWords()
  const open = found.filter((one) => canAdopt(one) && !adopted.includes(one.name)).map(({ name }) => name)
  const [left, setLeft] = useState<readonly string[]>([])
  const chosen = open.filter((name) => !left.includes(name))
  const columns = useColumns({
    adopted,
    chosen,
    flip: (name) => setLeft(left.includes(name) ? left.filter((one) => one !== name) : [...left, name]),
  })
  if (found.length === 0) return <p className="t3">{say('adopt.nothing')}</p>
  return (
    <>
      <Table label={say('adopt.found')} columns={columns} rows={found} rowKey={(row) => row.name} sort={{ key: 'name', down: false }} />
      {open.length > 0 ? (
        <div className="mt-3">
          <Button
            look="primary"
            reason={reason ?? (chosen.length === 0 ? say('adopt.go-none') : undefined)}
            busy={busy}
            onClick={() => onAdopt(chosen)}
          >
            {chosen.length === 1 ? say('adopt.go-one', { cluster: chosen[0] ?? '' }) : say('adopt.go', { count: chosen.length })}
          </Button>
        </div>
      ) : null}
    </>
  )
}

const useColumns = (at: {
  adopted: readonly string[]
  chosen: readonly string[]
  flip: (name: string) => void
}): readonly Column<Found>[] => {
  const { say } = useWords()
  return [
    {
      key: 'choose',
      title: say('adopt.choose-column'),
      width: 76,
      cell: (row) =>
        canAdopt(row) && !at.adopted.includes(row.name) ? (
          <input
            type="checkbox"
            className="box"
            aria-label={say('adopt.choose', { cluster: row.name })}
            checked={at.chosen.includes(row.name)}
            onChange={() => at.flip(row.name)}
          />
        ) : null,
    },
    { key: 'name', title: say('jobs.cluster'), sortBy: (row) => row.name, cell: (row) => <span className="m">{row.name}</span> },
    { key: 'version', title: say('col.version'), width: 130, cell: (row) => <span className="mono">{row.version || '–'}</span> },
    { key: 'user', title: say('adopt.user'), width: 100, cell: (row) => <span className="mono t2">{row.user || '–'}</span> },
    {
      key: 'nodes',
      title: say('adopt.instances'),
      width: 160,
      cell: (row) => (
        <span className="row">
          <span className="n">{row.nodes}</span>
          {row.patched > 0 ? <Badge tone="warn">{say('adopt.patched', { count: row.patched })}</Badge> : null}
        </span>
      ),
    },
    { key: 'state', title: say('users.state'), width: 280, cell: (row) => <State row={row} adopted={at.adopted.includes(row.name)} /> },
  ]
}

function State({ row, adopted }: { row: Found; adopted: boolean }) {
  const { say, sayProblem } = useWords()
  const [problem] = row.problems
  const why = problem ? sayProblem(problem) : undefined
  const title = why ? `${why.message} ${why.hint}` : undefined
  if (row.known || adopted) return <Status shape="ok">{say('adopt.known')}</Status>
  if (!canAdopt(row))
    return (
      <span title={title}>
        <Status shape="bad" detail={why?.message ?? (row.hasKey ? null : say('adopt.no-key'))}>
          {say('adopt.unreadable')}
        </Status>
      </span>
    )
  return (
    <span title={title}>
      <Status shape={why ? 'warn' : 'free'} detail={why?.message}>
        {say('adopt.ready')}
      </Status>
    </span>
  )
}
